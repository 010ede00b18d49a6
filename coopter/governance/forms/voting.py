"""What is typed after the votes: the minutes as they are corrected, and who signs them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField

from coopter.governance.forms.assemblies import WrittenField
from coopter.plumbing.fields import EmailField, LineField, Needed


class MinutesForm(FlaskForm):
    """The minutes, in Markdown; `version` is what the page showed (R22)."""

    body = WrittenField(
        _("Procès-verbal"), validators=[Needed()], render_kw={"rows": 30, "class": "minutes-edit"},
        description=_("Complétez les débats ; les chiffres viennent des votes. Un titre commence par ##."),
    )  # fmt: skip
    version = HiddenField()


class SigningForm(FlaskForm):
    """The two who sign the minutes."""

    chair = LineField(_("Présidence de séance"), validators=[Needed()])
    chair_email = EmailField(_("Son adresse électronique"), validators=[Needed()])
    secretary = LineField(_("Secrétariat de séance"), validators=[Needed()])
    secretary_email = EmailField(_("Son adresse électronique"), validators=[Needed()])
