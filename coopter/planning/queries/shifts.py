"""Reads of shifts and of the weekly patterns that made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import false, or_, select

from coopter.members.models import Structure
from coopter.planning import policies
from coopter.planning.models import Shift, ShiftPattern
from coopter.planning.rules import ShiftState, Slot, Weekly
from coopter.plumbing.database import session
from coopter.staff.models import Employee, Placement
from coopter.values.actor import Actor
from coopter.values.period import Period
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """A shift as pages show it, both sides named."""

    id: int
    slot: Slot
    state: ShiftState
    note: str
    version: int
    employee_id: int
    employee: str
    structure_id: int
    structure: str
    structure_code: str
    site: str
    is_repeated: bool

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody is expected any more."""
        return self.state is ShiftState.CANCELLED


@dataclass(frozen=True, slots=True)
class PatternRecord:
    """A weekly pattern as pages show it; `coming` counts its planned shifts from a day on."""

    id: int
    weekly: Weekly
    period: Period | None  # None once it was stopped before its first day
    structure: str
    site: str
    version: int
    coming: int


def get_shift(shift_id: int) -> Shift:
    """The shift of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Shift).where(Shift.id == shift_id))
    if found is None:
        raise NotFound()
    return found


def get_pattern(pattern_id: int) -> ShiftPattern:
    """The weekly pattern of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(ShiftPattern).where(ShiftPattern.id == pattern_id))
    if found is None:
        raise NotFound()
    return found


def visible_shifts(
    actor: Actor, period: Period, *, employee_id: int | None = None, structure_id: int | None = None
) -> tuple[ShiftRecord, ...]:
    """The shifts of a period that this actor may see, in order of time: all, their own, or their structures'."""
    query = (
        select(Shift, Placement, Employee, Structure)
        .join(Placement, Placement.id == Shift.placement_id)
        .join(Employee, Employee.id == Shift.employee_id)
        .join(Structure, Structure.id == Placement.structure_id)
        .where(Shift.day >= period.start, Shift.day < (period.end or date.max))
    )
    if not policies.can_see_all_shifts(actor):
        own = Shift.employee_id == actor.employee_id if actor.employee_id is not None else false()
        query = query.where(or_(own, Placement.structure_id.in_(actor.represents)))
    if employee_id is not None:
        query = query.where(Shift.employee_id == employee_id)
    if structure_id is not None:
        query = query.where(Placement.structure_id == structure_id)
    rows = session().execute(query.order_by(Shift.starts_at, Shift.id))
    return tuple(_record(*row) for row in rows)


def planned_slots(employee_id: int, period: Period, *, but: frozenset[int] = frozenset()) -> list[Slot]:
    """The planned slots of an employee that may touch a period, save the shifts of these ids."""
    margin = timedelta(days=2)
    query = select(Shift).where(
        Shift.employee_id == employee_id,
        Shift.state == ShiftState.PLANNED,
        Shift.day >= period.start - margin,
        Shift.day < (period.end + margin if period.end else date.max),
    )
    return [Slot(row.day, row.starts_at, row.ends_at) for row in session().scalars(query) if row.id not in but]


def planned_of_pattern(pattern_id: int, *, from_on: date) -> tuple[Shift, ...]:
    """The planned shifts of a pattern from a day on, read afresh."""
    query = select(Shift).where(Shift.pattern_id == pattern_id, Shift.state == ShiftState.PLANNED, Shift.day >= from_on)
    return tuple(session().scalars(query.order_by(Shift.day).execution_options(populate_existing=True)))


def list_patterns(employee_id: int, *, on: date) -> tuple[PatternRecord, ...]:
    """The weekly patterns of an employee that still run on a day or after, by weekday."""
    query = (
        select(ShiftPattern, Placement, Structure)
        .join(Placement, Placement.id == ShiftPattern.placement_id)
        .join(Structure, Structure.id == Placement.structure_id)
        .where(Placement.employee_id == employee_id, ShiftPattern.until_on > on)
    )
    coming: dict[int, int] = {}
    days = select(Shift.pattern_id).where(
        Shift.employee_id == employee_id, Shift.state == ShiftState.PLANNED, Shift.day >= on
    )
    for pattern_id in session().scalars(days):
        if pattern_id is not None:
            coming[pattern_id] = coming.get(pattern_id, 0) + 1
    records = [
        PatternRecord(
            id=pattern.id,
            weekly=weekly_of(pattern),
            period=Period(pattern.from_on, pattern.until_on) if pattern.until_on > pattern.from_on else None,
            structure=structure.trade_name or structure.legal_name,
            site=placement.site,
            version=pattern.version,
            coming=coming.get(pattern.id, 0),
        )
        for pattern, placement, structure in session().execute(query)
    ]
    return tuple(sorted(records, key=lambda one: (one.weekly.weekday, one.weekly.starts_minute, one.id)))


def weekly_of(pattern: ShiftPattern) -> Weekly:
    """A pattern's weekday and minutes, apart from its row."""
    return Weekly(pattern.weekday, pattern.starts_minute, pattern.ends_minute)


def _record(shift: Shift, placement: Placement, employee: Employee, structure: Structure) -> ShiftRecord:
    return ShiftRecord(
        id=shift.id,
        slot=Slot(shift.day, shift.starts_at, shift.ends_at),
        state=shift.state,
        note=shift.note,
        version=shift.version,
        employee_id=employee.id,
        employee=employee.name,
        structure_id=structure.id,
        structure=structure.trade_name or structure.legal_name,
        structure_code=structure.code,
        site=placement.site,
        is_repeated=shift.pattern_id is not None,
    )
