"""What is prepared: bodies, seats, agenda, convocation, the roll on the record date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from coopter.governance.commands.agenda import (
    AgendaFixed,
    ItemDetails,
    add_item,
    edit_item,
    move_item,
    note_item,
    propose,
    remove_item,
)
from coopter.governance.commands.agenda_checks import (
    AmendsNothing,
    CandidatesMissing,
    ElectionCarriesNothing,
    PersonsSecret,
    ReportIsNotVoted,
    SeatsMissing,
)
from coopter.governance.commands.assemblies import (
    AssemblyDetails,
    FixedByConvocation,
    PlaceMissing,
    RecordDayAfter,
    annul_assembly,
    edit_assembly,
)
from coopter.governance.commands.bodies import (
    CollegeUnknown,
    SeatDetails,
    SeatTaken,
    add_seat,
    edit_seat,
    end_seat,
    seat_all_members,
)
from coopter.governance.commands.convocation import (
    AgendaEmpty,
    AlreadyConvened,
    NoticeTooShort,
    RemoteVoteForbidden,
    SeatsWithoutCollege,
    convene,
)
from coopter.governance.commands.documents import DocumentNotTaken, add_document
from coopter.governance.queries.assemblies import (
    agenda_of,
    assemblies_for,
    assembly_record,
    documents_of,
    quorum_now,
    roll_of,
)
from coopter.governance.queries.bodies import seats_of
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm
from coopter.governance.rules.motions import Motion, UnknownMotion
from coopter.governance.rules.presets import SCIC
from coopter.members.commands.structures import leave_grouping
from coopter.members.queries import list_structures
from coopter.plumbing import files, mail
from coopter.plumbing.database import session
from coopter.plumbing.outbox import Effect, OutboxRow
from coopter.values.actor import Role
from coopter.values.refusal import Conflict, NotAllowed
from tests.factories import LONG_AGO, a_person, a_structure
from tests.governance.meetings import AT, CONVENED, DAY, SIMPLE, Meeting, a_meeting


def details_of(meeting: Meeting, **changed: object) -> AssemblyDetails:
    """The assembly's details as the form would send them, with these changed."""
    record = assembly_record(meeting.assembly_id)
    same = {name: getattr(record, name) for name in AssemblyDetails.__slots__}
    return AssemblyDetails(**{**same, **changed})


# ── bodies and seats ───────────────────────────────────────────────────────────────────────────────────────────────


def test_all_members_are_seated_once(app: Flask) -> None:
    with a_meeting("AB") as meeting:
        a_structure("C")
        assert seat_all_members(meeting.coordinator, body_id=meeting.body_id, on=DAY, at=CONVENED) == 1
        assert seat_all_members(meeting.coordinator, body_id=meeting.body_id, on=DAY, at=CONVENED) == 0
        assert len(seats_of(meeting.body_id, on=DAY)) == 3
        assert len(seats_of(meeting.body_id, on=LONG_AGO)) == 2


def test_seat_is_one_at_a_time_and_two_people_never_overwrite_each_other(app: Flask) -> None:
    """R22."""
    with a_meeting("AB") as meeting:
        seat = seats_of(meeting.body_id)[0]
        same = SeatDetails(starts_on=DAY, structure_id=seat.structure_id)
        with pytest.raises(SeatTaken):
            add_seat(meeting.coordinator, body_id=meeting.body_id, details=same, at=CONVENED)
        with pytest.raises(CollegeUnknown):
            edit_seat(meeting.coordinator, seat_id=seat.id, version=1, at=CONVENED,
                      details=replace(same, starts_on=LONG_AGO, college="Z"))  # fmt: skip
        edited = replace(same, starts_on=LONG_AGO, office="Présidence")
        edit_seat(meeting.coordinator, seat_id=seat.id, version=1, details=edited, at=CONVENED)
        with pytest.raises(Conflict):
            edit_seat(meeting.coordinator, seat_id=seat.id, version=1, details=same, at=CONVENED)
        end_seat(meeting.coordinator, seat_id=seat.id, ends_on=date(2026, 1, 1), at=CONVENED)
        add_seat(meeting.coordinator, body_id=meeting.body_id, details=same, at=CONVENED)
        assert {one.office for one in seats_of(meeting.body_id, on=DAY)} == {""}


