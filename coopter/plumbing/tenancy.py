"""The wall between two groupings: a statement on a tenant's table is narrowed to the grouping in scope, or raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Select, Table, Update, event, text
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.operators import eq
from sqlalchemy.sql.selectable import CompoundSelect

from coopter.plumbing.database import TenantRow, db, tenant_tables

EVERYWHERE = "*"
_scope: ContextVar[int | str | None] = ContextVar("grouping_scope", default=None)
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


class NoGroupingInScope(RuntimeError):
    """A statement touches a tenant's table and no grouping is in scope (row R9)."""


def current() -> int | str | None:
    """The grouping in scope: its id, EVERYWHERE, or None."""
    return _scope.get()


def grouping_in_scope() -> int:
    """The id of the grouping in scope; raises NoGroupingInScope when there is none, or all of them."""
    here = _scope.get()
    if not isinstance(here, int):
        raise NoGroupingInScope(f"scope is {here!r}")
    return here


def enter(grouping_id: int | str | None) -> Token[int | str | None]:
    """Put a grouping in scope until `leave`; used by the front door, which cannot hold a `with` open."""
    token = _scope.set(grouping_id)
    _tell_postgresql()
    return token


def leave(token: Token[int | str | None]) -> None:
    """Go back to the scope before `enter`."""
    _scope.reset(token)
    _tell_postgresql()


@contextmanager
def scope(grouping_id: int) -> Iterator[None]:
    """Everything inside reads and writes this grouping alone."""
    token = enter(grouping_id)
    try:
        yield
    finally:
        leave(token)


@contextmanager
def everywhere(reason: str) -> Iterator[None]:
    """Lift the wall, for what belongs to the installation: a sign-in, a migration, a backup. Say why."""
    if not reason:
        raise ValueError("say why the wall is lifted")
    token = enter(EVERYWHERE)
    try:
        yield
    finally:
        leave(token)


def _tell_postgresql() -> None:
    """Hand the scope to row-level security when a transaction is already open."""
    try:
        session = db.session()
    except RuntimeError:  # no application context: nothing is open
        return
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql" and session.is_active:
        _set_config(session.connection())


def _set_config(connection: Connection) -> None:
    value = _scope.get()
    connection.execute(
        text("SELECT set_config('coopter.grouping', :scope, true)"), {"scope": "" if value is None else str(value)}
    )


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        _set_config(connection)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete) or not state.is_orm_statement:
        return
    grouping_id = _scope.get()
    if grouping_id == EVERYWHERE:
        return
    if grouping_id is None:
        if any(issubclass(mapper.class_, TenantRow) for mapper in state.all_mappers):
            raise NoGroupingInScope(str(state.statement)[:300])
        return
    state.statement = state.statement.options(
        with_loader_criteria(TenantRow, lambda row: row.grouping_id == grouping_id, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _own(session: Session, context: Any, instances: Any) -> None:
    grouping_id = _scope.get()
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, TenantRow):
            continue
        if row.grouping_id is None and isinstance(grouping_id, int):
            row.grouping_id = grouping_id
        if grouping_id is None or grouping_id not in (EVERYWHERE, row.grouping_id):
            name = type(row).__name__
            raise NoGroupingInScope(f"{name} of grouping {row.grouping_id} written in scope {grouping_id}")
    _flushing.set(True)


@event.listens_for(Session, "after_flush")
@event.listens_for(Session, "after_soft_rollback")
def _flushed(session: Session, context: Any) -> None:
    _flushing.set(False)


@event.listens_for(Engine, "before_execute")
def _guard(connection: Connection, statement: Any, multiparams: Any, params: Any, options: Any) -> None:
    """The last look before a statement leaves: Core statements have to name their grouping themselves."""
    if not isinstance(statement, (Select, CompoundSelect, Update, Delete)) or _scope.get() == EVERYWHERE:
        return
    if _flushing.get() or options.get("coopter_schema"):
        return
    if statement._propagate_attrs.get("compile_state_plugin") == "orm" and _scope.get() is not None:
        return  # narrowed by `_narrow`
    touched, named = _tables_of(statement)
    if touched and (_scope.get() is None or not touched <= named):
        missing = ", ".join(sorted(table.name for table in touched - named)) or "no scope"
        raise NoGroupingInScope(f"{missing}: {str(statement)[:300]}")


def _tables_of(statement: Any) -> tuple[set[Table], set[Any]]:
    """The tenant's tables that a statement touches, and those whose grouping it compares with the one in scope."""
    walled = tenant_tables()
    touched: set[Table] = set()
    named: set[Any] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and element in walled:
            touched.add(element)
        elif isinstance(element, BinaryExpression) and element.operator is eq:
            column = element.left
            if getattr(column, "key", None) == "grouping_id" and getattr(element.right, "value", None) == _scope.get():
                named.add(getattr(column, "table", None))
    if isinstance(statement, (Update, Delete)) and statement.table in walled:
        touched.add(statement.table)  # type: ignore[arg-type]
    return touched, named
