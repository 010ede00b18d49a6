"""Why a share is what it is: what its pool, its key and its minutes were, for whoever may know."""

from __future__ import annotations

from sqlalchemy import select

from coopter.costs import policies
from coopter.costs.queries.lines import LINES
from coopter.costs.queries.months import SHARES, SPLITS
from coopter.costs.rules import Component, ShareExplanation
from coopter.governance.queries.decisions import DECISIONS
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.refusal import NotFound


def explain_share(share_id: int, *, actor: Actor | None = None) -> ShareExplanation:
    """The walk from a share back to its pool; raises NotFound for another structure's share (row R7).

    Without an actor, or for a member, the pool is told as one total: the cost lines stay with those who keep the
    accounts (docs/decisions/0003). The caller that gives no actor has checked whose share it is.
    """
    share, split, decision = SHARES.c, SPLITS.c, DECISIONS.c
    row = session().execute(
        select(
            share.id.label("share_id"), split.month, share.structure_id, split.pool, split.employee_id,
            share.amount_cents.label("amount"), split.amount_cents.label("pool_total"), split.method,
            split.decision_id, split.decision_number,
            decision.from_on.label("decided_from"), split.decided_by, split.author, share.weight,
            split.total_weight, share.minutes, split.total_minutes,
        )
        .join(SPLITS, (split.id == share.split_id) & (split.grouping_id == share.grouping_id))
        .outerjoin(
            DECISIONS, (decision.id == split.decision_id) & (decision.grouping_id == tenancy.current())
        )
        .where(share.id == share_id, share.grouping_id == tenancy.current(), split.grouping_id == tenancy.current())
    ).first()  # fmt: skip
    if row is None or (actor is not None and not policies.can_see_share(actor, structure_id=row.structure_id)):
        raise NotFound()
    components = None
    if actor is not None and policies.can_read_costs(actor):
        components = _components(row.month, employee_id=row.employee_id)
    return ShareExplanation(**row._mapping, components=components)


def _components(month: Month, *, employee_id: int | None) -> tuple[Component, ...]:
    line = LINES.c
    query = select(line.kind, line.label, line.amount_cents).where(
        line.grouping_id == tenancy.current(), line.month == month, line.employee_id.is_not_distinct_from(employee_id)
    )
    return tuple(Component(*row) for row in session().execute(query.order_by(line.id)))
