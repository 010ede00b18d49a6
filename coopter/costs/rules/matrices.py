"""The split as a table that adds up both ways, and what each member would pay by the hour or by exact shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coopter.costs.rules.keys import HourPrice, priced_amount
from coopter.costs.rules.kinds import Pool
from coopter.costs.rules.splitting import Member, PoolSplit, by_code
from coopter.values.money import Money, total

PoolKey = tuple[Pool, int | None]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One structure: its cents in each pool (None = no part), all together, its minutes, and what is invoiced."""

    member: Member
    cells: tuple[Money | None, ...]
    total: Money
    minutes: int
    billed: Money
    management: Money

    @property
    def employees(self) -> Money:
        """Its part of all employees together."""
        return self.total - self.management


@dataclass(frozen=True, slots=True)
class Matrix:
    """Structures by pools, totals right and below; the last total is the month's cost."""

    pools: tuple[PoolSplit, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[Money, ...]
    total: Money
    minutes: int
    billed: Money

    @property
    def management(self) -> Money:
        """All management shares together."""
        return total(row.management for row in self.rows)

    @property
    def employees(self) -> Money:
        """All employees' shares together."""
        return self.total - self.management

    @property
    def by_structure(self) -> dict[int, Money]:
        """Each structure's total of exact shares."""
        return {row.member.structure_id: row.total for row in self.rows}


def matrix(
    splits: Sequence[PoolSplit], *, members: Sequence[Member], prices: Mapping[int, HourPrice] | None = None
) -> Matrix:
    """Lay the split out; cents. `prices` = the price of each employee billed by the hour: then `billed` differs.

    When somebody's hours have a price, management is inside the price and is not billed besides.
    """
    asked = prices or {}
    found: dict[int, dict[PoolKey, tuple[Money, int, Money]]] = {}
    for split in splits:
        for share in split.shares:
            billed = _billed(split, minutes=share.minutes, amount=share.amount, prices=asked)
            found.setdefault(share.structure_id, {})[split.pool, split.employee_id] = (
                share.amount,
                share.minutes,
                billed,
            )
    columns = [(split.pool, split.employee_id) for split in splits]
    by_id = {member.structure_id: member for member in members}
    ordered = sorted((by_id[structure] for structure in found), key=lambda member: by_code(member.code))
    rows = tuple(_row(member, found[member.structure_id], columns) for member in ordered)
    return Matrix(
        pools=tuple(splits),
        rows=rows,
        totals=tuple(split.amount for split in splits),
        total=total(row.total for row in rows),
        minutes=sum(row.minutes for row in rows),
        billed=total(row.billed for row in rows),
    )


def _billed(split: PoolSplit, *, minutes: int, amount: Money, prices: Mapping[int, HourPrice]) -> Money:
    if not prices:
        return amount
    if split.pool is Pool.MANAGEMENT:
        return Money.zero()
    price = prices.get(split.employee_id or 0)
    return priced_amount(minutes, rate=price.rate) if price and price.rate else amount


def _row(member: Member, own: Mapping[PoolKey, tuple[Money, int, Money]], columns: Sequence[PoolKey]) -> MatrixRow:
    return MatrixRow(
        member=member,
        cells=tuple(own[column][0] if column in own else None for column in columns),
        total=total(amount for amount, _, _ in own.values()),
        minutes=sum(minutes for (pool, _), (_, minutes, _) in own.items() if pool is Pool.EMPLOYEE),
        billed=total(billed for _, _, billed in own.values()),
        management=total(amount for (pool, _), (amount, _, _) in own.items() if pool is Pool.MANAGEMENT),
    )
