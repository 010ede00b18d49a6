"""What people do with hours: log and send them, confirm or dispute them, close their month, import them."""

from coopter.hours.commands.months import confirm_month, lock_month

__all__ = ["confirm_month", "lock_month"]
