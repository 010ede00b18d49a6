"""The database: one engine for SQLite or PostgreSQL, the base of all rows, and the column types of the trade."""

from __future__ import annotations

import enum
import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import JSON, TypeDecorator

from coopter.plumbing.gate import Gate
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_MS = 10_000
PATIENCE_S = 2.0  # a reader for a commit, a commit for readers; then SQLite's own locks decide
E = TypeVar("E", bound=enum.Enum)
_READING = "reading"
_gates: WeakKeyDictionary[Engine, Gate] = WeakKeyDictionary()

# True while a command runs: its transaction takes SQLite's write lock at once (BEGIN IMMEDIATE, row R73).
writing: ContextVar[bool] = ContextVar("writing", default=False)


class Base(DeclarativeBase):
    """The base of every row; its metadata names every constraint, so that a broken one can be told by name."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def session() -> Session:
    """The session of this application context."""
    return db.session()


class MoneyType(TypeDecorator[Money]):
    """Money as integer cents."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Any) -> int | None:
        return None if value is None else value.cents

    def process_result_value(self, value: int | None, dialect: Any) -> Money | None:
        return None if value is None else Money(int(value))


class MonthType(TypeDecorator[Month]):
    """A month as the integer year x 100 + month."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Month | None, dialect: Any) -> int | None:
        return None if value is None else value.number

    def process_result_value(self, value: int | None, dialect: Any) -> Month | None:
        return None if value is None else Month.from_number(value)


class RateType(TypeDecorator[Rate]):
    """A rate as integer ten-thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Rate | None, dialect: Any) -> int | None:
        return None if value is None else value.ten_thousandths

    def process_result_value(self, value: int | None, dialect: Any) -> Rate | None:
        return None if value is None else Rate(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[E]):
    """An enumeration as its value in text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Any) -> str | None:
        return None if value is None else str(self.kind(value).value)

    def process_result_value(self, value: str | None, dialect: Any) -> E | None:
        return None if value is None else self.kind(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self


class JsonText(TypeDecorator[Any]):
    """A small structure of strings, integers, lists and mappings as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


_walled: set[Table] = set()  # asked for by every statement: noted once, as each class is mapped


class TenantRow:
    """Mixin of every row that belongs to one grouping: the wall between two tenants (house rule 9)."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _walled.add(cls.__table__)  # type: ignore[attr-defined]

    @declared_attr
    def grouping_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, nullable=False, sort_order=-1)


def tenant_keys(*, parents: Sequence[tuple[str, str]] = (), parent: bool = False) -> tuple[Any, ...]:
    """Constraints of a tenant's table: its grouping, and each (column, table) it points at *inside that grouping*.

    The pair of keys makes a reference into another grouping impossible, whatever the code does (row R7).
    """
    keys: list[Any] = [ForeignKeyConstraint(["grouping_id"], ["grouping.id"])]
    for column, table in parents:
        keys.append(ForeignKeyConstraint(["grouping_id", column], [f"{table}.grouping_id", f"{table}.id"]))
    if parent:
        keys.append(UniqueConstraint("grouping_id", "id"))
    return tuple(keys)


def tenant_tables() -> set[Table]:
    """Every table behind a grouping's wall."""
    return _walled


# ── SQLite: strict tables, whose types are five ────────────────────────────────────────────────────────────────────


@event.listens_for(Table, "after_parent_attach")
def _strict(table: Table, parent: Any) -> None:
    table.dialect_options["sqlite"]["strict"] = True


@compiles(String, "sqlite")
@compiles(JSON, "sqlite")
@compiles(Date, "sqlite")
@compiles(DateTime, "sqlite")
def _text(kind: Any, compiler: Any, **kw: Any) -> str:
    return "TEXT"


@compiles(BigInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _integer(kind: Any, compiler: Any, **kw: Any) -> str:
    return "INTEGER"


@compiles(LargeBinary, "sqlite")
def _blob(kind: Any, compiler: Any, **kw: Any) -> str:
    return "BLOB"


# ── SQLite: connections and transactions ───────────────────────────────────────────────────────────────────────────

FIXED_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class UnsafeJournalMode(RuntimeError):
    """WAL is not safe on this version of SQLite; see the message for the remedy."""


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the fix of the WAL-reset race (rows R2, R15): 3.51.3, or a backport (3.50.7, 3.44.6)."""
    if version < (3, 7, 0) or version >= FIXED_WAL[0]:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_WAL)


def check_journal_mode(mode: str, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """The journal mode to use; raises UnsafeJournalMode with the remedy."""
    if mode == "WAL" and not wal_is_safe(version):
        found = ".".join(map(str, version))
        raise UnsafeJournalMode(
            f"SQLite {found} can lose or corrupt data in WAL mode (fixed in 3.51.3, 3.50.7 and 3.44.6). "
            "Unset COOPTER_SQLITE_JOURNAL_MODE, or upgrade SQLite."
        )
    if mode not in {"DELETE", "WAL"}:
        raise UnsafeJournalMode(f"COOPTER_SQLITE_JOURNAL_MODE={mode}: use DELETE (the default) or WAL.")
    return mode


def attach_engine_rules(engine: Engine, *, journal_mode: str = "DELETE") -> None:
    """Foreign keys, full durability and explicit transactions on SQLite; nothing to add on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return
    mode = check_journal_mode(journal_mode)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "foreign_keys=ON",
            f"journal_mode={mode}",
            "synchronous=EXTRA",  # FULL, and the directory after the journal is unlinked: decision 0006
            "trusted_schema=OFF",
            "cell_size_check=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    gate = _gates[engine] = Gate()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if not writing.get() and not connection.info.get(_READING):  # set: a read that ended without saying so
            gate.enter(patience_s=PATIENCE_S)
            connection.info[_READING] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _end(connection: Any) -> None:
        if connection.info.pop(_READING, False):
            gate.leave()


def without_readers(session: Session) -> AbstractContextManager[None]:
    """For a commit: on SQLite, the instant when nobody of this process reads. Nothing to wait for elsewhere, nor inside
    a transaction that somebody else began, as a test does."""
    if not session.in_transaction():
        return nullcontext()
    connection = session.connection()
    gate = _gates.get(connection.engine)
    if gate is None or connection.info.get(_READING):
        return nullcontext()
    return gate.closed(patience_s=PATIENCE_S)
