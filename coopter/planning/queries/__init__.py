"""Reads of the planning room: shifts, weekly patterns, the week's page, calendar feeds."""

from coopter.planning.queries.calendars import FeedEvent, feed_events, find_served_feed, open_feed
from coopter.planning.queries.shifts import (
    PatternRecord,
    ShiftRecord,
    get_pattern,
    get_shift,
    list_patterns,
    planned_of_pattern,
    planned_slots,
    visible_shifts,
)
from coopter.planning.queries.weeks import Week, week_of

__all__ = [
    "FeedEvent",
    "PatternRecord",
    "ShiftRecord",
    "Week",
    "feed_events",
    "find_served_feed",
    "get_pattern",
    "get_shift",
    "list_patterns",
    "open_feed",
    "planned_of_pattern",
    "planned_slots",
    "visible_shifts",
    "week_of",
]
