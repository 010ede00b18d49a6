"""The journal: who did what, when, before and after; append-only, chained, and sealing the rows that may never change.

One chain per grouping, and one (number 0) for what belongs to the installation. Each entry's hash covers its own fields
as canonical JSON and the hash before it, so that no field, order or length can change unseen (rows R11-R13, R44).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Row,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, mapped_column

from coopter.plumbing.database import Base, JsonText, UtcDateTime, session
from coopter.values.actor import Actor
from coopter.values.canonical import digest

INSTALLATION = 0
GENESIS = "0" * 64
SEAL_SIZE = 1_000
ANCHOR_DIGITS = 16  # hexadecimal characters of a hash that are printed: 64 bits
_ANCHOR = re.compile(r"Journal n° ([0-9]{1,12}) · [0-9a-f]{4}(?: [0-9a-f]{4}){3}", re.ASCII)
ROW_DIGEST = 32  # hexadecimal characters kept of a row's SHA-256: 128 bits

Conditions = Sequence[ColumnElement[bool]]

# Tables whose rows are sealed once written; rooms add theirs with `protected`.
PROTECTED: dict[str, Table] = {}


class JournalHead(Base):
    """The end of one chain; its row lock puts the entries of a grouping in one line."""

    __tablename__ = "journal_head"

    chain: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Text)


class JournalEntry(Base):
    """One thing that somebody did."""

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("chain", "sequence"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chain: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    before: Mapped[Any] = mapped_column(JsonText, nullable=True)
    after: Mapped[Any] = mapped_column(JsonText, nullable=True)
    seals: Mapped[Any] = mapped_column(JsonText)
    previous: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class Seal(Base):
    """The digests of up to a thousand protected rows, by id; its own digest is in the hash of its entry."""

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("chain", "sequence", "position"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chain: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    table_name: Mapped[str] = mapped_column(Text)
    rows: Mapped[Any] = mapped_column(JsonText)


def protected(row: type[Base]) -> type[Base]:
    """Declare that the rows of this table are sealed: `coopter verify` demands a seal for each."""
    if any(isinstance(column.type, Boolean) for column in row.__table__.columns):
        raise TypeError(f"{row.__tablename__}: a sealed row has no boolean, which the two databases give differently")
    PROTECTED[row.__tablename__] = row.__table__  # type: ignore[assignment]
    return row


def record(
    actor: Actor,
    action: str,
    subject: str,
    *,
    at: datetime,
    before: Any = None,
    after: Any = None,
    sealed: Mapping[Table, Conditions] | None = None,
) -> JournalEntry:
    """Write one entry at the end of the actor's chain, and seal the rows that this act made final.

    `sealed` says of each table which of the grouping's rows those are.
    """
    chain = actor.grouping_id if actor.grouping_id is not None else INSTALLATION
    locked = select(JournalHead).where(JournalHead.chain == chain).with_for_update()
    head = session().scalar(locked.execution_options(populate_existing=True))  # never what this session remembers
    if head is None:
        head = JournalHead(chain=chain, sequence=0, hash=GENESIS)
        session().add(head)
    sequence = head.sequence + 1
    digests = _write_seals(chain, sequence, sealed or {})
    entry = JournalEntry(
        chain=chain,
        sequence=sequence,
        at=at,
        person_id=actor.person_id,
        actor=actor.name,
        action=action,
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        seals=digests,
        previous=head.hash,
    )
    entry.hash = entry_hash(entry)
    session().add(entry)
    head.sequence, head.hash = sequence, entry.hash
    session().flush()
    return entry


def anchor(grouping_id: int) -> str:
    """The end of a grouping's chain as it stands now, short enough for the foot of an invoice (R13).

    Whoever holds the paper holds the proof: a chain rewritten later does not have this hash at this number.
    """
    query = select(JournalHead.sequence, JournalHead.hash).where(JournalHead.chain == grouping_id)
    head = session().execute(query).one_or_none()
    return anchor_text(head.sequence, head.hash) if head else anchor_text(0, GENESIS)


def anchor_text(sequence: int, entry_hash: str) -> str:
    """« Journal n° 123 · 4f3a 91c2 07be d810 »: an entry's number and the first 64 bits of its hash."""
    shown = " ".join(entry_hash[start : start + 4] for start in range(0, ANCHOR_DIGITS, 4))
    return f"Journal n° {sequence} · {shown}"


def anchored_at(text: str) -> int | None:
    """The number of the entry that an anchor speaks of, or None where the text is no anchor."""
    found = _ANCHOR.fullmatch(text)
    return int(found[1]) if found else None


def entry_hash(entry: JournalEntry) -> str:
    """SHA-256 over every stored field of an entry, and so over the whole chain before it."""
    return digest(
        {
            "chain": entry.chain,
            "sequence": entry.sequence,
            "at": entry.at,
            "person_id": entry.person_id,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "before": entry.before,
            "after": entry.after,
            "seals": entry.seals,
            "previous": entry.previous,
        }
    )


def final_rows(table: Table, *where: ColumnElement[bool]) -> Iterable[Row[*tuple[Any, ...]]]:
    """Rows about to be sealed, or verified, a thousand at a time: every column in order, as the driver gives it."""
    columns = [type_coerce(column, Text()).label(column.name) for column in table.columns]
    return session().execute(select(*columns).where(*where).order_by(table.c.id)).yield_per(SEAL_SIZE)


def row_digest(values: Sequence[Any]) -> str:
    """Digest of one row as `final_rows` gives it: the driver's values in the table's order, as unambiguous JSON.

    The same on SQLite as on PostgreSQL, which gives days and instants as objects and not as text.
    """
    return sha256(_encode(values).encode()).hexdigest()[:ROW_DIGEST]


def row_digests(table: Table, rows: Iterable[Row[Any]]) -> dict[str, str]:
    """Digest of each row by its id; rows are selected with all the table's columns, in order."""
    place = [column.name for column in table.columns].index("id")
    return {str(row[place]): row_digest(tuple(row)) for row in rows}


def seal_digest(table_name: str, rows: Mapping[str, str]) -> str:
    """Digest of one seal: the table it speaks of, and every row's digest."""
    return digest({"table": str(table_name), "rows": dict(rows)})


def _write_seals(chain: int, sequence: int, sealed: Mapping[Table, Conditions]) -> list[str]:
    digests: list[str] = []
    lines: list[dict[str, Any]] = []
    for table, which in sealed.items():
        for part in _batched(final_rows(table, table.c.grouping_id == chain, *which), SEAL_SIZE):
            content = row_digests(table, part)
            digests.append(seal_digest(table.name, content))
            lines.append(
                {
                    "chain": chain,
                    "sequence": sequence,
                    "position": len(digests),
                    "table_name": table.name,
                    "rows": content,
                }
            )
    if lines:
        session().execute(insert(Seal), lines)
    return digests


def _batched(items: Iterable[Any], size: int) -> Iterable[list[Any]]:
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _plain(value: Any) -> Any:
    """The value as JSON keeps it, so that what is hashed is what is read back."""
    return None if value is None else json.loads(_encode(value))


def _render(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    for name in ("cents", "number", "ten_thousandths", "value"):
        if hasattr(value, name):
            return getattr(value, name)
    raise TypeError(f"{type(value).__name__} has no place in the journal")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_render).encode
