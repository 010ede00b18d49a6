"""What leaves the house (mail, documents): a row written with the act that causes it, done after the commit.

A row is claimed for a while, done, then marked; a killed worker's claim runs out and the row is taken again. Handlers
are idempotent: a document already stored is not rendered twice, a mail keeps its Message-ID (rows R31, R32).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Text, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from coopter.plumbing import jobs, quarantine
from coopter.plumbing.database import Base, JsonText, UtcDateTime, session
from coopter.plumbing.transaction import after_commit, command

CLAIM = timedelta(minutes=2)  # an effect takes less than one: a page 25 s, a mail server 30 s
PATIENCE = (1, 5, 15, 60, 240)  # minutes between one failed attempt and the next
DROPPED = "not sent: it waited in a backup that was put back"
logger = logging.getLogger(__name__)


class OutboxRow(Base):
    """One effect to have outside the database."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "done_at", "available_at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    grouping_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Effect:
    """An outbox row as its handler gets it."""

    id: int
    key: str
    grouping_id: int | None
    payload: Any
    created_at: datetime


Handler = Callable[[Effect], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Declare the function that has the effects of one kind; it runs outside any transaction."""

    def declare(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return declare


def post(kind: str, payload: Any, *, key: str, grouping_id: int | None, at: datetime) -> None:
    """Write an effect in the running command; the same key twice is one effect. The drain is woken after the commit."""
    post_many(kind, [(key, payload)], grouping_id=grouping_id, at=at)


def post_many(kind: str, effects: list[tuple[str, Any]], *, grouping_id: int | None, at: datetime) -> None:
    """Write several effects of one kind, given as (key, payload), in one statement."""
    if not effects:
        return
    dialect = postgresql if session().get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {
            "key": key,
            "grouping_id": grouping_id,
            "kind": kind,
            "payload": payload,
            "created_at": at,
            "available_at": at,
            "attempts": 0,
        }
        for key, payload in effects
    ]
    session().execute(dialect.insert(OutboxRow.__table__).on_conflict_do_nothing(index_elements=["key"]), rows)
    after_commit(jobs.wake)


def drain(*, clock: Callable[[], datetime], kinds: tuple[str, ...] | None = None) -> int:
    """Do everything that waits, one effect at a time; returns how many were done. A copy in quarantine keeps its mails
    (R101)."""
    done = 0
    while (effect := _claim(at=clock(), kinds=quarantine.INDOORS if quarantine.stands() else kinds)) is not None:
        kind, what = effect
        try:
            _handlers[kind](what)
        except Exception as failure:  # kept with the row and tried again; the drain goes on with the next
            logger.exception("outbox row %s (%s) failed", what.id, kind)
            _postpone(what.id, error=f"{type(failure).__name__}: {failure}"[:500], at=clock())
        else:
            _finish(what.id, at=clock())
            done += 1
    return done


def waiting(*, kind: str | None = None, grouping_id: int | None = None) -> int:
    """How many effects are not done yet."""
    query = select(func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None))
    if kind is not None:
        query = query.where(OutboxRow.kind == kind)
    if grouping_id is not None:
        query = query.where(OutboxRow.grouping_id == grouping_id)
    return session().scalar(query) or 0


@command
def settle(key: str, *, at: datetime) -> None:
    """Mark as done an effect that was had by hand, so that it is not had again."""
    row = session().scalar(select(OutboxRow).where(OutboxRow.key == key, OutboxRow.done_at.is_(None)))
    if row is not None:
        row.done_at, row.error, row.claimed_until = at, None, None


@command
def drop_waiting(*, but: tuple[str, ...], at: datetime) -> int:
    """Mark as done, without having them, the effects that wait, save those of some kinds; returns how many."""
    waits = OutboxRow.done_at.is_(None), OutboxRow.kind.not_in(but)
    dropped = session().execute(update(OutboxRow).where(*waits).values(done_at=at, error=DROPPED, claimed_until=None))
    return int(dropped.rowcount)  # type: ignore[attr-defined]


@command
def _claim(*, at: datetime, kinds: tuple[str, ...] | None) -> tuple[str, Effect] | None:
    query = (
        select(OutboxRow)
        .where(
            OutboxRow.done_at.is_(None),
            OutboxRow.available_at <= at,
            or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < at),
        )
        .order_by(OutboxRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if kinds is not None:
        query = query.where(OutboxRow.kind.in_(kinds))
    row = session().scalar(query)
    if row is None:
        return None
    row.claimed_until = at + CLAIM
    row.attempts += 1
    return row.kind, Effect(row.id, row.key, row.grouping_id, row.payload, row.created_at)


@command
def _finish(row_id: int, *, at: datetime) -> None:
    row = session().get_one(OutboxRow, row_id)
    row.done_at, row.error, row.claimed_until = at, None, None


@command
def _postpone(row_id: int, *, error: str, at: datetime) -> None:
    row = session().get_one(OutboxRow, row_id)
    row.error, row.claimed_until = error, None
    row.available_at = at + timedelta(minutes=PATIENCE[min(row.attempts, len(PATIENCE)) - 1])
