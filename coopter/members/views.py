"""The doors of the members room."""

from flask import Blueprint

blueprint = Blueprint("members", __name__)
