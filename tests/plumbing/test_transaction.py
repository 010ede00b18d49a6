"""A command is the transaction (house rule 4), and a form sent twice acts once (row R4)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from coopter.members.models import Structure
from coopter.plumbing import operations, transaction
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import WriteOutsideCommand, after_commit, command
from coopter.values.refusal import NotFound
from tests.factories import a_grouping, a_structure, inside

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


@command
def rename(code: str, name: str, *, then: Exception | None = None) -> None:
    """A command of the test."""
    session().scalars(select(Structure).where(Structure.code == code)).one().legal_name = name
    if then:
        raise then


def name_of(code: str) -> str:
    """What the database says now."""
    session().expire_all()
    return session().scalars(select(Structure.legal_name).where(Structure.code == code)).one()


def test_any_exception_undoes_everything(app: Flask) -> None:
    with inside(a_grouping()):
        a_structure("A")
        with pytest.raises(NotFound):
            rename("A", "changed", then=NotFound())
        assert name_of("A") == "Structure A"


def test_a_command_inside_a_command_joins_it(app: Flask) -> None:
    """The inner one returned well, the outer one failed: both are undone."""

    @command
    def both() -> None:
        rename("A", "changed")
        raise NotFound

    with inside(a_grouping()):
        a_structure("A")
        with pytest.raises(NotFound):
            both()
        assert name_of("A") == "Structure A"


def test_what_waits_for_the_commit_runs_after_it_and_only_then(app: Flask) -> None:
    seen: list[str] = []

    @command
    def ring(*, fail: bool) -> None:
        after_commit(lambda: seen.append("rung"))
        assert seen == []
        if fail:
            raise NotFound

    with pytest.raises(NotFound):
        ring(fail=True)
    assert seen == []
    ring(fail=False)
    assert seen == ["rung"]
    with pytest.raises(WriteOutsideCommand):
        after_commit(lambda: None)


def test_a_page_that_reads_cannot_write(app: Flask) -> None:
    """R42: no effect on GET, whoever calls."""
    with app.test_request_context("/", method="GET"), pytest.raises(WriteOutsideCommand):
        rename("A", "x")


def test_the_same_form_acts_once(app: Flask) -> None:
    """R4: the key is claimed in the command's own transaction."""
    with inside(a_grouping()):
        a_structure("A")
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        rename("A", "first")
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        with pytest.raises(operations.AlreadyDone):
            rename("A", "second")
        assert name_of("A") == "first"
        assert session().scalar(select(func.count(operations.Operation.key))) == 1
    operations.pending.set(None)


def test_a_refused_form_may_be_sent_again_with_its_key(app: Flask) -> None:
    """R4: a refusal rolls the key back with everything else."""
    with inside(a_grouping()):
        a_structure("A")
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        with pytest.raises(NotFound):
            rename("A", "first", then=NotFound())
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        rename("A", "second")
        assert name_of("A") == "second"
    operations.pending.set(None)


def cut_the_line(monkeypatch: pytest.MonkeyPatch, *, after_commit: bool) -> None:
    """The connection drops around the next COMMIT: once it was done but not told, or before it was done."""
    dialect = db.engine.dialect
    commit, left = dialect.do_commit, [1]

    def lost(connection: Any) -> None:
        if not left:
            commit(connection)
            return
        left.pop()
        if after_commit:
            commit(connection)
        connection.dbapi_connection.close()
        raise dialect.loaded_dbapi.ProgrammingError("Cannot operate on a closed database.")

    monkeypatch.setattr(dialect, "do_commit", lost)


def test_an_answer_that_was_lost_is_looked_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5: the COMMIT was done and its answer lost: the form's key is there, so the act is told as done, once."""
    with inside(a_grouping()):
        a_structure("A")
        db.session.commit()
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        cut_the_line(monkeypatch, after_commit=True)
        rename("A", "first")
        assert name_of("A") == "first"


def test_an_act_that_was_not_done_is_not_told_as_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5, the other side: the line dropped before the COMMIT: an error, nothing written, and the same form may try."""
    with inside(a_grouping()):
        a_structure("A")
        db.session.commit()
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        cut_the_line(monkeypatch, after_commit=False)
        with pytest.raises(DBAPIError):
            rename("A", "first")
        assert name_of("A") == "Structure A"
        operations.pending.set(("k" * 20, "room.view", 1, AT))
        rename("A", "second")
        assert name_of("A") == "second"


def test_without_a_key_a_lost_answer_is_an_error(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5, the twin: what has no key cannot be looked up, and says so."""
    with inside(a_grouping()):
        a_structure("A")
        db.session.commit()
        cut_the_line(monkeypatch, after_commit=True)
        with pytest.raises(DBAPIError):
            rename("A", "first")


def test_who_waits_to_write_holds_no_read(app: Flask, on_postgresql: bool) -> None:
    """SQLite has one writer: the second stands in line, and what it has read keeps the first from nothing."""
    if on_postgresql:
        pytest.skip("PostgreSQL has a lock per row")

    def second() -> None:
        with app.app_context(), inside(grouping):
            assert name_of("A") == "Structure A"
            rename("A", "second")

    @command
    def first(thread: threading.Thread) -> None:
        session().scalars(select(Structure).where(Structure.code == "A")).one().legal_name = "first"
        thread.start()
        while thread.is_alive() and not transaction._writers._waiting:
            pass
        assert thread.is_alive(), "it did not stand in line"

    grouping = a_grouping()
    with inside(grouping):
        a_structure("A")
        db.session.commit()
        later = threading.Thread(target=second)
        first(later)
        later.join()
        assert name_of("A") == "second"
