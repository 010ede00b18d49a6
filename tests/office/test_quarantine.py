"""A copy put back from a backup writes to nobody and opens no link until somebody says that it is the one (R101)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.members import commands as members
from coopter.members.models import Person
from coopter.office.commands.release import NotInQuarantine, release
from coopter.plumbing import clock, outbox, quarantine
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from tests.factories import a_grouping, a_person, actor, inside, signed_in

ROOT = Actor.command_line()


@dataclass
class Copy:
    """A restored installation: who may look at it, a link that was on its way, and the mails that leave from now on."""

    app: Flask
    reader: Person
    link: str
    sent: list[str] = field(default_factory=list)


@pytest.fixture
def copy(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    with inside(a_grouping()) as grouping:
        invited = members.invite(
            actor(grouping, Role.COORDINATOR), email="lena@voisine.example", role=Role.AUDITOR,
            base_url="http://localhost", at=clock.now(),
        )  # fmt: skip
        copy = Copy(app, a_person(Role.AUDITOR), f"/invitation/{invited.token}")
    monkeypatch.setitem(outbox._handlers, "mail", lambda effect: copy.sent.append(effect.payload["to"]))
    assert outbox.waiting(kind="mail") == 1
    quarantine.begin(tmp_path, made_at="2026-09-30T02:15:00+00:00")
    return copy


def test_no_mail_leaves_before_the_release(copy: Copy) -> None:
    assert outbox.drain(clock=clock.now) == 0 and copy.sent == []
    assert release(ROOT, drop_waiting=False, at=clock.now()) == 0
    outbox.drain(clock=clock.now)
    assert copy.sent == ["lena@voisine.example"]
    with pytest.raises(NotInQuarantine):
        release(ROOT, drop_waiting=False, at=clock.now())


def test_what_waited_may_be_dropped_for_good(copy: Copy) -> None:
    assert release(ROOT, drop_waiting=True, at=clock.now()) == 1
    outbox.drain(clock=lambda: clock.now() + timedelta(days=3))
    assert copy.sent == []
    row = session().scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail")).one()
    assert row.error == outbox.DROPPED


def test_no_link_opens_and_whoever_looks_is_told(copy: Copy) -> None:
    """The pages inside open, so that the copy can be looked at; each says where one is."""
    visitor, reader = copy.app.test_client(), signed_in(copy.app.test_client(), copy.reader)
    closed = visitor.get(copy.link)
    assert closed.status_code == 503 and "revenez plus tard avec le même lien" in closed.text
    assert visitor.get("/calendrier/0123456789.ics").status_code == 503
    assert "Copie restaurée, en quarantaine" in reader.get("/cap-cooperation/").text
    release(ROOT, drop_waiting=True, at=clock.now())
    assert visitor.get(copy.link).status_code == 200
    assert "quarantaine" not in reader.get("/cap-cooperation/").text
