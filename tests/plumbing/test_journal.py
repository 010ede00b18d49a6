"""What is hashed of a row: one text, the same on both databases, that no two rows share (R11, R12)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import Table

from coopter.hours.models import MonthLock
from coopter.plumbing import journal
from coopter.values.month import Month
from tests.factories import a_grouping, inside, saved

LOCKS: Table = MonthLock.__table__  # type: ignore[assignment]
AT = datetime(2026, 10, 1, 8, 0, 0, 120, tzinfo=timezone(timedelta(hours=2)))
NAMES = [
    "",
    "Jean-Noël Ô’Brien",
    'dit "le Grand" \\ l\'autre',
    "a\tb\nc\rd\x01\x1f\x7f\u2028",
    "🛶 été e\u0301",
    "null",
    "[1]",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_rows_text_is_the_plain_json_of_its_stored_values(app: Flask, name: str) -> None:
    """R12: what SQLite writes, PostgreSQL writes as well, and any program can write it again."""
    with inside(a_grouping()) as grouping:
        lock = saved(MonthLock(month=Month(2026, 9), locked_at=AT, locked_by=name))
        ((found,),) = journal.final_rows(LOCKS, LOCKS.c.grouping_id == grouping.id)
        stored = {
            "grouping_id": str(grouping.id), "id": str(lock.id), "month": "202609",
            "locked_at": "2026-10-01 06:00:00.000120", "locked_by": name,
        }  # fmt: skip
        values = [stored[column.name] for column in LOCKS.columns]
        assert found.content == json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        assert found.id == lock.id


def test_a_seals_lines_are_read_back() -> None:
    assert journal.sealed_digests("7 ab\n12 cd") == {7: "ab", 12: "cd"}
