"""A structure comes in by a vote, and what the law asks then, told in the trade's words (domain.md §1.3, 1.4, 9.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance import commands as governance
from coopter.governance import queries
from coopter.governance.commands.admission_proposals import propose_admission
from coopter.governance.commands.votes import close_vote, open_vote, record_ballot
from coopter.governance.models import Admission, Obligation, SignatureRequest
from coopter.governance.queries.admission import admissions_waiting, get_admission
from coopter.governance.rules.admission import AdmissionDetails, AlreadyProposed
from coopter.governance.rules.kinds import AdmissionState, Basis
from coopter.members import queries as members
from coopter.office import commands as office
from coopter.office.commands.joining import NobodyChosen, NotAdmittedYet
from coopter.plumbing.database import db, session
from coopter.staff import commands as staff
from coopter.staff.models import Placement, PotentialUser
from coopter.staff.rules import NotAPotentialUser
from coopter.values.actor import Actor, Role
from coopter.values.period import Period
from tests.factories import (
    a_grouping,
    a_person,
    a_siret,
    a_structure,
    actor,
    an_employee,
    inside,
    signed_in,
)
from tests.governance.meetings import AT, CONVENED, Meeting, a_meeting
from tests.governance.signatures import a_frozen

ASKED = AdmissionDetails(
    name="Book Hémisphères", siret=a_siret(55), contact_name="Iris Le Bihan", email="iris@book.example",
    needs="Une responsable de stock à mi-temps.", activity="Vente de livres", headcount=12, address="5 quai Rohan",
    postcode="56100", city="Lorient", agrees_to_charter=True,
)  # fmt: skip
JOINS = date(2026, 4, 1)


@pytest.fixture
def meeting(app: Flask) -> Iterator[Meeting]:
    """A general assembly of four members in preparation."""
    with a_meeting() as made:
        yield made


def voted(meeting: Meeting, item_id: int, *, choice: str) -> None:
    """Convened, open, everybody raises the hand the same way, closed."""
    meeting.convene()
    meeting.arrive(*meeting.electors)
    meeting.open()
    open_vote(meeting.coordinator, item_id=item_id, at=AT)
    for elector in meeting.electors.values():
        record_ballot(meeting.coordinator, item_id=item_id, elector_id=elector, choice=choice, at=AT)
    close_vote(meeting.coordinator, item_id=item_id, at=AT)


def proposed(meeting: Meeting) -> tuple[int, int]:
    """A request on the agenda: its id, and the point's."""
    number = governance.request_admission(meeting.coordinator, details=ASKED, at=CONVENED)
    item = propose_admission(
        meeting.coordinator, admission_id=number, version=1, assembly_id=meeting.assembly_id, joins_on=JOINS,
        at=CONVENED,
    )  # fmt: skip
    return number, item


def test_adopted_it_is_a_member_without_further_typing(meeting: Meeting) -> None:
    """The vote closes: decision, structure, membership from the day voted, obligations; the citation is the vote's."""
    number, item = proposed(meeting)
    with pytest.raises(AlreadyProposed):
        governance.admit(meeting.coordinator, admission_id=number, version=2, joins_on=JOINS, at=CONVENED)
    db.session.rollback()
    voted(meeting, item, choice="yes")
    row = get_admission(number)
    assert row.state is AdmissionState.ADMITTED and members.is_member(row.structure_id or 0, JOINS)
    assert not members.is_member(row.structure_id or 0, date(2026, 3, 31))
    decided = next(one for one in queries.list_decisions() if one.kind == "admission")
    assert decided.basis is Basis.RESOLUTION and "ésolution" in decided.decided_by
    due = {o.kind: o.due_on for o in session().scalars(select(Obligation))}
    assert due["inspectorate-joining"] == date(2026, 5, 1)


