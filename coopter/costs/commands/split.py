"""The split of a month for good: two tables written by set statements, in the closing's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coopter.costs import policies, queries
from coopter.costs.queries.months import SHARES, SPLITS, ShareRecord
from coopter.costs.rules import MonthAlreadySplit, MonthStillOpen, PoolSplit, WorkedMinutes, split_pools
from coopter.hours import queries as hours
from coopter.plumbing import journal, tenancy
from coopter.plumbing.bulk import insert_rows, take_ids
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import total
from coopter.values.month import Month

SPLIT_COLUMNS = (
    "id", "grouping_id", "month", "pool", "employee_id", "amount_cents", "decision_id", "decision_number", "method",
    "decided_by", "author", "total_weight", "total_minutes",
)  # fmt: skip
SHARE_COLUMNS = ("id", "grouping_id", "split_id", "structure_id", "weight", "minutes", "amount_cents")


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
    """Two statements, whatever the number of members."""
    grouping_id = tenancy.current()
    ids = take_ids(SPLITS, count=len(splits))
    pools = [
        (
            split_id, grouping_id, month, split.pool, split.employee_id, split.amount,
            split.key.decision_id, split.key.number, split.key.method, split.key.decided_by, split.key.author,
            split.total_weight, split.total_minutes,
        )
        for split_id, split in zip(ids, splits, strict=True)
    ]  # fmt: skip
    insert_rows(SPLITS, columns=SPLIT_COLUMNS, rows=pools)
    numbers = iter(take_ids(SHARES, count=sum(len(split.shares) for split in splits)))
    records = tuple(
        ShareRecord(
            next(numbers), split_id, share.structure_id, split.pool, split.employee_id, share.minutes, share.weight,
            share.amount,
        )
        for split_id, split in zip(ids, splits, strict=True)
        for share in split.shares
    )  # fmt: skip
    shares = [
        (record.share_id, grouping_id, record.split_id, record.structure_id, record.weight, record.minutes,
         record.amount)
        for record in records
    ]  # fmt: skip
    insert_rows(SHARES, columns=SHARE_COLUMNS, rows=shares)
    return records
