"""Rules of the split: exact sums, the same in any order, ties by code, keys and prices with their day of effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coopter.costs import rules
from coopter.costs.rules import AllocationKey, CostPool, HourPrice, KeyMethod, Member, MonthInputs, Pool
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.split import NothingToShareBy

MARCH = Month(2007, 3)
A, B, C = 1, 2, 3
TRIO = (Member(A, "PC2", "Jardins", 5), Member(B, "PC8", "Habitat", 11), Member(C, "PC11", "Couture", 14))


@dataclass(frozen=True)
class Worked:
    employee_id: int
    structure_id: int
    minutes: int


def pay(cents: int, employee_id: int = 7) -> CostPool:
    return CostPool(Pool.EMPLOYEE, employee_id, Money(cents))


def rent(cents: int) -> CostPool:
    return CostPool(Pool.MANAGEMENT, None, Money(cents))


def key(method: KeyMethod, *, pool: Pool = Pool.MANAGEMENT, number: int = 1, **fields: Any) -> AllocationKey:
    start = {"employee_id": None, "weights": (), "from_on": date(2007, 1, 1), "decided_by": "CA du 12/12/2006"}
    return AllocationKey(**{"number": number, "pool": pool, "method": method, "author": "Anne", **start, **fields})


def inputs(*pools: CostPool, **fields: Any) -> MonthInputs:
    return MonthInputs(MARCH, pools, **{"members": TRIO, "names": {7: "Nolwenn Le Goff", 8: "Yann Cariou"}, **fields})


def amounts(split: rules.PoolSplit) -> dict[int, int]:
    return {share.structure_id: share.amount.cents for share in split.shares}


def test_golden_b_equal_key_gives_the_cent_to_the_lowest_code() -> None:
    (split,) = rules.split_pools(inputs(rent(1_000_000), keys=(key(KeyMethod.EQUAL),)), worked=[Worked(7, C, 60)][:0])
    assert amounts(split) == {A: 333_334, B: 333_333, C: 333_333}


def test_golden_b2_by_hours() -> None:
    hours = [Worked(7, A, 3750), Worked(7, B, 2625), Worked(7, C, 1275)]
    (split,) = rules.split_pools(inputs(pay(318_745)), worked=hours)
    assert amounts(split) == {A: 156_248, B: 109_373, C: 53_124}
    assert (split.total_weight, split.total_minutes, split.key.number) == (7650, 7650, 0)


def test_an_employee_goes_by_own_minutes_and_management_by_all() -> None:
    hours = [Worked(7, A, 60), Worked(7, B, 60), Worked(8, B, 120), Worked(8, B, 120)]
    own, other, common = rules.split_pools(inputs(rent(36_000), pay(10_000), pay(50, 8), pay(1)), worked=hours)
    assert amounts(own) == {A: 5_001, B: 5_000}
    assert amounts(other) == {B: 50}
    assert amounts(common) == {A: 6_000, B: 30_000}
    assert [share.minutes for share in common.shares] == [60, 300]


def test_an_aid_is_the_mirror_of_a_cost() -> None:
    hours = [Worked(7, A, 60), Worked(7, B, 60)]
    (cost,) = rules.split_pools(inputs(pay(101)), worked=hours)
    (aid,) = rules.split_pools(inputs(pay(-101)), worked=hours)
    assert amounts(aid) == {structure: -cents for structure, cents in amounts(cost).items()} == {A: -51, B: -50}


@pytest.mark.parametrize(
    ("codes", "first"), [(("PC2", "PC11"), "PC2"), (("PC11", "PC8"), "PC8"), (("b", "A"), "A"), (("7", "x"), "7")]
)
def test_codes_stand_in_their_natural_order(codes: tuple[str, str], first: str) -> None:
    assert min(codes, key=rules.by_code) == first


def test_equal_and_headcount_of_an_employee_are_among_those_who_used_them() -> None:
    hours = [Worked(7, A, 10), Worked(7, C, 999)]
    for method, expected in ((KeyMethod.EQUAL, {A: 950, C: 950}), (KeyMethod.HEADCOUNT, {A: 500, C: 1400})):
        (split,) = rules.split_pools(inputs(pay(1_900), keys=(key(method, pool=Pool.EMPLOYEE),)), worked=hours)
        assert amounts(split) == expected


def test_equal_management_is_among_all_members_even_without_hours_but_not_former_ones() -> None:
    left = (*TRIO[:2], replace(TRIO[2], belongs=False))
    (split,) = rules.split_pools(
        inputs(pay(0), rent(100), members=left, keys=(key(KeyMethod.EQUAL),)), worked=[Worked(7, A, 60)]
    )[1:]
    assert amounts(split) == {A: 50, B: 50}


def test_weights_hold_whatever_was_worked_and_show_the_hours_of_who_bears_nothing() -> None:
    fixed = key(KeyMethod.WEIGHTS, pool=Pool.EMPLOYEE, weights=((A, 60), (B, 40), (C, 0)))
    (split,) = rules.split_pools(inputs(pay(1_000), keys=(fixed,)), worked=[Worked(7, C, 30)])
    assert amounts(split) == {A: 600, B: 400, C: 0}
    (idle,) = rules.split_pools(inputs(pay(1_000), keys=(fixed,)), worked=[])
    assert amounts(idle) == {A: 600, B: 400}


def test_a_member_billed_by_the_hour_needs_no_costs_yet() -> None:
    (split,) = rules.split_pools(inputs(priced=frozenset({7})), worked=[Worked(7, A, 90)])
    assert (split.amount, amounts(split), split.shares[0].minutes) == (Money(0), {A: 0}, 90)


@pytest.mark.parametrize(
    ("given_inputs", "hours", "refusal", "names"),
    [
        (inputs(pay(5), pay(6, 8)), [], rules.CostsWithoutHours, "Nolwenn Le Goff, Yann Cariou"),
        (inputs(rent(5)), [], rules.NoHoursToShareBy, "2007-03"),
        (inputs(), [Worked(8, A, 1), Worked(9, A, 1)], rules.CostsMissing, "Yann Cariou, n° 9"),
        (
            inputs(rent(5), members=(replace(TRIO[0], headcount=None), TRIO[1]), keys=(key(KeyMethod.HEADCOUNT),)),
            [],
            rules.HeadcountMissing,
            "PC2 Jardins",
        ),
        (
            inputs(rent(5), keys=(key(KeyMethod.WEIGHTS, number=4, weights=((B, 1),)),)),
            [],
            rules.WeightsMissing,
            "PC2 Jardins, PC11 Couture",
        ),
        (
            inputs(rent(5), members=(replace(TRIO[0], headcount=0),), keys=(key(KeyMethod.HEADCOUNT),)),
            [],
            NothingToShareBy,
            "5 centimes",
        ),
    ],
)
def test_what_cannot_be_split_is_refused_with_names(given_inputs: Any, hours: Any, refusal: Any, names: str) -> None:
    with pytest.raises(refusal, match=names):
        rules.split_pools(given_inputs, worked=hours)
    assert [type(one) for one in rules.obstacles(given_inputs, worked=hours)] == [refusal]


def test_all_obstacles_are_told_at_once() -> None:
    found = rules.obstacles(inputs(pay(5), rent(6), keys=(key(KeyMethod.WEIGHTS),)), worked=[Worked(8, A, 60)])
    assert {type(one) for one in found} == {rules.CostsMissing, rules.CostsWithoutHours, rules.WeightsMissing}


def test_the_key_in_force() -> None:
    old, new = key(KeyMethod.EQUAL), key(KeyMethod.HEADCOUNT, number=2, from_on=date(2007, 3, 1))
    mended = key(KeyMethod.MINUTES, number=3, from_on=date(2007, 3, 1))
    own = key(KeyMethod.EQUAL, number=4, pool=Pool.EMPLOYEE, employee_id=7)
    every = key(KeyMethod.HEADCOUNT, number=5, pool=Pool.EMPLOYEE, from_on=date(2007, 2, 1))
    keys = (mended, old, new, own, every)

    def number(pool: Pool, employee_id: int | None, on: date) -> int:
        return rules.key_in_force(keys, pool=pool, employee_id=employee_id, on=on).number

    assert number(Pool.MANAGEMENT, None, date(2006, 12, 31)) == 0
    assert number(Pool.MANAGEMENT, None, date(2007, 2, 28)) == 1
    assert number(Pool.MANAGEMENT, None, date(2007, 3, 1)) == 3
    assert number(Pool.EMPLOYEE, 7, date(2007, 3, 1)) == 4
    assert number(Pool.EMPLOYEE, 8, date(2007, 3, 1)) == 5
    assert number(Pool.EMPLOYEE, 8, date(2007, 1, 1)) == 0


def test_the_price_in_force_and_back_to_shares() -> None:
    def price(number: int, rate: int | None, month: int, employee_id: int | None = None) -> HourPrice:
        return HourPrice(number, employee_id, rate and Rate(rate), date(2007, month, 1), "CA", "Anne")

    prices = (price(1, 272_300, 1), price(2, 300_000, 2, 7), price(3, None, 3, 7), price(4, None, 4))

    def rate(employee_id: int, month: int) -> int | None:
        found = rules.price_in_force(prices, employee_id=employee_id, on=date(2007, month, 1))
        return found.rate.ten_thousandths if found and found.rate else None

    assert [rate(7, month) for month in (1, 2, 3, 4)] == [272_300, 300_000, None, None]
    assert [rate(8, month) for month in (1, 3, 4)] == [272_300, 272_300, None]
    assert rules.price_in_force(prices, employee_id=8, on=date(2006, 12, 1)) is None


def test_golden_a_and_f2_hours_at_a_price() -> None:
    assert rules.priced_amount(3750, rate=Rate(272_300)) == Money(170_188)
    assert rules.priced_amount(2625, rate=Rate(272_300)) == Money(119_131)
    assert rules.priced_amount(1275, rate=Rate(272_300)) == Money(57_864)
    assert rules.priced_amount(1905, rate=Rate(251_500)) == Money(79_851)


def test_checks_of_a_new_key_or_price() -> None:
    rules.check_weights(KeyMethod.WEIGHTS, weights={A: 1, B: 0})
    rules.check_weights(KeyMethod.EQUAL, weights={})
    rules.check_first_day(date(2007, 3, 1))
    rules.check_rate(None)
    for refusal, broken in (
        (rules.KeyNeedsWeights, lambda: rules.check_weights(KeyMethod.WEIGHTS, weights={})),
        (rules.KeyNeedsWeights, lambda: rules.check_weights(KeyMethod.WEIGHTS, weights={A: 2, B: -1})),
        (rules.WeightsUnexpected, lambda: rules.check_weights(KeyMethod.EQUAL, weights={A: 2})),
        (rules.StartsInsideMonth, lambda: rules.check_first_day(date(2007, 3, 2))),
        (rules.PriceNotPositive, lambda: rules.check_rate(Rate(0))),
    ):
        with pytest.raises(refusal):
            broken()


members = some.integers(2, 40).map(lambda count: tuple(Member(n, f"PC{n}", headcount=n % 9 + 1) for n in range(count)))
pools = some.lists(
    some.tuples(some.integers(0, 3), some.integers(-(10**9), 10**9)).map(
        lambda pair: pay(pair[1], pair[0]) if pair[0] else rent(pair[1])
    ),
    min_size=1,
    max_size=8,
)
methods = some.sampled_from([KeyMethod.MINUTES, KeyMethod.EQUAL, KeyMethod.HEADCOUNT, KeyMethod.WEIGHTS])


@settings(max_examples=300, deadline=None)
@given(who=members, costs=pools, method=methods, chance=some.randoms(use_true_random=False))
def test_shares_sum_to_the_cost_whatever_the_order(who: Any, costs: Any, method: KeyMethod, chance: Any) -> None:
    """R17: no cent is lost or made, and no order of members, hours, pools or keys changes a share."""
    hours = [Worked(e, chance.choice(who).structure_id, chance.randint(1, 10_000)) for e in (1, 2, 3) for _ in range(5)]
    weights = tuple((member.structure_id, chance.randint(1, 50)) for member in who)
    fixed = weights if method is KeyMethod.WEIGHTS else ()
    keys = [key(method, pool=pool, number=n, weights=fixed) for n, pool in enumerate(Pool, 1)]
    costs = [*costs, *(pay(chance.randint(0, 999), e) for e in (1, 2, 3))]
    first = rules.split_pools(MonthInputs(MARCH, tuple(costs), tuple(keys), who), worked=hours)
    for split in first:
        assert total(share.amount for share in split.shares) == split.amount
        assert all(
            abs(share.amount.cents * split.total_weight - split.amount.cents * share.weight) < split.total_weight
            for share in split.shares
        )
    assert sum(split.amount.cents for split in first) == sum(pool.amount.cents for pool in costs)
    mixed = list(who)
    for listed in (mixed, hours, costs, keys):
        chance.shuffle(listed)
    assert rules.split_pools(MonthInputs(MARCH, tuple(costs), tuple(keys), tuple(mixed)), worked=hours) == first
