"""What a page writes: values of the trade and words of ours, in the language of whoever reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from coopter.plumbing.pages import for_the_record, say, written
from coopter.values.refusal import Counted, Refusal, Words


class Unheard(Refusal):
    """%(name)s : rien depuis le %(day)s, sauf %(rest)s."""


def test_words_inside_words_are_said_in_the_readers_language(app: Flask) -> None:
    period = Words("du %(start)s au %(last)s", start=date(2007, 3, 5), last=date(2007, 3, 9))
    refusal = Unheard(name="Aloen", day=date(2007, 3, 5), rest=[Words("l’IBAN"), Words("le SIREN")])
    with app.test_request_context():
        with force_locale("fr"):
            assert written(period) == "du 5 mars 2007 au 9 mars 2007"
            assert say(refusal) == "Aloen : rien depuis le 5 mars 2007, sauf l’IBAN, le SIREN."
        with force_locale("en"):
            assert written(period) == "from 5 March 2007 to 9 March 2007"
            assert say(refusal) == "Aloen : rien depuis le 5 March 2007, sauf the IBAN, the SIREN."


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 jour", "0 days"),
        (1, "1 jour", "1 day"),
        (Decimal("1.5"), "1,5 jour", "1.5 days"),
        (2, "2 jours", "2 days"),
    ],
)
def test_each_language_has_its_own_plural(app: Flask, count: int | Decimal, french: str, english: str) -> None:
    words = Counted("%(count)s jour", "%(count)s jours", count=count)
    with app.test_request_context():
        with force_locale("fr"):
            assert written(words) == french
        with force_locale("en"):
            assert written(words) == english


def test_the_record_stays_in_french_whoever_writes_it(app: Flask) -> None:
    """A resolution proposed from an English screen is read and sealed by a French assembly."""
    with app.test_request_context(), force_locale("en"):
        assert for_the_record(Words("du %(start)s au %(last)s", start=date(2007, 3, 5), last=date(2007, 3, 9))) == (
            "du 5 mars 2007 au 9 mars 2007"
        )
        assert written(Words("l’IBAN")) == "the IBAN"
