"""Votes from their opening to what they change: the roll fixed, each voice once, outcomes numbered and in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.governance.commands.agenda_checks import PersonsSecret
from coopter.governance.commands.assemblies import annul_assembly, call_again, close_assembly
from coopter.governance.commands.attendance import record_departure
from coopter.governance.commands.ballots import (
    AlreadyVoted,
    BallotIsSecret,
    CallEachName,
    HandsAreRaised,
    NotOnRoll,
    VoteNotOpen,
    record_ballots,
)
from coopter.governance.commands.convocation import set_right_to_vote
from coopter.governance.commands.proxies import give_proxy
from coopter.governance.commands.votes import (
    annul_outcome,
    cast,
    close_vote,
    open_vote,
    record_show_of_hands,
    withdraw_item,
)
from coopter.governance.models import Ballot, Decision
from coopter.governance.queries.assemblies import agenda_of
from coopter.governance.queries.bodies import rules_of, rules_subject
from coopter.governance.queries.decisions import is_annulled
from coopter.governance.queries.votes import hands_of, outcome_of, register, vote_record
from coopter.governance.rules.kinds import BallotMethod, Basis, Verdict
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.quorum import QuorumNotReached
from coopter.governance.rules.statutes import Quorum, to_json
from coopter.governance.rules.tally import CastingVoteNeeded
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed
from tests.factories import actor
from tests.governance.meetings import AT, ELECTION, SIMPLE, a_meeting, an_open_meeting, say

LATER = AT + timedelta(minutes=30)


def test_adopted_motion_is_in_force_with_no_further_typing(app: Flask) -> None:
    with a_meeting() as meeting:
        stricter = replace(SIMPLE, notice_days=30)
        motion = Motion("body-rules", rules_subject(meeting.body_id), to_json(stricter), date(2026, 5, 1))
        item = meeting.add("Délai de convocation", motion=motion)
        meeting.convene()
        meeting.arrive("A", "B", "C", "D")
        meeting.open()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="yes", B="yes", C="no", D="abstain")
        outcome = close_vote(meeting.coordinator, item_id=item, at=LATER)
        assert (outcome.verdict, outcome.number, outcome.result["share"]) == (Verdict.ADOPTED, 1, "2/3")
        assert rules_of(meeting.body_id, on=date(2026, 4, 30))[0].notice_days == 15
        statutes, decided = rules_of(meeting.body_id, on=date(2026, 5, 1))
        assert statutes.notice_days == 30
        assert decided.basis is Basis.RESOLUTION
        assert decided.decided_by == "Résolution n° 1, assemblée générale du 14/03/2026"
        assert register()[0].decision_number == decided.number
        assert verify_grouping(meeting.coordinator).holds

        annul_outcome(meeting.coordinator, outcome_id=outcome.id, reason="Convocation tardive", at=LATER)
        assert is_annulled(decided.id)
        assert rules_of(meeting.body_id, on=date(2026, 5, 1))[0].notice_days == 15
        assert register()[0].annulled_because == "Convocation tardive"
        assert verify_grouping(meeting.coordinator).holds


def test_rejected_changes_nothing(app: Flask) -> None:
    with a_meeting() as meeting:
        motion = Motion("body-rules", rules_subject(meeting.body_id), to_json(SIMPLE), date(2026, 5, 1))
        item = meeting.add(motion=motion)
        meeting.convene()
        meeting.arrive("A", "B", "C", "D")
        meeting.open()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="yes", B="no", C="no")
        assert close_vote(meeting.coordinator, item_id=item, at=LATER).verdict is Verdict.REJECTED
        assert session().scalar(select(func.count(Decision.id))) == 1  # the rules of before


def test_one_ballot_a_seat_and_none_after_the_closing(app: Flask) -> None:
    """R33."""
    with an_open_meeting() as meeting:
        (item,) = meeting.items()
        with pytest.raises(VoteNotOpen):
            say(meeting, item, A="yes")
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="yes")
        with pytest.raises(AlreadyVoted):
            say(meeting, item, A="no")
        close_vote(meeting.coordinator, item_id=item, at=LATER)
        with pytest.raises(VoteNotOpen):
            say(meeting, item, B="no")
        assert session().scalar(select(func.count(Ballot.id))) == 1
        assert outcome_of(item).result["voted"] == 1  # type: ignore[union-attr]


def test_only_the_seat_s_own_people_vote_for_it(app: Flask) -> None:
    """R33: an employee of the structure, another structure, the coordinator itself: nobody else's hand."""
    with an_open_meeting() as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        for other in (meeting.speakers["B"], meeting.coordinator, actor(meeting.grouping, Role.EMPLOYEE)):
            with pytest.raises(NotAllowed):
                cast(other, item_id=item, choices={meeting.electors["A"]: "yes"}, at=AT)
            assert [hand.name for hand in hands_of(other, item)] == (["B"] if other.represents else [])


