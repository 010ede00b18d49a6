"""A structure leaves in order: tied to nothing, its debts told, by its own will or by a vote (domain.md §1.6, 9.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance import commands as governance
from coopter.governance import queries
from coopter.governance.commands.admission_proposals import propose_departure
from coopter.governance.models import Obligation
from coopter.governance.queries.departure import departure_record
from coopter.governance.rules.departure import DepartureVoted, NotVoted
from coopter.governance.rules.kinds import DepartureKind, DepartureState
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.office import commands as office
from coopter.office.commands.leaving_members import StillPlaced
from coopter.plumbing.database import db, session
from coopter.staff.models import Placement
from coopter.treasury.commands import record_payment
from coopter.treasury.rules import Means
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.month import Month
from tests.factories import (
    LONG_AGO,
    a_cost,
    a_grouping,
    a_person,
    a_structure,
    actor,
    an_employee,
    inside,
    signed_in,
    worked,
)
from tests.governance.meetings import AT, CONVENED, Meeting, a_meeting
from tests.office.test_joining import NOW, voted


@pytest.fixture
def meeting(app: Flask) -> Iterator[Meeting]:
    """A general assembly of four members in preparation."""
    with a_meeting() as made:
        yield made


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """An employers' group and its coordinator, without an assembly."""
    with inside(a_grouping(slug="cap")) as grouping:
        yield actor(grouping, Role.COORDINATOR)


def test_an_exclusion_is_voted_and_ends_the_membership(meeting: Meeting) -> None:
    """The resolution carries the exclusion; adopted, the membership ends on its day and the debts are written down."""
    excluded = members.find_structure_by_code("D")
    assert excluded is not None
    number = governance.prepare_departure(
        meeting.coordinator, structure_id=excluded.id, kind=DepartureKind.EXCLUSION, reason="Charte non respectée",
        notice_on=date(2026, 2, 1), effective_on=date(2026, 5, 1), at=CONVENED,
    )  # fmt: skip
    item = propose_departure(
        meeting.coordinator, departure_id=number, version=1, assembly_id=meeting.assembly_id, at=CONVENED
    )
    voted(meeting, item, choice="yes")
    record = departure_record(number)
    assert record.state is DepartureState.EFFECTIVE and record.debts is not None
    assert record.debts.liability.startswith("Tous les membres sont solidaires")
    assert not members.is_member(excluded.id, date(2026, 5, 1))


def test_nothing_is_cut_silently(coordinator: Actor) -> None:
    """People, hours and shifts after the last day are named and refuse the departure, by either way of leaving."""
    one, two = a_structure("A1"), a_structure("B2")
    nolwenn = an_employee(one, two)
    worked(nolwenn, one, date(2026, 9, 20), 480)
    leave = {"structure_id": one.id, "at": NOW}
    with pytest.raises(StillPlaced, match="Nolwenn Le Goff") as told:
        members_commands.leave_grouping(coordinator, left_on=date(2026, 9, 15), **leave)
    assert "ligne d'heures" in str(told.value)
    db.session.rollback()
    number = governance.prepare_departure(
        coordinator, kind=DepartureKind.WITHDRAWAL, reason="", notice_on=date(2026, 9, 1),
        effective_on=date(2026, 12, 1), **leave,
    )  # fmt: skip
    with pytest.raises(StillPlaced, match="30/11/2026"):
        governance.confirm_departure(coordinator, departure_id=number, version=1, at=NOW)
    db.session.rollback()
    assert office.end_ties(coordinator, departure_id=number, at=NOW) == 1
    governance.confirm_departure(coordinator, departure_id=number, version=1, at=NOW)
    ends = session().scalars(select(Placement.ends_on).where(Placement.structure_id == one.id)).all()
    assert ends == [date(2026, 12, 1)] and members.is_member(two.id, date(2027, 1, 1))


