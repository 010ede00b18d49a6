"""The costs of a month as their page shows them: pools with their lines, what blocks, and the split that adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coopter.costs.queries.decisions import list_prices, list_rules, prices_in_force
from coopter.costs.queries.lines import lines_of, list_months
from coopter.costs.queries.months import (
    Change,
    compare_with_previous,
    month_inputs,
    month_members,
    splits_of,
)
from coopter.costs.rules import (
    AllocationKey,
    CostRecord,
    HourPrice,
    Matrix,
    Pool,
    key_in_force,
    matrix,
    obstacles,
    split_pools,
)
from coopter.hours import queries as hours
from coopter.staff import queries as staff
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Refusal


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool of the month: whose it is, its lines and their sum, its confirmed minutes, its key and its price."""

    pool: Pool
    employee_id: int | None
    name: str
    code: str
    lines: tuple[CostRecord, ...]
    total: Money
    minutes: int
    key: AllocationKey
    price: HourPrice | None


@dataclass(frozen=True, slots=True)
class CostSheet:
    """The costs of a month; `matrix` is None while something blocks the split, and `changes` is by structure."""

    month: Month
    is_locked: bool
    pools: tuple[PoolView, ...]
    management: PoolView
    total: Money
    matrix: Matrix | None
    obstacles: tuple[Refusal, ...]
    changes: dict[int, Change]
    waiting: int
    is_priced: bool

    @property
    def has_lines(self) -> bool:
        """Whether anything was written for this month."""
        return bool(self.management.lines or any(pool.lines for pool in self.pools))


def month_to_open(today: date) -> Month:
    """The month one most likely works on: the oldest open one with costs, else the one before today's."""
    locked = hours.locked_months()
    costed = [month for month in list_months() if month not in locked]
    if costed:
        return min(costed)
    last = Month.of(today).previous()
    return last if last not in locked else max(locked).next()


def cost_sheet(month: Month) -> CostSheet:
    """Everything the page of a month's costs shows, in a fixed number of statements."""
    locked, worked = hours.is_locked(month), hours.worked_minutes(month)
    inputs = month_inputs(month)
    blocks: tuple[Refusal, ...] = ()
    splits = splits_of(month) if locked else ()
    if not splits:
        blocks = obstacles(inputs, worked=worked)
        splits = () if blocks else split_pools(inputs, worked=worked)
    minutes: dict[int | None, int] = {None: sum(entry.minutes for entry in worked)}
    for entry in worked:
        minutes[entry.employee_id] = minutes.get(entry.employee_id, 0) + entry.minutes
    lines = lines_of(month)
    prices = prices_in_force(month, [entry.employee_id for entry in worked])
    *pools, management = _pools(month, lines=lines, minutes=minutes, prices=prices)
    place = {pool.employee_id: rank for rank, pool in enumerate((*pools, management))}
    columns = sorted(splits, key=lambda split: place[split.employee_id])
    return CostSheet(
        month=month,
        is_locked=locked,
        pools=tuple(pools),
        management=management,
        total=total(line.amount for line in lines),
        matrix=matrix(columns, members=inputs.members, prices=prices) if splits else None,
        obstacles=blocks,
        changes={change.structure_id: change for change in compare_with_previous(month)} if splits else {},
        waiting=sum(one.lines for one in hours.waiting(month)),
        is_priced=bool(prices),
    )


def _pools(
    month: Month,
    *,
    lines: tuple[CostRecord, ...],
    minutes: dict[int | None, int],
    prices: dict[int, HourPrice],
) -> list[PoolView]:
    """Employees with costs or hours by name, then management."""
    own: dict[int | None, list[CostRecord]] = {}
    for line in lines:
        own.setdefault(line.employee_id, []).append(line)
    people = staff.employees_by_id({one for one in {*own, *minutes} if one is not None})
    keys = list_rules()
    ordered = sorted(people.values(), key=lambda one: (one.last_name.casefold(), one.first_name.casefold(), one.code))
    whose = [(one.id, one.name, one.code) for one in ordered]
    return [
        PoolView(
            pool=pool,
            employee_id=employee_id,
            name=name,
            code=code,
            lines=tuple(own.get(employee_id, ())),
            total=total(line.amount for line in own.get(employee_id, ())),
            minutes=minutes.get(employee_id, 0),
            key=key_in_force(keys, pool=pool, employee_id=employee_id, on=month.first),
            price=prices.get(employee_id or 0),
        )
        for pool, (employee_id, name, code) in [
            *((Pool.EMPLOYEE, one) for one in whose),
            (Pool.MANAGEMENT, (None, "", "")),
        ]
    ]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A key or a price as its page shows it: whose, the decision, its weights named, and whether it counts today.

    One that is neither in force nor coming was replaced.
    """

    pool: Pool
    employee_id: int | None
    name: str
    key: AllocationKey | None
    price: HourPrice | None
    weights: tuple[tuple[str, int], ...]
    in_force: bool
    coming: bool


def key_views(on: date) -> tuple[DecisionView, ...]:
    """Every key decided, the latest first; those that count on a day are marked."""
    keys = list_rules()
    people = staff.employees_by_id({key.employee_id for key in keys if key.employee_id})
    codes = {member.structure_id: f"{member.code} {member.name}" for member in month_members(Month.of(on))}
    return tuple(
        DecisionView(
            key.pool,
            key.employee_id,
            people[key.employee_id].name if key.employee_id else "",
            key,
            None,
            tuple((codes[structure], weight) for structure, weight in key.weights),
            in_force=key_in_force(
                [one for one in keys if one.employee_id == key.employee_id],
                pool=key.pool,
                employee_id=key.employee_id,
                on=on,
            )
            == key,
            coming=(key.from_on or on) > on,
        )
        for key in keys
    )


def price_views(on: date) -> tuple[DecisionView, ...]:
    """Every price decided, the latest first; those that count on a day are marked."""
    prices = list_prices()
    people = staff.employees_by_id({price.employee_id for price in prices if price.employee_id})
    latest: dict[int | None, HourPrice] = {}
    for price in reversed(prices):
        if price.from_on <= on:
            latest[price.employee_id] = price
    return tuple(
        DecisionView(
            Pool.EMPLOYEE,
            price.employee_id,
            people[price.employee_id].name if price.employee_id else "",
            None,
            price,
            (),
            in_force=latest.get(price.employee_id) == price,
            coming=price.from_on > on,
        )
        for price in prices
    )
