"""The split of a month for good: two tables written by set statements, in the closing's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert

from coopter.costs import policies, queries
from coopter.costs.queries.months import SHARES, SPLITS, ShareRecord
from coopter.costs.rules import MonthAlreadySplit, MonthStillOpen, PoolSplit, WorkedMinutes, split_pools
from coopter.hours import queries as hours
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import total
from coopter.values.month import Month


@command
def split_month(
    actor: Actor, *, month: Month, worked: Sequence[WorkedMinutes], at: datetime
) -> tuple[ShareRecord, ...]:
    """Split the costs of a locked month among its members and store pools, keys, weights and shares; joins the closing.

    The caller has locked the month, so neither hours nor costs move any more; it seals the rows. Raises
    MonthStillOpen, MonthAlreadySplit, and the refusals of `rules.split_pools` (CostsMissing, CostsWithoutHours, …).
    """
    require(policies.can_split_month(actor))
    if not hours.is_locked(month):
        raise MonthStillOpen(month=month)
    if queries.is_split(month):
        raise MonthAlreadySplit(month=month)
    splits = split_pools(queries.month_inputs(month), worked=worked)
    shares = _write(splits, month=month)
    cost = total(split.amount for split in splits)
    after = {"pools": len(splits), "shares": len(shares), "cost": cost, "rules": sorted({s.key.number for s in splits})}
    journal.record(actor, "costs.month_split", f"month:{month}", at=at, after=after)
    return shares


def _write(splits: Sequence[PoolSplit], *, month: Month) -> tuple[ShareRecord, ...]:
    if not splits:
        return ()
    grouping_id = tenancy.current()
    pools = [
        {
            "grouping_id": grouping_id, "month": month, "pool": split.pool, "employee_id": split.employee_id,
            "amount_cents": split.amount, "rule_id": split.key.rule_id, "rule_number": split.key.number,
            "method": split.key.method, "decided_by": split.key.decided_by, "author": split.key.author,
            "total_weight": split.total_weight, "total_minutes": split.total_minutes,
        }
        for split in splits
    ]  # fmt: skip
    statement = insert(SPLITS).returning(SPLITS.c.id, sort_by_parameter_order=True)
    ids = session().execute(statement, pools).scalars().all()
    shares = [
            {
                "grouping_id": grouping_id, "split_id": split_id, "structure_id": share.structure_id,
                "weight": share.weight, "minutes": share.minutes, "amount_cents": share.amount,
            }
            for split_id, split in zip(ids, splits, strict=True)
            for share in split.shares
    ]  # fmt: skip
    if shares:
        session().execute(insert(SHARES), shares)
    return queries.shares_of(month)
