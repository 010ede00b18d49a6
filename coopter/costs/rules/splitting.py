"""The split of a month: each employee's costs among those who used them, management among all, exact to the cent.

Cents: a cost is positive, an aid received is negative. Minutes are confirmed minutes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from coopter.costs.rules.keys import (
    AllocationKey,
    CostsMissing,
    CostsWithoutHours,
    HeadcountMissing,
    NoHoursToShareBy,
    WeightsMissing,
    key_in_force,
)
from coopter.costs.rules.kinds import KeyMethod, Pool
from coopter.members.rules import natural_order
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal
from coopter.values.split import NothingToShareBy


class WorkedMinutes(Protocol):
    """Confirmed minutes of one employee at one structure in the month, as the hours room counts them."""

    @property
    def employee_id(self) -> int: ...
    @property
    def structure_id(self) -> int: ...
    @property
    def minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class CostPool:
    """What is split together: one employee's costs of the month, or the grouping's (employee None), in cents."""

    pool: Pool
    employee_id: int | None
    amount: Money
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A structure as a key sees it; `belongs` = a member on at least one day of the month."""

    structure_id: int
    code: str
    name: str = ""
    headcount: int | None = None
    belongs: bool = True


@dataclass(frozen=True, slots=True)
class PoolShare:
    """One structure's part of one pool: its weight under the key, its own minutes, its cents."""

    structure_id: int
    weight: int
    minutes: int
    amount: Money


@dataclass(frozen=True, slots=True)
class PoolSplit:
    """One pool as it is split; the shares sum to the amount exactly and stand in the natural order of the codes."""

    pool: Pool
    employee_id: int | None
    amount: Money
    key: AllocationKey
    total_weight: int
    total_minutes: int
    shares: tuple[PoolShare, ...]


