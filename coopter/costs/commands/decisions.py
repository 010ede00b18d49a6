"""Keys and prices: written down with their day of effect and who decided them; a later one replaces, none is edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select

from coopter.costs import policies
from coopter.costs.models import AllocationRule, HourlyPrice
from coopter.costs.queries.decisions import PRICES, RULES
from coopter.costs.rules import (
    KeyMethod,
    ManagementOfOne,
    Pool,
    PriceUnderExemption,
    RuleReachesClosedMonth,
    check_first_day,
    check_rate,
    check_weights,
)
from coopter.hours import queries as hours
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.rules import INITIAL, VatRegime
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.refusal import NotFound
from coopter.values.texts import clean_line


@command
def set_allocation_rule(
    actor: Actor,
    *,
    pool: Pool,
    method: KeyMethod,
    from_on: date,
    at: datetime,
    employee_id: int | None = None,
    weights: Mapping[int, int] | None = None,
    decided_by: str = INITIAL,
) -> int:
    """Set the key of a pool from the first of a month on; returns its number, which grows by one in a grouping.

    Without an employee it is the key of every employee's pool, or of management's. Raises RuleReachesClosedMonth,
    StartsInsideMonth, KeyNeedsWeights, WeightsUnexpected, ManagementOfOne, NotFound.
    """
    require(policies.can_set_rules(actor))
    fixed = {structure: weight for structure, weight in (weights or {}).items() if weight is not None}
    check_first_day(from_on)
    check_weights(method, weights=fixed)
    if pool is Pool.MANAGEMENT and employee_id is not None:
        raise ManagementOfOne()
    _take_turn_for(employee_id, from_on=from_on)
    kept = fixed if method is KeyMethod.WEIGHTS else {}
    if set(kept) - set(members.structures_by_id(kept)):
        raise NotFound()
    last = session().scalar(select(func.max(RULES.c.number)).where(RULES.c.grouping_id == tenancy.current()))
    row = AllocationRule(
        number=(last or 0) + 1, pool=pool, employee_id=employee_id, method=method,
        weights={str(structure): weight for structure, weight in sorted(kept.items())} or None, from_on=from_on,
        decided_by=clean_line(decided_by) or INITIAL, author=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {
        "number": row.number, "pool": pool, "employee_id": employee_id, "method": method, "weights": row.weights,
        "from_on": from_on, "decided_by": row.decided_by,
    }  # fmt: skip
    sealed = {RULES: [RULES.c.id == row.id]}
    journal.record(actor, "costs.rule_set", f"allocation_rule:{row.id}", at=at, after=after, sealed=sealed)
    return row.number


@command
def set_hourly_price(
    actor: Actor,
    *,
    rate: Rate | None,
    from_on: date,
    at: datetime,
    employee_id: int | None = None,
    decided_by: str = INITIAL,
) -> int:
    """Set the price of an hour from the first of a month on, of one employee or of all; no rate = exact shares again.

    Raises PriceUnderExemption (art. 261 B CGI wants each member's exact part), RuleReachesClosedMonth,
    StartsInsideMonth, PriceNotPositive, NotFound.
    """
    require(policies.can_set_rules(actor))
    check_first_day(from_on)
    check_rate(rate)
    if rate is not None and members.vat_regime(from_on) is VatRegime.EXEMPT_261B:
        raise PriceUnderExemption(day=from_on)
    _take_turn_for(employee_id, from_on=from_on)
    row = HourlyPrice(
        employee_id=employee_id, rate=rate, from_on=from_on, decided_by=clean_line(decided_by) or INITIAL,
        author=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"employee_id": employee_id, "rate": rate, "from_on": from_on, "decided_by": row.decided_by}
    sealed = {PRICES: [PRICES.c.id == row.id]}
    journal.record(actor, "costs.price_set", f"hourly_price:{row.id}", at=at, after=after, sealed=sealed)
    return row.id


def _take_turn_for(employee_id: int | None, *, from_on: date) -> None:
    """Refuse what would reach into or before a closed month, while nobody can close one; raises NotFound as well."""
    take_turn()
    if employee_id is not None:
        staff.get_employee(employee_id)
    reached = [month for month in hours.locked_months() if month >= Month.of(from_on)]
    if reached:
        raise RuleReachesClosedMonth(month=max(reached))