def test_what_was_born_before_is_told_and_kept(coordinator: Actor) -> None:
    """Invoices in force of before the day, the months still to come, the statutes' rule, written down on the day."""
    one, two = a_structure("A1"), a_structure("B2")
    nolwenn = an_employee(one, two)
    for month in (Month(2026, 8), Month(2026, 9)):
        worked(nolwenn, one, month.first, 480)
        a_cost(month, 50_000, employee=nolwenn)
    closed = office.close_month(coordinator, month=Month(2026, 8), on=date(2026, 9, 5), at=NOW)
    record_payment(
        coordinator, invoice_id=closed.invoices[0].id, amount=Money(20_000), received_on=date(2026, 9, 20),
        means=Means.TRANSFER, at=NOW,
    )  # fmt: skip
    members_commands.set_parameter(
        coordinator, name="liability_key", value="Au prorata des heures facturées (art. 14).", from_on=LONG_AGO, at=NOW
    )
    number = governance.prepare_departure(
        coordinator, structure_id=one.id, kind=DepartureKind.WITHDRAWAL, reason="", notice_on=date(2026, 9, 1),
        effective_on=date(2026, 10, 1), at=NOW,
    )  # fmt: skip
    office.end_ties(coordinator, departure_id=number, at=NOW)
    governance.confirm_departure(coordinator, departure_id=number, version=1, at=NOW)
    debts = departure_record(number).debts
    assert debts is not None
    assert (debts.owed, debts.not_yet_due) == (Money(40_000), Money(40_000)), "what was paid is not owed"
    assert debts.months_to_come == ("2026-09",)
    assert debts.liability == "Au prorata des heures facturées (art. 14)."


def test_the_pages_lead_from_one_to_the_next(client: FlaskClient, coordinator: Actor) -> None:
    """From the structure's page to its departure, what to end, the decision, the letter; the desk tells."""
    one, two = a_structure("A1", collective_agreement="ECLAT", activity="Animation"), a_structure("B2")
    an_employee(one, two)
    desk = signed_in(client, a_person(Role.COORDINATOR))
    assert "Préparer un départ" in desk.get(f"/cap/structures/{one.id}").text
    form = {"structure": str(one.id), "kind": "withdrawal", "notice_on": "2026-06-01", "last_on": "2026-08-31",
            "reason": "Fin d’activité"}  # fmt: skip
    nobody = desk.post("/cap/vie/departs/nouveau", data={**form, "structure": ""})
    assert nobody.status_code == 422 and "Remplissez ce champ" in nobody.text
    where = desk.post("/cap/vie/departs/nouveau", data=form).headers["Location"]
    page = desk.get(where)
    assert "Nolwenn Le Goff" in page.text and "Elle ne doit rien" in page.text
    refused = desk.post(f"{where}/decision", data={"version": "1", "assembly": ""})
    assert refused.status_code == 422 and "rien n&#39;est coupé" in refused.text
    assert desk.post(f"{where}/mises-a-disposition").status_code == 303
    assert desk.post(f"{where}/decision", data={"version": "1", "assembly": ""}).status_code == 303
    assert "Départ effectif" in desk.get(where).text
    home = desk.get("/cap/").text
    assert "Une échéance est en retard" in home and "Informer l’inspection du travail du départ" in home
    letter = desk.get(f"{where}/inspection.pdf")
    assert letter.status_code == 200 and letter.data.startswith(b"%PDF-")


def test_a_voted_departure_waits_for_what_ties_it_and_the_vote_stands(meeting: Meeting) -> None:
    """The vote closes although somebody still works there: the decision is written, its effect waits."""
    excluded = members.find_structure_by_code("D")
    assert excluded is not None
    an_employee(excluded)
    number = governance.prepare_departure(
        meeting.coordinator, structure_id=excluded.id, kind=DepartureKind.EXCLUSION, reason="Charte non respectée",
        notice_on=date(2026, 2, 1), effective_on=date(2026, 5, 1), at=CONVENED,
    )  # fmt: skip
    item = propose_departure(
        meeting.coordinator, departure_id=number, version=1, assembly_id=meeting.assembly_id, at=CONVENED
    )
    with pytest.raises(NotVoted):
        governance.finish_departure(meeting.coordinator, departure_id=number, version=2, at=CONVENED)
    db.session.rollback()
    voted(meeting, item, choice="yes")
    record = departure_record(number)
    assert record.state is DepartureState.PROPOSED and members.is_member(excluded.id, date(2026, 5, 1))
    waits = session().scalars(select(Obligation).where(Obligation.kind == "finish-departure")).one()
    assert waits.due_on == date(2026, 5, 1)
    act = {"departure_id": number, "version": record.version, "at": AT}
    with pytest.raises(StillPlaced):
        governance.finish_departure(meeting.coordinator, **act)
    db.session.rollback()
    with pytest.raises(DepartureVoted):
        governance.abandon_departure(meeting.coordinator, **act)
    db.session.rollback()
    office.end_ties(meeting.coordinator, departure_id=number, at=AT)
    governance.finish_departure(meeting.coordinator, **act)
    assert departure_record(number).state is DepartureState.EFFECTIVE
    assert not members.is_member(excluded.id, date(2026, 5, 1))
    assert len([one for one in queries.list_decisions() if one.kind == "exclusion"]) == 1
