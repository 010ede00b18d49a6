"""Fields of forms: what people type in French, read into the values of the trade or refused with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired, Optional, StopValidation

from coopter.plumbing import formats
from coopter.plumbing.pages import say
from coopter.values.durations import parse_minutes
from coopter.values.identifiers import check_bic, check_iban, check_siren, check_siret, check_vat_number, grouped_iban
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.numbers import parse_amount, parse_day, parse_whole
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class ReadField(StringField):
    """A text field whose `data` is what `read` makes of the text: None when empty, an error when it refuses.

    The text as typed is shown again, faulty or not.
    """

    keys: dict[str, Any] = {}
    data: Any

    def read(self, text: str) -> Any:
        """The value that this text says; raises Refusal."""
        return text

    def write(self, value: Any) -> str:
        """The text of a value, as one types it."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return  # the form did not carry this field: what it began with stays
        self.data = None
        if not (text := str(valuelist[0]).strip()):
            return
        try:
            self.data = self.read(text)
        except Refusal as refusal:
            raise ValueError(say(refusal)) from refusal

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def __call__(self, **kwargs: Any) -> Any:
        return super().__call__(**{**self.keys, **kwargs})


class LineField(ReadField):
    """One line of text, composed and without hidden characters; `data` is "" when empty (R29, R58)."""

    def __init__(self, *args: Any, most: int = 200, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def read(self, text: str) -> str:
        return clean_line(text, most=self.most)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or ""


class EmailField(LineField):
    """A mail address: one line, no blank; its lower-case form is the value (R78)."""

    keys = {"type": "email", "autocomplete": "email", "spellcheck": "false"}

    def read(self, text: str) -> str:
        return super().read(text).lower()


class AmountField(ReadField):
    """An amount in euros, « 1 234,56 » → Money (R45)."""

    keys = {"inputmode": "decimal", "autocomplete": "off"}

    def read(self, text: str) -> Money:
        return parse_amount(text)

    def write(self, value: Money) -> str:
        return formats.number(value.decimal)


class RateField(ReadField):
    """A rate, « 18,4375 » → Rate, in units."""

    keys = {"inputmode": "decimal", "autocomplete": "off"}

    def read(self, text: str) -> Rate:
        return Rate.parse(text)

    def write(self, value: Rate) -> str:
        return str(value).replace(".", ",")


class PercentField(RateField):
    """A percentage, « 20 » → Rate of 0.20."""

    def read(self, text: str) -> Rate:
        return Rate.percent(text)

    def write(self, value: Rate) -> str:
        return format(value.in_percent.normalize(), "f").replace(".", ",")


class DurationField(ReadField):
    """A duration, « 7h30 », « 7,5 » or « 450 min » → minutes."""

    keys = {"autocomplete": "off", "inputmode": "text", "data-duration": True}

    def read(self, text: str) -> int:
        return parse_minutes(text)

    def write(self, value: int) -> str:
        return formats.hours(value).replace("\u00a0", "")


class WholeField(ReadField):
    """A whole number without sign → int."""

    keys = {"inputmode": "numeric", "autocomplete": "off"}

    def read(self, text: str) -> int:
        return parse_whole(text)


class DayField(ReadField):
    """A day, JJ/MM/AAAA or AAAA-MM-JJ → date; the browser shows its calendar."""

    keys = {"type": "date"}

    def read(self, text: str) -> date:
        return parse_day(text)

    def write(self, value: date) -> str:
        return value.isoformat()

    def _value(self) -> str:
        return super()._value() if self.data is None else self.write(self.data)  # a browser knows the ISO form alone


class MonthField(ReadField):
    """A month, 2007-03 or 03/2007 → Month."""

    keys = {"type": "month"}

    def read(self, text: str) -> Month:
        return Month.parse(text)


class IdentifierField(ReadField):
    """An identifier checked by `check`, which gives its canonical form."""

    keys = {"autocomplete": "off", "spellcheck": "false"}
    check: Callable[[str], str]

    def read(self, text: str) -> str:
        return type(self).check(text)


class SiretField(IdentifierField):
    """A SIRET → 14 ASCII digits (R76)."""

    keys = {**IdentifierField.keys, "inputmode": "numeric"}
    check = staticmethod(check_siret)


class SirenField(IdentifierField):
    """A SIREN → 9 ASCII digits (R76)."""

    keys = {**IdentifierField.keys, "inputmode": "numeric"}
    check = staticmethod(check_siren)


class VatNumberField(IdentifierField):
    """An intra-community VAT number."""

    check = staticmethod(check_vat_number)


class IbanField(IdentifierField):
    """An IBAN → capitals and digits without blanks (R77)."""

    check = staticmethod(check_iban)

    def write(self, value: str) -> str:
        return grouped_iban(value)


class BicField(IdentifierField):
    """A BIC → 8 or 11 capitals and digits."""

    check = staticmethod(check_bic)


class Needed(InputRequired):
    """This field must be filled; an error of reading is told in its own words instead."""

    def __init__(self) -> None:
        super().__init__(lazy_gettext("Remplissez ce champ."))

    def __call__(self, form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation()
        if isinstance(field, ReadField) and field.data in (None, ""):
            raise StopValidation(self.message)  # blanks are nothing typed
        super().__call__(form, field)


class MayLack(Optional):
    """This field may be empty, and says so beside its label."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"optional": True}

    def __call__(self, form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation()
        super().__call__(form, field)


__all__ = [
    "AmountField", "BicField", "DayField", "DurationField", "EmailField", "IbanField", "LineField", "MayLack",
    "MonthField", "Needed", "PercentField", "RateField", "SirenField", "SiretField", "VatNumberField", "WholeField",
]  # fmt: skip
