"""A month as it is split: what goes in, what would come out, what was stored, and the change since the month before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, func, or_, select

from coopter.costs.models import CostShare, CostSplit
from coopter.costs.queries.decisions import list_rules, prices_in_force
from coopter.costs.queries.lines import LINES
from coopter.costs.rules import (
    AllocationKey,
    CostPool,
    Member,
    MonthInputs,
    Pool,
    PoolShare,
    PoolSplit,
    WorkedMinutes,
    by_code,
    split_pools,
)
from coopter.costs.rules import obstacles as obstacles_of
from coopter.hours import queries as hours
from coopter.members.models import Membership, Structure
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal

SPLITS: Table = CostSplit.__table__  # type: ignore[assignment]
SHARES: Table = CostShare.__table__  # type: ignore[assignment]
_STRUCTURES: Table = Structure.__table__  # type: ignore[assignment]
_MEMBERSHIPS: Table = Membership.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """One structure's part of one pool of a month; ids are 0 in a preview. Cents and minutes."""

    share_id: int
    split_id: int
    structure_id: int
    pool: Pool
    employee_id: int | None
    minutes: int
    weight: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Change:
    """What one structure owes for a month, and owed for the month before (None = not known); cents."""

    structure_id: int
    now: Money
    before: Money | None

    @property
    def change(self) -> Money | None:
        """The difference, when there is something to compare with."""
        return None if self.before is None else self.now - self.before


def month_inputs(month: Month) -> MonthInputs:
    """Everything that the split of a month needs besides the hours, read in a handful of statements."""
    names = staff.employee_names()
    return MonthInputs(
        month=month,
        pools=_pools(month),
        keys=list_rules(),
        members=month_members(month),
        names=names,
        priced=frozenset(prices_in_force(month, names)),
    )


def month_members(month: Month) -> tuple[Member, ...]:
    """Every structure of the grouping in the order of codes; `belongs` = a member on a day of the month at least."""
    here, during = _STRUCTURES.c, _MEMBERSHIPS.c
    query = select(during.structure_id).where(
        during.grouping_id == tenancy.current(),
        during.joined_on < month.end,
        or_(during.left_on.is_(None), during.left_on > month.first),
    )
    belonging = set(session().scalars(query))
    rows = session().execute(
        select(here.id, here.code, here.legal_name, here.trade_name, here.headcount).where(
            here.grouping_id == tenancy.current()
        )
    )
    found = [Member(i, code, trade or legal, count, i in belonging) for i, code, legal, trade, count in rows]
    return tuple(sorted(found, key=lambda member: by_code(member.code)))


def obstacles(month: Month, worked: Sequence[WorkedMinutes]) -> tuple[Refusal, ...]:
    """Everything that keeps this month's costs from being split, all at once."""
    return obstacles_of(month_inputs(month), worked=worked)


def preview_pools(month: Month, worked: Sequence[WorkedMinutes]) -> tuple[PoolSplit, ...]:
    """The split of a month as it would be, pool by pool; nothing is written. Raises the first of `obstacles`."""
    return split_pools(month_inputs(month), worked=worked)


def preview_split(month: Month, worked: Sequence[WorkedMinutes]) -> tuple[ShareRecord, ...]:
    """The shares of a month as they would be, without ids; nothing is written. Raises the first of `obstacles`."""
    return tuple(
        ShareRecord(0, 0, share.structure_id, split.pool, split.employee_id, share.minutes, share.weight, share.amount)
        for split in preview_pools(month, worked)
        for share in split.shares
    )


def is_split(month: Month) -> bool:
    """Whether this month's costs were split for good."""
    query = select(SPLITS.c.id).where(SPLITS.c.grouping_id == tenancy.current(), SPLITS.c.month == month).limit(1)
    return session().scalar(query) is not None


def shares_of(month: Month) -> tuple[ShareRecord, ...]:
    """The shares of a closed month: employees' pools, then management, each in the order of the structures' codes."""
    share, split = SHARES.c, SPLITS.c
    query = _stored(
        share.id, share.split_id, share.structure_id, split.pool, split.employee_id, share.minutes, share.weight,
        share.amount_cents,
    ).where(split.month == month)  # fmt: skip
    return tuple(ShareRecord(*row) for row in session().execute(query))


def splits_of(month: Month) -> tuple[PoolSplit, ...]:
    """The pools of a closed month with the key that was used, as they were stored."""
    split = SPLITS.c
    rows = session().execute(
        select(SPLITS)
        .where(split.grouping_id == tenancy.current(), split.month == month)
        .order_by(split.id)
    ).all()  # fmt: skip
    shares: dict[int, list[PoolShare]] = {}
    for record in shares_of(month):
        part = PoolShare(record.structure_id, record.weight, record.minutes, record.amount)
        shares.setdefault(record.split_id, []).append(part)
    return tuple(
        PoolSplit(
            row.pool, row.employee_id, row.amount_cents, _key(row), row.total_weight, row.total_minutes,
            tuple(shares.get(row.id, ())),
        )
        for row in rows
    )  # fmt: skip


def compare_with_previous(month: Month) -> tuple[Change, ...]:
    """What each structure owes (exact shares) for a month and owed for the one before, in the order of codes.

    A closed month counts as it was stored, an open one as it would be; empty when this month cannot be split yet.
    """
    now, before = _totals(month), _totals(month.previous())
    if now is None:
        return ()
    order = [member.structure_id for member in month_members(month)]
    owing = [structure for structure in order if structure in now or structure in (before or {})]
    zero = Money.zero()
    return tuple(
        Change(structure, now.get(structure, zero), None if before is None else before.get(structure, zero))
        for structure in owing
    )


def _totals(month: Month) -> dict[int, Money] | None:
    """Each structure's total of a month, stored or previewed; None when there is none or it cannot be split."""
    shares: Iterable[ShareRecord] = shares_of(month)
    if not shares:
        try:
            shares = preview_split(month, hours.worked_minutes(month))
        except Refusal:
            return None
    found: dict[int, Money] = {}
    for share in shares:
        found[share.structure_id] = found.get(share.structure_id, Money.zero()) + share.amount
    return found or None


def _pools(month: Month) -> tuple[CostPool, ...]:
    line = LINES.c
    query = (
        select(line.employee_id, func.sum(line.amount_cents), func.count())
        .where(line.grouping_id == tenancy.current(), line.month == month)
        .group_by(line.employee_id)
    )
    return tuple(
        CostPool(Pool.MANAGEMENT if employee is None else Pool.EMPLOYEE, employee, cents, int(count))
        for employee, cents, count in session().execute(query)
    )


def _stored(*columns: Any) -> Select[Any]:
    share, split = SHARES.c, SPLITS.c
    return (
        select(*columns)
        .join(SPLITS, (split.id == share.split_id) & (split.grouping_id == share.grouping_id))
        .where(share.grouping_id == tenancy.current(), split.grouping_id == tenancy.current())
        .order_by(share.split_id, share.id)
    )


def _key(row: Any) -> AllocationKey:
    return AllocationKey(
        row.decision_number,
        row.pool,
        row.employee_id,
        row.method,
        (),
        None,
        row.decided_by,
        row.author,
        row.decision_id,
    )
