"""The doors of the office room: the first page of everyone, closing a month, the journal, what leaves the house."""

from typing import Any

from flask import Blueprint

blueprint = Blueprint("office", __name__)

from coopter.office.views import (  # noqa: E402  (they hang their doors on it)
    agreements,
    calling,
    calling_once,
    closing,
    decisions,
    home,
    joining,
    journal,
    leaving,
    leaving_members,
    places,
    structure_page,
    words,
)


@blueprint.context_processor
def _names() -> dict[str, Any]:
    """What every page of the office may say: the ways to the other rooms, and a shift's hours."""
    return {"places": places, "hours_of_shift": words.hours_of_shift}


__all__ = [
    "agreements", "blueprint", "calling", "calling_once", "closing", "decisions", "home", "joining", "journal",
    "leaving", "leaving_members", "structure_page",
]  # fmt: skip
