"""The curve of a formula, and the pictures of a study as whole numbers that a page draws without computing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from coopter.contributions.rules.formulas_kinds import MILLION, PER_UNIT
from coopter.contributions.rules.formulas_priced import price_of_year, rounded
from coopter.contributions.rules.formulas_shape import Formula
from coopter.values.money import Money

WIDTH, HEIGHT = 640, 280  # of a picture's own inside, in its own units; the page stretches it
LEFT, RIGHT, TOP, BOTTOM = 76, 16, 14, 34
DASHES = ("", "9 5", "2 5", "12 4 2 4")  # a line is told by its dashes as well as by its colour
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Point:
    """What a member with this figure owes for a whole year."""

    figure: int
    amount: Money


def curve(formula: Formula, *, upto: int, level: Fraction | None = None, kind: str = "") -> tuple[Point, ...]:
    """The amount against the figure from 0 to `upto`: a point wherever the line turns, so that it is drawn exactly.

    Of a budget it is the line at the level that this year's members make (`level_of`): with it, each amount is the
    figure times the level between floor and cap. A formula without a base has two points, level.
    """
    top = max(upto, 1)
    turns = sorted({turn for turn in (0, top, *_turns(formula, level, kind)) if 0 <= turn <= top})
    points = []
    for turn in turns:
        if formula.exempt_figure is not None and turn == formula.exempt_figure and turn > 0:
            points.append(Point(turn, Money(0)))  # a step: nothing just below, the amount from here on
        points.append(Point(turn, amount_at(formula, turn, level=level, kind=kind)))
    return tuple(points)


def reach_of(formula: Formula) -> int:
    """A figure up to which a formula with tiers shows all its turns, for a picture that no member's figure bounds."""
    per = PER_UNIT[formula.base] if formula.base else 1
    turns = [turn for turn in _turns(formula, None, "") if turn > 0]
    return max(turns, default=100_000 * per) * 3 // 2


def amount_at(formula: Formula, figure: int, *, level: Fraction | None = None, kind: str = "") -> Money:
    """What the curve says of one figure, for a whole year and no other exemption than the small figure's."""
    if formula.exempt_figure is not None and figure < formula.exempt_figure:
        return Money(0)
    if formula.budget is None:
        exact = price_of_year(formula, figure, kind=kind)
    else:
        exact = (level or Fraction(0)) * (figure if formula.base else 1)
        floor, cap = formula.floor, formula.cap
        exact = max(exact, Fraction(floor.cents if floor else 0))
        exact = exact if cap is None else min(exact, Fraction(cap.cents))
    return rounded(exact, unit=formula.rounding.cents)


def _turns(formula: Formula, level: Fraction | None, kind: str) -> Iterable[int]:
    """Figures where the line changes its slope: ends of tiers, where floor and cap are met, the exemption."""
    yield from (tier.up_to for tier in formula.tiers if tier.up_to is not None)
    if formula.exempt_figure is not None:
        yield formula.exempt_figure
    for bound in (formula.floor, formula.cap):
        if bound is not None:
            yield from _meets(formula, Fraction(bound.cents), level, kind)


def _meets(formula: Formula, cents: Fraction, level: Fraction | None, kind: str) -> Iterable[int]:
    """The figure at which the unbounded amount is so many cents, if some figure has it."""
    if formula.budget is not None:
        if level:
            yield int(cents / level)
        return
    if formula.base is None:
        return
    at, low = Fraction(formula.fixed_of(kind).cents * formula.period.per_year), 0
    for tier in formula.tiers:
        slope = Fraction(tier.rate * 100, PER_UNIT[formula.base] * MILLION)
        length = None if tier.up_to is None else tier.up_to - low
        if slope and at <= cents and (length is None or at + slope * length >= cents):
            yield low + int((cents - at) / slope)
            return
        if length is not None:
            at, low = at + slope * length, tier.up_to or 0


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis: where it stands in the picture, and its value in the axis's smallest part."""

    at: int
    value: int


@dataclass(frozen=True, slots=True)
class Line:
    """One formula's line: the path to draw, its dashes, which of the page's colours, and its name."""

    name: str
    path: str
    dashes: str
    look: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot on a line: the reader's own structure."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of lines with its axes."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    marks: tuple[Mark, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT
    top: int = TOP


def chart(series: Sequence[tuple[str, Sequence[Point]]], *, upto: int, per: int, own: Sequence[Point] = ()) -> Chart:
    """Lines of several formulas in one picture; `per` is how many of the base's parts make one unit of its axis."""
    most = max([point.amount.cents for _name, points in series for point in points] + [one.amount.cents for one in own])
    ups, top = ticks(max(most, 100), unit=100)
    rights, _end = ticks(max(upto, 1), unit=per)

    def x(figure: int) -> int:
        return LEFT + _scaled(min(figure, upto), upto, WIDTH - LEFT - RIGHT)

    def y(cents: int) -> int:
        return HEIGHT - BOTTOM - _scaled(cents, top, HEIGHT - TOP - BOTTOM)

    lines = tuple(
        Line(name, path_of([(x(point.figure), y(point.amount.cents)) for point in points]), _dashes(index), index + 1)
        for index, (name, points) in enumerate(series)
    )
    across = tuple(Tick(x(value), value) for value in rights if value <= upto)
    up = tuple(Tick(y(value), value) for value in ups)
    return Chart(lines, across, up, tuple(Mark(x(one.figure), y(one.amount.cents)) for one in own))


def ticks(most: int, *, unit: int, about: int = 5) -> tuple[tuple[int, ...], int]:
    """Round values from 0 to at least `most`, some five of them, and the last one; in smallest parts, `unit` in one."""
    wanted = -(-most // unit)
    step = next(factor * 10**power for power in range(20) for factor in STEPS if factor * 10**power * about >= wanted)
    count = -(-wanted // step)
    values = tuple(step * index * unit for index in range(count + 1))
    return values, values[-1]


def path_of(points: Iterable[tuple[int, int]]) -> str:
    """The path through these points, as SVG writes it."""
    return " ".join(f"{'L' if index else 'M'}{x} {y}" for index, (x, y) in enumerate(points))


def _dashes(index: int) -> str:
    return DASHES[index % len(DASHES)]


def _scaled(value: int, most: int, length: int) -> int:
    return (2 * value * length + most) // (2 * most) if most else 0
