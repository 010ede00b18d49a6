"""Writes of the governance room."""

from coopter.governance.commands.admission import (
    admit,
    close_admission,
    edit_admission,
    give_opinion,
    request_admission,
)
from coopter.governance.commands.agenda import propose
from coopter.governance.commands.bodies import create_body
from coopter.governance.commands.capital import MovementDetails, move_shares
from coopter.governance.commands.decisions import annul_decision, decide
from coopter.governance.commands.departure import (
    abandon_departure,
    confirm_departure,
    debts_asked,
    edit_departure,
    finish_departure,
    prepare_departure,
)
from coopter.governance.commands.obligations import (
    add_obligation,
    bear_obligation,
    create_obligation_feed,
    do_obligation,
    edit_obligation,
    reopen_obligation,
    revoke_obligation_feed,
)

__all__ = [
    "MovementDetails",
    "abandon_departure",
    "add_obligation",
    "admit",
    "annul_decision",
    "bear_obligation",
    "close_admission",
    "confirm_departure",
    "create_body",
    "create_obligation_feed",
    "debts_asked",
    "decide",
    "do_obligation",
    "edit_admission",
    "edit_departure",
    "edit_obligation",
    "finish_departure",
    "give_opinion",
    "move_shares",
    "prepare_departure",
    "propose",
    "reopen_obligation",
    "request_admission",
    "revoke_obligation_feed",
]
