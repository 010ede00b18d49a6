"""The doors of the billing room."""

from flask import Blueprint

blueprint = Blueprint("billing", __name__)
