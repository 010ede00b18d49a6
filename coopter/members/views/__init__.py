"""The doors of the members' room."""

from flask import Blueprint

blueprint = Blueprint("members", __name__)

from coopter.members.views import accounts, bank, invitations, logo, people, settings, structures  # noqa: E402,F401
