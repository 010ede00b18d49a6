"""What the hours' room decides: the states of an entry."""

from __future__ import annotations

import enum


class EntryState(enum.Enum):
    """How far an entry has come; « closed » is not stored: it follows from the month's lock."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
