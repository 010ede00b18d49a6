"""Rules taken from statutes: read back as written, refused with the remedy when they do not hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from coopter.governance.queries.bodies import rules_of
from coopter.governance.rules.colleges import (
    College,
    CollegeMethod,
    CollegeOutside,
    EmptyCollege,
    OneAssociateOneVote,
    TooFewCategories,
    TooFewColleges,
    WeightNotPositive,
    WeightsDoNotMakeHundred,
)
from coopter.governance.rules.motions import Motion, kind_of
from coopter.governance.rules.presets import ASSOCIATION, BOARD, PRESETS, SCIC
from coopter.governance.rules.quorum import Place, quorum_state
from coopter.governance.rules.statutes import (
    CodeUnfit,
    CountedOn,
    Majority,
    MajorityBase,
    MajorityUnknown,
    NoMajority,
    NoticeOutside,
    ProxiesOutside,
    Quorum,
    Statutes,
    StatutesUnreadable,
    ThresholdOutside,
    check_statutes,
    from_json,
    to_json,
)
from coopter.values.refusal import NotFound, Refusal
from tests.governance.meetings import a_meeting

PARTS = st.fractions(0, 1, max_denominator=20)
QUORUMS = st.builds(Quorum, PARTS, st.booleans(), st.sampled_from(CountedOn), st.booleans(), st.booleans())
STATUTES = st.builds(
    Statutes, source=st.just("Statuts, art. 12"), notice_days=st.integers(0, 120), quorum=QUORUMS,
    second_quorum=st.none() | QUORUMS,
    majorities=st.just(
        (Majority("a", "A", MajorityBase.ALL, Fraction(2, 3), False, True, True), Majority("b", "B"))
    ),
    most_proxies=st.none() | st.integers(0, 9), casting_vote=st.booleans(), remote_vote=st.booleans(),
    colleges=st.just(()) | st.just(SCIC.colleges), categories=st.just(("x", "y")),
    college_method=st.sampled_from(CollegeMethod), empty_college=st.sampled_from(EmptyCollege),
)  # fmt: skip


@given(STATUTES)
def test_json_brings_back_the_same_rules(statutes: Statutes) -> None:
    import json

    assert from_json(json.loads(json.dumps(to_json(statutes)))) == statutes


def test_presets_hold() -> None:
    for _label, preset in PRESETS.values():
        assert check_statutes(preset) == preset
        assert from_json(to_json(preset)) == preset


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {"unheard-of": 1}, {"notice_days": "15"}, {"notice_days": True}, {"quorum": {}},
     {"majorities": [{"code": "a"}]}, {"colleges": [{"code": "a", "label": "A", "weight": "1/0"}]},
     {"college_method": "lottery"}, {"most_proxies": 1.5}],
)  # fmt: skip
def test_what_does_not_read_is_refused(value: Any) -> None:
    with pytest.raises(StatutesUnreadable):
        from_json(value)


def colleges(*weights: int) -> tuple[College, ...]:
    """Colleges of these weights."""
    return tuple(College(str(number), f"Collège {number}", Fraction(w)) for number, w in enumerate(weights))


@pytest.mark.parametrize(
    ("statutes", "refusal"),
    [
        (replace(ASSOCIATION, notice_days=-1), NoticeOutside),
        (replace(ASSOCIATION, most_proxies=-1), ProxiesOutside),
        (replace(ASSOCIATION, majorities=()), NoMajority),
        (replace(ASSOCIATION, majorities=ASSOCIATION.majorities * 2), CodeUnfit),
        (replace(ASSOCIATION, majorities=(Majority("a", "A", threshold=Fraction(3, 2)),)), ThresholdOutside),
        (replace(ASSOCIATION, majorities=(Majority("a", "A", threshold=Fraction(1)),)), ThresholdOutside),
        (replace(ASSOCIATION, majorities=(Majority("a", "A", threshold=Fraction(0)),)), ThresholdOutside),
        (replace(ASSOCIATION, quorum=Quorum(Fraction(2))), ThresholdOutside),
        (replace(ASSOCIATION, colleges=colleges(50, 49)), WeightsDoNotMakeHundred),
        (replace(ASSOCIATION, colleges=colleges(0, 100)), WeightNotPositive),
        (replace(SCIC, categories=("Salariés", "Bénéficiaires")), TooFewCategories),
        (replace(SCIC, colleges=colleges(50, 50)), TooFewColleges),
        (replace(SCIC, colleges=colleges(9, 41, 50)), CollegeOutside),
        (replace(SCIC, colleges=colleges(15, 30, 55)), CollegeOutside),
        (replace(SCIC, one_head_one_vote=False), OneAssociateOneVote),
    ],
)
def test_what_does_not_hold_is_refused_with_the_remedy(statutes: Statutes, refusal: type[Refusal]) -> None:
    """domain.md §8.3, §8.4: a SCIC's colleges between 10 and 50, three at least, summing to 100."""
    with pytest.raises(refusal) as told:
        check_statutes(statutes)
    assert len(str(told.value)) > 40


