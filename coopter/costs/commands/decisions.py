"""Keys and prices: two kinds of decision that this room owns; a later one replaces, none is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from coopter.costs import policies
from coopter.costs.rules import (
    HOW,
    KEY,
    PRICE,
    KeyMethod,
    ManagementOfOne,
    Pool,
    PriceUnderExemption,
    RuleReachesClosedMonth,
    check_first_day,
    check_rate,
    check_weights,
    key_motion,
    key_of,
    price_motion,
    price_of,
)
from coopter.governance import commands as governance
from coopter.governance.rules.motions import Decided, Motion, MotionKind, register
from coopter.hours import queries as hours
from coopter.members import queries as members
from coopter.members.rules import INITIAL, VatRegime
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.refusal import NotFound, Words


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
    """Write down the key of a pool from the first of a month on; returns the decision's number.

    Without an employee it is the key of every employee's pool, or of management's. Raises RuleReachesClosedMonth,
    StartsInsideMonth, KeyNeedsWeights, WeightsUnexpected, ManagementOfOne, NotFound.
    """
    require(policies.can_set_rules(actor))
    motion = key_motion(pool=pool, employee_id=employee_id, method=method, weights=weights or {}, from_on=from_on)
    return governance.decide(actor, motion, at=at, decided_by=decided_by).number


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
    """Write down the price of an hour from the first of a month on, of one employee or of all; no rate = exact shares
    again; returns the decision's id.

    Raises PriceUnderExemption (art. 261 B CGI wants each member's exact part), RuleReachesClosedMonth,
    StartsInsideMonth, PriceNotPositive, NotFound.
    """
    require(policies.can_set_rules(actor))
    motion = price_motion(rate=rate, employee_id=employee_id, from_on=from_on)
    return governance.decide(actor, motion, at=at, decided_by=decided_by).id


def _check_key(motion: Motion) -> None:
    key = key_of(motion)
    check_first_day(motion.from_on)
    check_weights(key.method, weights=key.weight_of)
    if key.pool is Pool.MANAGEMENT and key.employee_id is not None:
        raise ManagementOfOne()
    _check_reach(key.employee_id, from_on=motion.from_on)
    if set(key.weight_of) - set(members.structures_by_id(key.weight_of)):
        raise NotFound()


def _check_price(motion: Motion) -> None:
    price = price_of(motion)
    check_first_day(motion.from_on)
    check_rate(price.rate)
    if price.rate is not None and members.vat_regime(motion.from_on) is VatRegime.EXEMPT_261B:
        raise PriceUnderExemption(day=motion.from_on)
    _check_reach(price.employee_id, from_on=motion.from_on)


def _check_reach(employee_id: int | None, *, from_on: date) -> None:
    """Refuse what would reach into or before a closed month; raises NotFound for an unknown employee as well."""
    if employee_id is not None:
        staff.get_employee(employee_id)
    reached = [month for month in hours.locked_months() if month >= Month.of(from_on)]
    if reached:
        raise RuleReachesClosedMonth(month=max(reached))


def _first_open(motion: Motion) -> Motion:
    """A vote whose day has been closed meanwhile counts from the first month that is still open."""
    closed = [month for month in hours.locked_months() if month >= Month.of(motion.from_on)]
    return replace(motion, from_on=max(closed).next().first) if closed else motion


def _annul(actor: Actor, decided: Decided, at: datetime) -> None:
    """What a closed month was shared by stays: its invoices are mirrored by credit notes, the past is not rewritten."""
    _check_reach(None, from_on=decided.from_on)


def _describe_key(motion: Motion) -> Words:
    key = key_of(motion)
    names = members.structures_by_id(key.weight_of)
    weights = [Words("%(code)s : %(weight)s", code=names[one].code, weight=weight) for one, weight in key.weights]
    how = Words("%(how)s (%(weights)s)", how=HOW[key.method], weights=weights) if weights else HOW[key.method]
    if key.pool is Pool.MANAGEMENT:
        return Words("Les frais de gestion se répartissent %(how)s à partir du %(day)s.", how=how, day=motion.from_on)
    if key.employee_id is None:
        return Words("Les coûts des salariés se répartissent %(how)s à partir du %(day)s.", how=how, day=motion.from_on)
    who = staff.get_employee(key.employee_id).name
    return Words(
        "Les coûts de %(who)s se répartissent %(how)s à partir du %(day)s.", who=who, how=how, day=motion.from_on
    )


def _describe_price(motion: Motion) -> Words:
    price = price_of(motion)
    if price.rate is None:
        return Words("Chaque membre paie sa part exacte du coût à partir du %(day)s.", day=motion.from_on)
    facts = {"price": format(price.rate.decimal.normalize(), "f").replace(".", ","), "day": motion.from_on}
    if price.employee_id is None:
        return Words("Une heure vaut %(price)s € à partir du %(day)s.", **facts)
    who = staff.get_employee(price.employee_id).name
    return Words("Une heure de %(who)s vaut %(price)s € à partir du %(day)s.", who=who, **facts)


register(MotionKind(KEY, Words("Clé de répartition"), _check_key, _describe_key, annul=_annul, postpone=_first_open))
register(MotionKind(PRICE, Words("Prix horaire"), _check_price, _describe_price, annul=_annul, postpone=_first_open))
