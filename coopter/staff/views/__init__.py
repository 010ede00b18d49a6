"""The doors of the staff room."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)

from coopter.staff.views import contracts, importing, people, places  # noqa: E402, F401  (they hang their doors)
