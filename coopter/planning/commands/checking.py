"""What every change of a schedule checks before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from coopter.planning import queries
from coopter.planning.models import Shift
from coopter.planning.rules import ShiftOutsidePlacement, ShiftsOverlap, ShiftState, Slot, clashes, written_slot
from coopter.staff import commands as staff_commands
from coopter.staff import queries as staff
from coopter.staff.models import Employee, Placement
from coopter.staff.rules import day_before
from coopter.values.period import Period
from coopter.values.refusal import Words

MOST_TOLD = 3


def placement_for_update(placement_id: int) -> Placement:
    """The placement, its employee locked, so that two plannings of one person go one after the other."""
    placement = staff.get_placement(placement_id)
    staff_commands.locked(Employee, placement.employee_id)
    return staff_commands.locked(Placement, placement_id)


def check_slots(placement: Placement, slots: Sequence[Slot], *, but: frozenset[int] = frozenset()) -> None:
    """Whether these slots may stand beside what is planned, save the shifts of these ids.

    Raises NoPlacement, NoContract or NotAPotentialUser, ShiftOutsidePlacement and ShiftsOverlap, with the first days.
    """
    index = staff.placements_index(employee_id=placement.employee_id)
    for slot in slots:
        found = index.check_may_work(placement.employee_id, placement.structure_id, slot.day)
        if found.id != placement.id:
            raise ShiftOutsidePlacement(
                day=slot.day,
                employee=index.employees[placement.employee_id],
                structure=index.structures[placement.structure_id],
                period=_in_words(Period(placement.starts_on, placement.ends_on)),
            )
    if not slots:
        return
    whole = Period.through(min(slot.day for slot in slots), max(slot.day for slot in slots))
    found_clashes = clashes(slots, queries.planned_slots(placement.employee_id, whole, but=but))
    if found_clashes:
        told = [written_slot(slot) for slot in found_clashes[:MOST_TOLD]]
        more = len(found_clashes) - MOST_TOLD
        raise ShiftsOverlap(
            employee=index.employees[placement.employee_id],
            when=Words("%(slots)s (et %(more)s autres)", slots=told, more=more) if more > 0 else told,
        )


def move_to(shift: Shift, slot: Slot, *, at: datetime) -> None:
    """Give a shift new times, one revision further for calendars."""
    shift.day, shift.starts_at, shift.ends_at = slot.day, slot.starts_at, slot.ends_at
    _revise(shift, at)


def cancel(shift: Shift, *, at: datetime) -> None:
    """Cancel a shift, which stays for calendars to follow."""
    shift.state = ShiftState.CANCELLED
    _revise(shift, at)


def shift_facts(shift: Shift) -> dict[str, Any]:
    """What the journal keeps of a shift."""
    return {name: getattr(shift, name) for name in ("day", "starts_at", "ends_at", "note", "state", "sequence")}


def _revise(shift: Shift, at: datetime) -> None:
    shift.sequence += 1
    shift.version += 1
    shift.modified_at = at


def _in_words(period: Period) -> Words:
    last = day_before(period.end)
    if last is None:
        return Words("depuis le %(start)s", start=period.start)
    return Words("du %(start)s au %(last)s", start=period.start, last=last)
