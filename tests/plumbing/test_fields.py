"""Fields read what French people type, refuse the rest in a sentence, and show again what was typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from coopter.plumbing import fields
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate
from tests.factories import a_siret


def form_of(app: Flask, field: Any, typed: str | None = None, **data: Any) -> Any:
    one = type("One", (FlaskForm,), {"one": field})
    with app.test_request_context(method="POST", data={} if typed is None else {"one": typed}):
        form = one(MultiDict({} if typed is None else {"one": typed}), data=data)
        form.validate()
        return form.one.data, form.one.errors, str(form.one())


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (fields.AmountField, "1 234,56 €", Money(123456)),
        (fields.DurationField, "7h30", 450),
        (fields.DurationField, "7,5", 450),
        (fields.DurationField, "450 min", 450),
        (fields.DayField, "05/03/2007", date(2007, 3, 5)),
        (fields.MonthField, "2007-03", Month(2007, 3)),
        (fields.RateField, "18,4375", Rate(184375)),
        (fields.PercentField, "5,5 %", Rate(550)),
        (fields.WholeField, "12", 12),
        (fields.IbanField, "fr76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        (fields.SiretField, a_siret(3), a_siret(3)),
        (fields.EmailField, "Anne@CAP.example", "anne@cap.example"),
        (fields.LineField, "  un   nom ", "un nom"),
    ],
)
def test_what_is_typed_is_read_and_shown(app: Flask, kind: Any, typed: str, value: Any) -> None:
    data, errors, shown = form_of(app, kind("X", [fields.Needed()]), typed)
    assert (data, list(errors)) == (value, [])
    assert 'value="' in shown
    _data, _errors, again = form_of(app, kind("X"), None, one=value)
    written = again.split('value="')[1].split('"')[0]
    assert form_of(app, kind("X"), written)[0] == value, "what is shown is read as the same value"


@pytest.mark.parametrize("kind", [fields.AmountField, fields.DurationField, fields.RateField, fields.WholeField])
@pytest.mark.parametrize(
    "typed", ["NaN", "Infinity", "1e400", "1_000", "\uff11\uff12", "--1", "1.234,56", "sNaN", "٣", "1,2,3", "x", "\x00"]
)
def test_numbers_that_are_none_are_refused_in_a_sentence(app: Flask, kind: Any, typed: str) -> None:
    """R45."""
    data, errors, _shown = form_of(app, kind("X", [fields.Needed()]), typed)
    assert data is None and len(errors) == 1 and len(errors[0]) > 20


def test_empty_is_asked_for_or_may_lack(app: Flask) -> None:
    data, errors, _shown = form_of(app, fields.AmountField("X", [fields.Needed()]), "  ")
    assert data is None and list(errors) == ["Remplissez ce champ."]
    data, errors, _shown = form_of(app, fields.AmountField("X", [fields.MayLack()]), "")
    assert data is None and not errors
    data, errors, _shown = form_of(app, fields.SiretField("X", [fields.MayLack()]), "12")
    assert data is None and len(errors) == 1


def test_hidden_characters_are_refused(app: Flask) -> None:
    """R29, R58."""
    for typed in ("a\u202eb", "a\u200bb", "a\x07b"):
        assert form_of(app, fields.LineField("X"), typed)[1], ascii(typed)
