"""The doors of the treasury: every member's account, one account and its papers, payments on a document."""

from flask import Blueprint

from coopter.values.actor import Role

blueprint = Blueprint("treasury", __name__)
READERS = (Role.COORDINATOR, Role.REPRESENTATIVE, Role.TREASURER, Role.AUDITOR)
OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
WRITERS = (Role.COORDINATOR, Role.TREASURER)

from coopter.treasury.views import accounts, payments  # noqa: E402  (they hang their doors on it)

__all__ = ["accounts", "blueprint", "payments"]