def test_scic_without_colleges_is_well() -> None:
    """Categories are not colleges: colleges are optional."""
    check_statutes(replace(SCIC, colleges=()))
    check_statutes(replace(SCIC, colleges=colleges(10, 40, 50)))
    check_statutes(replace(ASSOCIATION, colleges=colleges(5, 95)))


def test_majority_by_code() -> None:
    assert ASSOCIATION.majority("").code == "ordinaire"
    assert ASSOCIATION.majority("deux-tiers").threshold == Fraction(2, 3)
    with pytest.raises(MajorityUnknown):
        BOARD.majority("deux-tiers")


@pytest.mark.parametrize(
    ("rule", "present", "represented", "electors", "reached"),
    [
        (Quorum(), 0, 0, 10, True),
        (Quorum(Fraction(1, 4)), 2, 0, 10, False),  # at least a quarter of ten is three
        (Quorum(Fraction(1, 4)), 2, 1, 10, True),
        (Quorum(Fraction(1, 4), with_proxies=False), 2, 5, 10, False),
        (Quorum(Fraction(1, 2)), 5, 0, 10, True),
        (Quorum(Fraction(1, 2), strictly=True), 5, 0, 10, False),
        (Quorum(Fraction(1, 2), strictly=True), 6, 0, 10, True),
        (Quorum(Fraction(1, 3)), 4, 0, 12, True),
    ],
)
def test_quorum(rule: Quorum, present: int, represented: int, electors: int, reached: bool) -> None:
    absent = electors - present - represented
    places = [Place("", 1, True, False)] * present + [Place("", 1, False, True)] * represented
    state = quorum_state(places + [Place("", 1, False, False)] * absent, rule)
    assert state.reached is reached
    assert (state.whole.present, state.whole.represented, state.whole.electors) == (present, represented, electors)


def test_quorum_by_college_and_by_weight() -> None:
    places = [Place("A", 3, True, False), Place("A", 1, False, False), Place("B", 5, False, False)]
    half = Fraction(1, 2)
    assert not quorum_state(places, Quorum(half)).reached
    by_weight = quorum_state(places, Quorum(Fraction(1, 3), on=CountedOn.WEIGHTS))
    assert (by_weight.whole.counted, by_weight.whole.needed, by_weight.reached) == (3, 3, True)
    each = quorum_state(places, Quorum(half, per_college=True))
    assert [(part.college, part.reached) for part in each.parts] == [("", False), ("A", True), ("B", False)]
    assert not each.reached and each.lacking.college == "B"


def test_rules_are_a_parameter_that_a_vote_may_set(app: Flask) -> None:
    with a_meeting() as meeting:
        kind = kind_of("body-rules")
        motion = Motion("body-rules", f"body:{meeting.body_id}", to_json(SCIC), date(2026, 5, 1))
        kind.check(motion)
        assert "Assemblée générale" in kind.describe(motion)
        with pytest.raises(NotFound):
            kind.check(replace(motion, subject="body:999999"))
        with pytest.raises(Refusal):
            kind.check(replace(motion, value={"notice_days": -1}))
        statutes, decided = rules_of(meeting.body_id, on=date(2026, 3, 1))
        assert (statutes.notice_days, decided.number) == (15, 1)
