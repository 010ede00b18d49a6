"""Numbers: 1…n whatever happens at the same time, never back in time (rows R10, R75)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from coopter.billing.commands import SeriesAhead, issue, take_numbers, write_invoices
from coopter.billing.models import Invoice, NumberSeries
from coopter.billing.queries import Drafted, DraftedLine
from coopter.members import queries as members
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.billing.samples import an_invoice
from tests.factories import a_grouping, a_structure, actor, inside
from tests.office.processes import BROKEN, DONE, exit_code, forked

ON = date(2026, 4, 5)
AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
MARCH = Month(2026, 3)
PROCESSES, EMISSIONS = 8, 200


class Undone(Exception):
    """The transaction is rolled back on purpose."""


@command
def take(series: str = "FA", *, count: int = 1, on: date = ON) -> int:
    """Numbers, in a transaction of their own."""
    return take_numbers(series, count=count, on=on)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A grouping with one member."""
    with inside(a_grouping()) as grouping:
        a_structure("A1")
        db.session.commit()
        yield actor(grouping, Role.COORDINATOR)


@command
def emit(coordinator: Actor, drafted: Drafted, *, fails: bool) -> None:
    """One emission: a number, an invoice, its lines; rolled back when it fails."""
    grouping = members.get_grouping_by_id(coordinator.grouping_id or 0)
    write_invoices(coordinator, grouping, (drafted,), series="FA", month=MARCH, at=AT)
    if fails:
        raise Undone


def a_draft() -> Drafted:
    """A draft for the one member, dated on the day of the test."""
    record = replace(an_invoice(), number="", anchor="", issued_on=ON, due_on=date(2026, 5, 5), period=MARCH)
    (structure,) = members.list_structures()
    return Drafted(structure, record, tuple(DraftedLine(line, None, None, None) for line in record.lines))


def together(coordinator: Actor, work: Callable[[int], None]) -> list[int]:
    """Run the same work in eight processes that start at the same instant; returns how each ended."""
    db.session.remove()
    db.engine.dispose()
    start = multiprocessing.get_context("fork").Barrier(PROCESSES)

    def runner(place: int) -> Callable[[], int]:
        def run() -> int:
            start.wait()
            work(place)
            return DONE

        return run

    assert coordinator.grouping_id is not None
    children = [forked(runner(place), grouping_id=coordinator.grouping_id) for place in range(PROCESSES)]
    return [exit_code(child) for child in children]


def emissions(coordinator: Actor) -> Callable[[int], None]:
    """Two hundred emissions, one in five rolled back, at a different turn in each process."""

    def work(place: int) -> None:
        drafted = a_draft()
        for turn in range(EMISSIONS):
            fails = (turn + place) % 5 == 0
            try:
                emit(coordinator, drafted, fails=fails)
            except Undone:
                continue

    return work


def test_eight_processes_number_without_a_gap(coordinator: Actor) -> None:
    """R10: numbers are 1…n exactly, no duplicate, no gap, nobody told that the database is locked."""
    assert together(coordinator, emissions(coordinator)) == [DONE] * PROCESSES
    sequences = session().scalars(select(Invoice.sequence).order_by(Invoice.sequence)).all()
    assert list(sequences) == list(range(1, PROCESSES * EMISSIONS * 4 // 5 + 1))
    numbers = session().scalars(select(Invoice.number).order_by(Invoice.sequence)).all()
    assert numbers[0] == "FA-2026-0001"
    assert session().scalar(select(NumberSeries.last_number)) == len(sequences)


def test_without_the_lock_numbers_collide(coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """R10, the twin: a number read before the transaction that writes it is taken twice."""
    all_have_read = multiprocessing.get_context("fork").Barrier(PROCESSES)

    def work(place: int) -> None:
        last = session().scalar(select(func.max(Invoice.sequence))) or 0
        db.session.commit()
        all_have_read.wait()
        monkeypatch.setattr(issue, "take_numbers", lambda series, count, on: last + 1)
        emit(coordinator, a_draft(), fails=False)

    assert sorted(together(coordinator, work)) == [DONE] + [BROKEN] * (PROCESSES - 1)


def test_a_block_is_continuous_and_a_rollback_gives_it_back(coordinator: Actor) -> None:
    """R10: five at once, then one; a failed command took nothing."""
    assert take(count=5) == 1

    @command
    def fails() -> None:
        take_numbers("FA", count=3, on=ON)
        raise Undone

    with pytest.raises(Undone):
        fails()
    assert take() == 6


def test_each_series_and_each_year_counts_on_its_own(coordinator: Actor) -> None:
    """One continuous series per year; credit notes have their own."""
    assert [take(on=date(2026, 12, 31)), take(on=date(2027, 1, 1)), take(on=date(2027, 1, 1))] == [1, 1, 2]
    assert take("AV", on=date(2026, 6, 1)) == 1


def test_another_grouping_counts_on_its_own(coordinator: Actor) -> None:
    """The series is the grouping's."""
    assert take(count=4) == 1
    with inside(a_grouping(slug="autre")):
        assert take() == 1
    assert take() == 5


@pytest.mark.parametrize("on", [date(2026, 4, 4), date(2025, 12, 31)])
def test_a_number_never_goes_back_in_time(coordinator: Actor, on: date) -> None:
    """R75: before the last of the series, in its year or in an older one, is refused with both days."""
    take()
    with pytest.raises(SeriesAhead, match="05/04/2026") as refused:
        take(on=on)
    assert refused.value.facts["on"] == on
    assert take() == 2


def test_the_same_day_is_chronological(coordinator: Actor) -> None:
    """Several of a day are in the order of their numbers."""
    assert [take(), take()] == [1, 2]


def test_a_counter_kept_in_memory_is_not_believed(coordinator: Actor) -> None:
    """Another process went on meanwhile: what this session had read of the series does not count."""
    take()
    kept = session().scalars(select(NumberSeries)).one()
    db.session.commit()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE number_series SET last_number = 41"))
    assert kept.last_number == 1
    assert take() == 42


def test_the_database_refuses_a_number_twice(coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """R10: behind the lock stands a unique constraint."""
    emit(coordinator, a_draft(), fails=False)
    monkeypatch.setattr(issue, "take_numbers", lambda series, count, on: 1)
    with pytest.raises(DBAPIError, match=r"(?i)unique"):
        emit(coordinator, a_draft(), fails=False)
