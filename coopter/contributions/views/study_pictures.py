"""The words of a study's pictures: axes and values as their reader writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from coopter.contributions.queries.study import Study
from coopter.contributions.rules.curves import Chart, chart, curve, reach_of
from coopter.contributions.rules.formulas import Formula, base_name, quantity
from coopter.contributions.rules.formulas_kinds import IN_EUROS, PER_UNIT
from coopter.contributions.rules.kinds import Base
from coopter.plumbing import formats
from coopter.plumbing.pages import localised, written
from coopter.values.money import Money
from coopter.values.refusal import Words

UNITS = {6: Words("%(n)s M€", n=""), 3: Words("%(n)s k€", n=""), 0: Words("%(n)s €", n="")}


@dataclass(frozen=True)
class Line:
    """One member's line, written."""

    name: str
    figure: str
    before: str
    afters: tuple[str, ...]
    moved: str  # up, down or neither
    change: str


@dataclass(frozen=True)
class Picture:
    """A chart with its words: what stands across, the labels of both axes, and the points as a table."""

    chart: Chart
    across: str
    labels_across: tuple[str, ...]
    labels_up: tuple[str, ...]
    table: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


def lines_of(study: Study, *, most: int | None = None) -> tuple[Line, ...]:
    """Each member's line in the reader's language, who would pay most first: all of them, or `most`."""
    base = study.tries[0].formula.base
    money = localised(formats.money)

    def paid(amount: Money | None) -> str:
        return "–" if amount is None else money(amount)

    def figure(amount: int | None) -> str:
        if amount is None or base is None:
            return "–"
        return money(Money(amount)) if base in IN_EUROS else written(quantity(base, amount))

    def change(amount: Money | None) -> tuple[str, str]:
        if not amount:
            return "", "–" if amount is None else "="
        return ("up", f"+{money(amount)}") if amount.cents > 0 else ("down", money(amount))

    return tuple(
        Line(row.member.name, figure(row.figure), paid(row.before), tuple(map(paid, row.afters)), *change(row.change))
        for row in study.rows[:most]
    )


def pictures(study: Study) -> Picture | None:
    """The curve of a study; None where no formula is measured on a base."""
    base = study.tries[0].formula.base
    if study.chart is None or base is None:
        return None
    table = tuple(
        (name, tuple((written(quantity(base, point.figure)), point.amount) for point in points))
        for name, points in study.points
    )
    return picture(study.chart, base, named=study.tries[0].formula.named, table=table)


def picture(chart: Chart, base: Base, *, named: str = "", table: Any = ()) -> Picture:
    """A chart of a base with short labels: « 250 k€ », « 1 200 h »."""
    return Picture(
        chart,
        written(base_name(base, named)),
        _labels(base, [tick.value for tick in chart.across]),
        _euros([tick.value for tick in chart.up]),
        table,
    )


def formula_picture(formula: Formula) -> Picture | None:
    """The curve of a formula by itself; None for a budget, whose line depends on the members, or without a base."""
    if formula.base is None or formula.budget is not None:
        return None
    upto = reach_of(formula)
    points = curve(formula, upto=upto)
    drawn = chart([("", points)], upto=upto, per=PER_UNIT[formula.base])
    return picture(drawn, formula.base, named=formula.named)


def _labels(base: Base, values: Sequence[int]) -> tuple[str, ...]:
    if base in IN_EUROS:
        return _euros(values)
    return tuple(written(quantity(base, value)) for value in values)


def _euros(values: Sequence[int]) -> tuple[str, ...]:
    """Cents as short labels, all of an axis in one unit: euros, thousands or millions."""
    euros = [cents // 100 for cents in values]
    power = next((one for one in (6, 3) if max(euros) >= 10**one and not any(e % 10 ** (one - 1) for e in euros)), 0)
    return tuple(written(Words(UNITS[power].source, n=Decimal(one).scaleb(-power))) for one in euros)
