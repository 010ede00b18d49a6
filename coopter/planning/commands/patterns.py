"""Weekly patterns: the shifts they make, changed or stopped from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from coopter.planning import policies, queries
from coopter.planning.commands.calendars import refresh_feed
from coopter.planning.commands.checking import cancel, check_slots, move_to, placement_for_update
from coopter.planning.commands.shifts import new_uid
from coopter.planning.models import Shift, ShiftPattern
from coopter.planning.queries.shifts import weekly_of
from coopter.planning.rules import (
    DayOutsidePattern,
    PatternMakesNothing,
    ShiftState,
    Slot,
    Weekly,
    check_pattern_period,
    expand,
    moved_day,
    slot_on,
)
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.staff.models import Placement
from coopter.staff.rules import day_before
from coopter.values.actor import Actor
from coopter.values.period import Period


@command
def add_pattern(
    actor: Actor,
    *,
    placement_id: int,
    weekdays: Iterable[int],
    starts_minute: int,
    ends_minute: int,
    period: Period,
    at: datetime,
) -> tuple[ShiftPattern, ...]:
    """Plan the same hours on each of these weekdays (0 is Monday) over [start, end), and write all their shifts.

    Minutes are those of the wall clock in Paris; an end at or before the start is on the next day. Raises
    PatternTooLong, PatternMakesNothing and what add_shift raises, before anything is written.
    """
    require(policies.can_plan_shifts(actor))
    placement = placement_for_update(placement_id)
    check_pattern_period(period)
    if ends_minute <= starts_minute:
        ends_minute += 24 * 60
    made = []
    for weekday in sorted(set(weekdays)):
        weekly = Weekly(weekday, starts_minute, ends_minute)
        made.append((weekly, list(expand(weekly, period))))
    slots = [slot for _, each in made for slot in each]
    if not slots:
        raise PatternMakesNothing(first=period.start, last=day_before(period.end))
    check_slots(placement, slots)
    patterns = tuple(_write(placement, weekly, period, each, at=at) for weekly, each in made)
    refresh_feed(placement.employee_id, at=at)
    after = {"patterns": [_facts(pattern) for pattern in patterns], "shifts": len(slots)}
    journal.record(actor, "pattern.added", f"placement:{placement.id}", at=at, after=after)
    return patterns


@command
def change_pattern(
    actor: Actor,
    *,
    pattern_id: int,
    version: int,
    on: date,
    weekday: int,
    starts_minute: int,
    ends_minute: int,
    at: datetime,
) -> ShiftPattern:
    """From a day on, give a pattern another weekday or other hours; its coming shifts move and keep their UID.

    Shifts that were moved one by one, or cancelled, are left as they are. Raises DayOutsidePattern, what add_shift
    raises, and Conflict when somebody was faster.
    """
    require(policies.can_plan_shifts(actor))
    placement, pattern = _for_update(pattern_id)
    if ends_minute <= starts_minute:
        ends_minute += 24 * 60
    wanted = {"weekday": weekday, "starts_minute": starts_minute, "ends_minute": ends_minute}
    staff_commands.check_fresh(pattern, version=version, mine=wanted)
    before = _facts(pattern)
    shifts = _still_regular(pattern, from_on=_day_inside(pattern, on))
    slots = [slot_on(moved_day(shift.day, weekday), starts_minute, ends_minute) for shift in shifts]
    check_slots(placement, slots, but=frozenset(shift.id for shift in shifts))
    changed = pattern
    if on > pattern.from_on:
        changed = ShiftPattern(placement_id=placement.id, from_on=on, until_on=pattern.until_on, version=1, **wanted)
        session().add(changed)
        pattern.until_on = on
    for name, value in wanted.items():
        setattr(changed, name, value)
    pattern.version += 1
    session().flush()
    for shift, slot in zip(shifts, slots, strict=True):
        shift.pattern_id = changed.id
        move_to(shift, slot, at=at)
    refresh_feed(placement.employee_id, at=at)
    after = {**_facts(changed), "shifts": len(shifts)}
    journal.record(actor, "pattern.changed", f"pattern:{pattern.id}", at=at, before=before, after=after)
    return changed


@command
def stop_pattern(actor: Actor, *, pattern_id: int, version: int, on: date, at: datetime) -> int:
    """Stop a pattern from a day on, cancel its coming shifts, return how many; raises DayOutsidePattern, Conflict."""
    require(policies.can_plan_shifts(actor))
    placement, pattern = _for_update(pattern_id)
    staff_commands.check_fresh(pattern, version=version, mine={"until_on": on})
    before = _facts(pattern)
    shifts = queries.planned_of_pattern(pattern.id, from_on=_day_inside(pattern, on))
    for shift in shifts:
        cancel(shift, at=at)
    pattern.until_on = on
    pattern.version += 1
    refresh_feed(placement.employee_id, at=at)
    after = {**_facts(pattern), "cancelled": len(shifts)}
    journal.record(actor, "pattern.stopped", f"pattern:{pattern.id}", at=at, before=before, after=after)
    return len(shifts)


def _for_update(pattern_id: int) -> tuple[Placement, ShiftPattern]:
    placement = placement_for_update(queries.get_pattern(pattern_id).placement_id)
    return placement, staff_commands.locked(ShiftPattern, pattern_id)


def _day_inside(pattern: ShiftPattern, on: date) -> date:
    if not pattern.from_on <= on < pattern.until_on:
        raise DayOutsidePattern(day=on, first=pattern.from_on, last=day_before(pattern.until_on))
    return on


def _still_regular(pattern: ShiftPattern, *, from_on: date) -> list[Shift]:
    """The planned shifts that stand where the pattern put them."""
    made = {slot.starts_at: slot for slot in expand(weekly_of(pattern), Period(pattern.from_on, pattern.until_on))}
    found = []
    for shift in queries.planned_of_pattern(pattern.id, from_on=from_on):
        slot = made.get(shift.starts_at)
        if slot is not None and slot.ends_at == shift.ends_at:
            found.append(shift)
    return found


def _write(
    placement: Placement, weekly: Weekly, period: Period, slots: Sequence[Slot], *, at: datetime
) -> ShiftPattern:
    pattern = ShiftPattern(
        placement_id=placement.id,
        weekday=weekly.weekday,
        starts_minute=weekly.starts_minute,
        ends_minute=weekly.ends_minute,
        from_on=period.start,
        until_on=period.end,
        version=1,
    )
    session().add(pattern)
    session().flush()
    rows = [_row(placement, pattern, slot, at) for slot in slots]
    if rows:
        session().execute(insert(Shift.__table__), rows)  # type: ignore[arg-type]
    return pattern


def _row(placement: Placement, pattern: ShiftPattern, slot: Slot, at: datetime) -> dict[str, Any]:
    return {
        "grouping_id": placement.grouping_id,
        "placement_id": placement.id,
        "employee_id": placement.employee_id,
        "pattern_id": pattern.id,
        "uid": new_uid(),
        "day": slot.day,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "note": "",
        "state": ShiftState.PLANNED,
        "sequence": 0,
        "modified_at": at,
        "version": 1,
    }


def _facts(pattern: ShiftPattern) -> dict[str, Any]:
    names = ("weekday", "starts_minute", "ends_minute", "from_on", "until_on")
    return {name: getattr(pattern, name) for name in names}