def test_roll_is_fixed_when_the_vote_opens(app: Flask) -> None:
    """R33: who comes, leaves, loses the right to vote or gives power later changes the next vote, not this one."""
    with an_open_meeting(items=({}, {"title": "Suivante"}), absent=["D"]) as meeting:
        item, following = meeting.items()
        boss, electors = meeting.coordinator, meeting.electors
        open_vote(boss, item_id=item, at=AT)
        meeting.arrive("D")
        record_departure(boss, assembly_id=meeting.assembly_id, elector_id=electors["A"], at=AT)
        set_right_to_vote(boss, assembly_id=meeting.assembly_id, elector_id=electors["B"], may_vote=False, at=AT)
        give_proxy(meeting.speakers["A"], assembly_id=meeting.assembly_id, giver_id=electors["A"],
                   holder_id=electors["C"], at=AT)  # fmt: skip
        say(meeting, item, A="yes", B="yes", C="no")
        with pytest.raises(NotOnRoll):
            say(meeting, item, D="no")
        outcome = close_vote(boss, item_id=item, at=LATER)
        assert outcome.verdict is Verdict.ADOPTED
        assert outcome.result["heads"]["electors"] == 4

        open_vote(boss, item_id=following, at=LATER)
        assert {line.name for line in vote_record(following).lines if line.hand_id} == {"A", "C", "D"}
        assert [hand.name for hand in hands_of(meeting.speakers["C"], following)] == ["C", "A"]


def test_holder_casts_all_its_hands_at_once(app: Flask) -> None:
    """T37: for itself and its proxies, each its own choice, all or none."""
    with an_open_meeting(absent=["A", "B"]) as meeting:
        (item,) = meeting.items()
        electors = meeting.electors
        for name in ("A", "B"):
            give_proxy(meeting.speakers[name], assembly_id=meeting.assembly_id, giver_id=electors[name],
                       holder_id=electors["C"], at=AT)  # fmt: skip
        open_vote(meeting.coordinator, item_id=item, at=AT)
        with pytest.raises(NotOnRoll):
            cast(meeting.speakers["C"], item_id=item, choices={electors["C"]: "yes", 999_999: "yes"}, at=AT)
        choices = {electors["C"]: "yes", electors["A"]: "no", electors["B"]: "yes"}
        receipts = cast(meeting.speakers["C"], item_id=item, choices=choices, at=AT)
        assert [receipt.name for receipt in receipts] == ["A", "B", "C"]
        with pytest.raises(NotAllowed):  # the principal's own phone is no second hand
            cast(meeting.speakers["A"], item_id=item, choices={electors["A"]: "yes"}, at=AT)
        assert close_vote(meeting.coordinator, item_id=item, at=LATER).result["heads"]["yes"] == 2