# ── the agenda ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_agenda_is_written_then_fixed_by_the_convocation(app: Flask) -> None:
    with a_meeting() as meeting:
        boss = meeting.coordinator
        first, second, third = meeting.add("Un"), meeting.add("Deux"), meeting.add("Trois")
        move_item(boss, item_id=third, position=1, at=CONVENED)
        remove_item(boss, item_id=second, at=CONVENED)
        assert [one.title for one in agenda_of(meeting.assembly_id)] == ["Trois", "Un"]
        meeting.convene()
        for act in (
            lambda: meeting.add("Hors ordre du jour"),
            lambda: move_item(boss, item_id=first, position=1, at=AT),
            lambda: remove_item(boss, item_id=first, at=AT),
            lambda: edit_item(boss, item_id=first, version=1, details=ItemDetails("Autre"), at=AT),
        ):
            with pytest.raises(AgendaFixed):
                act()
        meeting.add("Point d’information", form=ItemForm.REPORT)
        amendment = meeting.add("Amendement", amends_id=first)
        with pytest.raises(AmendsNothing):
            meeting.add("Sous-amendement", amends_id=amendment)
        version = agenda_of(meeting.assembly_id)[0].version
        item = agenda_of(meeting.assembly_id)[0].id
        note_item(boss, item_id=item, version=version, notes="On en parle.", at=AT)
        with pytest.raises(Conflict):
            note_item(boss, item_id=item, version=version, notes="Autre chose.", at=AT)


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        (ItemDetails("X", form=ItemForm.ELECTION, method=BallotMethod.SECRET, candidates=("A",)), SeatsMissing),
        (ItemDetails("X", form=ItemForm.ELECTION, method=BallotMethod.SECRET, seats=1), CandidatesMissing),
        (ItemDetails("X", form=ItemForm.ELECTION, seats=1, candidates=("A",)), PersonsSecret),
        (ItemDetails("X", form=ItemForm.REPORT, motion=Motion("x", "", 1, DAY)), ReportIsNotVoted),
        (ItemDetails("X", form=ItemForm.ELECTION, method=BallotMethod.SECRET, seats=1, candidates=("A",),
                     motion=Motion("x", "", 1, DAY)), ElectionCarriesNothing),
        (ItemDetails("X", motion=Motion("jamais-vu", "", 1, DAY)), UnknownMotion),
    ],
)  # fmt: skip
def test_points_that_do_not_hold(app: Flask, details: ItemDetails, refusal: type[Exception]) -> None:
    with a_meeting(statutes=replace(SIMPLE, persons_secret=True)) as meeting, pytest.raises(refusal):
        add_item(meeting.coordinator, assembly_id=meeting.assembly_id, details=details, at=CONVENED)


def test_others_propose_nothing(app: Flask) -> None:
    with a_meeting() as meeting, pytest.raises(NotAllowed):
        propose(meeting.speakers["A"], assembly_id=meeting.assembly_id, motion=Motion("x", "", 1, DAY), title="X",
                at=CONVENED)  # fmt: skip


def test_documents(app: Flask) -> None:
    with a_meeting() as meeting:
        add_document(meeting.coordinator, assembly_id=meeting.assembly_id, name="Comptes 2025.pdf", content=b"%PDF-1",
                     at=CONVENED)  # fmt: skip
        (found,) = documents_of(meeting.assembly_id)
        assert files.read(found.sha256) == b"%PDF-1"
        with pytest.raises(DocumentNotTaken):
            add_document(meeting.coordinator, assembly_id=meeting.assembly_id, name="x.exe", content=b"MZ", at=CONVENED)


# ── the convocation ────────────────────────────────────────────────────────────────────────────────────────────────


def test_convocation_mails_an_invitation_to_each(app: Flask) -> None:
    with a_meeting("AB", link="https://visio.example/salle", place="Salle des fêtes") as meeting:
        for structure in list_structures():
            a_person(Role.REPRESENTATIVE, structure=structure, email=f"{structure.code.lower()}@x.example")
        meeting.add("Comptes")
        convene(meeting.coordinator, assembly_id=meeting.assembly_id, at=CONVENED, base_url="https://coop.example")
        rows = session().scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all()
        assert sorted(row.payload["to"] for row in rows) == ["a@x.example", "b@x.example"]
        assert "Comptes" in rows[0].payload["text"]
        assert f"https://coop.example/cap-cooperation/vie/assemblees/{meeting.assembly_id}" in rows[0].payload["text"]
        ((name, digest),) = rows[0].payload["attachments"]
        (event,) = Calendar.from_ical(files.read(digest)).walk("VEVENT")
        assert (name, event["SEQUENCE"], event["STATUS"]) == ("assemblee.ics", 0, "CONFIRMED")
        assert event["ORGANIZER"].startswith("mailto:")  # RFC 5546, 3.2.1
        assert event["DTSTART"].dt == AT
        effect = Effect(1, "key", None, rows[0].payload, AT)
        sent = message_from_bytes(mail.compose(effect, sender="c@example.org", host="h").as_bytes(), policy=default)
        (joined,) = sent.iter_attachments()
        assert (joined.get_param("method"), "Salle des fêtes" in joined.get_content()) == ("PUBLISH", True)

        record = assembly_record(meeting.assembly_id)
        moved = details_of(meeting, starts_at=AT + timedelta(days=1), ends_at=AT + timedelta(days=1, hours=2))
        edit_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, version=record.version, details=moved,
                      at=CONVENED)  # fmt: skip
        annul_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, reason="Tempête", at=CONVENED)
        rows = session().scalars(select(OutboxRow).where(OutboxRow.payload.contains("a@x.example"))).all()
        events = [Calendar.from_ical(files.read(row.payload["attachments"][0][1])) for row in rows]
        found = [(one["METHOD"], one.walk("VEVENT")[0]["UID"], one.walk("VEVENT")[0]["SEQUENCE"]) for one in events]
        assert len({uid for _method, uid, _sequence in found}) == 1
        assert [(method, sequence) for method, _uid, sequence in found] == [
            ("PUBLISH", 0), ("PUBLISH", 1), ("CANCEL", 2),
        ]  # fmt: skip


