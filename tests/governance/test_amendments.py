"""Amendments: voted before what they change, taken back with their own deliberation, fallen with what they amend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.governance.commands.agenda import ItemDetails, add_item, propose
from coopter.governance.commands.agenda_checks import NoAmendmentInWriting, NoHandsInWriting
from coopter.governance.commands.votes import AmendmentFirst, annul_outcome, close_vote, open_vote, withdraw_item
from coopter.governance.models import Decision
from coopter.governance.queries.assemblies import agenda_of
from coopter.governance.queries.bodies import rules_subject
from coopter.governance.queries.decisions import decision_in_force
from coopter.governance.queries.votes import outcome_of
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemState
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.statutes import to_json
from coopter.plumbing.database import session
from tests.governance.meetings import AT, SIMPLE, Meeting, a_meeting, say

LATER = AT + timedelta(minutes=30)


def days(meeting: Meeting, count: int) -> Motion:
    """The body's rules, with another notice."""
    return Motion(
        "body-rules", rules_subject(meeting.body_id), to_json(replace(SIMPLE, notice_days=count)), date(2026, 5, 1)
    )


def an_amendment(meeting: Meeting, item: int) -> int:
    """« Plutôt 25 », moved in the room."""
    details = ItemDetails(title="Plutôt 25", body="Vingt-cinq jours.", method=BallotMethod.ROLL_CALL,
                          amends_id=item, motion=days(meeting, 25))  # fmt: skip
    return add_item(meeting.coordinator, assembly_id=meeting.assembly_id, details=details, at=AT)


def adopt(meeting: Meeting, item: int) -> None:
    """Two for, nobody against."""
    open_vote(meeting.coordinator, item_id=item, at=AT)
    say(meeting, item, A="yes", B="yes")
    close_vote(meeting.coordinator, item_id=item, at=LATER)


def an_amended(meeting: Meeting) -> tuple[int, int]:
    """A resolution on twenty days and its amendment, in an open assembly; the ids of both."""
    item = meeting.add("Délai", body="Vingt jours.", motion=days(meeting, 20))
    meeting.convene()
    meeting.arrive("A", "B", "C", "D")
    meeting.open()
    return item, an_amendment(meeting, item)


def test_amendment_is_voted_first_and_changes_the_text(app: Flask) -> None:
    with a_meeting() as meeting:
        item, amendment = an_amended(meeting)
        assert [one.id for one in agenda_of(meeting.assembly_id)] == [amendment, item]
        with pytest.raises(AmendmentFirst):
            open_vote(meeting.coordinator, item_id=item, at=AT)
        adopt(meeting, amendment)
        adopt(meeting, item)
        amended = agenda_of(meeting.assembly_id)[1]
        assert "Vingt jours." in amended.body and "Vingt-cinq jours." in amended.body
        decided = decision_in_force("body-rules", on=date(2026, 5, 1), subject=rules_subject(meeting.body_id))
        assert decided is not None and decided.value["notice_days"] == 25
        assert session().scalar(select(func.count(Decision.id))) == 2  # the amendment took none of its own


def test_annulled_amendment_leaves_the_resolution_as_it_was(app: Flask) -> None:
    """R33: annulled, nothing changes: neither the text nor what the resolution sets."""
    with a_meeting() as meeting:
        item, amendment = an_amended(meeting)
        adopt(meeting, amendment)
        outcome = outcome_of(amendment)
        assert outcome is not None
        annul_outcome(meeting.coordinator, outcome_id=outcome.id, reason="Hors délai", at=LATER)
        amended = agenda_of(meeting.assembly_id)[1]
        assert (amended.id, amended.body, amended.motion) == (item, "Vingt jours.", days(meeting, 20))
        adopt(meeting, item)
        decided = decision_in_force("body-rules", on=date(2026, 5, 1), subject=rules_subject(meeting.body_id))
        assert decided is not None and decided.value["notice_days"] == 20


def test_amendments_fall_with_the_resolution_that_is_withdrawn(app: Flask) -> None:
    with a_meeting() as meeting:
        item, _amendment = an_amended(meeting)
        withdraw_item(meeting.coordinator, item_id=item, at=AT, reason="Reportée")
        assert {one.state for one in agenda_of(meeting.assembly_id)} == {ItemState.WITHDRAWN}


def test_a_consultation_is_not_amended(app: Flask) -> None:
    """All its votes are open together: an amendment could not come first, and the assembly could not open."""
    with a_meeting(mode=AssemblyMode.CONSULTATION, place="") as meeting:
        item = meeting.add("Délai")
        with pytest.raises(NoAmendmentInWriting):
            an_amendment(meeting, item)


def test_a_consultation_raises_no_hands(app: Flask) -> None:
    """Everybody answers from home: a show of hands could not be voted at all."""
    with a_meeting(mode=AssemblyMode.CONSULTATION, place="") as meeting:
        with pytest.raises(NoHandsInWriting):
            meeting.add("Délai", method=BallotMethod.SHOW_OF_HANDS)
        motion = days(meeting, 25)
        propose(meeting.coordinator, assembly_id=meeting.assembly_id, motion=motion, title="Délai", at=AT)
        assert agenda_of(meeting.assembly_id)[0].method is BallotMethod.ROLL_CALL
