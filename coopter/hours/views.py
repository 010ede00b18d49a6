"""The doors of the hours room."""

from flask import Blueprint

blueprint = Blueprint("hours", __name__)