def test_show_of_hands_is_noted_by_the_secretary(app: Flask) -> None:
    with an_open_meeting(items=({"method": BallotMethod.SHOW_OF_HANDS},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        with pytest.raises(HandsAreRaised):
            say(meeting, item, A="yes")
        count = record_show_of_hands(
            meeting.coordinator, item_id=item, everybody="yes", but={meeting.electors["B"]: "no"}, at=AT
        )
        assert count == 4
        record_ballots(meeting.coordinator, item_id=item, choices={meeting.electors["C"]: "abstain"}, at=AT)
        heads = close_vote(meeting.coordinator, item_id=item, at=LATER).result["heads"]
        assert (heads["yes"], heads["no"], heads["abstain"], heads["ballots"]) == (2, 1, 1, 4)


def test_nobody_notes_a_secret_ballot_for_another(app: Flask) -> None:
    with an_open_meeting(items=({"method": BallotMethod.SECRET},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        with pytest.raises(BallotIsSecret):
            record_ballots(meeting.coordinator, item_id=item, choices={meeting.electors["A"]: "yes"}, at=AT)


def test_chair_decides_a_tie_where_the_statutes_say_so(app: Flask) -> None:
    with an_open_meeting(statutes=replace(SIMPLE, casting_vote=True)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="yes", B="no")
        with pytest.raises(CastingVoteNeeded):
            close_vote(meeting.coordinator, item_id=item, at=LATER)
        outcome = close_vote(meeting.coordinator, item_id=item, at=LATER, casting="yes")
        assert (outcome.verdict, outcome.result["casting"], outcome.result["tie"]) == (Verdict.ADOPTED, "yes", True)


def test_no_quorum_no_vote_and_a_second_call(app: Flask) -> None:
    from fractions import Fraction

    statutes = replace(SIMPLE, quorum=Quorum(Fraction(3, 4)), second_quorum=Quorum(Fraction(1, 4)))
    with an_open_meeting(statutes=statutes, absent=["C", "D"]) as meeting:
        (item,) = meeting.items()
        with pytest.raises(QuorumNotReached):
            open_vote(meeting.coordinator, item_id=item, at=AT)
        second = call_again(
            meeting.coordinator, assembly_id=meeting.assembly_id, starts_at=AT + timedelta(days=20), at=LATER
        )
        meeting.assembly_id = second
        assert [one.title for one in agenda_of(second)] == ["Résolution"]
        from coopter.governance.commands.assemblies import convene, open_assembly

        convene(meeting.coordinator, assembly_id=second, at=LATER)
        meeting.learn()
        day = AT + timedelta(days=20)
        meeting.arrive("A", at=day)
        open_assembly(meeting.coordinator, assembly_id=second, chair="A", secretary="B", at=day)
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=day)


def test_election_of_two_seats(app: Flask) -> None:
    details = {**ELECTION, "seats": 2, "candidates": ("Maëlle", "Yann", "Zoé")}
    with an_open_meeting("ABCDE", items=(details,)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        votes = {"A": ("Maëlle", "Yann"), "B": ("Maëlle",), "C": ("Maëlle", "Zoé"), "D": ("Yann",), "E": "blank"}
        for name, choice in votes.items():
            cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: choice}, at=AT)
        outcome = close_vote(meeting.coordinator, item_id=item, at=LATER)
        assert outcome.verdict is Verdict.ELECTED
        assert outcome.result["elected"] == ["Maëlle", "Yann"]


def test_withdrawn_in_the_middle_leaves_nothing(app: Flask) -> None:
    with an_open_meeting(items=({"method": BallotMethod.SECRET},)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="yes", B="no")
        withdraw_item(meeting.coordinator, item_id=item, at=AT)
        with pytest.raises(VoteNotOpen):
            close_vote(meeting.coordinator, item_id=item, at=LATER)
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=LATER)


def test_annulled_assembly_annuls_what_it_decided(app: Flask) -> None:
    with an_open_meeting(items=({}, {"title": "Deux"})) as meeting:
        for item in meeting.items():
            open_vote(meeting.coordinator, item_id=item, at=AT)
            say(meeting, item, A="yes")
            close_vote(meeting.coordinator, item_id=item, at=LATER)
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=LATER)
        annul_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, reason="Convocation nulle", at=LATER)
        assert [one.annulled_because for one in register()] == ["Convocation nulle", "Convocation nulle"]
        assert verify_grouping(meeting.coordinator).holds


def test_register_has_continuous_numbers(app: Flask) -> None:
    with an_open_meeting(items=[{"title": f"N° {number}"} for number in range(5)]) as meeting:
        for item in meeting.items():
            open_vote(meeting.coordinator, item_id=item, at=AT)
            say(meeting, item, A="yes", B="no", C="yes")
            close_vote(meeting.coordinator, item_id=item, at=LATER)
        assert [one.number for one in register()] == [5, 4, 3, 2, 1]
        assert {one.verdict for one in register()} == {Verdict.ADOPTED}


def test_a_roll_call_is_noted_name_by_name(app: Flask) -> None:
    """R33: whoever answered on a phone is not spoken for by « tous pour »."""
    with an_open_meeting() as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        say(meeting, item, A="no")
        with pytest.raises(CallEachName):
            record_show_of_hands(meeting.coordinator, item_id=item, everybody="yes", at=AT)
        record_ballots(meeting.coordinator, item_id=item, choices={meeting.electors["B"]: "yes"}, at=AT)
        found = {one.name: one.choice for one in vote_record(item).lines}
        assert found == {"A": "no", "B": "yes", "C": None, "D": None}


def test_an_election_by_show_of_hands(app: Flask) -> None:
    """Where the statutes do not ask for a secret ballot, hands elect too."""
    details = {**ELECTION, "method": BallotMethod.SHOW_OF_HANDS, "seats": 2, "candidates": ("Maëlle", "Yann", "Zoé")}
    with an_open_meeting(items=(details,)) as meeting:
        (item,) = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT)
        but = {meeting.electors["D"]: ("Zoé",)}
        record_show_of_hands(meeting.coordinator, item_id=item, everybody=("Maëlle", "Yann"), but=but, at=AT)
        assert close_vote(meeting.coordinator, item_id=item, at=LATER).result["elected"] == ["Maëlle", "Yann"]


def test_the_room_chooses_how_to_vote_as_the_vote_opens(app: Flask) -> None:
    """A member asks for the secret; persons are elected as the statutes say, whatever the room would like."""
    details = {**ELECTION, "seats": 1, "candidates": ("Maëlle",)}
    with an_open_meeting(items=({}, details), statutes=replace(SIMPLE, persons_secret=True)) as meeting:
        item, election = meeting.items()
        open_vote(meeting.coordinator, item_id=item, at=AT, method=BallotMethod.SECRET)
        assert agenda_of(meeting.assembly_id)[0].method is BallotMethod.SECRET
        with pytest.raises(PersonsSecret):
            open_vote(meeting.coordinator, item_id=election, at=AT, method=BallotMethod.SHOW_OF_HANDS)
