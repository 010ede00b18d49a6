"""The doors of the contributions room."""

from flask import Blueprint

blueprint = Blueprint("contributions", __name__)

from coopter.contributions.views import (  # noqa: E402  (they hang their doors on the blueprint)
    calls,  # noqa: F401
    campaigns,  # noqa: F401
    figures,  # noqa: F401
    formulas,  # noqa: F401
    reciprocity,  # noqa: F401
    report,  # noqa: F401
    study,  # noqa: F401
    variants,  # noqa: F401
)
