"""One writer at a time in a grouping where a sum or a number is checked, so that it still holds when written."""

from __future__ import annotations

from sqlalchemy import select

from coopter.members.models import Grouping
from coopter.plumbing import tenancy
from coopter.plumbing.database import session


def take_turn() -> None:
    """Lock the grouping's row until the command ends (rows R18, R23): a day's sum or a month's lock cannot change
    between the check and the write. On SQLite the command holds the only write lock already."""
    session().execute(select(Grouping.id).where(Grouping.id == tenancy.current()).with_for_update(key_share=True))
