"""The text of a person's obligations as a calendar reads it: whole days, from records and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from coopter.governance.queries.obligations import ObligationEvent
from coopter.values.refusal import Words

ASK_AGAIN = timedelta(hours=6)
WARNED = timedelta(days=7)
PRODUCT = "-//CoopTer//Echeances//FR"


def build(events: Iterable[ObligationEvent], *, name: str, say: Callable[[Words], str] = str) -> str:
    """The feed as text: one whole day each, with a week's warning while it is not done; same records, same bytes.

    `say` puts the words into their reader's language. What is done stays, as such, so that calendars follow (R58, R61).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for event in events:
        calendar.add_component(_event(event, say))
    return calendar.to_ical().decode("utf-8")


def etag_of(body: str) -> str:
    """The entity tag of a feed's text."""
    return sha256(body.encode()).hexdigest()[:32]


def _event(record: ObligationEvent, say: Callable[[Words], str]) -> Event:
    title = _plain(say(record.words))
    event = Event()
    event.add("uid", record.uid)
    event.add("sequence", record.sequence)
    event.add("dtstamp", record.written_at)
    event.add("dtstart", record.due_on)
    event.add("dtend", record.due_on + timedelta(days=1))
    event.add("summary", f"✓ {title}" if record.is_done else title)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if not record.is_done:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -WARNED)
        event.add_component(alarm)
    return event


def _plain(text: str) -> str:
    """One line that a calendar shows as it is: no control character (R58)."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
