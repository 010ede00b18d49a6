"""What is done at the coordinator's desk."""

from coopter.office.commands.close import ClosedBy, Closing, NotReady, PreviewChanged, close_month
from coopter.office.commands.joining import ask_newcomer_to_sign, list_on_contracts
from coopter.office.commands.leaving_members import StillPlaced, end_ties

__all__ = [
    "ClosedBy",
    "Closing",
    "NotReady",
    "PreviewChanged",
    "StillPlaced",
    "ask_newcomer_to_sign",
    "close_month",
    "end_ties",
    "list_on_contracts",
]
