"""Bars of a study: before and after of the members who pay most, and a distribution that names nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coopter.contributions.rules.curves import ticks
from coopter.values.money import Money

SCALE = 100  # lengths are hundredths of the picture's width
ENOUGH_IN_A_BIN, ENOUGH_IN_ALL = 3, 6
"""No bin of fewer than three structures is shown, nor any picture of fewer than six: one could name them otherwise."""
LIMITS = (0, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class Bar:
    """One member's amounts as lengths from 0 to 100, at least 1 for an amount that is not nothing."""

    name: str
    amounts: tuple[Money | None, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """How many structures owe more than `above` (None: 0 and more) and at most `upto` (None: no end)."""

    above: Money | None
    upto: Money | None
    count: int
    length: int
    is_own: bool = False


def bars(rows: Iterable[tuple[str, Sequence[Money | None]]]) -> tuple[Bar, ...]:
    """Each row's amounts against the largest of all."""
    found = [(name, tuple(amounts)) for name, amounts in rows]
    most = max((one.cents for _name, amounts in found for one in amounts if one is not None), default=0)
    _values, top = ticks(max(most, 100), unit=100)
    return tuple(Bar(name, amounts, tuple(_length(one, top) for one in amounts)) for name, amounts in found)


def _length(amount: Money | None, top: int) -> int:
    return 0 if not amount else max(1, amount.cents * SCALE // top)


def distribution(amounts: Iterable[Money], *, own: Money | None = None) -> tuple[Bin, ...]:
    """How many structures owe how much, in round steps merged until each holds three or more; nothing under six.

    Bounds are round figures and not anybody's amount, so that nobody is found by them.
    """
    cents = [one.cents for one in amounts]
    if len(cents) < ENOUGH_IN_ALL:
        return ()
    groups: list[tuple[int | None, int | None, int]] = []
    start: int | None = None
    for limit in (*LIMITS, None):
        count = sum(1 for one in cents if _inside(one, start, limit))
        if count >= ENOUGH_IN_A_BIN:
            groups.append((start, limit, count))
            start = limit
        elif limit is None and count:
            first, _end, before = groups.pop()
            groups.append((first, None, before + count))
    most = max(count for _above, _upto, count in groups)
    return tuple(
        Bin(
            None if above is None else Money(above), None if upto is None else Money(upto), count,
            count * SCALE // most, own is not None and _inside(own.cents, above, upto),
        )
        for above, upto, count in groups
    )  # fmt: skip


def _inside(cents: int, above: int | None, upto: int | None) -> bool:
    return (above is None or cents > above) and (upto is None or cents <= upto)
