"""The doors of the governance room."""

from flask import Blueprint

blueprint = Blueprint("governance", __name__)
