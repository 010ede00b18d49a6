"""What is typed of a departure or an exclusion. People type the last day inside; the rest counts the first outside."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.assemblies import WrittenField, number_or_none
from coopter.governance.forms.deciding import DecideForm
from coopter.governance.rules.kinds import DepartureKind, DepartureState
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed

DEPARTURE_KINDS = {
    DepartureKind.WITHDRAWAL: _("La structure part d’elle-même"),
    DepartureKind.EXCLUSION: _("Le groupement l’exclut"),
}
DEPARTURE_STATES = {
    DepartureState.PREPARED: ("draft", _("Préparé")),
    DepartureState.PROPOSED: ("submitted", _("À l’ordre du jour")),
    DepartureState.EFFECTIVE: ("closed", _("Départ effectif")),
    DepartureState.ABANDONED: ("cancelled", _("Abandonné")),
}


class DepartureDates(FlaskForm):
    """When and why."""

    notice_on = DayField(_("Annoncé le"), validators=[Needed()])
    last_on = DayField(_("Dernier jour d’adhésion"), validators=[Needed()])
    reason = WrittenField(
        _("Motif"), validators=[MayLack()], render_kw={"rows": 4},
        description=_("Pour une exclusion : les faits reprochés, tels que la structure les a reçus."),
    )  # fmt: skip
    version = HiddenField()

    @property
    def effective_on(self) -> date:
        """The first day outside, once the form is valid."""
        last: date = self.last_on.data
        return last + timedelta(days=1)


class DepartureForm(DepartureDates):
    """A new departure."""

    structure = SelectField(_("Structure"), [Needed()], coerce=number_or_none, validate_choice=False)
    kind = RadioField(
        _("Ce qui arrive"), coerce=DepartureKind, default=DepartureKind.WITHDRAWAL,
        choices=[SelectChoice(one.value, label) for one, label in DEPARTURE_KINDS.items()],
    )  # fmt: skip


class DecideDepartureForm(DecideForm):
    """The departure made to count."""

    decided_by = LineField(
        _("Décidé par"), validators=[MayLack()],
        description=_("Pour une exclusion, l’organe qui l’a prononcée et la date : il est obligatoire."),
    )  # fmt: skip
