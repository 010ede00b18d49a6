"""Writes of the planning room: weekly patterns, single shifts, calendar feeds."""

from coopter.planning.commands.calendars import create_feed, revoke_feed
from coopter.planning.commands.following import follow_placement
from coopter.planning.commands.patterns import add_pattern, change_pattern, stop_pattern
from coopter.planning.commands.shifts import add_shift, cancel_shift, move_shift

__all__ = [
    "add_pattern",
    "add_shift",
    "cancel_shift",
    "change_pattern",
    "create_feed",
    "follow_placement",
    "move_shift",
    "revoke_feed",
    "stop_pattern",
]
