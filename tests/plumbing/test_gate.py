"""Readers and commits let each other pass at once; who waited too long goes on, and nothing is held afterwards."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import create_engine, text

from coopter.plumbing.database import _READING, _gates, attach_engine_rules
from coopter.plumbing.gate import Gate


def test_a_commit_waits_for_those_who_read_and_nobody_begins_meanwhile() -> None:
    gate, told = Gate(), []
    gate.enter(patience_s=60)

    def commit() -> None:
        with gate.closed(patience_s=60):
            told.append("commit")

    def read() -> None:
        gate.enter(patience_s=60)
        told.append("read")
        gate.leave()

    writer, reader = threading.Thread(target=commit), threading.Thread(target=read)
    writer.start()
    while not gate._committing:
        pass
    reader.start()
    assert told == []
    gate.leave()
    writer.join()
    reader.join()
    assert told == ["commit", "read"]
    assert (gate._readers, gate._committing) == (0, False)


def test_who_waited_too_long_goes_on() -> None:
    """SQLite's own locks decide then: the gate spares waiting, it does not keep the data right."""
    gate = Gate()
    gate.enter(patience_s=0)
    with gate.closed(patience_s=0):
        gate.enter(patience_s=0)
        with gate.closed(patience_s=0):
            assert gate._committing
        assert gate._committing, "it opened what another had closed"
        gate.leave()
    gate.leave()
    assert (gate._readers, gate._committing) == (0, False)


def test_a_failed_commit_opens_it_again() -> None:
    gate = Gate()
    try:
        with gate.closed(patience_s=0):
            raise KeyError
    except KeyError:
        pass
    assert not gate._committing


def test_every_read_is_counted_once_and_ends(tmp_path: Path) -> None:
    """Committed, rolled back or merely closed, a read of the engine leaves nobody behind."""
    engine = create_engine(f"sqlite:///{tmp_path / 'gate.sqlite'}")
    attach_engine_rules(engine)
    gate = _gates[engine]
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert gate._readers == 1
        connection.commit()
        assert gate._readers == 0
        connection.execute(text("SELECT 1"))
        connection.rollback()
        assert gate._readers == 0
        connection.execute(text("SELECT 1"))
        assert gate._readers == 1
    assert gate._readers == 0
    engine.dispose()


def test_a_read_that_ended_without_saying_so_is_forgotten_at_the_next(tmp_path: Path) -> None:
    """A connection that came back to the pool marked as reading is not counted twice, and ends with its next."""
    engine = create_engine(f"sqlite:///{tmp_path / 'gate.sqlite'}")
    attach_engine_rules(engine)
    gate = _gates[engine]
    with engine.connect() as connection:
        connection.info[_READING] = True
        gate.enter(patience_s=0)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert gate._readers == 1
    assert gate._readers == 0
    engine.dispose()
