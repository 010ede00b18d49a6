"""Numbers are taken in the transaction that writes the invoices: a rollback gives them back, so there is no gap."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coopter.billing.models import NumberSeries
from coopter.plumbing.database import session
from coopter.values.refusal import Refusal


class SeriesAhead(Refusal):
    """La dernière pièce de la série %(series)s est datée du %(last)s : une nouvelle ne peut pas être datée du %(on)s.
    Choisissez le %(last)s ou un jour suivant."""


def take_numbers(series: str, *, count: int, on: date) -> int:
    """Lock the series of the year and take `count` numbers; returns the first. Chronological (row R75): SeriesAhead.

    Continuous by series and year (CGI ann. II art. 242 nonies A; row R10).
    """
    row = session().scalar(
        select(NumberSeries).where(NumberSeries.series == series, NumberSeries.year == on.year).with_for_update()
    )
    if row is None:
        row = NumberSeries(series=series, year=on.year, last_number=0, last_issued_on=on)
        session().add(row)
    if on < row.last_issued_on:
        raise SeriesAhead(series=series, last=row.last_issued_on, on=on)
    first = row.last_number + 1
    row.last_number += count
    row.last_issued_on = on
    session().flush()
    return first
