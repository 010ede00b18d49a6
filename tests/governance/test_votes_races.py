"""Ten ballots at once for each voice, one counted; and the twin that shows what the line of the roll is for (R33)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.governance.commands import ballots
from coopter.governance.commands.ballots import AlreadyVoted, Line, OpenVote, VoteNotOpen
from coopter.governance.commands.votes import cast, close_vote, open_vote
from coopter.governance.models import Ballot, SealedBallot
from coopter.governance.queries.votes import outcome_of
from coopter.governance.rules.kinds import BallotMethod
from coopter.plumbing.database import db, session
from tests.governance.meetings import AT, Meeting, an_open_meeting
from tests.office.processes import BROKEN, DONE, REFUSED, exit_code, forked

NAMES = "ABC"
AT_ONCE = 10


def try_to_cast(meeting: Meeting, item: int, name: str) -> int:
    """One ballot; the exit code says how it went."""
    try:
        cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: "yes"}, at=AT)
    except (AlreadyVoted, VoteNotOpen):
        return REFUSED
    return DONE


def stampede(meeting: Meeting, item: int) -> list[int]:
    """Ten processes for each voter, all started before any is waited for."""
    db.session.commit()
    db.session.remove()
    children = [
        forked(lambda name=name: try_to_cast(meeting, item, name), grouping_id=meeting.coordinator.grouping_id or 0)
        for name in NAMES
        for _ in range(AT_ONCE)
    ]
    return [exit_code(child) for child in children]


@pytest.mark.parametrize("method", [BallotMethod.ROLL_CALL, BallotMethod.SECRET])
def test_ten_ballots_at_once_count_once(app: Flask, method: BallotMethod) -> None:
    """R33, on both databases: as many ballots as seats that voted."""
    with an_open_meeting(NAMES, items=({"method": method},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        codes = stampede(meeting, item)
        assert BROKEN not in codes
        assert codes.count(DONE) == len(NAMES)
        box = SealedBallot if method is BallotMethod.SECRET else Ballot
        assert session().scalar(select(func.count()).select_from(box)) == len(NAMES)
        close_vote(meeting.coordinator, item_id=item, at=AT)
        found = outcome_of(item)
        assert found is not None and found.result["heads"]["ballots"] == found.result["voted"] == len(NAMES)


def test_twin_without_the_crossed_line_counts_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race exists: take the crossing of the roll away, and a ballot that nothing names is there ten times."""

    def never_crossed(vote: OpenVote, lines: Sequence[Line]) -> None:
        """No line is crossed off."""

    monkeypatch.setattr(ballots, "mark_voted", never_crossed)
    with an_open_meeting(NAMES, items=({"method": BallotMethod.SECRET},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        assert stampede(meeting, item).count(DONE) == len(NAMES) * AT_ONCE
        assert session().scalar(select(func.count()).select_from(SealedBallot)) == len(NAMES) * AT_ONCE


def test_no_ballot_slips_in_behind_the_closing(app: Flask) -> None:
    """R33: ballots that race with the closing are counted or refused, none is in between."""
    with an_open_meeting(NAMES, items=({"method": BallotMethod.ROLL_CALL},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        db.session.commit()
        db.session.remove()
        grouping_id = meeting.coordinator.grouping_id or 0

        def closing() -> int:
            close_vote(meeting.coordinator, item_id=item, at=AT)
            return DONE

        children = [
            forked(lambda name=name: try_to_cast(meeting, item, name), grouping_id=grouping_id) for name in NAMES
        ]
        closer = forked(closing, grouping_id=grouping_id)
        codes = [exit_code(child) for child in children]
        assert exit_code(closer) == DONE
        assert BROKEN not in codes
        found = outcome_of(item)
        assert found is not None
        assert found.result["heads"]["ballots"] == found.result["voted"] == codes.count(DONE)
        assert session().scalar(select(func.count()).select_from(Ballot)) == codes.count(DONE)
