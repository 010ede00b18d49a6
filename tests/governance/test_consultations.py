"""Written consultations: opened and closed at instants, their quorum counted on those who answered, called again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask

from coopter.governance.commands.assemblies import QuorumWasReached, call_again
from coopter.governance.commands.ballots import TooLateToVote, TooSoonToVote
from coopter.governance.commands.closings import ConsultationStillOpen
from coopter.governance.commands.holding import close_assembly
from coopter.governance.commands.votes import cast, close_vote
from coopter.governance.queries.assemblies import agenda_of
from coopter.governance.queries.minutes import minutes_facts
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemState, Verdict
from coopter.governance.rules.minutes import draft_minutes
from coopter.governance.rules.statutes import Quorum
from tests.governance.meetings import AT, SIMPLE, a_meeting, say

HALF = replace(SIMPLE, quorum=Quorum(Fraction(1, 2)))
ENDS = AT + timedelta(days=3)


def test_consultation_opens_and_closes_at_instants(app: Flask) -> None:
    """R33: a ballot one second before the end counts, one at the end does not."""
    ends = AT + timedelta(days=3)
    with a_meeting(mode=AssemblyMode.CONSULTATION, ends_at=ends, place="") as meeting:
        item = meeting.add(method=BallotMethod.SECRET)
        meeting.convene()
        meeting.open(at=AT - timedelta(days=1))
        with pytest.raises(TooSoonToVote):
            cast(meeting.speakers["A"], item_id=item, choices={meeting.electors["A"]: "yes"},
                 at=AT - timedelta(seconds=1))  # fmt: skip
        for name in "ABC":
            cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: "yes"},
                 at=ends - timedelta(seconds=1))  # fmt: skip
        with pytest.raises(TooLateToVote):
            cast(meeting.speakers["D"], item_id=item, choices={meeting.electors["D"]: "no"}, at=ends)
        with pytest.raises(ConsultationStillOpen):
            close_vote(meeting.coordinator, item_id=item, at=ends - timedelta(seconds=1))
        outcome = close_vote(meeting.coordinator, item_id=item, at=ends)
        assert (outcome.verdict, outcome.result["heads"]["ballots"]) == (Verdict.ADOPTED, 3)


def test_too_few_answers_adopt_nothing_and_are_asked_again(app: Flask) -> None:
    """What lacked its quorum goes to the second call; what reached it does not."""
    with a_meeting(mode=AssemblyMode.CONSULTATION, ends_at=ENDS, place="", statutes=HALF) as meeting:
        lacking, reached = meeting.add("Trop peu"), meeting.add("Assez")
        meeting.convene()
        meeting.open()
        say(meeting, lacking, A="yes")
        say(meeting, reached, A="yes", B="yes")
        assert close_vote(meeting.coordinator, item_id=lacking, at=ENDS).verdict is Verdict.NO_QUORUM
        assert close_vote(meeting.coordinator, item_id=reached, at=ENDS).verdict is Verdict.ADOPTED
        second = call_again(meeting.coordinator, assembly_id=meeting.assembly_id, starts_at=AT + timedelta(days=40),
                            at=ENDS)  # fmt: skip
        assert [(one.title, one.state) for one in agenda_of(second)] == [("Trop peu", ItemState.PENDING)]


def test_a_consultation_with_its_quorum_is_not_called_again(app: Flask) -> None:
    with a_meeting(mode=AssemblyMode.CONSULTATION, ends_at=ENDS, place="", statutes=HALF) as meeting:
        item = meeting.add()
        meeting.convene()
        meeting.open()
        say(meeting, item, A="yes", B="no")
        close_vote(meeting.coordinator, item_id=item, at=ENDS)
        with pytest.raises(QuorumWasReached):
            call_again(meeting.coordinator, assembly_id=meeting.assembly_id, starts_at=AT + timedelta(days=40), at=ENDS)


def test_minutes_tell_who_answered(app: Flask) -> None:
    """Nobody was there, and nobody is said to be absent: who answered, until when, and never what."""
    with a_meeting(mode=AssemblyMode.CONSULTATION, ends_at=ENDS, place="", statutes=HALF) as meeting:
        item = meeting.add(method=BallotMethod.SECRET)
        meeting.convene()
        meeting.open()
        say(meeting, item, A="yes", B="no", C="yes")
        close_vote(meeting.coordinator, item_id=item, at=ENDS)
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=ENDS)
        text = draft_minutes(minutes_facts(meeting.assembly_id))
        assert "jusqu’au 17 mars 2026 à 10\u00a0h" in text
        assert "Ont répondu : 3 ; n’ont pas répondu : 1." in text
        assert "| A | a répondu |" in text and "| D | n’a pas répondu |" in text
        assert "3 membres ayant répondu sur 4, 2 requis" in text
        assert "absents" not in text
