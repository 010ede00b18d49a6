"""Placing an employee at a structure, and changing or ending a placement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from blinker import Signal

from coopter.members import queries as members
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import policies, queries
from coopter.staff.commands.people import check_fresh, locked
from coopter.staff.models import Employee, Placement
from coopter.staff.rules import PlacementRecord, check_weekly
from coopter.values.actor import Actor
from coopter.values.period import Period

# Declared here, heard by the rooms above (planning cancels the shifts that fall outside), in the same transaction: sent
# with actor, placement_id and at.
placement_changed = Signal()

FACTS = ("starts_on", "ends_on", "weekly_minutes", "site", "conditions")


@command
def place_employee(
    actor: Actor,
    *,
    employee_id: int,
    structure_id: int,
    period: Period,
    weekly_minutes: int,
    site: str,
    conditions: str,
    at: datetime,
) -> Placement:
    """Place an employee at a member structure over a period; weekly_minutes is the commitment, in minutes.

    Raises PlacementsOverlap, NoContract, NotAPotentialUser, NotAMember, TooManyWeeklyHours, NotFound (L1253-9).
    """
    require(policies.can_manage_staff(actor))
    locked(Employee, employee_id)
    structure = members.get_structure(structure_id)
    wanted = PlacementRecord(0, employee_id, structure_id, period, check_weekly(weekly_minutes), site, conditions)
    queries.placements_index(employee_id=employee_id).check_placement(wanted)
    placement = Placement(
        employee_id=employee_id,
        structure_id=structure_id,
        starts_on=period.start,
        ends_on=period.end,
        weekly_minutes=weekly_minutes,
        site=site,
        conditions=conditions,
        version=1,
    )
    session().add(placement)
    session().flush()
    after = {"employee_id": employee_id, "structure": structure.code, **_facts(placement)}
    journal.record(actor, "placement.created", f"placement:{placement.id}", at=at, after=after)
    return placement


@command
def edit_placement(
    actor: Actor,
    *,
    placement_id: int,
    version: int,
    period: Period,
    weekly_minutes: int,
    site: str,
    conditions: str,
    at: datetime,
) -> Placement:
    """Change a placement's dates, commitment (minutes a week), site or conditions.

    Raises what place_employee raises, and Conflict when somebody was faster.
    """
    require(policies.can_manage_staff(actor))
    locked(Employee, queries.get_placement(placement_id).employee_id)
    placement = locked(Placement, placement_id)
    wanted = {
        "starts_on": period.start,
        "ends_on": period.end,
        "weekly_minutes": check_weekly(weekly_minutes),
        "site": site,
        "conditions": conditions,
    }
    check_fresh(placement, version=version, mine=wanted)
    index = queries.placements_index(employee_id=placement.employee_id)
    index.check_placement(replace(queries.placement_record(placement), period=period))
    _change(actor, placement, "placement.edited", wanted, at=at)
    return placement


@command
def end_placement(actor: Actor, *, placement_id: int, version: int, ends_on: date, at: datetime) -> Placement:
    """End a placement before this day; raises PeriodEndsBeforeItStarts, and Conflict when somebody was faster."""
    require(policies.can_manage_staff(actor))
    placement = locked(Placement, placement_id)
    check_fresh(placement, version=version, mine={"ends_on": ends_on})
    index = queries.placements_index(employee_id=placement.employee_id)
    index.check_placement(replace(queries.placement_record(placement), period=Period(placement.starts_on, ends_on)))
    close_placement(actor, placement, ends_on=ends_on, at=at)
    return placement


def close_placement(actor: Actor, placement: Placement, *, ends_on: date, at: datetime) -> None:
    """Part of a command: end a placement, which the rooms above hear."""
    _change(actor, placement, "placement.ended", {"ends_on": ends_on}, at=at)


def _change(actor: Actor, placement: Placement, action: str, wanted: dict[str, Any], *, at: datetime) -> None:
    before = _facts(placement)
    for name, value in wanted.items():
        setattr(placement, name, value)
    placement.version += 1
    session().flush()
    journal.record(actor, action, f"placement:{placement.id}", at=at, before=before, after=_facts(placement))
    placement_changed.send(actor, placement_id=placement.id, at=at)


def _facts(placement: Placement) -> dict[str, Any]:
    return {name: getattr(placement, name) for name in FACTS}
