"""The only clock of the house: views, the command line and office ask it, everything below is told the time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from coopter.values.instants import paris_day


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The civil day in Paris, whatever the zone of the server (row R21)."""
    return paris_day(now())
