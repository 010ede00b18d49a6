"""What planning does when a placement changes below: shifts that fall outside are cancelled, the feed is rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from coopter.planning.commands.calendars import refresh_feed
from coopter.planning.commands.checking import cancel
from coopter.planning.models import Shift, ShiftPattern
from coopter.planning.rules import ShiftState
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.staff.commands import placement_changed
from coopter.values.actor import Actor
from coopter.values.period import Period


@placement_changed.connect
def follow_placement(actor: Actor, *, placement_id: int, at: datetime, **rest: Any) -> None:
    """Part of the command that changed a placement: cancel what no longer lies in it, end its patterns with it."""
    placement = staff.get_placement(placement_id)
    period = Period(placement.starts_on, placement.ends_on)
    planned = select(Shift).where(Shift.placement_id == placement_id, Shift.state == ShiftState.PLANNED)
    outside = [
        shift
        for shift in session().scalars(planned.execution_options(populate_existing=True))
        if not period.contains(shift.day)
    ]
    for shift in outside:
        cancel(shift, at=at)
    if placement.ends_on is not None:
        running = select(ShiftPattern).where(
            ShiftPattern.placement_id == placement_id, ShiftPattern.until_on > placement.ends_on
        )
        for pattern in session().scalars(running.execution_options(populate_existing=True)):
            pattern.until_on = placement.ends_on
            pattern.version += 1
    refresh_feed(placement.employee_id, at=at)
    if outside:
        after = {"cancelled": len(outside), "days": [shift.day for shift in outside[:50]]}
        journal.record(actor, "shifts.cancelled", f"placement:{placement_id}", at=at, after=after)
