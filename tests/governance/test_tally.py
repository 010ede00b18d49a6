"""Golden F both ways, ties and casting votes, bases and blanks, elections; and what holds of every count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.governance.rules.colleges import College, CollegeMethod, EmptyCollege
from coopter.governance.rules.kinds import Verdict
from coopter.governance.rules.presets import SCIC, TWO_THIRDS
from coopter.governance.rules.statutes import ORDINARY, Majority, MajorityBase, Statutes
from coopter.governance.rules.tally import Cast, CastingVoteNeeded, Seated, Tally, tally_election, tally_resolution

GOLDEN_F = {"A": (6, 2, 0), "B": (10, 14, 1), "C": (2, 0, 0), "D": (3, 6, 1)}
PLAIN = Statutes()


def box(counts: dict[str, tuple[int, int, int]], *, blank: int = 0) -> list[Cast]:
    """Ballots of each college: for, against, abstentions."""
    words = ("yes", "no", "abstain")
    found = [Cast(code, 1, word) for code, three in counts.items() for word, n in zip(words, three, strict=True)
             for _ in range(n)]  # fmt: skip
    return found + [Cast(next(iter(counts)), 1, "blank")] * blank


def count(
    ballots: Sequence[Cast], statutes: Statutes = PLAIN, majority: Majority = ORDINARY, *, absent: int = 0,
    silent: int = 0, casting: str | None = None,
) -> Tally:  # fmt: skip
    """Count with everybody who voted on the roll, some silent, some absent."""
    seated = [Seated(one.college, one.weight, True) for one in ballots]
    seated += [Seated("", 1, True)] * silent + [Seated("", 1, False)] * absent
    return tally_resolution(ballots, electors=seated, statutes=statutes, majority=majority, casting=casting)


def test_golden_f_proportional() -> None:
    """domain.md §8.4: 18.75 + 12.50 + 20.00 + 8.3333 = 59.5833 % for, adopted; 21–22 by heads."""
    found = count(box(GOLDEN_F), SCIC)
    assert found.verdict is Verdict.ADOPTED
    assert [part["for"] for part in found.result["colleges"]] == ["75/4", "25/2", "20", "25/3"]
    assert (found.result["for"], found.result["against"]) == ("715/12", "485/12")
    assert round(float(Fraction(found.result["share"])), 6) == 0.595833
    assert (found.result["heads"]["yes"], found.result["heads"]["no"], found.result["heads"]["abstain"]) == (21, 22, 2)


def test_golden_f_winner_takes_all() -> None:
    """45 for, 55 against: rejected."""
    found = count(box(GOLDEN_F), replace(SCIC, college_method=CollegeMethod.WINNER_TAKES_ALL))
    assert found.verdict is Verdict.REJECTED
    assert (found.result["for"], found.result["against"], found.result["share"]) == ("45", "55", "9/20")


def test_golden_f_by_heads() -> None:
    assert count(box(GOLDEN_F)).verdict is Verdict.REJECTED


@pytest.mark.parametrize(
    ("empty", "expected", "verdict"),
    [(EmptyCollege.REDISTRIBUTED, "40/75", Verdict.ADOPTED), (EmptyCollege.LOST, "2/5", Verdict.REJECTED)],
)
def test_college_without_a_vote(empty: EmptyCollege, expected: str, verdict: Verdict) -> None:
    """Partenaires (25) silent: 40 of the 75 that remain, or of 100."""
    counts = {"A": (1, 1, 0), "B": (1, 3, 0), "C": (1, 0, 0), "D": (0, 0, 2)}
    found = count(box(counts), replace(SCIC, empty_college=empty))
    assert (Fraction(found.result["share"]), found.verdict) == (Fraction(expected), verdict)
    assert [part["counted"] for part in found.result["colleges"]] == [True, True, True, False]


@pytest.mark.parametrize(
    ("majority", "yes", "no", "verdict"),
    [
        (ORDINARY, 3, 2, Verdict.ADOPTED),
        (ORDINARY, 2, 2, Verdict.REJECTED),  # « plus de » la moitié
        (replace(ORDINARY, strictly=False), 2, 2, Verdict.ADOPTED),
        (TWO_THIRDS, 4, 2, Verdict.ADOPTED),
        (TWO_THIRDS, 5, 3, Verdict.REJECTED),
        (replace(ORDINARY, threshold=Fraction(4, 5), strictly=False), 4, 1, Verdict.ADOPTED),
        (replace(ORDINARY, blank_counts=True), 3, 2, Verdict.REJECTED),  # 3 of 6: the blank one counts
        (replace(ORDINARY, abstentions_count=True), 4, 2, Verdict.REJECTED),  # 4 of 8
        (replace(ORDINARY, base=MajorityBase.PRESENT), 5, 1, Verdict.REJECTED),  # 5 of 10 present
        (replace(ORDINARY, base=MajorityBase.PRESENT), 6, 0, Verdict.ADOPTED),
        (replace(ORDINARY, base=MajorityBase.ALL), 6, 0, Verdict.REJECTED),  # 6 of 15
        (replace(ORDINARY, base=MajorityBase.ALL), 10, 0, Verdict.ADOPTED),
    ],
)
def test_majorities(majority: Majority, yes: int, no: int, verdict: Verdict) -> None:
    """T39: two abstentions, one blank, one silent on the roll and five absent, whatever the majority is a part of."""
    ballots = box({"": (yes, no, 2)}, blank=1)
    assert count(ballots, PLAIN, majority, silent=1, absent=5).verdict is verdict


def test_nobody_voted() -> None:
    for statutes in (PLAIN, SCIC):
        found = count([], statutes, silent=4)
        assert (found.verdict, found.result["share"]) == (Verdict.REJECTED, "0")


def test_casting_vote() -> None:
    chair = Statutes(casting_vote=True)
    tied = box({"": (3, 3, 1)})
    assert count(tied).verdict is Verdict.REJECTED
    with pytest.raises(CastingVoteNeeded):
        count(tied, chair)
    assert count(tied, chair, casting="yes").verdict is Verdict.ADOPTED
    assert count(tied, chair, casting="no").verdict is Verdict.REJECTED
    assert count(tied, chair, TWO_THIRDS).verdict is Verdict.REJECTED, "no other majority knows a casting vote"
    assert count(box({"": (4, 3, 0)}), chair, casting="no").result["casting"] is None, "no tie, nothing to decide"


def elect(choices: Sequence[object], *, seats: int = 2, statutes: Statutes = PLAIN, codes: str = "") -> Tally:
    """An election among Anne, Bran, Cléa."""
    ballots = [Cast(codes[i] if codes else "", 1, choice) for i, choice in enumerate(choices)]
    seated = [Seated(one.college, 1, True) for one in ballots]
    names = ["Anne", "Bran", "Cléa"]
    return tally_election(ballots, electors=seated, statutes=statutes, candidates=names, seats=seats)


def test_election_by_plurality_of_approvals() -> None:
    found = elect([["Anne", "Bran"], ["Anne"], ["Bran"], ["Anne", "Cléa"], "blank", "abstain"])
    assert (found.verdict, found.result["elected"], found.result["tied"]) == (Verdict.ELECTED, ["Anne", "Bran"], [])
    assert found.result["heads"]["blank"] == 1


def test_tie_over_the_last_seat_is_told_and_not_guessed() -> None:
    found = elect([["Anne", "Bran"], ["Anne", "Cléa"]])
    assert (found.verdict, found.result["elected"], found.result["tied"]) == (
        Verdict.ELECTED, ["Anne"], ["Bran", "Cléa"],
    )  # fmt: skip
    found = elect([["Anne"], ["Bran"], ["Cléa"]], seats=1)
    assert (found.verdict, found.result["elected"], found.result["tied"]) == (
        Verdict.NOT_ELECTED, [], ["Anne", "Bran", "Cléa"],
    )  # fmt: skip


def test_nobody_is_elected_without_a_voice() -> None:
    assert elect(["blank"] * 4).verdict is Verdict.NOT_ELECTED
    assert elect([["Anne"]], seats=3).result["elected"] == ["Anne"]


def test_election_by_colleges() -> None:
    """Anne has the small college whole, Bran two thirds of the large one."""
    colleges = (College("X", "X", Fraction(40)), College("Y", "Y", Fraction(60)))
    choices = [["Anne"], ["Anne"], ["Bran"], ["Bran"], ["Anne"]]
    found = elect(choices, seats=1, statutes=Statutes(colleges=colleges), codes="XXYYY")
    scores = {line["name"]: line["score"] for line in found.result["candidates"]}
    assert scores == {"Anne": "60", "Bran": "40", "Cléa": "0"}
    whole = Statutes(colleges=colleges, college_method=CollegeMethod.WINNER_TAKES_ALL)
    assert elect(choices, seats=1, statutes=whole, codes="XXYYY").result["elected"] == ["Bran"]


# ── what holds of every count ──────────────────────────────────────────────────────────────────────────────────────

CHOICES = st.sampled_from(["yes", "no", "abstain", "blank"])
BALLOTS = st.lists(st.builds(Cast, st.sampled_from("ABCD"), st.integers(1, 5), CHOICES), max_size=40)
RULES = st.builds(
    lambda method, empty, colleges: replace(
        SCIC, college_method=method, empty_college=empty, colleges=SCIC.colleges if colleges else ()
    ),
    st.sampled_from(CollegeMethod), st.sampled_from(EmptyCollege), st.booleans(),
)  # fmt: skip
MAJORITIES = st.builds(
    Majority, st.just("m"), st.just("M"), st.sampled_from(MajorityBase),
    st.sampled_from([Fraction(1, 2), Fraction(2, 3), Fraction(4, 5)]), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


@given(BALLOTS, RULES, MAJORITIES, st.randoms(use_true_random=False))
def test_order_of_ballots_changes_nothing(ballots: list[Cast], statutes: Statutes, majority: Majority, dice) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(ballots)
    dice.shuffle(shuffled)
    assert count(ballots, statutes, majority) == count(shuffled, statutes, majority)


@given(BALLOTS, RULES, MAJORITIES)
def test_shares_never_pass_the_whole(ballots: list[Cast], statutes: Statutes, majority: Majority) -> None:
    result = count(ballots, statutes, majority).result
    yes, no, total = (Fraction(result[key]) for key in ("for", "against", "total"))
    assert yes >= 0 and no >= 0 and yes + no <= total
    assert sum(result["heads"][word] for word in ("yes", "no", "abstain", "blank")) == len(ballots)


@given(BALLOTS, RULES, MAJORITIES, st.integers(0, 39))
def test_one_more_yes_never_rejects(ballots: list[Cast], statutes: Statutes, majority: Majority, place: int) -> None:
    """Somebody who changes a no into a yes can only help."""
    if place >= len(ballots) or ballots[place].choice != "no":
        return
    changed = [*ballots[:place], replace(ballots[place], choice="yes"), *ballots[place + 1 :]]
    before, after = count(ballots, statutes, majority), count(changed, statutes, majority)
    assert Fraction(after.result["share"]) >= Fraction(before.result["share"])
    assert not (before.verdict is Verdict.ADOPTED and after.verdict is Verdict.REJECTED)


@given(st.lists(st.lists(st.sampled_from(["Anne", "Bran", "Cléa"]), unique=True, min_size=1), max_size=20),
       st.integers(1, 3))  # fmt: skip
def test_elected_have_more_voices_than_the_others(ballots: list[list[str]], seats: int) -> None:
    result = elect(ballots, seats=seats).result
    score = {line["name"]: Fraction(line["score"]) for line in result["candidates"]}
    others = set(score) - set(result["elected"])
    assert len(result["elected"]) <= seats
    assert all(score[one] > score[other] for one in result["elected"] for other in others)
    assert not result["tied"] or len(result["elected"]) + len(result["tied"]) > seats
