"""A gate between readers and whoever commits: on SQLite a commit waits until nobody reads, and nobody begins meanwhile.

SQLite itself makes both sides ask again after longer and longer sleeps: where many write, a reader of the same process
could ask for ten seconds and never find the instant between two commits. Here each is woken as soon as it may go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic


class Gate:
    """Many readers or one commit; whoever waited too long goes on, and SQLite's own locks keep the data right."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._readers = 0
        self._committing = False

    def enter(self, *, patience_s: float) -> None:
        """Begin to read, once no commit is under way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._committing, patience_s)
            self._readers += 1

    def leave(self) -> None:
        """End a read."""
        with self._changed:
            self._readers -= 1
            self._changed.notify_all()

    @contextmanager
    def closed(self, *, patience_s: float) -> Iterator[None]:
        """Nobody begins to read in this block, which begins when those who read have ended."""
        until = monotonic() + patience_s
        with self._changed:
            mine = self._changed.wait_for(lambda: not self._committing, patience_s)
            self._committing = True
            self._changed.wait_for(lambda: self._readers == 0, max(0.0, until - monotonic()))
        try:
            yield
        finally:
            with self._changed:
                self._committing = not mine
                self._changed.notify_all()
