"""The calendar feed: read back by two independent clients, exact around every change of hour, silent about people."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import select

from coopter.members.models import Person
from coopter.planning import commands, feeds, queries
from coopter.planning.models import Feed
from coopter.planning.queries import FeedEvent
from coopter.planning.rules import slot_on
from coopter.plumbing import clock
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.plumbing.transaction import command
from coopter.staff import commands as staff_commands
from coopter.values.actor import Role
from coopter.values.period import Period
from coopter.values.refusal import NotAllowed
from tests import factories
from tests.planning.scene import AT, MONDAY, Scene

MORNING = {"starts_minute": 510, "ends_minute": 720}


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _event(number: int, starts_at: datetime, ends_at: datetime, **more: Any) -> FeedEvent:
    facts = {"title": "Le Fournil", "place": "Quai", "address": "", "is_cancelled": False, "sequence": 0, **more}
    when = {"modified_at": facts.pop("modified_at", AT), "starts_at": starts_at, "ends_at": ends_at}
    return FeedEvent(uid=f"{number}@coopter", **when, **facts)


def _around_changes() -> list[FeedEvent]:
    """Shifts on the two days around each change of hour, 2026 to 2035, in the night, across it and by day."""
    events = []
    for year in range(2026, 2036):
        for change in (last_sunday(year, 3), last_sunday(year, 10)):
            for day in (change - timedelta(days=1), change, change + timedelta(days=1)):
                for start, end in ((0, 420), (60, 300), (510, 720), (1320, 360)):
                    slot = slot_on(day, start, end)
                    events.append(_event(len(events), slot.starts_at, slot.ends_at))
    return events


Instants = dict[str, tuple[datetime, datetime]]


def _by_icalendar(text: str) -> Instants:
    calendar = icalendar.Calendar.from_ical(text)
    return {str(e["UID"]): (_utc(e["DTSTART"].dt), _utc(e["DTEND"].dt)) for e in calendar.walk("VEVENT")}


def _by_recurring(text: str) -> Instants:
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    )
    return {str(e["UID"]): (_utc(e["DTSTART"].dt), _utc(e["DTEND"].dt)) for e in found}


def _by_ical(text: str) -> Instants:
    calendar = IcsCalendarStream.calendar_from_ics(text)
    return {e.uid: (_utc(e.dtstart), _utc(e.dtend)) for e in calendar.events}


def _by_hand(text: str) -> Instants:
    """The instants as RFC 5545 alone gives them: local times through the VTIMEZONE's own offsets, no zone database."""
    blocks = re.findall(r"BEGIN:(DAYLIGHT|STANDARD)\r\n(.*?)END:\1", text, re.DOTALL)
    offset = {name: int(re.search(r"TZOFFSETTO:\+0(\d)00", block)[1]) for name, block in blocks}  # type: ignore[index]

    def read(line: str) -> datetime:
        at = datetime.strptime(line.rpartition(":")[2].rstrip("Z"), "%Y%m%dT%H%M%S")
        if line.endswith("Z"):
            return at.replace(tzinfo=UTC)
        assert ";TZID=Europe/Paris:" in line
        summer = datetime.combine(last_sunday(at.year, 3), datetime.min.time()) + timedelta(hours=2)
        winter = datetime.combine(last_sunday(at.year, 10), datetime.min.time()) + timedelta(hours=3)
        name = "DAYLIGHT" if summer <= at < winter else "STANDARD"
        return (at - timedelta(hours=offset[name])).replace(tzinfo=UTC)

    found = {}
    for block in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL):
        lines = {line.split(":")[0].split(";")[0]: line for line in block.splitlines()}
        found[lines["UID"].removeprefix("UID:")] = (read(lines["DTSTART"]), read(lines["DTEND"]))
    return found


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


@pytest.mark.parametrize("read", [_by_icalendar, _by_recurring, _by_ical, _by_hand])
def test_every_reader_finds_the_same_instants_around_every_change_of_hour(read: Any) -> None:
    events = _around_changes()
    assert len(events) == 240
    text = feeds.build(events, name="Mon planning")
    assert read(text) == {event.uid: (event.starts_at, event.ends_at) for event in events}


def test_the_second_two_thirty_of_an_autumn_night_is_told_in_utc() -> None:
    start = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    text = feeds.build([_event(1, start, start + timedelta(hours=2))], name="x")
    assert "DTSTART:20261025T013000Z" in text
    assert _by_ical(text) == _by_icalendar(text) == {"1@coopter": (start, start + timedelta(hours=2))}