@dataclass(frozen=True, slots=True)
class MonthInputs:
    """All that a split needs besides the hours; `priced` = employees billed by the hour, whose costs may come later."""

    month: Month
    pools: tuple[CostPool, ...]
    keys: tuple[AllocationKey, ...] = ()
    members: tuple[Member, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    priced: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Hours:
    """The month's minutes, counted once: by employee and structure, and by structure over all employees."""

    of: dict[int, dict[int, int]]
    all: dict[int, int]

    @classmethod
    def count(cls, worked: Iterable[WorkedMinutes]) -> _Hours:
        of: dict[int, dict[int, int]] = {}
        everybody: dict[int, int] = {}
        for entry in worked:
            if entry.minutes <= 0:
                continue
            own = of.setdefault(entry.employee_id, {})
            own[entry.structure_id] = own.get(entry.structure_id, 0) + entry.minutes
            everybody[entry.structure_id] = everybody.get(entry.structure_id, 0) + entry.minutes
        return cls(of, everybody)

    def in_pool(self, pool: CostPool) -> dict[int, int]:
        """Minutes by structure that concern a pool."""
        return self.all if pool.pool is Pool.MANAGEMENT else self.of.get(pool.employee_id or 0, {})


def by_code(code: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """The order of structures that breaks ties of cents: natural order of codes (PC2, PC8, PC11), then the text."""
    return natural_order(code), code


def obstacles(inputs: MonthInputs, *, worked: Sequence[WorkedMinutes]) -> tuple[Refusal, ...]:
    """Everything that keeps a month from being split, each told once with all the names; empty when it can be.

    CostsMissing, CostsWithoutHours, NoHoursToShareBy, HeadcountMissing, WeightsMissing, NothingToShareBy.
    """
    pools = _completed(inputs, worked)
    return _obstacles(inputs, _Hours.count(worked), pools, _keys_of(pools, inputs))


def split_pools(inputs: MonthInputs, *, worked: Sequence[WorkedMinutes]) -> tuple[PoolSplit, ...]:
    """Split every pool of a month: employees' pools in the order of their ids, then management.

    By default an employee's pool goes by that employee's minutes and management by all minutes (domain.md §2.1, full
    cost; CGI art. 261 B, exact part of common expenses). Under another key the parties are: EQUAL and HEADCOUNT, those
    who used the employee, and for management all members of the month; WEIGHTS, the members named in the key.
    Largest remainder to the cent, ties to the lower code in natural order; the result does not depend on the order of
    what comes in (R17). Raises the first of `obstacles`.
    """
    hours, pools = _Hours.count(worked), _completed(inputs, worked)
    keys = _keys_of(pools, inputs)
    for refusal in _obstacles(inputs, hours, pools, keys):
        raise refusal
    ranked = sorted(inputs.members, key=lambda member: by_code(member.code))
    rank = {member.structure_id: place for place, member in enumerate(ranked)}
    by_id = {member.structure_id: member for member in ranked}
    ordered = sorted(pools, key=lambda pool: (pool.pool is Pool.MANAGEMENT, pool.employee_id or 0))
    return tuple(_split(pool, keys[pool.pool, pool.employee_id], hours.in_pool(pool), by_id, rank) for pool in ordered)


def _completed(inputs: MonthInputs, worked: Iterable[WorkedMinutes]) -> tuple[CostPool, ...]:
    """One pool per employee and one for management; someone billed by the hour without costs yet has an empty one."""
    sums: dict[tuple[Pool, int | None], tuple[int, int]] = {}
    for pool in inputs.pools:
        cents, lines = sums.get((pool.pool, pool.employee_id), (0, 0))
        sums[pool.pool, pool.employee_id] = (cents + pool.amount.cents, lines + pool.lines)
    for employee_id in {entry.employee_id for entry in worked if entry.minutes > 0} & inputs.priced:
        sums.setdefault((Pool.EMPLOYEE, employee_id), (0, 0))
    return tuple(CostPool(kind, person, Money(cents), lines) for (kind, person), (cents, lines) in sums.items())


def _keys_of(pools: Iterable[CostPool], inputs: MonthInputs) -> dict[tuple[Pool, int | None], AllocationKey]:
    """The key in force of each pool on the month's first day, without reading all keys for each."""
    ring: dict[tuple[Pool, int | None], list[AllocationKey]] = {}
    for key in inputs.keys:
        ring.setdefault((key.pool, key.employee_id), []).append(key)
    found = {}
    for pool in pools:
        places = (pool.pool, pool.employee_id), (pool.pool, None)
        fitting = [key for place in places for key in ring.get(place, ())]
        found[places[0]] = key_in_force(fitting, pool=pool.pool, employee_id=pool.employee_id, on=inputs.month.first)
    return found


def _weights(
    pool: CostPool, key: AllocationKey, minutes: Mapping[int, int], members: Mapping[int, Member]
) -> dict[int, int]:
    """The weight of each party to a pool under its key; those with hours and no weight stand at zero."""
    if key.method is KeyMethod.MINUTES:
        return dict(minutes)
    if key.method is KeyMethod.WEIGHTS:
        named = {s: w for s, w in key.weights if w and s in members and (members[s].belongs or s in minutes)}
        return {**dict.fromkeys(minutes, 0), **named}
    parties = _parties(pool, minutes, members)
    if key.method is KeyMethod.EQUAL:
        return dict.fromkeys(parties, 1)
    return {structure: members[structure].headcount or 0 for structure in parties}


def _parties(pool: CostPool, minutes: Mapping[int, int], members: Mapping[int, Member]) -> set[int]:
    """Who takes part in a pool that is not split by minutes or named weights."""
    if pool.pool is Pool.EMPLOYEE:
        return set(minutes)
    return {member.structure_id for member in members.values() if member.belongs} | set(minutes)


def _split(
    pool: CostPool,
    key: AllocationKey,
    minutes: Mapping[int, int],
    members: Mapping[int, Member],
    rank: Mapping[int, int],
) -> PoolSplit:
    weights = _weights(pool, key, minutes, members)
    parties = sorted((party for party in weights if weights[party] or party in minutes), key=rank.__getitem__)
    amounts = pool.amount.split([weights[party] for party in parties])
    shares = tuple(
        PoolShare(party, weights[party], minutes.get(party, 0), amount)
        for party, amount in zip(parties, amounts, strict=True)
    )
    total = sum(weights.values())
    return PoolSplit(pool.pool, pool.employee_id, pool.amount, key, total, sum(minutes.values()), shares)


def _obstacles(
    inputs: MonthInputs,
    hours: _Hours,
    pools: Sequence[CostPool],
    keys: Mapping[tuple[Pool, int | None], AllocationKey],
) -> tuple[Refusal, ...]:
    costed = {pool.employee_id for pool in pools if pool.pool is Pool.EMPLOYEE}
    found: list[Refusal] = []
    if missing := [employee for employee in hours.of if employee not in costed]:
        found.append(CostsMissing(employees=_people(missing, inputs)))
    members = {member.structure_id: member for member in inputs.members}
    idle: list[int] = []
    for pool in pools:
        key, minutes = keys[pool.pool, pool.employee_id], hours.in_pool(pool)
        weights = {} if (gap := _gap(pool, key, minutes, members)) else _weights(pool, key, minutes, members)
        if gap:
            found.append(gap)
        elif weights and pool.amount and not any(weights.values()):
            found.append(NothingToShareBy(total=pool.amount.cents))
        elif not weights and pool.pool is Pool.MANAGEMENT:
            found.append(NoHoursToShareBy(month=inputs.month))
        elif not weights:
            idle.append(pool.employee_id or 0)
    if idle:
        found.append(CostsWithoutHours(employees=_people(idle, inputs)))
    return tuple(found)


def _gap(
    pool: CostPool, key: AllocationKey, minutes: Mapping[int, int], members: Mapping[int, Member]
) -> Refusal | None:
    """What a key lacks to weigh this pool."""
    if key.method is KeyMethod.HEADCOUNT:
        unknown = [members[party] for party in _parties(pool, minutes, members) if members[party].headcount is None]
        return HeadcountMissing(structures=_codes(unknown)) if unknown else None
    if key.method is KeyMethod.WEIGHTS:
        unnamed = [members[party] for party in _parties(pool, minutes, members) - set(key.weight_of)]
        return WeightsMissing(number=key.number, structures=_codes(unnamed)) if unnamed else None
    return None


def _people(ids: Iterable[int], inputs: MonthInputs) -> list[str]:
    return sorted(inputs.names.get(employee, f"n° {employee}") for employee in ids)


def _codes(members: Iterable[Member]) -> list[str]:
    ordered = sorted(members, key=lambda member: by_code(member.code))
    return [f"{member.code} {member.name}".strip() for member in ordered]
