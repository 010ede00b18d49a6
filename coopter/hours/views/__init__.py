"""The doors of the hours' room: the week, what is to confirm, the month, the import."""

from flask import Blueprint

blueprint = Blueprint("hours", __name__)

from coopter.hours.views import confirming, months, weeks  # noqa: E402, F401  (their doors hang on the blueprint)
