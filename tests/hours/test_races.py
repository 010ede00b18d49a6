"""Two people at the same instant: a day holds 24 hours, a closed month no more, a line one value (R18, R22, R23)."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest

from coopter.hours import commands, queries
from coopter.hours.commands import entries
from coopter.hours.rules import DayTooLong, EntryKey, MonthLocked, WeekConflict
from coopter.plumbing import tenancy
from coopter.plumbing.database import db
from coopter.values.month import Month
from tests.factories import worked

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 10, 13)


@pytest.fixture
def together(app, house, monkeypatch):
    """Run acts at once, each in a thread of its own, the moment between check and write stretched; what each raised."""
    write = entries._write
    monkeypatch.setattr(entries, "_write", lambda *args, **kw: (time.sleep(0.1), write(*args, **kw)))
    here = house.grouping.id
    db.session.commit()

    def run(*acts):
        start, ends = Barrier(len(acts)), [None] * len(acts)

        def one(place, act):
            with app.app_context(), tenancy.scope(here):
                start.wait()
                try:
                    act()
                except Exception as failure:
                    ends[place] = type(failure)
                finally:
                    db.session.remove()

        threads = [Thread(target=one, args=(place, act)) for place, act in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return set(ends)

    return run


def key(house, structure, day=TUESDAY):
    return EntryKey(house.nolwenn.id, structure.id, day)


def test_a_day_is_filled_once(house, together):
    here, there = key(house, house.jardins), key(house, house.cantine)
    ends = together(
        lambda: commands.log_hours(house.own, key=here, minutes=800, at=NOW),
        lambda: commands.log_hours(house.anne, key=there, minutes=800, at=NOW),
    )
    assert ends == {None, DayTooLong}
    assert [one.minutes for one in queries.week_entries(date(2026, 10, 12))] == [800]


def test_a_month_being_closed_takes_no_line_more(house, together):
    worked(house.nolwenn, house.jardins, date(2026, 9, 1), 420)
    db.session.commit()
    late = key(house, house.jardins, date(2026, 9, 2))
    ends = together(
        lambda: commands.lock_month(house.anne, month=Month(2026, 9), at=NOW),
        lambda: (time.sleep(0.02), commands.log_hours(house.paul, key=late, minutes=60, confirm=True, at=NOW)),
    )
    lines = queries.entries_of(house.jardins.id, Month(2026, 9))
    assert (ends, len(lines)) in (({None, MonthLocked}, 1), ({None}, 2))


def test_of_two_first_values_one_stands(house, together):
    ends = together(
        lambda: commands.log_hours(house.own, key=key(house, house.jardins), minutes=60, version=0, at=NOW),
        lambda: commands.log_hours(house.anne, key=key(house, house.jardins), minutes=90, version=0, at=NOW),
    )
    assert ends == {None, WeekConflict}
