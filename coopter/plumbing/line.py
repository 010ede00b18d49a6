"""A line of threads, first come first served, before a thing that only one may hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock


class Line:
    """Turns in the order in which they were asked for; whoever waited too long goes on without one."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self, *, patience_s: float) -> Iterator[None]:
        """Wait for one's turn, at most this long, and keep it until the end of the block."""
        mine = self._ask(patience_s)
        try:
            yield
        finally:
            if mine:
                self._pass_on()

    def _ask(self, patience_s: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = Event()
            self._waiting.append(called)
        if called.wait(patience_s):
            return True
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # called while giving up

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
