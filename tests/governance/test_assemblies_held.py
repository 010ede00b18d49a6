"""What is held: arrivals, quorum, questions, closing, a second call, and the set-up for Belenios."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance.commands.assemblies import NoSecondCall, QuorumWasReached, call_again
from coopter.governance.commands.attendance import (
    CodeWornOut,
    NobodyToSpeakFor,
    NoDistance,
    NotHere,
    arrive_by_code,
    make_door_code,
    record_arrival,
    record_departure,
)
from coopter.governance.commands.holding import TooEarly, VoteStillOpen, WrongMoment, close_assembly, open_assembly
from coopter.governance.commands.questions import QuestionsClosed, answer_question, ask_question
from coopter.governance.commands.votes import open_vote
from coopter.governance.models import Elector
from coopter.governance.queries.assemblies import (
    questions_of,
    quorum_now,
    roll_of,
    stays_of,
)
from coopter.governance.queries.belenios import NoAddress, belenios_export
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans
from coopter.governance.rules.presets import SCIC
from coopter.governance.rules.statutes import Quorum
from coopter.members.queries import list_structures
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed
from tests.factories import a_person
from tests.governance.meetings import AT, ELECTION, SIMPLE, Meeting, a_meeting, an_open_meeting


def test_arrival_by_the_code_at_the_door(app: Flask) -> None:
    with an_open_meeting(absent=["A", "B"]) as meeting:
        old = make_door_code(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)
        token = make_door_code(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)
        assert arrive_by_code(meeting.speakers["A"], token=token, at=AT) == meeting.assembly_id
        arrive_by_code(meeting.speakers["A"], token=token, at=AT)  # a double click
        roll = {one.name: one for one in roll_of(meeting.assembly_id)}
        assert (roll["A"].means, roll["A"].person_name) == (AttendanceMeans.QR_CODE, "Voix de A")
        assert len(stays_of(meeting.assembly_id)) == 3
        with pytest.raises(CodeWornOut):
            arrive_by_code(meeting.speakers["B"], token=old, at=AT)
        with pytest.raises(NobodyToSpeakFor):
            arrive_by_code(meeting.coordinator, token=token, at=AT)
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)
        with pytest.raises(CodeWornOut):
            arrive_by_code(meeting.speakers["B"], token=token, at=AT)


def test_presence_at_a_distance(app: Flask) -> None:
    def from_home(meeting: Meeting, name: str, *, by: str) -> None:
        record_arrival(meeting.speakers[by], assembly_id=meeting.assembly_id, elector_id=meeting.electors[name],
                       means=AttendanceMeans.REMOTE, person_name="Chez soi", at=AT)  # fmt: skip

    with an_open_meeting(absent=["A", "B"]) as meeting:
        with pytest.raises(NoDistance):
            from_home(meeting, "A", by="A")
        with pytest.raises(NotAllowed):  # on the spot, the desk notes who is there
            record_arrival(meeting.speakers["A"], assembly_id=meeting.assembly_id, elector_id=meeting.electors["A"],
                           means=AttendanceMeans.ON_THE_SPOT, person_name="Moi", at=AT)  # fmt: skip
    with an_open_meeting(absent=["A", "B"], mode=AssemblyMode.MIXED, slug="mixte") as meeting:
        with pytest.raises(NotAllowed):
            from_home(meeting, "A", by="B")
        from_home(meeting, "A", by="A")
        record_departure(
            meeting.speakers["A"], assembly_id=meeting.assembly_id, elector_id=meeting.electors["A"], at=AT
        )
        with pytest.raises(NotHere):
            record_departure(meeting.coordinator, assembly_id=meeting.assembly_id, elector_id=meeting.electors["A"],
                             at=AT)  # fmt: skip


def test_quorum_live_by_college(app: Flask) -> None:
    statutes = replace(SCIC, quorum=Quorum(Fraction(1, 2), per_college=True))
    colleges = dict(zip("ABCDEFGH", "AABBCCDD", strict=True))
    with an_open_meeting("ABCDEFGH", statutes=statutes, colleges=colleges, absent=["G", "H"]) as meeting:
        found = quorum_now(meeting.assembly_id)
        assert found is not None and not found.reached
        assert [(part.college, part.counted, part.reached) for part in found.parts] == [
            ("", 6, True), ("A", 2, True), ("B", 2, True), ("C", 2, True), ("D", 0, False),
        ]  # fmt: skip
        meeting.arrive("G")
        assert quorum_now(meeting.assembly_id).reached  # type: ignore[union-attr]


def test_opened_on_its_day_and_closed_when_votes_are(app: Flask) -> None:
    with a_meeting() as meeting:
        item = meeting.add("Point")
        with pytest.raises(WrongMoment):
            meeting.open()
        meeting.convene()
        with pytest.raises(TooEarly):
            open_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, chair="C", secretary="S",
                          at=AT - timedelta(days=1))  # fmt: skip
        meeting.arrive("A", "B")
        meeting.open()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        with pytest.raises(VoteStillOpen):
            close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)


def test_no_second_call_without_need_or_rule(app: Flask) -> None:
    with an_open_meeting() as meeting, pytest.raises(QuorumWasReached):
        call_again(meeting.coordinator, assembly_id=meeting.assembly_id, starts_at=AT + timedelta(days=20), at=AT)
    statutes = replace(SIMPLE, quorum=Quorum(Fraction(1)), second_quorum=None)
    with an_open_meeting(statutes=statutes, absent=["A"], slug="sans-seconde") as meeting, pytest.raises(NoSecondCall):
        call_again(meeting.coordinator, assembly_id=meeting.assembly_id, starts_at=AT + timedelta(days=20), at=AT)


def test_written_questions(app: Flask) -> None:
    with an_open_meeting() as meeting:
        asked = {"assembly_id": meeting.assembly_id, "elector_id": meeting.electors["A"], "question": "Et le local ?"}
        with pytest.raises(NotAllowed):
            ask_question(meeting.speakers["B"], **asked, at=AT)
        question = ask_question(meeting.speakers["A"], **asked, at=AT)
        answer_question(meeting.coordinator, question_id=question, answer="En juin.", at=AT)
        (found,) = questions_of(meeting.assembly_id)
        assert (found.elector, found.question, found.answer) == ("A", "Et le local ?", "En juin.")
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)
        with pytest.raises(QuestionsClosed):
            ask_question(meeting.speakers["A"], **asked, at=AT)


def test_belenios_set_up(app: Flask) -> None:
    """R35: contested elections leave with their definition and their electors."""
    details = {**ELECTION, "seats": 2, "candidates": ("Maëlle", "Yann", "Zoé")}
    with an_open_meeting("ABC", items=(details,)) as meeting:
        (item,) = meeting.items()
        with pytest.raises(NoAddress):
            belenios_export(item)
        for structure in list_structures():
            a_person(Role.REPRESENTATIVE, structure=structure, email=f"{structure.code.lower()}@x.example")
        found = belenios_export(item)
        definition = json.loads(found.definition)
        assert set(definition) == {"name", "description", "questions", "administrator", "credential_authority"}
        assert definition["questions"] == [{"type": "Homomorphic", "value": {
            "question": "Conseil", "answers": ["Maëlle", "Yann", "Zoé"], "blank": True, "min": 1, "max": 2
        }}]  # fmt: skip
        lines = list(csv.reader(io.StringIO(found.electors)))
        electors = {row.id for row in session().scalars(select(Elector))}
        assert [(email, weight) for email, _login, weight in lines] == [
            ("a@x.example", "1"), ("b@x.example", "1"), ("c@x.example", "1"),
        ]  # fmt: skip
        assert {int(login.removeprefix("siege-")) for _email, login, _weight in lines} == electors
        assert all(re.fullmatch(r"[A-Za-z0-9._%+-]+", login) for _email, login, _weight in lines)  # its user names
