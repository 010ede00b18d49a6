"""Writes of the governance room."""

from coopter.governance.commands.decisions import annul_decision, decide

__all__ = ["annul_decision", "decide"]
