"""The small numbers beside the navigation's doors: three cheap statements a page."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select

from coopter.governance.queries.asked import asked_of
from coopter.hours import queries as hours
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.office.queries.desk_months import unlocked
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role


def waiting_for(actor: Actor, *, today: date) -> dict[str, int]:
    """What waits for this very actor behind a door: lines of hours (« hours », what keeps a month open for the
    coordinator or came back to the employee; « to confirm », what awaits a structure's representative), and the votes
    and signatures of « governance »."""
    return {**_lines(actor), "governance": asked_of(actor, today=today)}


def _lines(actor: Actor) -> dict[str, int]:
    state = TimeEntry.state
    waits: dict[str, ColumnElement[bool]] = {}
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
    months = unlocked(TimeEntry.month, hours.locked_months())
    query = select(*sums).select_from(TimeEntry).where(TimeEntry.month.in_(months), or_(*waits.values()))
    found = session().execute(query).one()
    return dict(zip(waits, found, strict=True))
