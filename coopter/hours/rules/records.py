"""Entries as rules, pages and documents read them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime


class EntryState(enum.Enum):
    """How far an entry has come; « closed » is not stored: it follows from the month's lock."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


AWAITED = (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.DISPUTED)


@dataclass(frozen=True, slots=True)
class Worked:
    """Confirmed minutes of one employee at one structure in a month."""

    employee_id: int
    structure_id: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of one employee at one structure in a month that keep it from being closed, by state."""

    structure_id: int
    employee_id: int
    state: EntryState
    lines: int
    minutes: int


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry as pages and documents read it."""

    employee_id: int
    worked_on: date
    minutes: int
    activity: str
    state: EntryState
    confirmed_by: str | None
    confirmed_at: datetime | None
    confirmed_because: str | None
    logged_by: str
    id: int
    structure_id: int
    logged_at: datetime
    disputed_because: str | None
    version: int


@dataclass(frozen=True, slots=True, order=True)
class EntryKey:
    """What makes an entry one: who, where, when, doing what."""

    employee_id: int
    structure_id: int
    worked_on: date
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell as it was typed: minutes (0 empties it), and what its form had shown.

    version: of the line shown, 0 when none stood there, None when whoever types had no form; shown: its minutes.
    """

    key: EntryKey
    minutes: int
    version: int | None = None
    shown: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line to write (minutes > 0) or to remove (0), and the line that stands there now."""

    key: EntryKey
    minutes: int
    before: EntryRecord | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A line as a page showed it to whoever now acts on it."""

    id: int
    version: int
    minutes: int | None = None