def test_same_records_same_bytes_and_a_full_zone() -> None:
    events = _around_changes()
    text = feeds.build(events, name="Mon planning")
    assert text == feeds.build(events, name="Mon planning")
    assert "BEGIN:VTIMEZONE" in text and text.count("RRULE:FREQ=YEARLY") == 2
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


PAYLOADS = [
    "x\r\nATTENDEE:mailto:a@b", "x\nATTENDEE:mailto:a@b", "x\rATTENDEE:y", "x\x0bATTENDEE:y", "x\x0cATTENDEE:y",
    "x\x85ATTENDEE:y", "x\u2028ATTENDEE:y", "x\u2029ATTENDEE:y", "x\x00ATTENDEE:y", "x\x1cATTENDEE:y\x1b[31m",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["title", "place", "address", "uid", "name"])
def test_no_text_forges_a_line(payload: str, field: str) -> None:
    start = datetime(2026, 6, 1, 6, tzinfo=UTC)
    event = _event(1, start, start + timedelta(hours=1))
    if field != "name":
        event = FeedEvent(**{**{name: getattr(event, name) for name in FeedEvent.__slots__}, field: payload})
    text = feeds.build([event], name=payload if field == "name" else "Mon planning")
    assert not any(line.startswith("ATTENDEE") for line in text.splitlines())
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Zl", "Zp"} and c not in "\r\n"]
    assert len(icalendar.Calendar.from_ical(text).walk("VEVENT")) == 1


def test_without_a_site_the_location_is_the_structures_address() -> None:
    """A phone shows the way to where one works; the title stays short."""
    start = datetime(2026, 6, 1, 6, tzinfo=UTC)
    for place, where, title in (
        ("", "3 quai Neuf, 56100 Lorient", "Le Fournil"),
        ("Quai", "Quai", "Le Fournil · Quai"),
    ):
        event = _event(1, start, start + timedelta(hours=1), place=place, address="3 quai Neuf, 56100 Lorient")
        (read,) = icalendar.Calendar.from_ical(feeds.build([event], name="Mon planning")).walk("VEVENT")
        assert (str(read["LOCATION"]), str(read["SUMMARY"])) == (where, title)


# ── through the application ────────────────────────────────────────────────────────────────────────────────────────


def _plan(scene: Scene, weeks: int = 4) -> None:
    commands.add_pattern(
        scene.who,
        placement_id=scene.at_bakery().id,
        weekdays=[0],
        period=Period(MONDAY, MONDAY + timedelta(weeks=weeks)),
        at=AT,
        **MORNING,
    )


def _served(scene: Scene, token: str, **headers: str) -> Any:
    return scene.app.test_client().get(f"/calendrier/{token}.ics", headers=headers)


def test_a_feed_is_read_without_a_sign_in_and_follows_the_schedule(scene: Scene) -> None:
    _plan(scene)
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    answer = _served(scene, token)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    before = {str(e["UID"]): e for e in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}
    assert len(before) == 4
    shift = queries.visible_shifts(scene.who, Period(MONDAY, MONDAY + timedelta(days=7)))[0]
    later = AT + timedelta(hours=3)
    commands.cancel_shift(scene.who, shift_id=shift.id, version=1, at=later)
    answer = _served(scene, token, **{"If-None-Match": answer.headers["ETag"]})
    assert answer.status_code == 200, "what changed is sent again"
    after = {str(e["UID"]): e for e in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}
    assert after.keys() == before.keys(), "a cancelled shift stays, as cancelled"
    (changed,) = [uid for uid in after if after[uid]["SEQUENCE"] != before[uid]["SEQUENCE"]]
    assert (after[changed]["STATUS"], after[changed]["SEQUENCE"]) == ("CANCELLED", 1)
    assert after[changed]["LAST-MODIFIED"].dt == later
    ical_reader = IcsCalendarStream.calendar_from_ics(answer.text)
    assert [e.status.value for e in ical_reader.events if e.uid == changed] == ["CANCELLED"]


