"""Operation keys: a form sent twice acts once (row R4)."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Text, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from coopter.plumbing.database import Base, UtcDateTime

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of a claim that is not kept


class Operation(Base):
    """One form that was sent and acted upon."""

    __tablename__ = "operation"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    endpoint: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AlreadyDone(Exception):
    """This very form was already acted upon; the page is shown as it stands now."""


# (key, endpoint, person, instant) of the form being served, until the first command takes it.
pending: ContextVar[tuple[str, str, int | None, datetime] | None] = ContextVar("operation", default=None)


def new_key() -> str:
    """A key for one form on one page: 128 random bits."""
    return secrets.token_urlsafe(16)


def was_done(session: Session, key: str) -> bool:
    """Whether a form with this key was already acted upon; asked after the answer to a COMMIT was lost (row R5).

    That COMMIT may still be on its way: looking would not see it. Claiming the key waits until it has come or is known
    never to come, five seconds at most (then the database raises). The caller rolls back whenever this says no.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    if dialect is postgresql:
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
    probe = dialect.insert(Operation).values(key=key, endpoint="", claimed_at=NEVER).on_conflict_do_nothing()
    return session.execute(probe.returning(Operation.key)).one_or_none() is None


def claim(session: Session) -> str | None:
    """Write the form's key in the command's own transaction and return it; AlreadyDone when another was first."""
    waiting = pending.get()
    if waiting is None:
        return None
    key, endpoint, person_id, at = waiting
    try:
        session.add(Operation(key=key, endpoint=endpoint, person_id=person_id, claimed_at=at))
        session.flush()
    except IntegrityError as clash:
        raise AlreadyDone from clash
    pending.set(None)
    return key
