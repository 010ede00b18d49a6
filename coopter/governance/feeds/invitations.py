"""The calendar invitation that goes with a convocation: same record, same bytes."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//CoopTer//Assemblees//FR"
EXPECTED = timedelta(hours=2)


def build(
    *,
    uid: str,
    title: str,
    starts_at: datetime,
    ends_at: datetime | None,
    place: str,
    link: str,
    sequence: int,
    at: datetime,
    organiser: str,
    cancelled: bool = False,
) -> bytes:
    """One event, in UTC; a later one of the same `uid` and a higher `sequence` replaces it, a cancelled one removes it.

    `organiser` is an address: RFC 5546 asks for one in what is published or cancelled. A meeting without an expected
    end is shown as two hours.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", uid)
    event.add("organizer", f"mailto:{organiser}")
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at or starts_at + EXPECTED)
    event.add("summary", title)
    if place or link:
        event.add("location", place or link)
    if link.startswith(("https://", "http://")):
        event.add("url", link)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
