"""Numbers are taken in the transaction that writes the invoices: a rollback gives them back, so there is no gap."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from coopter.billing.models import NumberSeries
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.refusal import Refusal

_SERIES: Table = NumberSeries.__table__  # type: ignore[assignment]
_ONE_SERIES_A_YEAR = ["grouping_id", "series", "year"]


class SeriesAhead(Refusal):
    """La dernière pièce de la série %(series)s est datée du %(last)s : une nouvelle ne peut pas être datée du %(on)s.
    Choisissez le %(last)s ou un jour suivant."""


def take_numbers(series: str, *, count: int, on: date) -> int:
    """Lock the series and take `count` numbers of its year; returns the first.

    Continuous by grouping, series and year (CGI ann. II art. 242 nonies A; row R10), chronological over all years of
    the series (row R75): raises SeriesAhead. Read by Core, so that no row kept in the session is believed.
    """
    mine, row = tenancy.current(), _SERIES.c
    _open(series, year=on.year, on=on)
    found = session().execute(
        select(row.year, row.last_number, row.last_issued_on)
        .where(row.grouping_id == mine, row.series == series)
        .order_by(row.year)
        .with_for_update()
    )
    years = {year: (last, issued_on) for year, last, issued_on in found}
    latest = max(issued_on for _, issued_on in years.values())
    if on < latest:
        raise SeriesAhead(series=series, last=latest, on=on)
    last, _ = years[on.year]
    session().execute(
        update(_SERIES)
        .where(row.grouping_id == mine, row.series == series, row.year == on.year)
        .values(last_number=last + count, last_issued_on=on)
    )
    return last + 1


def _open(series: str, *, year: int, on: date) -> None:
    """Make the year's row if there is none; whoever comes second waits for the first and finds it."""
    dialect = postgresql if session().get_bind().dialect.name == "postgresql" else sqlite
    start = {"grouping_id": tenancy.current(), "series": series, "year": year, "last_number": 0, "last_issued_on": on}
    statement = dialect.insert(_SERIES).values(start)
    session().execute(statement.on_conflict_do_nothing(index_elements=_ONE_SERIES_A_YEAR))