def test_rejected_nothing_changes_and_the_request_may_be_closed(meeting: Meeting) -> None:
    """No structure, no membership; the coordinator notes the refusal with its reason."""
    number, item = proposed(meeting)
    voted(meeting, item, choice="no")
    row = get_admission(number)
    assert row.state is AdmissionState.PROPOSED and row.structure_id is None
    assert admissions_waiting() == (ASKED.name,), "the coordinator is told that it is to be closed or proposed again"
    governance.close_admission(
        meeting.coordinator, admission_id=number, version=row.version, state=AdmissionState.REFUSED,
        reason="Assemblée du 14 mars", at=AT,
    )  # fmt: skip
    assert get_admission(number).state is AdmissionState.REFUSED


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A grouping of employers, its coordinator."""
    with inside(a_grouping(slug="cap")) as grouping:
        yield actor(grouping, Role.COORDINATOR)


NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def test_the_team_may_be_sent_there_once_their_contracts_name_it(coordinator: Actor) -> None:
    """L1253-9: before the amendment the placement is refused; after it, it is written, and a signature is due."""
    old = a_structure("A1")
    nolwenn, malo = an_employee(old), an_employee(old, first_name="Malo", last_name="Kerhuel")
    number = governance.request_admission(coordinator, details=ASKED, at=NOW)
    with pytest.raises(NotAdmittedYet):
        office.list_on_contracts(
            coordinator, admission_id=number, employee_ids=[nolwenn.id], from_on=date(2026, 11, 1), at=NOW
        )
    governance.admit(coordinator, admission_id=number, version=1, joins_on=date(2026, 11, 1), at=NOW)
    structure_id = get_admission(number).structure_id or 0

    def place() -> Placement:
        return staff.place_employee(
            coordinator, employee_id=nolwenn.id, structure_id=structure_id, period=Period(date(2026, 11, 1)),
            weekly_minutes=420, site="", conditions="", at=NOW,
        )  # fmt: skip

    with pytest.raises(NotAPotentialUser):
        place()
    db.session.rollback()
    name = {"admission_id": number, "from_on": date(2026, 11, 1), "at": NOW}
    with pytest.raises(NobodyChosen):
        office.list_on_contracts(coordinator, employee_ids=[], **name)
    assert office.list_on_contracts(coordinator, employee_ids=[nolwenn.id, malo.id], **name) == 2
    assert place().structure_id == structure_id
    due = session().scalars(select(Obligation).where(Obligation.kind == "amendment")).all()
    assert {o.title for o in due} == {"Nolwenn Le Goff · Book Hémisphères", "Malo Kerhuel · Book Hémisphères"}
    listed = session().scalars(select(PotentialUser).where(PotentialUser.structure_id == structure_id)).all()
    assert {user.from_on for user in listed} == {date(2026, 11, 1)}


def test_the_letter_of_an_entry_is_a_file_to_print(client: FlaskClient, coordinator: Actor) -> None:
    """The same facts, the same bytes; the follow-up page says what the letter lacks."""
    a_structure("A1", collective_agreement="ECLAT", activity="Animation")
    number = governance.request_admission(coordinator, details=replace(ASKED), at=NOW)
    governance.admit(coordinator, admission_id=number, version=1, joins_on=date(2026, 11, 1), at=NOW)
    desk = signed_in(client, a_person(Role.COORDINATOR))
    page = desk.get(f"/cap/vie/admissions/{number}/suites")
    assert "l’adresse de l’inspection du travail" in page.text
    letters = [desk.get(f"/cap/vie/admissions/{number}/inspection.pdf").data for _ in range(2)]
    assert letters[0].startswith(b"%PDF-") and letters[0] == letters[1]
    assert session().scalars(select(Admission.state)).all() == [AdmissionState.ADMITTED]


def test_the_newcomer_is_asked_to_sign_the_charter(client: FlaskClient, coordinator: Actor) -> None:
    """From the follow-up page: the latest frozen charter, to whoever asked to join, for the structure."""
    number = governance.request_admission(coordinator, details=ASKED, at=NOW)
    charter = a_frozen(coordinator)
    with pytest.raises(NotAdmittedYet):
        office.ask_newcomer_to_sign(coordinator, admission_id=number, text_id=charter.text_id, at=NOW)
    db.session.rollback()
    governance.admit(coordinator, admission_id=number, version=1, joins_on=date(2026, 11, 1), at=NOW)
    desk = signed_in(client, a_person(Role.COORDINATOR))
    where = f"/cap/vie/admissions/{number}"
    assert "Charte des Rias" in desk.get(f"{where}/suites").text
    assert desk.post(f"{where}/signatures/{charter.text_id}").status_code == 303
    asked = session().scalars(select(SignatureRequest)).one()
    told = (asked.name, asked.email, asked.capacity, asked.structure_id)
    capacity, structure_id = "représentant·e de Book Hémisphères", get_admission(number).structure_id
    assert told == ("Iris Le Bihan", "iris@book.example", capacity, structure_id)
