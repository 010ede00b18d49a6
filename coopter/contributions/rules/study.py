"""The study of variants: each member before and after, who wins, who loses, how much rests on the largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from coopter.contributions.rules.formulas_computing import Amounts, amounts_of
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal, Words

TOP = 3


@dataclass(frozen=True, slots=True)
class Leaving:
    """What happens if the member who pays most leaves: less money, or more for the others."""

    name: str
    amount: Money
    raised: Money | None  # what the others would pay; None when the budget could not be raised, and `why` says it
    most_more: Money  # the largest rise for one of the others
    who_more: str
    why: Words | None
    missing: Money  # what would lack from today's total


@dataclass(frozen=True, slots=True)
class Result:
    """One formula tried on every member; `owed` is empty when it cannot be, and `why` says it."""

    name: str
    formula: Formula
    owed: Mapping[int, Money]
    why: Words | None
    raised: Money
    paying: int
    largest: str
    largest_part: int  # thousandths of what is raised
    top_part: int
    unknown: tuple[str, ...]
    leaving: Leaving | None
    level: Fraction | None

    @property
    def largest_percent(self) -> Decimal:
        """The part of the largest in percent, to one decimal."""
        return Decimal(self.largest_part).scaleb(-1)

    @property
    def top_percent(self) -> Decimal:
        """The part of the first three together in percent, to one decimal."""
        return Decimal(self.top_part).scaleb(-1)

    def amount_of(self, structure_id: int) -> Money | None:
        """What one structure owes by it; None when the formula cannot be computed."""
        return self.owed.get(structure_id)


@dataclass(frozen=True, slots=True)
class Row:
    """One member's line: its figure, what it owes by the formula in force, by each formula tried, and the change."""

    member: MemberFigures
    figure: int | None
    before: Money | None
    afters: tuple[Money | None, ...]
    change: Money | None  # from the formula in force to the first one tried


@dataclass(frozen=True, slots=True)
class Balance:
    """Of the change from one formula to another: who pays less, who pays more, and the largest of each."""

    less: int
    more: int
    same: int
    most_less: tuple[str, Money] | None
    most_more: tuple[str, Money] | None


def tried(name: str, formula: Formula, members: Sequence[MemberFigures], year: int) -> Result:
    """A formula on these members: what is raised, how it concentrates, and what if the largest leaves."""
    try:
        found = amounts_of(formula, members, year)
    except Refusal as refusal:
        return _impossible(name, formula, refusal)
    raised = total(found.owed.values())
    names = {one.structure_id: one.name for one in members}
    ranked = sorted(found.owed, key=lambda one: (-found.owed[one].cents, names[one]))
    first = ranked[0] if ranked and found.owed[ranked[0]] else None
    return Result(
        name, formula, found.owed, None, raised,
        paying=sum(1 for amount in found.owed.values() if amount),
        largest="" if first is None else names[first],
        largest_part=_part(total(found.owed[one] for one in ranked[:1]), raised),
        top_part=_part(total(found.owed[one] for one in ranked[:TOP]), raised),
        unknown=tuple(names[one] for one in found.unknown),
        leaving=None if first is None else _without(formula, members, year, first=first, found=found, names=names),
        level=found.level,
    )  # fmt: skip


def rows_of(
    members: Sequence[MemberFigures], *, before: Result | None, tries: Sequence[Result], formula: Formula
) -> tuple[Row, ...]:
    """Every member under every formula, whoever pays most by the first one tried before the others."""
    rows = []
    for member in members:
        now = None if before is None else before.amount_of(member.structure_id)
        afters = tuple(result.amount_of(member.structure_id) for result in tries)
        change = afters[0] - now if afters and afters[0] is not None and now is not None else None
        figure = None if formula.base is None else member.figures.get(formula.base)
        rows.append(Row(member, figure, now, afters, change))
    return tuple(sorted(rows, key=lambda row: -(row.afters[0] or Money(0)).cents if row.afters else 0))


def balance_of(before: Result, after: Result, members: Sequence[MemberFigures]) -> Balance | None:
    """Winners and losers of going from one formula to another; None when one of them cannot be computed."""
    if before.why is not None or after.why is not None:
        return None
    changes = [(after.owed[one.structure_id] - before.owed[one.structure_id], one.name) for one in members]
    down = [(change, name) for change, name in changes if change < Money(0)]
    up = [(change, name) for change, name in changes if change > Money(0)]
    least, most = min(down, default=None), max(up, default=None)
    return Balance(
        len(down), len(up), len(changes) - len(down) - len(up),
        None if least is None else (least[1], -least[0]), None if most is None else (most[1], most[0]),
    )  # fmt: skip


def _without(
    formula: Formula, members: Sequence[MemberFigures], year: int, *, first: int, found: Amounts,
    names: Mapping[int, str],
) -> Leaving:  # fmt: skip
    before, own = total(found.owed.values()), found.owed[first]
    try:
        rest = amounts_of(formula, [one for one in members if one.structure_id != first], year).owed
    except Refusal as refusal:
        why = Words(refusal.sentence, **refusal.facts)
        return Leaving(names[first], own, None, Money(0), "", why, before)
    rises = [(amount - found.owed[one], names[one]) for one, amount in rest.items()]
    rise, who = max(rises, default=(Money(0), ""))
    raised = total(rest.values())
    return Leaving(names[first], own, raised, rise, who if rise else "", None, before - raised)


def _impossible(name: str, formula: Formula, refusal: Refusal) -> Result:
    why = Words(refusal.sentence, **refusal.facts)
    return Result(name, formula, {}, why, Money(0), 0, "", 0, 0, (), None, None)


def _part(amount: Money, whole: Money) -> int:
    return (2000 * amount.cents + whole.cents) // (2 * whole.cents) if whole else 0
