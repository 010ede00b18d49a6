"""The doors of the planning room."""

from flask import Blueprint

blueprint = Blueprint("planning", __name__)
