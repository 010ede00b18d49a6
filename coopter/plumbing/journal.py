"""The journal: who did what, when, before and after; append-only, chained, and sealing the rows that may never change.

One chain per grouping, and one (number 0) for what belongs to the installation. Each entry's hash covers its own fields
as canonical JSON and the hash before it, so that no field, order or length can change unseen (rows R11-R13, R44).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Row,
    Table,
    Text,
    UniqueConstraint,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Mapped, mapped_column

from coopter.plumbing.bulk import insert_rows
from coopter.plumbing.database import Base, JsonText, UtcDateTime, session
from coopter.values.actor import Actor
from coopter.values.canonical import canonical, digest

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
    """The digests of up to a thousand protected rows; its own digest is in the hash of its entry.

    `rows` is one line per row: its id, a blank, its digest.
    """

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("chain", "sequence", "position"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chain: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    table_name: Mapped[str] = mapped_column(Text)
    rows: Mapped[str] = mapped_column(Text)


_SEALS: Table = Seal.__table__  # type: ignore[assignment]


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
    return sha256(entry_bytes(entry)).hexdigest()


def entry_bytes(entry: JournalEntry) -> bytes:
    """The very bytes that an entry's hash covers, for evidence that is verified elsewhere (R36)."""
    return canonical(
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


def final_rows(table: Table, *where: ColumnElement[bool]) -> Iterator[Sequence[Row[int, str]]]:
    """Rows about to be sealed, or verified, up to a thousand at a time: id, and every column in order as one text.

    The database writes the text, a JSON list of texts and nulls, the same on SQLite as on PostgreSQL: a month of a
    big grouping is 90,000 rows of some 15 values, and as many objects made for Python would double its closing.
    """
    dialect = session().get_bind().dialect.name
    if dialect == "sqlite":  # which else sorts whole rows: by their ids alone, it reads the table from end to end
        where = (table.c.id.in_(select(table.c.id).where(*where).correlate(None)),)
    query = select(table.c.id, _as_text(table, dialect)).where(*where).order_by(table.c.id)
    return session().execute(query).yield_per(SEAL_SIZE).partitions()


def row_digest(content: str) -> str:
    """Digest of one row's text as `final_rows` gives it."""
    return sha256(content.encode()).hexdigest()[:ROW_DIGEST]


def seal_digest(table_name: str, rows: str) -> str:
    """Digest of one seal: the table it speaks of, and every row's digest."""
    return digest({"table": str(table_name), "rows": rows})


def sealed_digests(rows: str) -> dict[int, str]:
    """The digest of each row that a seal speaks of, by id; the seal's own digest was checked before."""
    return {int(row_id): digest for row_id, digest in (line.split(" ") for line in rows.split("\n"))}


def _as_text(table: Table, dialect: str) -> ColumnElement[str]:
    cells = [_cell(column, dialect) for column in table.columns]
    if dialect == "postgresql":
        return cast(func.array_to_json(array(cells)), Text).label("content")
    return func.json_array(*cells, type_=Text).label("content")


def _cell(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """One column as text: days and instants as SQLite keeps them, an instant in UTC."""
    kind = getattr(column.type, "impl", column.type)
    if dialect == "postgresql" and isinstance(kind, DateTime):
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    if dialect == "postgresql" and isinstance(kind, Date):
        return func.to_char(column, "YYYY-MM-DD")
    return cast(column, Text)


def _write_seals(chain: int, sequence: int, sealed: Mapping[Table, Conditions]) -> list[str]:
    digests: list[str] = []
    seals: list[tuple[int, int, int, str, str]] = []
    for table, which in sealed.items():
        for part in final_rows(table, table.c.grouping_id == chain, *which):
            content = "\n".join([f"{row_id} {row_digest(text)}" for row_id, text in part])
            digests.append(seal_digest(table.name, content))
            seals.append((chain, sequence, len(digests), table.name, content))
    insert_rows(_SEALS, columns=("chain", "sequence", "position", "table_name", "rows"), rows=seals)
    return digests


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
