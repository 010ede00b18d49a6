"""What is to be done by a day: kept, given, done with its proof, back again; and the calendars it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance import commands
from coopter.governance.commands.assemblies import close_assembly
from coopter.governance.commands.bodies import SeatDetails, add_seat
from coopter.governance.commands.obligations import bear_obligation, feed_digest
from coopter.governance.feeds import obligations as feed_text
from coopter.governance.models import Obligation, ObligationFeed
from coopter.governance.queries.obligations import (
    feed_obligations,
    find_served_obligation_feed,
    get_obligation,
    obligations_done,
    obligations_to_do,
    obligations_waiting,
)
from coopter.governance.rules.obligations import (
    AlreadyDone,
    DoneTomorrow,
    NotAProof,
    NotDoneYet,
    TitleMissing,
    UnknownObligation,
    Urgency,
)
from coopter.members.models import Grouping, Person, RoleGrant
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests.factories import AT, a_grouping, a_person, actor, inside
from tests.governance.meetings import AT as MEETING
from tests.governance.meetings import an_open_meeting

TODAY = date(2026, 10, 1)
PDF = b"%PDF-1.7 a receipt"


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A grouping."""
    with inside(a_grouping()) as made:
        yield made


@pytest.fixture
def anne(grouping: Grouping) -> Person:
    """Who coordinates it."""
    return a_person(Role.COORDINATOR)


@pytest.fixture
def coordinator(grouping: Grouping, anne: Person) -> Actor:
    """Her, acting."""
    return actor(grouping, Role.COORDINATOR, person_id=anne.id)


def added(coordinator: Actor, title: str = "Assurance responsabilité civile", *, kind: str = "own",
          due_on: date = date(2026, 12, 1), owner_id: int | None = None) -> int:  # fmt: skip
    """One written by hand."""
    return commands.add_obligation(coordinator, kind=kind, title=title, due_on=due_on, owner_id=owner_id, at=AT)


def test_what_is_late_comes_first(coordinator: Actor) -> None:
    """Late, near, later: in the order of days."""
    for title, days in (("Plus tard", 60), ("En retard", -1), ("Bientôt", 3)):
        added(coordinator, title, due_on=TODAY + timedelta(days=days))
    lines = obligations_to_do(today=TODAY)
    assert [(line.title, line.urgency) for line in lines] == [
        ("En retard", Urgency.OVERDUE), ("Bientôt", Urgency.SOON), ("Plus tard", Urgency.LATER),
    ]  # fmt: skip
    waiting = obligations_waiting(today=TODAY)
    assert (waiting.overdue, waiting.soon, waiting.first, waiting.first_on) == (1, 1, "En retard", date(2026, 9, 30))


def test_done_with_its_proof_and_not_twice(coordinator: Actor) -> None:
    """The proof is kept by its SHA-256; the same answer twice is refused the second time (R22)."""
    number = added(coordinator)
    done = {"obligation_id": number, "done_on": TODAY, "at": AT}
    with pytest.raises(NotAProof):
        commands.do_obligation(coordinator, version=1, proof=(b"<html>", "avis.pdf"), **done)
    with pytest.raises(DoneTomorrow):
        commands.do_obligation(coordinator, version=1, **{**done, "done_on": date(2026, 10, 2)})
    assert commands.do_obligation(coordinator, version=1, proof=(PDF, "avis.pdf"), **done) is None
    line = obligations_done(today=TODAY)[0]
    assert (line.done_on, line.done_by, line.has_proof, line.proof_name) == (TODAY, "Anne Riou", True, "avis.pdf")
    with pytest.raises(Conflict):
        commands.do_obligation(coordinator, version=1, **done)
    with pytest.raises(AlreadyDone):
        commands.do_obligation(coordinator, version=2, **done)
    commands.reopen_obligation(coordinator, obligation_id=number, version=2, at=AT)
    assert obligations_to_do(today=TODAY)[0].has_proof
    with pytest.raises(NotDoneYet):
        commands.reopen_obligation(coordinator, obligation_id=number, version=3, at=AT)


def test_what_recurs_is_born_again_from_its_own_day(coordinator: Actor, anne: Person) -> None:
    """The cooperative review, done two months early: five years after the day on which it was due, same owner."""
    number = added(coordinator, "SCIC Terres", kind="coop-review", due_on=date(2026, 12, 1), owner_id=anne.id)
    born = commands.do_obligation(coordinator, obligation_id=number, version=1, done_on=TODAY, at=AT)
    again = get_obligation(born or 0)
    assert (again.due_on, again.title, again.owner_id) == (date(2031, 12, 1), "SCIC Terres", anne.id)
    commands.reopen_obligation(coordinator, obligation_id=number, version=2, at=AT)
    assert commands.do_obligation(coordinator, obligation_id=number, version=3, done_on=TODAY, at=AT) == born
    assert len(session().scalars(select(Obligation)).all()) == 2


