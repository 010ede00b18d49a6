"""What one can do in the members' room: found a grouping, keep its structures, invite people and give them roles."""

from coopter.members.commands.bank import (
    approve_bank_account_change,
    ask_bank_account_change,
    refuse_bank_account_change,
)
from coopter.members.commands.groupings import create_grouping, edit_grouping, set_parameter, vote_parameter
from coopter.members.commands.importing import import_structures
from coopter.members.commands.invitations import Invited, accept_invitation, invite, withdraw_invitation
from coopter.members.commands.logo import set_logo
from coopter.members.commands.people import (
    change_language,
    deactivate_person,
    grant_role,
    make_administrator,
    revoke_role,
)
from coopter.members.commands.sign_ins import sign_out
from coopter.members.commands.structures import (
    add_structure,
    cancel_membership,
    edit_structure,
    join_grouping,
    leave_grouping,
    membership_ending,
    stay_in_grouping,
)

__all__ = [
    "Invited",
    "accept_invitation",
    "add_structure",
    "approve_bank_account_change",
    "ask_bank_account_change",
    "cancel_membership",
    "change_language",
    "create_grouping",
    "deactivate_person",
    "edit_grouping",
    "edit_structure",
    "grant_role",
    "import_structures",
    "invite",
    "join_grouping",
    "leave_grouping",
    "make_administrator",
    "membership_ending",
    "refuse_bank_account_change",
    "revoke_role",
    "set_logo",
    "set_parameter",
    "sign_out",
    "stay_in_grouping",
    "vote_parameter",
    "withdraw_invitation",
]  # fmt: skip
