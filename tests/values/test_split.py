"""The split shares to the cent whatever the amount, the weights and their order (R17)."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.money import Money, total
from coopter.values.split import NegativeWeight, NothingToShareBy, largest_remainder, share_by_key

cents = st.integers(-(10**9), 10**9)
weights = st.lists(st.integers(0, 10**6), min_size=2, max_size=40).filter(any)


@settings(deadline=None, max_examples=1000)
@given(cents, weights)
def test_shares_sum_to_the_amount_and_stay_within_a_cent(amount, keys):
    shares = largest_remainder(amount, keys)
    assert sum(shares) == amount
    whole = sum(keys)
    for share, weight in zip(shares, keys, strict=True):
        assert abs(share - Fraction(amount * weight, whole)) < 1
        assert weight or not share


@settings(deadline=None)
@given(cents, weights)
def test_a_credit_mirrors_its_invoice(amount, keys):
    assert largest_remainder(-amount, keys) == tuple(-share for share in largest_remainder(amount, keys))


@settings(deadline=None)
@given(cents, weights, st.randoms(use_true_random=False))
def test_order_changes_only_who_wins_a_tie(amount, keys, chance):
    order = list(range(len(keys)))
    chance.shuffle(order)
    shares = largest_remainder(amount, keys)
    shuffled = largest_remainder(amount, [keys[i] for i in order])
    assert sorted(shares) == sorted(shuffled)
    whole = sum(keys)
    remainders = [abs(amount) * key % whole for key in keys]
    for place, index in enumerate(order):
        if remainders.count(remainders[index]) == 1:
            assert shuffled[place] == shares[index]


@settings(deadline=None)
@given(cents, weights, st.randoms(use_true_random=False))
def test_keyed_shares_do_not_depend_on_the_order_at_all(amount, keys, chance):
    pairs = list(enumerate(keys))
    shares = share_by_key(amount, dict(pairs))
    chance.shuffle(pairs)
    assert share_by_key(amount, dict(pairs)) == shares
    assert sum(shares.values()) == amount


def test_ten_thousand_seeded_splits_lose_no_cent():
    chance = random.Random(17)
    for _ in range(10_000):
        keys = [chance.randrange(100_000) for _ in range(chance.randint(2, 40))]
        keys[0] += 1
        amount = chance.randint(-(10**9), 10**9)
        assert sum(largest_remainder(amount, keys)) == amount


def test_equal_weights_differ_by_one_cent_at_most_and_the_first_listed_wins():
    assert largest_remainder(11, [5, 5, 5, 5]) == (3, 3, 3, 2)
    assert largest_remainder(-11, [5, 5, 5, 5]) == (-3, -3, -3, -2)


def test_golden_b_ten_thousand_euros_in_three():
    assert Money(1_000_000).split([1, 1, 1]) == (Money(333_334), Money(333_333), Money(333_333))


def test_golden_b2_by_hours():
    assert Money(318_745).split([6250, 4375, 2125]) == (Money(156_248), Money(109_373), Money(53_124))


def test_golden_e_joint_liability():
    hours = {"A": 72_350, "B": 51_225, "C": 24_875}
    debts = Money(4_875_000)
    assert debts.split_by_key(hours) == {"A": Money(2_375_926), "B": Money(1_682_195), "C": Money(816_879)}
    without_c = debts.split_by_key({"B": 51_225, "A": 72_350})
    assert without_c == {"A": Money(2_854_188), "B": Money(2_020_812)}
    assert total(without_c.values()) == debts


def test_nothing_is_shared_by_nothing():
    assert largest_remainder(0, [0, 0]) == (0, 0)
    assert largest_remainder(0, []) == ()
    with pytest.raises(NothingToShareBy, match=r"1250 centimes.*autre clé"):
        largest_remainder(1250, [0, 0])
    with pytest.raises(NothingToShareBy):
        largest_remainder(1, [])


def test_a_negative_weight_is_refused():
    with pytest.raises(NegativeWeight, match="-3"):
        largest_remainder(100, [5, -3])