def test_an_event_bears_an_obligation_once(coordinator: Actor) -> None:
    """Told twice, it is there once."""

    @command
    def tell(who: Actor) -> int:
        return bear_obligation(
            who, kind="minutes-register", subject="assembly:3", title="AG du 14 mars", from_on=TODAY, at=AT
        ).id

    assert tell(coordinator) == tell(coordinator)
    assert get_obligation(tell(coordinator)).due_on == date(2026, 11, 1)


def test_only_who_runs_the_grouping_answers_for_one(coordinator: Actor, anne: Person) -> None:
    """R7: a person of elsewhere, or without a part in running it, is unknown."""
    paul = a_person(Role.AUDITOR, first_name="Paul")
    number = added(coordinator, owner_id=anne.id)
    edit = {"obligation_id": number, "version": 1, "due_on": date(2026, 12, 1), "note": "", "at": AT}
    for stranger in (paul.id, 987_654):
        with pytest.raises(NotFound):
            commands.edit_obligation(coordinator, owner_id=stranger, **edit)
    commands.edit_obligation(coordinator, owner_id=None, **edit)
    with pytest.raises(Conflict):
        commands.edit_obligation(coordinator, owner_id=anne.id, **edit)


def test_what_may_be_written_by_hand(coordinator: Actor, grouping: Grouping) -> None:
    """The law's own events are not typed in; a title is needed; an auditor and a member write nothing."""
    with pytest.raises(UnknownObligation):
        added(coordinator, kind="inspectorate-joining")
    with pytest.raises(UnknownObligation):
        added(coordinator, kind="nothing")
    with pytest.raises(TitleMissing):
        added(coordinator, "  ")
    for role in (Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE):
        with pytest.raises(NotAllowed):
            added(actor(grouping, role))


def served(token: str) -> ObligationFeed | None:
    """The feed that an address opens, asked as calendars do."""
    with tenancy.everywhere("a calendar asks above groupings"):
        return find_served_obligation_feed(feed_digest(token))


def test_a_feed_is_secret_replaced_and_revoked(coordinator: Actor, anne: Person) -> None:
    """R60: the hash alone is kept, a new address ends the old one, and so do a closed account and a role taken back."""
    first = commands.create_obligation_feed(coordinator, at=AT)
    second = commands.create_obligation_feed(coordinator, at=AT)
    assert served(first) is None and served(second) is not None
    kept = " ".join(f"{f.token_hash}" for f in session().scalars(select(ObligationFeed)))
    journal = " ".join(f"{e.before}{e.after}" for e in session().scalars(select(JournalEntry)))
    assert second not in kept + journal and len(second) >= 43
    commands.revoke_obligation_feed(coordinator, at=AT)
    assert served(second) is None
    with pytest.raises(NotFound):
        commands.revoke_obligation_feed(coordinator, at=AT)
    third = commands.create_obligation_feed(coordinator, at=AT)

    @command
    def take_role_back() -> None:
        session().scalars(select(RoleGrant).where(RoleGrant.person_id == anne.id)).one().revoked_at = AT

    take_role_back()
    assert served(third) is None


def test_a_feed_says_nothing_of_anybody_else(coordinator: Actor, anne: Person) -> None:
    """R58: what others answer for is left out; what names a person is told without the name."""
    paul = a_person(Role.TREASURER, first_name="Paul")
    added(coordinator, "À Anne", owner_id=anne.id)
    added(coordinator, "À personne")
    added(coordinator, "À Paul", owner_id=paul.id)
    added(coordinator, "Nolwenn Le Goff", kind="medical-visit", owner_id=anne.id)
    text = feed_text.build(feed_obligations(anne.id, from_on=TODAY), name="Échéances")
    assert "À Anne" in text and "À personne" in text
    assert "Paul" not in text and "Nolwenn" not in text
    assert "DTSTART;VALUE=DATE:20261201" in text and "VALARM" in text
    assert text == feed_text.build(feed_obligations(anne.id, from_on=TODAY), name="Échéances")


def test_an_assembly_that_closes_wants_its_minutes_and_a_new_president_is_declared(app: Flask) -> None:
    """Born of what happens: minutes within a month; an office that changes hands now, not one taken over."""
    with an_open_meeting() as meeting:
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=MEETING)
        minutes = session().scalars(select(Obligation).where(Obligation.kind == "minutes-register")).one()
        assert (minutes.subject, minutes.due_on) == (f"assembly:{meeting.assembly_id}", date(2026, 4, 14))
        for name, since in (("Iris", date(2026, 3, 14)), ("Yves", date(2020, 1, 1))):
            person = a_person(Role.REPRESENTATIVE, first_name=name)
            details = SeatDetails(starts_on=since, person_id=person.id, office="Présidence")
            add_seat(meeting.coordinator, body_id=meeting.body_id, details=details, at=MEETING)
        declared = session().scalars(select(Obligation).where(Obligation.kind == "declare-officers")).one()
        assert declared.title == "Présidence, Iris Riou" and declared.due_on == date(2026, 4, 14)
