"""The second factor: who must have one, where it is asked, and who has it (R67)."""

from __future__ import annotations

from typing import Any

from flask import current_app

from coopter.members import queries
from coopter.values.actor import Actor, Role


def is_asked() -> bool:
    """Whether this installation asks it: always, but for the demo and for tests of other things."""
    config = current_app.config
    return bool(config.get("SECOND_FACTOR", not (config["DEMO"] or current_app.testing)))


def concerns(actor: Actor) -> bool:
    """Whether what somebody may do here asks for more than a password."""
    return actor.has(Role.COORDINATOR) or actor.is_administrator


def concerns_somewhere(person: Any) -> bool:
    """The same over all groupings, for a sign-in that opens them all."""
    if any(role.name == queries.ADMINISTRATOR for role in person.roles):
        return True
    return any(Role.COORDINATOR in place.roles for place in queries.places_of(person.id))


def stands(person: Any) -> bool:
    """Whether a password alone does not open this person's account."""
    return bool(person.tf_primary_method) or any(key.usage == "secondary" for key in person.webauthn)
