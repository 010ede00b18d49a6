"""The doors of the staff room."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
