"""The doors of the contributions room."""

from flask import Blueprint

blueprint = Blueprint("contributions", __name__)
