"""What is done at the coordinator's desk."""

from coopter.office.commands.close import Closing, close_month

__all__ = ["Closing", "close_month"]
