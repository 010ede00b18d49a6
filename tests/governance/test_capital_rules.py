"""Shares of capital and reserves: worked examples, and what must hold whatever moves (domain.md §8.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.governance.rules.capital import (
    AssociateMissing,
    BelowFloor,
    Movement,
    NominalDiffers,
    NoNominal,
    NoShares,
    NotEnoughShares,
    SameAssociate,
    capital,
    check_floor,
    check_may_give,
    check_nominal,
    check_sides,
    floor_of,
    highest_capital,
    holdings,
    issues_shares,
    lowest_from,
    reserves,
)
from coopter.governance.rules.kinds import CapitalAct
from coopter.members.rules import GroupingKind
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal

FIRST = date(2026, 1, 1)
QUARTER = Rate.percent("25")
PART = Money(5_000)


def act(number: int, kind: CapitalAct, shares: int, *, giver: int | None = None, receiver: int | None = None,
        day: int = 0) -> Movement:  # fmt: skip
    """One line of a register at 50 € a share."""
    return Movement(number, kind, giver, receiver, shares, PART, FIRST + timedelta(days=day))


def test_the_golden_surplus_of_a_scic() -> None:
    """domain.md §8.3, golden: 40 000 € → 6 000 + 17 000 = 23 000 in reserve (57.5 %), 17 000 available."""
    shared = reserves(Money(4_000_000))
    assert (shared.legal, shared.statutory) == (Money(600_000), Money(1_700_000))
    assert shared.reserved == Money(2_300_000)
    assert shared.available == Money(1_700_000)
    assert shared.reserved == Money(4_000_000).times(Rate.percent("57.5"))


@pytest.mark.parametrize(
    ("kind", "form", "issues"),
    [
        (GroupingKind.COOPERATIVE, "", True),
        (GroupingKind.EMPLOYER_GROUP, "Société coopérative", True),
        (GroupingKind.PTCE, "SCIC SA à capital variable", True),
        (GroupingKind.EMPLOYER_GROUP, "Association loi 1901", False),
        (GroupingKind.TERRITORY, "SA", False),
    ],
)  # fmt: skip
def test_who_has_a_capital_of_shares(kind: GroupingKind, form: str, issues: bool) -> None:
    """By its kind, or by its legal form: an employers' group may be a cooperative (L1253-2)."""
    assert issues_shares(kind, form) is issues


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_reserves_never_lose_a_cent(cents: int) -> None:
    """The three parts make the surplus again; a loss is not shared out; rounding moves a cent at most."""
    shared = reserves(Money(cents))
    assert shared.reserved + shared.available == Money(cents)
    if cents <= 0:
        assert shared.reserved == Money.zero()
    else:
        assert abs(shared.reserved - Money(cents).times(Rate.percent("57.5"))) <= Money(1)


def test_shares_come_go_and_pass_on() -> None:
    """Three acts: twenty subscribed, five passed on, three paid back."""
    known = (
        act(1, CapitalAct.SUBSCRIPTION, 20, receiver=1),
        act(2, CapitalAct.TRANSFER, 5, giver=1, receiver=2, day=1),
        act(3, CapitalAct.REDEMPTION, 3, giver=1, day=2),
    )
    assert holdings(known) == {1: 12, 2: 5}
    assert holdings(known, on=FIRST) == {1: 20}
    assert capital(known) == Money(85_000)
    assert highest_capital(known) == Money(100_000)
    assert floor_of(known, share=QUARTER) == Money(25_000)


def test_what_is_written_late_leaves_nobody_below_zero_later() -> None:
    """Ten shares are given up on day 5: on day 2 they cannot be given up a second time."""
    known = (act(1, CapitalAct.SUBSCRIPTION, 10, receiver=1), act(2, CapitalAct.REDEMPTION, 10, giver=1, day=5))
    assert lowest_from(known, 1, on=FIRST + timedelta(days=2)) == 0
    with pytest.raises(NotEnoughShares, match="il lui en reste 0"):
        check_may_give(known, giver=1, name="Anne", shares=1, on=FIRST + timedelta(days=2))
    check_may_give(known[:1], giver=1, name="Anne", shares=10, on=FIRST)
    with pytest.raises(NotEnoughShares):
        check_may_give(known[:1], giver=1, name="Anne", shares=10, on=FIRST - timedelta(days=1))


@given(st.lists(st.tuples(st.sampled_from(CapitalAct), st.integers(1, 3), st.integers(1, 3), st.integers(1, 9),
                          st.integers(0, 20)), max_size=25))  # fmt: skip
def test_whatever_is_tried_no_balance_is_ever_negative(tries: list[tuple[CapitalAct, int, int, int, int]]) -> None:
    """Acts in any order of days: those that pass leave every associate at zero or more at the end of every day."""
    known: list[Movement] = []
    for kind, one, two, shares, day in tries:
        giver = one if kind is not CapitalAct.SUBSCRIPTION else None
        receiver = two if kind is not CapitalAct.REDEMPTION else None
        wanted = act(len(known) + 1, kind, shares, giver=giver, receiver=receiver, day=day)
        try:
            check_sides(kind, giver=giver, receiver=receiver, shares=shares)
            if giver is not None:
                check_may_give(known, giver=giver, name="x", shares=shares, on=wanted.on)
        except Refusal:
            continue
        known.append(wanted)
        for back in range(21):
            assert all(held > 0 for held in holdings(known, on=FIRST + timedelta(days=back)).values())
    assert capital(known) == PART.times(sum(holdings(known).values()))


def test_the_capital_does_not_fall_under_its_floor_unseen() -> None:
    """A quarter of the highest [M], unless somebody says that it is in order; the sentence gives both figures."""
    known = (act(1, CapitalAct.SUBSCRIPTION, 20, receiver=1),)
    check_floor(known, redeemed=Money(75_000), share=QUARTER)
    with pytest.raises(BelowFloor) as refused:
        check_floor(known, redeemed=Money(75_001), share=QUARTER)
    assert "25 %" in str(refused.value)


def test_shares_in_circulation_have_one_value() -> None:
    """Another value of a share waits until those in circulation were exchanged; none at all is no value."""
    known = (act(1, CapitalAct.SUBSCRIPTION, 20, receiver=1),)
    check_nominal(known, nominal=PART)
    with pytest.raises(NominalDiffers):
        check_nominal(known, nominal=Money(10_000))
    with pytest.raises(NoNominal):
        check_nominal((), nominal=Money.zero())
    check_nominal((*known, act(2, CapitalAct.REDEMPTION, 20, giver=1)), nominal=Money(10_000))


def test_an_act_has_the_sides_that_it_needs() -> None:
    """A subscription has no giver, a redemption no receiver, a transfer both and different."""
    check_sides(CapitalAct.TRANSFER, giver=1, receiver=2, shares=1)
    with pytest.raises(SameAssociate):
        check_sides(CapitalAct.TRANSFER, giver=1, receiver=1, shares=1)
    with pytest.raises(AssociateMissing):
        check_sides(CapitalAct.SUBSCRIPTION, giver=1, receiver=2, shares=1)
    with pytest.raises(AssociateMissing):
        check_sides(CapitalAct.REDEMPTION, giver=None, receiver=None, shares=1)
    with pytest.raises(NoShares):
        check_sides(CapitalAct.REDEMPTION, giver=1, receiver=None, shares=0)