def test_what_stops_a_convocation(app: Flask) -> None:
    with a_meeting(statutes=replace(SIMPLE, remote_vote=False), mode=AssemblyMode.MIXED) as meeting:
        with pytest.raises(AgendaEmpty):
            meeting.convene()
        meeting.add("Point")
        with pytest.raises(RemoteVoteForbidden):
            meeting.convene()
        with pytest.raises(NoticeTooShort, match="au plus tôt le 15/03/2026"):
            convene(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT - timedelta(days=14))
    with a_meeting("AB", statutes=SCIC, colleges={"A": "A"}, slug="scic") as meeting:
        meeting.add("Point")
        with pytest.raises(SeatsWithoutCollege, match="B"):
            meeting.convene()


def test_right_to_vote_is_that_of_the_record_date(app: Flask) -> None:
    """Dues paid to the record date, membership on that day (domain.md §8.1)."""
    statutes = replace(SIMPLE, dues_needed=True)
    with a_meeting("ABC", statutes=statutes, record_on=date(2026, 3, 1)) as meeting:
        seats = {one.name: one for one in seats_of(meeting.body_id)}
        for name, paid_to in (("A", date(2026, 3, 1)), ("B", date(2026, 2, 28)), ("C", date(2026, 12, 31))):
            paid = SeatDetails(starts_on=LONG_AGO, structure_id=seats[name].structure_id, name=name,
                               dues_paid_to=paid_to)  # fmt: skip
            edit_seat(meeting.coordinator, seat_id=seats[name].id, version=1, details=paid, at=CONVENED)
        gone = seats["C"].structure_id or 0
        leave_grouping(meeting.coordinator, structure_id=gone, left_on=date(2026, 3, 1), at=CONVENED)
        meeting.add("Point")
        meeting.convene()
        roll = {one.name: one for one in roll_of(meeting.assembly_id)}
        assert [roll[name].may_vote for name in "ABC"] == [True, False, False]
        assert "Cotisation" in str(roll["B"].why_not) and "adhérente" in str(roll["C"].why_not)
        assert quorum_now(meeting.assembly_id).whole.electors == 1  # type: ignore[union-attr]


def test_weights_follow_the_statutes(app: Flask) -> None:
    for equal, expected in ((True, [1, 1]), (False, [3, 1])):
        statutes = replace(SIMPLE, one_head_one_vote=equal)
        with a_meeting("AB", statutes=statutes, weights={"A": 3}, slug=f"g-{equal}".lower()) as meeting:
            meeting.add("Point")
            meeting.convene()
            assert [one.weight for one in roll_of(meeting.assembly_id)] == expected


def test_rules_are_frozen_when_convened(app: Flask) -> None:
    with a_meeting() as meeting:
        meeting.add("Point")
        meeting.convene()
        with pytest.raises(AlreadyConvened):
            meeting.convene()
        record = assembly_record(meeting.assembly_id)
        assert (record.state, record.rules_decision, record.statutes) == (AssemblyState.CONVENED, 1, SIMPLE)
        for fixed in ({"record_on": date(2026, 1, 1)}, {"mode": AssemblyMode.MIXED}):
            with pytest.raises(FixedByConvocation):
                edit_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, version=record.version,
                              details=details_of(meeting, **fixed), at=CONVENED)  # fmt: skip


def test_drafts_are_seen_by_whoever_prepares_them(app: Flask) -> None:
    with a_meeting() as meeting:
        assert len(assemblies_for(meeting.coordinator)) == 1
        assert assemblies_for(meeting.speakers["A"]) == ()


def test_draft_that_does_not_hold(app: Flask) -> None:
    with a_meeting() as meeting:
        for wrong, refusal in (({"place": ""}, PlaceMissing), ({"record_on": date(2026, 3, 15)}, RecordDayAfter)):
            with pytest.raises(refusal):
                edit_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, version=1,
                              details=details_of(meeting, **wrong), at=CONVENED)  # fmt: skip
        edit_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, version=1,
                      details=details_of(meeting, title="Autre titre"), at=CONVENED)  # fmt: skip
        with pytest.raises(Conflict):
            edit_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, version=1,
                          details=details_of(meeting, title="Encore un"), at=CONVENED)  # fmt: skip