def test_who_has_it_already_gets_304_and_head_works(scene: Scene) -> None:
    _plan(scene)
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    answer = _served(scene, token)
    assert answer.headers["ETag"] and answer.headers["Last-Modified"]
    again = _served(scene, token, **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    assert _served(scene, token, **{"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    head = scene.app.test_client().head(f"/calendrier/{token}.ics")
    assert head.status_code == 200 and head.data == b"" and head.headers["ETag"] == answer.headers["ETag"]


def test_the_token_is_long_kept_as_a_hash_and_told_nowhere(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tokens = [commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT) for _ in range(20)]
        tokens.append(commands.create_feed(scene.who, employee_id=scene.yann.id, at=AT))
        _served(scene, tokens[-1])
    assert len(set(tokens)) == 21 and min(map(len, tokens)) >= 43, "43 characters of 6 bits hold 256 random bits"
    rows = session().scalars(select(Feed).order_by(Feed.id)).all()
    assert [row.token_hash for row in rows] == [sha256(token.encode()).hexdigest() for token in tokens]
    journal = "".join(str((e.subject, e.before, e.after)) for e in session().scalars(select(JournalEntry)))
    for token, row in zip(tokens, rows, strict=True):
        assert token not in journal and row.token_hash not in journal
        assert token not in caplog.text and token not in (row.body or "")


def test_a_new_address_closes_the_one_before_and_a_closed_one_is_dead_at_once(scene: Scene) -> None:
    first = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    second = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    assert (_served(scene, first).status_code, _served(scene, second).status_code) == (404, 200)
    etag = _served(scene, second).headers["ETag"]
    commands.revoke_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    assert _served(scene, second).status_code == 404
    assert _served(scene, second, **{"If-None-Match": etag}).status_code == 404
    assert session().scalars(select(Feed.body).where(Feed.body.is_not(None))).all() == []


def test_nothing_but_the_very_token_opens_a_feed(scene: Scene) -> None:
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    kept = session().scalars(select(Feed.token_hash)).one()
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in ("0", "null", "None", "shared", "%20", token.swapcase(), changed, token[:-1], token + "=", kept, "1"):
        assert _served(scene, wrong).status_code == 404, wrong
    assert scene.app.test_client().get("/calendrier/.ics").status_code == 404
    assert scene.app.test_client().get("/calendrier/?token[]=" + token).status_code in {303, 404}
    assert scene.app.test_client().post(f"/calendrier/{token}.ics").status_code in {404, 405}


def test_a_feed_dies_with_the_contract_or_the_account(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    person = factories.a_person(Role.EMPLOYEE, employee=scene.nolwenn)
    assert _served(scene, token).status_code == 200
    _set_active(person, False)
    assert _served(scene, token).status_code == 404
    _set_active(person, True)
    staff_commands.end_contract(scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=date(2026, 11, 1), at=AT)
    assert _served(scene, token).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 1, 9, tzinfo=UTC))
    assert _served(scene, token).status_code == 404


@command
def _set_active(person: Person, active: bool) -> None:
    person.active = active


def _words(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def test_a_feed_speaks_of_nobody_and_of_no_money(scene: Scene) -> None:
    commands.add_shift(
        scene.who,
        placement_id=scene.at_bakery().id,
        day=MONDAY,
        note="Remplacer Ana Cariou, prime 50 €",
        at=AT,
        **MORNING,
    )
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    text = _served(scene, token).text
    for secret in (
        "Nolwenn",
        "Le Goff",
        "Cariou",
        "Ana",
        "€",
        "prime",
        "Anne",
        "Comptable",
        "ATTENDEE",
        "ORGANIZER",
        "DESCRIPTION",
    ):
        assert secret not in text, secret
    assert "Le Fournil" in text
    assert _words(re.findall(r"^X-.*$", text, re.MULTILINE)).count("\n") == 2


def test_a_new_site_goes_to_the_calendars(scene: Scene) -> None:
    _plan(scene, weeks=1)
    token = commands.create_feed(scene.who, employee_id=scene.nolwenn.id, at=AT)
    placement = scene.at_bakery()
    staff_commands.edit_placement(
        scene.who,
        placement_id=placement.id,
        version=1,
        period=Period(placement.starts_on),
        weekly_minutes=420,
        site="Halle, quai 2",
        conditions="",
        at=AT,
    )
    assert "SUMMARY:Le Fournil · Halle\\, quai 2" in _served(scene, token).text


def test_a_feed_is_its_owners_and_the_coordinators(scene: Scene) -> None:
    own = factories.actor(scene.grouping, Role.EMPLOYEE, employee=scene.nolwenn)
    assert commands.create_feed(own, employee_id=scene.nolwenn.id, at=AT)
    for role in (Role.EMPLOYEE, Role.REPRESENTATIVE, Role.AUDITOR, Role.TREASURER):
        other = factories.actor(scene.grouping, role, employee=scene.yann, structure=scene.bakery)
        with pytest.raises(NotAllowed):
            commands.create_feed(other, employee_id=scene.nolwenn.id, at=AT)
        with pytest.raises(NotAllowed):
            commands.revoke_feed(other, employee_id=scene.nolwenn.id, at=AT)
