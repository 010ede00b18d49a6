"""The doors of the treasury."""

from flask import Blueprint

blueprint = Blueprint("treasury", __name__)
