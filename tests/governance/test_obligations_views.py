"""The pages of obligations: kept, done with a proof, told to a calendar (R4, R22, R51, R58, R60)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from coopter.governance.models import Obligation
from coopter.members.models import Grouping
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests.factories import a_grouping, a_person, inside, signed_in

TYPED = {
    "kind": "own",
    "title": "Renouveler la RC",
    "due_on": "2026-12-01",
    "owner": "",
    "source": "contrat",
    "note": "",
}


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A grouping."""
    with inside(a_grouping(slug="cap")) as made:
        yield made


@pytest.fixture
def desk(client: FlaskClient, grouping: Grouping) -> FlaskClient:
    """Its coordinator's browser."""
    return signed_in(client, a_person(Role.COORDINATOR))


def only() -> Obligation:
    """The one that is there."""
    return session().scalars(select(Obligation).execution_options(populate_existing=True)).one()


def test_from_the_list_to_done_with_its_proof(desk: FlaskClient) -> None:
    """Empty, the page says what to do; noted, done, its proof handed out as a file that may do nothing."""
    assert "Rien à faire" in desk.get("/cap/vie/obligations").text
    assert desk.post("/cap/vie/obligations", data=TYPED).status_code == 303
    where = f"/cap/vie/obligations/{only().id}"
    assert "Renouveler la RC" in desk.get("/cap/vie/obligations").text
    done = {"done_on": "2026-10-15", "version": "1"}
    bad = desk.post(
        f"{where}/faite", data={**done, "proof": (io.BytesIO(b"<script>"), "a.pdf")}, content_type="multipart/form-data"
    )
    assert bad.status_code == 422 and only().done_on is None
    good = {**done, "proof": (io.BytesIO(b"%PDF-1.7 avis"), "avis de réception.pdf")}
    assert desk.post(f"{where}/faite", data=good, content_type="multipart/form-data").status_code == 303
    proof = desk.get(f"{where}/preuve")
    assert (proof.data, proof.mimetype) == (b"%PDF-1.7 avis", "application/pdf")
    assert "attachment" in proof.headers["Content-Disposition"]
    assert "sandbox" in proof.headers["Content-Security-Policy"]
    assert "avis de réception.pdf" in desk.get(where).text
    assert desk.post(f"{where}/rouvrir", data={"version": "2"}).status_code == 303 and only().done_on is None


def test_two_at_once_both_see_it(desk: FlaskClient) -> None:
    """R22, for the day and for « done »."""
    desk.post("/cap/vie/obligations", data=TYPED)
    where = f"/cap/vie/obligations/{only().id}"
    edit = {"due_on": "2026-12-24", "owner": "", "note": "", "version": "1"}
    assert desk.post(where, data=edit).status_code == 303
    late = desk.post(where, data={**edit, "due_on": "2026-12-31"})
    assert late.status_code == 409 and "24 décembre" in late.text and "31 décembre" in late.text
    assert desk.post(f"{where}/faite", data={"done_on": "2026-10-15", "version": "1"}).status_code == 409


def test_the_auditor_reads_and_members_do_not(app: Flask, desk: FlaskClient) -> None:
    """The office alone, and an auditor changes nothing."""
    desk.post("/cap/vie/obligations", data=TYPED)
    auditor = signed_in(app.test_client(), a_person(Role.AUDITOR))
    page = auditor.get("/cap/vie/obligations")
    assert page.status_code == 200 and "Noter une échéance" not in page.text
    assert auditor.post("/cap/vie/obligations", data=TYPED).status_code == 403
    assert auditor.get("/cap/vie/obligations/agenda").status_code == 403
    member = signed_in(app.test_client(), a_person(Role.EMPLOYEE))
    assert member.get("/cap/vie/obligations").status_code == 403


def test_a_calendar_reads_its_own_address_and_nothing_else(app: Flask, desk: FlaskClient) -> None:
    """Shown once, asked without a sign-in, told « not modified », gone once closed (R60)."""
    desk.post("/cap/vie/obligations", data=TYPED)
    shown = desk.post("/cap/vie/obligations/agenda").text
    found = re.search(r"/calendrier/echeances/[\w-]{43}\.ics", shown)
    assert found is not None
    path, calendar = found[0], app.test_client()
    assert path not in desk.get("/cap/vie/obligations/agenda").text
    first = calendar.get(path)
    assert first.status_code == 200 and first.mimetype == "text/calendar"
    events = Calendar.from_ical(first.data).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Renouveler la RC"]
    again = calendar.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    desk.post(f"/cap/vie/obligations/{only().id}/faite", data={"done_on": "2026-10-15", "version": "1"})
    changed = calendar.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and "SEQUENCE:1" in changed.text
    assert calendar.get("/calendrier/echeances/" + "x" * 43 + ".ics").status_code == 404
    assert desk.post("/cap/vie/obligations/agenda/fermeture").status_code == 303
    assert calendar.get(path).status_code == 404
