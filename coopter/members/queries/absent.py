"""What is not there, or is another grouping's: the same answer (R6)."""

from __future__ import annotations

from typing import NoReturn

from coopter.values.refusal import NotFound


def absent() -> NoReturn:
    """Raise NotFound, where an expression is needed."""
    raise NotFound()
