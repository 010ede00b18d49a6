"""A structure confirms or disputes what was done for it; the coordinator settles, reopens and reminds, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from coopter.hours import mail, policies, queries
from coopter.hours.commands.entries import told
from coopter.hours.queries import ENTRIES
from coopter.hours.rules import (
    EntryRecord,
    EntryState,
    NothingToConfirm,
    Seen,
    Waiting,
    check_confirmable,
    check_disputable,
    check_seen,
    checked_reason,
)
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.refusal import NotFound


@command
def confirm_entries(actor: Actor, *, seen: Sequence[Seen], at: datetime, reason: str = "") -> tuple[EntryRecord, ...]:
    """Confirm these lines: a representative those of its structure; the coordinator any that waits, with a reason.

    Raises NotAllowed, NotFound, NothingToConfirm, MonthLocked, NotInThisState, ReasonMissing, Conflict (R22).
    """
    if not seen:
        raise NothingToConfirm()
    take_turn()
    entries = _visible(actor, seen)
    own = all(
        policies.can_confirm_hours(actor, structure_id=one.structure_id, employee_id=one.employee_id) for one in entries
    )
    require(own or policies.can_confirm_month(actor))
    because = None if own else checked_reason(reason)
    check_seen(seen, {one.id: one for one in entries})
    for entry in entries:
        check_confirmable(entry, as_structure=own)
    session().execute(
        update(ENTRIES)
        .where(ENTRIES.c.grouping_id == tenancy.current(), ENTRIES.c.id.in_([one.id for one in entries]))
        .values(
            state=EntryState.CONFIRMED,
            confirmed_by=actor.name,
            confirmed_at=at,
            confirmed_because=because,
            version=ENTRIES.c.version + 1,
        )
    )
    journal.record(
        actor, "hours.confirmed", f"hours:{entries[0].worked_on}", at=at, before=told(entries),
        after={"state": "confirmed", "lines": len(entries), "reason": because},
    )  # fmt: skip
    return entries


@command
def dispute_entry(actor: Actor, *, seen: Seen, reason: str, at: datetime) -> EntryRecord:
    """Send a line back to its employee with the reason; a confirmed one is reopened. The employee and the coordinator
    are told by mail. Raises NotAllowed, NotFound, MonthLocked, NotInThisState, ReasonMissing, Conflict (R22)."""
    take_turn()
    (entry,) = _visible(actor, [seen])
    require(policies.can_dispute_hours(actor, structure_id=entry.structure_id))
    because = checked_reason(reason)
    check_seen([seen], {entry.id: entry})
    check_disputable(entry)
    session().execute(
        update(ENTRIES)
        .where(ENTRIES.c.grouping_id == tenancy.current(), ENTRIES.c.id == entry.id)
        .values(
            state=EntryState.DISPUTED,
            disputed_because=because,
            confirmed_by=None,
            confirmed_at=None,
            confirmed_because=None,
            version=ENTRIES.c.version + 1,
        )
    )
    journal.record(
        actor, "hours.disputed", f"entry:{entry.id}", at=at, before=told([entry]),
        after={"state": "disputed", "reason": because},
    )  # fmt: skip
    mail.tell_of_dispute(entry, reason=because, by=actor.name, at=at)
    return entry


@command
def remind_month(
    actor: Actor, *, month: Month, at: datetime, structure_id: int | None = None, employee_id: int | None = None
) -> mail.Reminded:
    """Write to whoever keeps a month from being closed, at most once a day each: validators for what awaits them,
    employees for their drafts and disputed lines. Raises NotAllowed, MonthLocked."""
    require(policies.can_remind(actor))
    take_turn()
    queries.check_open(month)
    chosen: list[Waiting] = [
        one
        for one in queries.waiting(month)
        if structure_id in (None, one.structure_id) and employee_id in (None, one.employee_id)
    ]
    reminded = mail.remind(chosen, month=month, at=at)
    journal.record(
        actor, "hours.reminded", f"month:{month}", at=at,
        after={"to": list(reminded.sent), "without_address": list(reminded.without_address)},
    )  # fmt: skip
    return reminded


def _visible(actor: Actor, seen: Sequence[Seen]) -> tuple[EntryRecord, ...]:
    """These lines, in open months; one that the actor may not see does not exist for them."""
    found = queries.records_by_id(one.id for one in seen)
    if not all(policies.can_see_hours_at(actor, structure_id=entry.structure_id) for entry in found.values()):
        raise NotFound()
    locked = queries.locked_months()
    for month in sorted({Month.of(entry.worked_on) for entry in found.values()} & locked):
        queries.check_open(month)
    return tuple(sorted(found.values(), key=lambda one: (one.worked_on, one.id)))
