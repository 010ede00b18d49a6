"""Votes from their opening to what they change: the roll fixed, each voice once, outcomes numbered and in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.governance.commands.agenda import ItemDetails, add_item
from coopter.governance.commands.assemblies import annul_assembly, call_again, close_assembly
from coopter.governance.commands.attendance import record_departure
from coopter.governance.commands.ballots import (
    AlreadyVoted,
    BallotIsSecret,
    HandsAreRaised,
    NotOnRoll,
    TooLateToVote,
    TooSoonToVote,
    VoteNotOpen,
    record_ballots,
)
from coopter.governance.commands.closings import ConsultationStillOpen
from coopter.governance.commands.convocation import set_right_to_vote
from coopter.governance.commands.proxies import give_proxy
from coopter.governance.commands.votes import (
    AmendmentFirst,
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
from coopter.governance.queries.decisions import decision_in_force, is_annulled
from coopter.governance.queries.votes import hands_of, outcome_of, register, vote_record
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, Basis, Verdict
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.quorum import QuorumNotReached
from coopter.governance.rules.statutes import Quorum, to_json
from coopter.governance.rules.tally import CastingVoteNeeded
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed
from tests.factories import actor
from tests.governance.meetings import AT, ELECTION, SIMPLE, Meeting, a_meeting, an_open_meeting

LATER = AT + timedelta(minutes=30)


def say(meeting: Meeting, item: int, **choices: str) -> None:
    """Each of these votes for itself."""
    for name, choice in choices.items():
        cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: choice}, at=AT)


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


def test_amendment_is_voted_first_and_changes_the_text(app: Flask) -> None:
    with a_meeting() as meeting:
        rules = rules_subject(meeting.body_id)
        first = Motion("body-rules", rules, to_json(replace(SIMPLE, notice_days=20)), date(2026, 5, 1))
        better = Motion("body-rules", rules, to_json(replace(SIMPLE, notice_days=25)), date(2026, 5, 1))
        item = meeting.add("Délai", body="Vingt jours.", motion=first)
        meeting.convene()
        meeting.arrive("A", "B", "C", "D")
        meeting.open()
        details = ItemDetails(title="Plutôt 25", body="Vingt-cinq jours.", method=BallotMethod.ROLL_CALL,
                              amends_id=item, motion=better)  # fmt: skip
        amendment = add_item(meeting.coordinator, assembly_id=meeting.assembly_id, details=details, at=AT)
        assert [one.id for one in agenda_of(meeting.assembly_id)] == [amendment, item]
        with pytest.raises(AmendmentFirst):
            open_vote(meeting.coordinator, item_id=item, at=AT)
        for one in (amendment, item):
            open_vote(meeting.coordinator, item_id=one, at=AT)
            say(meeting, one, A="yes", B="yes")
            close_vote(meeting.coordinator, item_id=one, at=LATER)
        amended = agenda_of(meeting.assembly_id)[1]
        assert "Vingt jours." in amended.body and "Vingt-cinq jours." in amended.body
        decided = decision_in_force("body-rules", on=date(2026, 5, 1), subject=rules)
        assert decided is not None and decided.value["notice_days"] == 25
        assert session().scalar(select(func.count(Decision.id))) == 2  # the amendment took none of its own


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


def test_consultation_without_enough_voters_adopts_nothing(app: Flask) -> None:
    from fractions import Fraction

    ends = AT + timedelta(days=3)
    statutes = replace(SIMPLE, quorum=Quorum(Fraction(1, 2)))
    with a_meeting(mode=AssemblyMode.CONSULTATION, ends_at=ends, place="", statutes=statutes) as meeting:
        item = meeting.add()
        meeting.convene()
        meeting.open()
        say(meeting, item, A="yes")
        assert close_vote(meeting.coordinator, item_id=item, at=ends).verdict is Verdict.NO_QUORUM


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
