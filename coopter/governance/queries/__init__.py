"""Reads of the governance room."""

from coopter.governance.queries.assemblies import assemblies_for
from coopter.governance.queries.decisions import (
    assemblies_of_items,
    decision_in_force,
    decisions_of,
    get_decision,
    is_annulled,
    list_decisions,
    register_on,
)

__all__ = [
    "assemblies_for",
    "assemblies_of_items",
    "decision_in_force",
    "decisions_of",
    "get_decision",
    "is_annulled",
    "list_decisions",
    "register_on",
]
