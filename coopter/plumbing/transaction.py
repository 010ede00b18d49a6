"""A command is the transaction: it alone commits, and nothing can be written outside one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import has_request_context, request
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session

from coopter.plumbing import operations
from coopter.plumbing.database import BUSY_MS, db, without_readers, writing
from coopter.plumbing.line import Line
from coopter.values.refusal import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")
_writers = Line()
_afterwards: ContextVar[list[Callable[[], Any]] | None] = ContextVar("afterwards", default=None)


class WriteOutsideCommand(RuntimeError):
    """Something was written outside a command, or a command was called by a page that only reads."""


def require(allowed: bool) -> None:
    """First line of a command: raises NotAllowed (403) when the policy says no."""
    if not allowed:
        raise NotAllowed()


def after_commit(call: Callable[[], Any]) -> None:
    """Run this once the outermost command has committed, the same call once; never when it rolled back."""
    pending = _afterwards.get()
    if pending is None:
        raise WriteOutsideCommand("after_commit outside a command")
    if call not in pending:
        pending.append(call)


def inside_command() -> bool:
    """Whether a command is running in this context."""
    return _afterwards.get() is not None


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a command: the outermost commits on return and rolls back on any exception; inner ones join."""

    @wraps(function)
    def transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if inside_command():
            return function(*args, **kwargs)
        if has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}:
            raise WriteOutsideCommand(f"{function.__name__} called under {request.method}")
        return _run(function, *args, **kwargs)

    transaction.__dict__["is_command"] = True
    return transaction


def end_reads() -> None:
    """Let go of what was only read, before a long effect that must not hold the database."""
    session = db.session()
    if session.in_transaction():
        session.commit()


def _run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    session = db.session()
    pending: list[Callable[[], Any]] = []
    queue, lock = _afterwards.set(pending), writing.set(True)
    try:
        end_reads()  # before the line: who stands in it with a read open keeps the writer from committing
        with _turn_to_write(session):
            result = _commit_or_roll_back(session, lambda: function(*args, **kwargs))
    finally:
        writing.reset(lock)
        _afterwards.reset(queue)
    for call in pending:
        call()
    return result


def _commit_or_roll_back(session: Session, act: Callable[[], R]) -> R:
    try:
        key = operations.claim(session)
        result = act()
        _commit(session, key)
    except BaseException:
        session.rollback()
        raise
    return result


def _turn_to_write(session: Session) -> AbstractContextManager[None]:
    """On SQLite, with its one writer, threads of this process stand in line rather than ask the file again after
    longer and longer sleeps: of two hundred phones that vote at once, none waits seconds for the others."""
    if session.get_bind().dialect.name != "sqlite":
        return nullcontext()
    return _writers.turn(patience_s=BUSY_MS / 1000)


def _commit(session: Session, key: str | None) -> None:
    """Commit; when the database's answer is lost on its way, look the form's key up and never guess (row R5)."""
    try:
        session.flush()
        with without_readers(session):
            session.commit()
    except DBAPIError as lost:
        if key is None or not lost.connection_invalidated:
            raise
        session.rollback()
        if not operations.was_done(session, key):
            raise
        session.commit()


@event.listens_for(Session, "before_flush")
def _no_stray_flush(session: Session, context: Any, instances: Any) -> None:
    if not inside_command():
        raise WriteOutsideCommand(", ".join(sorted({type(r).__name__ for r in (*session.new, *session.dirty)})))


@event.listens_for(Session, "do_orm_execute")
def _no_stray_statement(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not inside_command():
        raise WriteOutsideCommand(str(state.statement)[:200])
