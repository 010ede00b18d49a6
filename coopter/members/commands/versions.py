"""Forms that were opened on a version and saved on another (R22)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from coopter.members.models import Grouping
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import Conflict


def reread(row: Any) -> Any:
    """The row as it stands now, locked until the command ends: what was read before it began may be old."""
    session().refresh(row, with_for_update=True)
    return row


def values_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """These fields of a row or of details, by name."""
    return {name: getattr(row, name) for name in names}


def refuse_stale(row: Any, *, version: int, mine: dict[str, Any]) -> None:
    """Raise Conflict with both sides of each field that differs when the row is no longer at this version."""
    if row.version == version:
        return
    differing = [name for name, value in mine.items() if getattr(row, name) != value]
    raise Conflict(mine={name: mine[name] for name in differing}, theirs=values_of(row, differing))


def changes(row: Any, mine: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after, for the fields that change alone."""
    names = [name for name, value in mine.items() if getattr(row, name) != value]
    return values_of(row, names), {name: mine[name] for name in names}


def one_at_a_time(actor: Actor) -> None:
    """Put the commands that look before they add (codes, roles) in one line per grouping."""
    session().execute(select(Grouping.id).where(Grouping.id == actor.grouping_id).with_for_update())
