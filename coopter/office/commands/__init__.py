"""What is done at the coordinator's desk."""

from coopter.office.commands.close import ClosedBy, Closing, NotReady, PreviewChanged, close_month

__all__ = ["ClosedBy", "Closing", "NotReady", "PreviewChanged", "close_month"]
