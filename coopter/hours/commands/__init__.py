"""What people do with hours: log and send them, confirm or dispute them, close their month, import them."""

from coopter.hours.commands.confirming import confirm_entries, dispute_entry, remind_month
from coopter.hours.commands.entries import Logged, log_hours, log_week, send_week, submit_week
from coopter.hours.commands.importing import import_hours
from coopter.hours.commands.months import Confirmed, confirm_month, lock_month
from coopter.members.commands.turns import take_turn

__all__ = [
    "Confirmed", "Logged", "confirm_entries", "confirm_month", "dispute_entry", "import_hours", "lock_month",
    "log_hours", "log_week", "remind_month", "send_week", "submit_week", "take_turn",
]  # fmt: skip
