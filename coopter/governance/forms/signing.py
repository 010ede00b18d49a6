"""What people type to have a text signed, and to sign it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField

from coopter.plumbing.fields import DayField, EmailField, LineField, MayLack, Needed

MOST_FREE_ROWS = 5


class CampaignForm(FlaskForm):
    """A campaign; who signs is typed in the rows of the page, read by `chosen`."""

    in_order = BooleanField(
        _("L’un après l’autre, dans l’ordre de la liste"),
        description=_("Sinon, tout le monde reçoit son lien tout de suite."),
    )
    message = TextAreaField(_("Mot d’accompagnement"), validators=[MayLack()], render_kw={"rows": 3})
    closes_on = DayField(_("Dernier jour pour signer"), validators=[MayLack()])


class SignForm(FlaskForm):
    """The agreement, and the code where one is asked."""

    agreed = BooleanField("")
    code = LineField(
        _("Code reçu par mail"), most=20, validators=[MayLack()],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )  # fmt: skip

    def asking(self, *, code: bool) -> Any:
        """The same form; where a code is asked, its label does not say that it may lack."""
        self.code.flags.optional = not code
        return self


class DelegateForm(FlaskForm):
    """Who signs instead."""

    name = LineField(_("Prénom et nom"), most=120, validators=[Needed()])
    email = EmailField(_("Adresse électronique"), validators=[Needed()])
    capacity = LineField(_("En quelle qualité"), most=80, validators=[Needed()])


class WithdrawForm(FlaskForm):
    """A signature that binds no more."""

    from_on = DayField(_("À partir du"), validators=[Needed()])
    reason = LineField(_("Motif"), most=500, validators=[Needed()])


def ticked(form: Any) -> set[str]:
    """The rows of the candidates' table that were ticked, by their key."""
    return set(form.getlist("signs"))
