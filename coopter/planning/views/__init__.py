"""The doors of the planning room."""

from flask import Blueprint

blueprint = Blueprint("planning", __name__)

from coopter.planning.views import calendars, patterns, shifts, weeks  # noqa: E402, F401  (they hang their doors)
