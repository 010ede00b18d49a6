"""Forms of the planning room: single shifts and weekly patterns, hours written « 8h30 »."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from coopter.planning.rules import clock_text, parse_time
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed, ReadField


class TimeField(ReadField):
    """An hour of the day, « 8h30 », « 8:30 » or « 12 » → minutes since midnight."""

    keys = {"autocomplete": "off", "inputmode": "text"}

    def read(self, text: str) -> int:
        return parse_time(text)

    def write(self, value: int) -> str:
        return clock_text(value)


class MultiCheckboxField(SelectMultipleField):
    """Several choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


WEEKDAYS = (
    (0, _("Lundi")),
    (1, _("Mardi")),
    (2, _("Mercredi")),
    (3, _("Jeudi")),
    (4, _("Vendredi")),
    (5, _("Samedi")),
    (6, _("Dimanche")),
)


class HoursForm(FlaskForm):
    """From an hour to another; an end before the start is on the next day."""

    starts_minute = TimeField(_("De"), [Needed()], description=_("Par exemple 8h30."))
    ends_minute = TimeField(_("À"), [Needed()], description=_("Par exemple 12h ; le lendemain si c'est plus tôt."))


class ShiftForm(HoursForm):
    """One shift, moved or changed."""

    day = DayField(_("Jour"), [Needed()])
    note = LineField(_("Note"), [MayLack()], description=_("Visible ici, jamais dans les agendas."))


class NewShiftForm(ShiftForm):
    """One more shift."""

    placement_id = SelectField(_("Chez"), coerce=int)


class PatternForm(HoursForm):
    """The same hours each week."""

    placement_id = SelectField(_("Chez"), coerce=int)
    weekdays = MultiCheckboxField(
        _("Jours"), [DataRequired(_("Cochez au moins un jour."))], coerce=int, choices=WEEKDAYS
    )
    from_on = DayField(_("À partir du"), [Needed()])
    last_on = DayField(_("Jusqu'au"), [Needed()], description=_("Deux ans au plus ; ce jour est compris."))


class ChangePatternForm(HoursForm):
    """Other hours, or another weekday, from a day on."""

    on = DayField(_("À partir du"), [Needed()])
    weekday = SelectField(_("Jour"), coerce=int, choices=WEEKDAYS)


class StopPatternForm(FlaskForm):
    """No more of these hours from a day on."""

    on = DayField(_("À partir du"), [Needed()])
