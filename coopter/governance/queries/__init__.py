"""Reads of the governance room."""

from coopter.governance.queries.decisions import (
    decision_in_force,
    decisions_of,
    get_decision,
    is_annulled,
    list_decisions,
)

__all__ = ["decision_in_force", "decisions_of", "get_decision", "is_annulled", "list_decisions"]
