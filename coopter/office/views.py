"""The doors of the office room."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
