"""Single shifts: one more, moved, cancelled."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from coopter.planning import policies, queries
from coopter.planning.commands.calendars import refresh_feed
from coopter.planning.commands.checking import cancel, check_slots, move_to, placement_for_update, shift_facts
from coopter.planning.models import Shift
from coopter.planning.rules import ShiftCancelled, ShiftState, slot_on
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.values.actor import Actor


def new_uid() -> str:
    """A calendar identifier that never changes and says nothing: 128 random bits."""
    return f"{secrets.token_hex(16)}@coopter"


@command
def add_shift(
    actor: Actor, *, placement_id: int, day: date, starts_minute: int, ends_minute: int, note: str, at: datetime
) -> Shift:
    """Plan one shift; minutes are those of the wall clock in Paris since midnight, an end before the start is next day.

    Raises NoPlacement and its kin, ShiftOutsidePlacement, ShiftsOverlap, ShiftTooLong, ShiftHasNoLength.
    """
    require(policies.can_plan_shifts(actor))
    placement = placement_for_update(placement_id)
    slot = slot_on(day, starts_minute, ends_minute)
    check_slots(placement, [slot])
    shift = Shift(
        placement_id=placement.id,
        employee_id=placement.employee_id,
        uid=new_uid(),
        day=slot.day,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        note=note,
        state=ShiftState.PLANNED,
        sequence=0,
        modified_at=at,
        version=1,
    )
    session().add(shift)
    session().flush()
    refresh_feed(shift.employee_id, at=at)
    journal.record(actor, "shift.added", f"shift:{shift.id}", at=at, after=shift_facts(shift))
    return shift


@command
def move_shift(
    actor: Actor,
    *,
    shift_id: int,
    version: int,
    day: date,
    starts_minute: int,
    ends_minute: int,
    note: str,
    at: datetime,
) -> Shift:
    """Move a shift or change its note; its UID stays and its SEQUENCE grows.

    Raises what add_shift raises, ShiftCancelled, and Conflict when somebody was faster.
    """
    require(policies.can_plan_shifts(actor))
    placement = placement_for_update(queries.get_shift(shift_id).placement_id)
    shift = staff_commands.locked(Shift, shift_id)
    slot = slot_on(day, starts_minute, ends_minute)
    mine = {"day": slot.day, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "note": note}
    staff_commands.check_fresh(shift, version=version, mine=mine)
    if shift.state is ShiftState.CANCELLED:
        raise ShiftCancelled(day=shift.day)
    check_slots(placement, [slot], but=frozenset({shift.id}))
    before = shift_facts(shift)
    shift.note = note
    move_to(shift, slot, at=at)
    refresh_feed(shift.employee_id, at=at)
    journal.record(actor, "shift.moved", f"shift:{shift.id}", at=at, before=before, after=shift_facts(shift))
    return shift


@command
def cancel_shift(actor: Actor, *, shift_id: int, version: int, at: datetime) -> Shift:
    """Cancel a shift; it stays as CANCELLED. Raises ShiftCancelled, and Conflict when somebody was faster."""
    require(policies.can_plan_shifts(actor))
    placement_for_update(queries.get_shift(shift_id).placement_id)
    shift = staff_commands.locked(Shift, shift_id)
    staff_commands.check_fresh(shift, version=version, mine={"state": ShiftState.CANCELLED})
    if shift.state is ShiftState.CANCELLED:
        raise ShiftCancelled(day=shift.day)
    before = shift_facts(shift)
    cancel(shift, at=at)
    refresh_feed(shift.employee_id, at=at)
    journal.record(actor, "shift.cancelled", f"shift:{shift.id}", at=at, before=before, after=shift_facts(shift))
    return shift
