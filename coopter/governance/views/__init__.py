"""The doors of the governance room."""

from flask import Blueprint

blueprint = Blueprint("governance", __name__)

from coopter.governance.views import (  # noqa: E402, F401  (they hang their doors on the blueprint)
    admission,
    agenda,
    assemblies,
    attending,
    bodies,
    body_rules,
    capital,
    commitments,
    departure,
    desk,
    desk_acts,
    home,
    minutes,
    obligations,
    proxies,
    register,
    room,
    seats,
    signing,
    signing_own,
    texts,
    texts_writing,
    voting,
)
