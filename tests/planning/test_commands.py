"""A schedule lived through: planned, moved, cancelled, followed when a placement ends; told as the trade tells it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from coopter.planning import commands, queries
from coopter.planning.models import Shift, ShiftPattern
from coopter.planning.rules import DayOutsidePattern, PatternMakesNothing, ShiftCancelled, ShiftsOverlap, ShiftState
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.staff import commands as staff_commands
from coopter.staff.rules import NoPlacement
from coopter.values.actor import Role
from coopter.values.period import Period
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories
from tests.planning.scene import AT, MONDAY, Scene

MORNING = {"starts_minute": 510, "ends_minute": 720}
AFTERNOON = {"starts_minute": 810, "ends_minute": 1020}


def _pattern(
    scene: Scene, *, weekdays: tuple[int, ...] = (0, 2), weeks: int = 4, **hours: int
) -> tuple[ShiftPattern, ...]:
    return commands.add_pattern(
        scene.who,
        placement_id=scene.at_bakery().id,
        weekdays=weekdays,
        period=Period(MONDAY, MONDAY + timedelta(weeks=weeks)),
        at=AT,
        **(hours or MORNING),
    )


def _shift(scene: Scene, day: date = MONDAY, **more: Any) -> Shift:
    hours = {**AFTERNOON, **{k: v for k, v in more.items() if k.endswith("minute")}}
    placement = more.get("placement") or scene.at_garden()
    return commands.add_shift(scene.who, placement_id=placement.id, day=day, note="", at=AT, **hours)


def _all(**criteria: Any) -> list[Shift]:
    query = select(Shift).filter_by(**criteria).order_by(Shift.starts_at)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def _actions() -> list[str]:
    return [entry.action for entry in session().scalars(select(JournalEntry).order_by(JournalEntry.id))]


def test_a_weekly_pattern_writes_its_shifts_across_the_change_of_hour(scene: Scene) -> None:
    patterns = _pattern(scene)
    assert [one.weekday for one in patterns] == [0, 2]
    shifts = _all()
    assert len(shifts) == 8 and len({shift.uid for shift in shifts}) == 8
    assert [shift.starts_at.hour for shift in shifts[:4]] == [6, 6, 7, 7], "8h30 in Paris: 06:30, then 07:30 in UTC"
    assert all(shift.sequence == 0 and shift.state is ShiftState.PLANNED for shift in shifts)
    assert _actions() == ["pattern.added"]


def test_two_plans_for_one_person_at_one_time_are_refused_with_the_other_told(scene: Scene) -> None:
    _pattern(scene)
    with pytest.raises(ShiftsOverlap, match="19/10/2026 de 8h30 à 12h") as refused:
        _shift(scene, starts_minute=660, ends_minute=780)
    assert "Nolwenn Le Goff" in str(refused.value)
    _shift(scene, starts_minute=720, ends_minute=780)
    with pytest.raises(ShiftsOverlap, match="et 1 autre"):
        _pattern(scene, weekdays=(0,), starts_minute=600, ends_minute=700)
    assert len(_all()) == 9, "what is refused writes nothing"


def test_nobody_is_planned_outside_a_placement(scene: Scene) -> None:
    with pytest.raises(NoPlacement):
        _shift(scene, day=date(2019, 12, 31))
    staff_commands.end_placement(
        scene.who, placement_id=scene.at_bakery().id, version=1, ends_on=MONDAY + timedelta(days=9), at=AT
    )
    with pytest.raises(NoPlacement):
        _pattern(scene)
    assert not _all()
    with pytest.raises(PatternMakesNothing):
        commands.add_pattern(
            scene.who, placement_id=scene.at_bakery().id, weekdays=(6,), at=AT,
            period=Period(MONDAY, MONDAY + timedelta(days=3)), **MORNING,
        )  # fmt: skip


def test_a_moved_shift_keeps_its_uid_and_takes_the_next_sequence(scene: Scene) -> None:
    shift = _shift(scene)
    uid = shift.uid
    moved = commands.move_shift(
        scene.who,
        shift_id=shift.id,
        version=1,
        day=MONDAY + timedelta(days=1),
        note="clé chez Ana",
        at=AT + timedelta(hours=1),
        **MORNING,
    )
    assert (moved.uid, moved.sequence, moved.version, moved.day) == (uid, 1, 2, MONDAY + timedelta(days=1))
    assert moved.modified_at == AT + timedelta(hours=1)
    with pytest.raises(Conflict) as refused:
        commands.move_shift(scene.who, shift_id=shift.id, version=1, day=MONDAY, note="", at=AT, **MORNING)
    assert refused.value.theirs["note"] == "clé chez Ana" and refused.value.mine["note"] == ""
    with pytest.raises(Conflict):
        commands.cancel_shift(scene.who, shift_id=shift.id, version=1, at=AT)
    cancelled = commands.cancel_shift(scene.who, shift_id=shift.id, version=2, at=AT)
    assert (cancelled.uid, cancelled.sequence, cancelled.state) == (uid, 2, ShiftState.CANCELLED)
    with pytest.raises(ShiftCancelled):
        commands.cancel_shift(scene.who, shift_id=shift.id, version=3, at=AT)
    with pytest.raises(ShiftCancelled):
        commands.move_shift(scene.who, shift_id=shift.id, version=3, day=MONDAY, note="", at=AT, **MORNING)
    assert _actions() == ["shift.added", "shift.moved", "shift.cancelled"]


def test_a_shift_over_midnight_belongs_to_the_day_it_starts(scene: Scene) -> None:
    shift = _shift(scene, day=date(2026, 10, 24), starts_minute=1320, ends_minute=360)
    assert shift.day == date(2026, 10, 24)
    assert (shift.ends_at - shift.starts_at) == timedelta(hours=9), "the long night"
    with pytest.raises(ShiftsOverlap):
        _shift(scene, day=date(2026, 10, 25), starts_minute=300, ends_minute=420)


def test_a_pattern_changes_from_a_day_on_and_leaves_what_was_moved_by_hand(scene: Scene) -> None:
    (pattern,) = _pattern(scene, weekdays=(0,))
    first, second, third, fourth = _all()
    by_hand = commands.move_shift(
        scene.who, shift_id=third.id, version=1, day=third.day + timedelta(days=3), note="", at=AT, **MORNING
    )
    commands.cancel_shift(scene.who, shift_id=fourth.id, version=1, at=AT)
    changed = commands.change_pattern(
        scene.who, pattern_id=pattern.id, version=1, on=second.day, weekday=1, starts_minute=540, ends_minute=780, at=AT
    )
    rows = {row.id: row for row in _all()}
    assert (rows[first.id].sequence, rows[first.id].day) == (0, MONDAY)
    assert (rows[second.id].sequence, rows[second.id].day) == (1, second.day) == (1, MONDAY + timedelta(days=8))
    assert rows[second.id].pattern_id == changed.id != pattern.id
    assert rows[third.id].day == by_hand.day and rows[fourth.id].state is ShiftState.CANCELLED
    assert queries.get_pattern(pattern.id).until_on == MONDAY + timedelta(days=7) == changed.from_on
    with pytest.raises(Conflict):
        commands.stop_pattern(scene.who, pattern_id=pattern.id, version=1, on=MONDAY, at=AT)
    with pytest.raises(DayOutsidePattern):
        commands.stop_pattern(scene.who, pattern_id=pattern.id, version=2, on=changed.from_on, at=AT)


def test_a_stopped_pattern_cancels_what_is_to_come(scene: Scene) -> None:
    (pattern,) = _pattern(scene, weekdays=(0,))
    stop = MONDAY + timedelta(days=7)
    assert commands.stop_pattern(scene.who, pattern_id=pattern.id, version=1, on=stop, at=AT) == 3
    assert [shift.state.value for shift in _all()] == ["planned", "cancelled", "cancelled", "cancelled"]
    assert [shift.sequence for shift in _all()] == [0, 1, 1, 1]


def test_a_change_on_the_first_day_is_made_in_place(scene: Scene) -> None:
    (pattern,) = _pattern(scene, weekdays=(0,))
    changed = commands.change_pattern(
        scene.who, pattern_id=pattern.id, version=1, on=MONDAY, weekday=0, starts_minute=480, ends_minute=600, at=AT
    )
    assert changed.id == pattern.id and (changed.starts_minute, changed.version) == (480, 2)
    assert {shift.sequence for shift in _all()} == {1}
    assert session().scalar(select(func.count()).select_from(ShiftPattern)) == 1


def test_the_end_of_a_placement_cancels_the_shifts_after_it(scene: Scene) -> None:
    (pattern,) = _pattern(scene, weekdays=(0,))
    placement = scene.at_bakery()
    staff_commands.end_placement(
        scene.who, placement_id=placement.id, version=1, ends_on=MONDAY + timedelta(days=8), at=AT
    )
    assert [shift.state.value for shift in _all()] == ["planned", "planned", "cancelled", "cancelled"]
    assert queries.get_pattern(pattern.id).until_on == MONDAY + timedelta(days=8)
    assert _actions()[-2:] == ["placement.ended", "shifts.cancelled"]


def test_the_end_of_a_contract_ends_placements_and_their_shifts(scene: Scene) -> None:
    _pattern(scene, weekdays=(0,))
    staff_commands.end_contract(
        scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=MONDAY + timedelta(days=1), at=AT
    )
    assert [shift.state.value for shift in _all()] == ["planned", "cancelled", "cancelled", "cancelled"]
    assert scene.at_bakery().ends_on == scene.at_garden().ends_on == MONDAY + timedelta(days=1)


def test_the_coordinator_alone_plans(scene: Scene) -> None:
    shift = _shift(scene)
    for role in (Role.AUDITOR, Role.TREASURER, Role.EMPLOYEE, Role.REPRESENTATIVE):
        who = factories.actor(scene.grouping, role, employee=scene.nolwenn, structure=scene.garden)
        with pytest.raises(NotAllowed):
            commands.add_shift(who, placement_id=scene.at_bakery().id, day=MONDAY, note="", at=AT, **MORNING)
        with pytest.raises(NotAllowed):
            commands.cancel_shift(who, shift_id=shift.id, version=1, at=AT)


def test_another_groupings_shift_does_not_exist(scene: Scene) -> None:
    shift, placement = _shift(scene), scene.at_bakery()
    other = factories.a_grouping(slug="ailleurs")
    who = factories.actor(other, Role.COORDINATOR)
    with factories.inside(other):
        with pytest.raises(NotFound):
            commands.cancel_shift(who, shift_id=shift.id, version=1, at=AT)
        with pytest.raises(NotFound):
            commands.add_shift(who, placement_id=placement.id, day=MONDAY, note="", at=AT, **MORNING)
