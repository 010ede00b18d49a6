"""The embedded database's safety (rows R2, R15) and the types that keep cents, months and instants."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from coopter.plumbing.database import UnsafeJournalMode, check_journal_mode, db, wal_is_safe
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, an_employee, inside, saved


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True)],
)
def test_wal_is_refused_on_an_affected_sqlite(version: tuple[int, ...], safe: bool) -> None:
    """R15: five versions, five right decisions; the message names the remedy."""
    assert wal_is_safe(version) is safe
    if safe:
        assert check_journal_mode("WAL", version) == "WAL"
    else:
        with pytest.raises(UnsafeJournalMode, match=r"3\.51\.3"):
            check_journal_mode("WAL", version)


def test_sqlite_keeps_what_it_confirmed(app: Flask, on_postgresql: bool) -> None:
    """R2: DELETE journal, EXTRA synchronisation (decision 0006), foreign keys on."""
    if on_postgresql:
        assert db.engine.dialect.name == "postgresql"
        return
    with db.engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["delete", 3, 1]


def test_a_float_does_not_become_cents(app: Flask, on_postgresql: bool) -> None:
    """A strict table refuses what is no integer, even from raw SQL."""
    if on_postgresql:
        return
    with inside(a_grouping()):
        a_cost(Month(2026, 3), 100, employee=an_employee())
        with pytest.raises(IntegrityError, match="REAL"), db.engine.begin() as connection:
            connection.execute(text("UPDATE cost_line SET amount_cents = 0.5"))


def test_a_naive_instant_is_refused(app: Flask) -> None:
    """House rule 6: instants are aware."""
    with pytest.raises(StatementError, match="naive"):
        a_grouping(created_at=datetime(2026, 1, 1))


def test_a_row_is_written_in_the_scope_that_holds(app: Flask) -> None:
    """A row takes the grouping in scope by itself."""
    with inside(a_grouping()) as grouping:
        assert an_employee().grouping_id == grouping.id
        assert saved(grouping).slug == "cap-cooperation"
