"""Days, hours, names and tables as minutes write them: French, like the law they serve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from coopter.values.instants import PARIS

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def plain(text: str) -> str:
    """A text of somebody's as it is, never as Markdown nor as a merge field (R25)."""
    return _MARKS.sub(r"\\\1", text).replace("{{", "{ {").replace("\n", " ")


def day_in_words(day: date) -> str:
    """« 14 mars 2026 », « 1er mars 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_in_words(at: datetime) -> str:
    """« 18 h 30 », as Paris clocks show it, on one line."""
    there = at.astimezone(PARIS)
    return f"{there.hour}\u00a0h\u00a0{there.minute:02d}" if there.minute else f"{there.hour}\u00a0h"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
