"""What the planning room decides: the states of a shift, and which days a weekly pattern makes."""

from __future__ import annotations

import enum


class ShiftState(enum.Enum):
    """Whether a shift stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
