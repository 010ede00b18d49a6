"""Forms of the office: the date of issue, closing a month as it was shown, narrowing the journal."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField

from coopter.plumbing.fields import DayField, Needed
from coopter.values.money import Money


class CentsField(HiddenField):
    """An amount that the page carries back, in whole cents → Money; anything else counts as absent."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        self.data = Money(int(text)) if text.isascii() and text.lstrip("-").isdecimal() and len(text) < 15 else None

    def _value(self) -> str:
        return str(self.data.cents) if isinstance(self.data, Money) else ""


class DateOfIssue(FlaskForm):  # type: ignore[misc]
    """The day that the invoices will bear."""

    le = DayField(_("Date des factures"))


class CloseMonth(FlaskForm):  # type: ignore[misc]
    """The act itself: on which day, and the total that the page had shown."""

    on = DayField(_("Date des factures"), [Needed()])
    expected = CentsField()


class NarrowJournal(FlaskForm):  # type: ignore[misc]
    """What of the journal is wanted."""

    sujet = SelectField(_("À propos de"), validate_choice=False)
    par = SelectField(_("Fait par"), validate_choice=False)
    du = DayField(_("Du"))
    au = DayField(_("Au"))


class NarrowDecisions(FlaskForm):  # type: ignore[misc]
    """What of the register of decisions is wanted, and as of which day it is read."""

    genre = SelectField(_("Genre"), validate_choice=False)
    le = DayField(_("Tel qu’au"))
    en_vigueur = BooleanField(_("En vigueur seulement"))
