"""Other processes on the test's database: forked, each with connections of its own, leaving an exit code behind."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

from sqlalchemy import event

from coopter.plumbing import tenancy
from coopter.plumbing.database import db

DONE, REFUSED, BROKEN, KILLED = 0, 3, 4, 9


def forked(work: Callable[[], int], *, grouping_id: int) -> int:
    """Start `work` in another process, inside the grouping; returns its process id."""
    child = os.fork()
    if child:
        return child
    code = BROKEN
    try:
        db.session.registry.clear()
        db.engine.dispose(close=False)
        with tenancy.scope(grouping_id):
            code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def exit_code(child: int) -> int:
    """Wait for a process and return how it ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_before_statement(number: int) -> None:
    """In this process: die without a word before the n-th statement, as a power cut or the OOM killer would have it."""
    seen = 0

    @event.listens_for(db.engine, "before_cursor_execute")
    def die(*args: object) -> None:
        nonlocal seen
        seen += 1
        if seen >= number:
            os._exit(KILLED)

    @event.listens_for(db.engine, "commit")
    def die_before_commit(*args: object) -> None:
        nonlocal seen
        seen += 1
        if seen >= number:
            os._exit(KILLED)
