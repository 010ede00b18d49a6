"""« Qu'est-ce qui m'attend ? »: each room says, in its own words, what it keeps waiting; the first page gathers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app

from coopter.values.actor import Actor

Step = dict[str, Any]  # as the macro `steps` shows it; `now`: it happens at this very moment; `urgent`: late, or blocks
Room = Callable[[Actor], Iterable[Step]]


def install(app: Flask, rooms: Iterable[Room]) -> None:
    """Keep what each room has to say, in the order of the rooms."""
    app.extensions["awaiting"] = tuple(rooms)


def awaited(actor: Actor) -> list[Step]:
    """Everything that the rooms keep waiting for somebody, one room after the other."""
    rooms: tuple[Room, ...] = current_app.extensions["awaiting"]
    return [step for room in rooms for step in room(actor)]


def in_order(steps: Iterable[Step]) -> list[Step]:
    """What happens now, then what is late or blocks others, then the rest; each in the order it came."""
    return sorted(steps, key=lambda step: (not step.get("now"), not step.get("urgent")))
