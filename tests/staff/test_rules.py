"""Gaps, overlaps and who may work where: pure, without app or database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.staff.rules import (
    ContractRecord,
    ContractsOverlap,
    EndsBeforeItStarts,
    NoContract,
    NoPlacement,
    NotAMember,
    NotAPotentialUser,
    PlacementRecord,
    PlacementsOverlap,
    StaffIndex,
    TooManyWeeklyHours,
    check_new_contract,
    check_weekly,
    day_before,
    first_gap,
    latest_or_current,
    period_of,
    within,
)
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import NotFound

START = date(2026, 1, 1)
NOLWENN, BAKERY, GARDEN = 1, 10, 20


def _day(number: int) -> date:
    return START + timedelta(days=number)


PERIODS = st.builds(
    lambda start, length: Period(_day(start), None if length is None else _day(start + length)),
    st.integers(0, 30),
    st.none() | st.integers(1, 15),
)


@given(PERIODS, st.lists(PERIODS, max_size=5))
def test_the_first_gap_is_the_one_that_counting_days_finds(period: Period, covers: list[Period]) -> None:
    days = [_day(n) for n in range(80) if period.contains(_day(n))]
    expected = next((day for day in days if not any(cover.contains(day) for cover in covers)), None)
    assert first_gap(period, covers) == expected


def _index() -> StaffIndex:
    index = StaffIndex(employees={NOLWENN: "Nolwenn Le Goff"}, structures={BAKERY: "Le Fournil", GARDEN: "Le Jardin"})
    index.contracts[NOLWENN] = [
        ContractRecord(1, NOLWENN, Period(_day(0), _day(100)), 2100, "Comptable", ""),
        ContractRecord(2, NOLWENN, Period(_day(100)), 1680, "Comptable", ""),
    ]
    index.listed = {(1, BAKERY): _day(0), (2, BAKERY): _day(0), (2, GARDEN): _day(120)}
    index.memberships = {BAKERY: [Period(_day(-500))], GARDEN: [Period(_day(-500), _day(300))]}
    index.add_placement(PlacementRecord(5, NOLWENN, BAKERY, Period(_day(10), _day(200))))
    index.add_placement(PlacementRecord(6, NOLWENN, GARDEN, Period(_day(90))))
    return index


def test_who_may_work_where_on_a_day() -> None:
    index = _index()
    assert index.check_may_work(NOLWENN, BAKERY, _day(10)).id == 5
    assert index.check_may_work(NOLWENN, GARDEN, _day(120)).id == 6
    for day in (9, 200):
        with pytest.raises(NoPlacement, match="Le Fournil"):
            index.check_may_work(NOLWENN, BAKERY, _day(day))
    for day in (99, 119):
        with pytest.raises(NotAPotentialUser, match="L1253-9"):
            index.check_may_work(NOLWENN, GARDEN, _day(day))
    with pytest.raises(NotFound):
        index.check_may_work(99, BAKERY, _day(10))
    with pytest.raises(NotFound):
        index.check_may_work(NOLWENN, 99, _day(10))
    index.contracts[NOLWENN].pop(0)
    with pytest.raises(NoContract):
        index.check_may_work(NOLWENN, BAKERY, _day(10))


@pytest.mark.parametrize(
    ("structure_id", "start", "end", "refusal", "day"),
    [
        (BAKERY, 150, 250, PlacementsOverlap, 10),
        (BAKERY, 200, None, None, None),
        (BAKERY, -5, 10, NoContract, -5),
        (GARDEN, 80, 90, NotAPotentialUser, 80),
        (GARDEN, 121, None, PlacementsOverlap, 90),
    ],
)
def test_whether_a_placement_may_be(
    structure_id: int, start: int, end: int | None, refusal: type[Exception] | None, day: int | None
) -> None:
    wanted = PlacementRecord(0, NOLWENN, structure_id, Period(_day(start), None if end is None else _day(end)))
    if refusal is None:
        _index().check_placement(wanted)
        return
    with pytest.raises(refusal) as refused:
        _index().check_placement(wanted)
    assert refused.value.facts["day"] == _day(day or 0)


def test_a_placement_ends_with_the_membership() -> None:
    index = _index()
    index.placements.clear()
    index.check_placement(PlacementRecord(0, NOLWENN, GARDEN, Period(_day(120), _day(300))))
    with pytest.raises(NotAMember) as refused:
        index.check_placement(PlacementRecord(0, NOLWENN, GARDEN, Period(_day(120))))
    assert refused.value.facts["day"] == _day(300)


def test_a_placement_does_not_stand_in_its_own_way() -> None:
    index = _index()
    index.check_placement(PlacementRecord(5, NOLWENN, BAKERY, Period(_day(0), _day(190))))


def test_one_contract_at_a_time() -> None:
    check_new_contract(Period(_day(10)), [Period(_day(0), _day(10))], employee="x")
    with pytest.raises(ContractsOverlap):
        check_new_contract(Period(_day(9)), [Period(_day(0), _day(10))], employee="x")


def test_small_rules() -> None:
    assert check_weekly(2880) == 2880
    with pytest.raises(TooManyWeeklyHours):
        check_weekly(2881)
    assert period_of(_day(0), _day(0)) == Period(_day(0), _day(1))
    with pytest.raises(EndsBeforeItStarts):
        period_of(_day(1), _day(0))
    assert day_before(_day(1)) == _day(0) and day_before(None) is None
    january = Period(_day(0), _day(31))
    assert within(january, on=_day(30), month=None) and not within(january, on=_day(31), month=None)
    assert within(january, on=None, month=Month(2026, 1)) and not within(january, on=None, month=Month(2026, 2))
    assert within(january, on=None, month=None)


def test_which_contract_speaks_for_a_day() -> None:
    first = ContractRecord(1, NOLWENN, Period(_day(0), _day(10)), 0, "", "")
    later = ContractRecord(2, NOLWENN, Period(_day(20), _day(30)), 0, "", "")
    assert latest_or_current([later, first], _day(5)) == first
    assert latest_or_current([later, first], _day(15)) == later
    assert latest_or_current([later, first], _day(40)) == later
    assert latest_or_current([], _day(0)) is None
