"""The doors of the costs room: the costs of a month, their import, keys and prices. Pay: no member comes in here."""

from flask import Blueprint

from coopter.values.actor import Role

blueprint = Blueprint("costs", __name__)
READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
WRITERS = (Role.COORDINATOR,)

from coopter.costs.views import decisions, lines, sheets  # noqa: E402,F401  (they hang their doors on the blueprint)
