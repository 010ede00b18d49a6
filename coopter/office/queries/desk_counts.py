"""The small numbers beside the navigation's doors: one cheap statement a page."""

from __future__ import annotations

from sqlalchemy import case, func, or_, select

from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role


def waiting_for(actor: Actor) -> dict[str, int]:
    """Lines of hours that wait for this very actor: « hours », what keeps a month open for the coordinator or came
    back to the employee; « to confirm », what awaits a structure's representative."""
    state, waits = TimeEntry.state, {}
    if actor.has(Role.COORDINATOR):
        waits["hours"] = state.in_((EntryState.SUBMITTED, EntryState.DISPUTED))
    elif actor.has(Role.EMPLOYEE) and actor.employee_id is not None:
        waits["hours"] = (state == EntryState.DISPUTED) & (TimeEntry.employee_id == actor.employee_id)
    if actor.validates_for:
        own = TimeEntry.structure_id.in_(sorted(actor.validates_for))
        waits["to confirm"] = own & (state == EntryState.SUBMITTED)
    if not waits:
        return {}
    sums = [func.count(case((condition, 1))) for condition in waits.values()]
    found = session().execute(select(*sums).select_from(TimeEntry).where(or_(*waits.values()))).one()
    return dict(zip(waits, found, strict=True))
