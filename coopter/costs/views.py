"""The doors of the costs room."""

from flask import Blueprint

blueprint = Blueprint("costs", __name__)
