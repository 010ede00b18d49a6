"""The text of a calendar feed: an iCalendar object built from planning records, and from nothing else.

Same records, same bytes: instants come from the records, so that a calendar that asks again is told "not modified".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from coopter.planning.queries import FeedEvent
from coopter.planning.rules import plain
from coopter.values.instants import PARIS

ASK_AGAIN = timedelta(hours=1)
PRODUCT = "-//CoopTer//Planning//FR"


def build(events: Iterable[FeedEvent], *, name: str) -> str:
    """The feed as text: Paris wall-clock times with their VTIMEZONE, stable UID, SEQUENCE, LAST-MODIFIED (R58, R61).

    A cancelled shift stays, as CANCELLED, so that every calendar drops it. Titles say the structure and the site, the
    location is the site or else the structure's address; no note, no person, no amount.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", plain(name))
    calendar.add("x-wr-calname", plain(name))
    calendar.add("x-wr-timezone", "Europe/Paris")
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_paris())
    for event in events:
        calendar.add_component(_event(event))
    return calendar.to_ical().decode("utf-8")


def etag_of(body: str) -> str:
    """The entity tag of a feed's text."""
    return sha256(body.encode()).hexdigest()[:32]


def _event(record: FeedEvent) -> Event:
    title, place = plain(record.title), plain(record.place)
    where = place or plain(record.address)
    event = Event()
    event.add("uid", plain(record.uid))
    event.add("sequence", record.sequence)
    event.add("dtstamp", record.modified_at)
    event.add("last-modified", record.modified_at)
    for name, at in zip(("dtstart", "dtend"), _written(record.starts_at, record.ends_at), strict=True):
        event.add(name, at)
    event.add("summary", f"{title} · {place}" if place else title)
    if where:
        event.add("location", where)
    event.add("status", "CANCELLED" if record.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if record.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _written(*instants: datetime) -> tuple[datetime, ...]:
    """Paris wall-clock times; UTC when one is the second time that an autumn night shows it, which no clock tells."""
    local = tuple(at.astimezone(PARIS) for at in instants)
    return instants if any(at.fold for at in local) else local


def _paris() -> Timezone:
    """Europe/Paris as it has been since 1996: last Sundays of March and October, at 01:00 UTC."""
    zone = Timezone()
    zone.add("tzid", "Europe/Paris")
    for part, name, month, start, before, after in (
        (TimezoneDaylight(), "CEST", 3, "1996-03-31T02:00", 1, 2),
        (TimezoneStandard(), "CET", 10, "1996-10-27T03:00", 2, 1),
    ):
        part.add("dtstart", datetime.fromisoformat(start))
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        part.add("tzname", name)
        part.add("rrule", vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"}))
        zone.add_component(part)
    return zone
