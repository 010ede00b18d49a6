"""Rows of the contributions room."""

from coopter.contributions.models.calls import Call, CallRun
from coopter.contributions.models.figures import Figure, FigureCampaign, FigureReminder
from coopter.contributions.models.formulas import Contribution, MemberType, Variant
from coopter.contributions.models.reciprocity import Gift

__all__ = [
    "Call",
    "CallRun",
    "Contribution",
    "Figure",
    "FigureCampaign",
    "FigureReminder",
    "Gift",
    "MemberType",
    "Variant",
]
