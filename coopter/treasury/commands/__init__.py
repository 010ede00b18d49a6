"""What can be done with payments."""

from coopter.treasury.commands.payments import record_payment, reverse_payment

__all__ = ["record_payment", "reverse_payment"]
