"""What people type about commitments: one to follow, a year's report, a peer's opinion."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from coopter.governance.rules.commitments import OPINIONS, CommitmentDetails
from coopter.governance.rules.kinds import PeerOpinion
from coopter.plumbing.fields import LineField, MayLack, Needed


class CommitmentForm(FlaskForm):
    """A commitment to follow."""

    title = LineField(_("Engagement"), most=200, validators=[Needed()])
    theme = LineField(_("Thème"), most=60, description=_("Biodiversité, inclusion, énergie…"), validators=[MayLack()])
    indicator = LineField(
        _("Indicateur"), most=200, validators=[Needed()], description=_("Ce que l’on compte ou observe chaque année.")
    )
    unit = LineField(_("Unité"), most=30, validators=[MayLack()])
    target = LineField(_("Cible"), most=80, validators=[MayLack()])

    def details(self) -> CommitmentDetails:
        """What was typed."""
        return CommitmentDetails(
            self.theme.data, self.title.data, self.indicator.data, self.unit.data, self.target.data
        )


class ReportForm(FlaskForm):
    """A structure's year."""

    value = LineField(_("Résultat de l’année"), most=200, validators=[Needed()])
    comment = TextAreaField(_("Ce qui a été fait"), validators=[MayLack()], render_kw={"rows": 4})


class ReviewForm(FlaskForm):
    """What a peer thinks of it."""

    opinion = SelectField(
        _("Votre avis"), coerce=PeerOpinion,
        choices=[SelectChoice(one.value, _(words.source)) for one, (_look, words) in OPINIONS.items()],
    )  # fmt: skip
    comment = TextAreaField(_("Pourquoi"), validators=[MayLack()], render_kw={"rows": 3})
    structure_id = SelectField(_("Au nom de"), coerce=int)
