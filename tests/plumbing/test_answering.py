"""What a form or a button answers: done, faulty, refused, somebody was faster (R22); with a form and without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, get_flashed_messages
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from coopter.costs.rules import KeyMethod
from coopter.plumbing.answering import answer, press, sides, version_sent
from coopter.plumbing.fields import DurationField, RateField
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Conflict, NotAllowed, Refusal


class Shut(Refusal):
    """Le mois de %(month)s est clos : rien n'y change plus."""


class Bread(Form):
    """A form of any room."""

    name = StringField("Nom", [InputRequired()])
    rate = RateField("Taux")
    time = DurationField("Durée")
    key = SelectField("Clé", choices=[SelectChoice("hours", "au prorata des heures"), SelectChoice("equal", "à parts")])
    public = BooleanField("Publique")


def filled(**fields: str) -> Bread:
    return Bread(MultiDict({"name": "Miche", "key": "hours", **fields}))


def again(*, status: int = 200, conflict: Any = None) -> tuple[str, int, Any]:
    return "again", status, conflict


def refuse() -> None:
    raise Shut(month="mars")


def clash() -> None:
    raise Conflict(mine={"name": "Miche"}, theirs={"name": ""})


def told() -> list[tuple[str, str]]:
    return list(get_flashed_messages(with_categories=True))


@pytest.fixture(autouse=True)
def request_(built_app: Flask) -> Iterator[None]:
    with built_app.test_request_context("/", method="POST", data={"version": "7"}):
        yield


def test_done_with_words() -> None:
    sent = answer(filled(), lambda: 12, then=lambda made: f"/{made}", done="C'est noté.", again=again)
    assert (sent.status_code, sent.location) == (303, "/12")
    assert told() == [("success", "C'est noté.")]


def test_done_as_the_result_says_it() -> None:
    answer(filled(), lambda: 12, then=lambda made: "/", done=lambda made: f"N° {made}", again=again)
    assert told() == [("success", "N° 12")]


def test_done_and_nothing_to_say() -> None:
    assert answer(None, lambda: 0, then=lambda made: "/", done=lambda made: "", again=again).status_code == 303
    assert press(lambda: 0, to="/", done="").status_code == 303
    assert told() == []


def test_a_faulty_form_is_shown_again_and_nothing_is_done() -> None:
    """422, and the command was not run."""
    ran: list[int] = []
    for form, valid in ((filled(name=""), None), (filled(), False), (None, False)):
        shown = answer(form, lambda: ran.append(1), then=lambda made: "/", done="Fait.", again=again, valid=valid)
        assert shown == ("again", 422, None)
    assert ran == [] and told() == []


@pytest.mark.parametrize("form", [None, "filled"])
def test_a_refusal_is_said_above_the_page(form: str | None) -> None:
    shown = answer(filled() if form else None, refuse, then=lambda made: "/", done="Fait.", again=again)
    assert shown == ("again", 422, None)
    assert told() == [("error", "Le mois de mars est clos : rien n'y change plus.")]


def test_somebody_faster_is_shown_beside_mine() -> None:
    """R22: 409 with both sides, the page says so itself."""
    shown = answer(filled(), clash, then=lambda made: "/", done="Fait.", again=again)
    assert shown == ("again", 409, {"mine": [("Nom", "Miche")], "theirs": [("Nom", "(vide)")]})
    assert told() == []


def test_a_door_is_no_refusal() -> None:
    """Whoever may not is told by the page of that, not by the form's."""

    def forbid() -> None:
        raise NotAllowed()

    with pytest.raises(NotAllowed):
        answer(None, forbid, then=lambda made: "/", done="Fait.", again=again)
    with pytest.raises(NotAllowed):
        press(forbid, to="/", done="Fait.")
    assert told() == []


def test_a_button_goes_back_to_its_page_and_says_how_it_went() -> None:
    done = press(lambda: "FA-1", to="/liste", done=lambda number: f"{number} est émise.")
    no, late = press(refuse, to="/liste", done="Fait."), press(clash, to="/liste", done="Fait.")
    assert [(one.status_code, one.location) for one in (done, no, late)] == [(303, "/liste")] * 3
    assert [kind for kind, _words in told()] == ["success", "error", "error"]


def test_both_sides_are_written_as_their_fields_show_them() -> None:
    mine: dict[str, Any] = {
        "key": KeyMethod.EQUAL, "rate": Rate.parse("18.4375"), "time": 450, "public": True, "name": Money(123_456),
        "from_on": date(2026, 10, 5),
    }  # fmt: skip
    theirs = {**mine, "key": KeyMethod.HEADCOUNT, "public": False, "time": None}
    both = sides(Conflict(mine=mine, theirs=theirs), filled())
    assert both["mine"] == [
        ("Clé", "à parts"), ("Taux", "18,4375"), ("Durée", "7h30"), ("Publique", "oui"),
        ("Nom", "1\u202f234,56\u00a0€"), ("from_on", "5 octobre 2026"),
    ]  # fmt: skip
    assert dict(both["theirs"])["Publique"] == "non" and dict(both["theirs"])["Durée"] == "(vide)"
    assert sides(Conflict(mine={"name": 1}, theirs={}), None)["mine"] == [("name", "1")]


def test_the_version_of_a_form() -> None:
    assert version_sent() == 7


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": ""}])
def test_no_row_has_the_version_that_lacks(built_app: Flask, sent: dict[str, str]) -> None:
    with built_app.test_request_context("/", method="POST", data=sent):
        assert version_sent() == 0
