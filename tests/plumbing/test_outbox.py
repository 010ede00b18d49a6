"""What leaves the house: written with the act, done after it, once (rows R29-R31)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.plumbing import mail, outbox
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.plumbing.transaction import command

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
HEADERS = ["a\r\nBcc: evil@example.com", "=?utf-8?q?x=0D=0ABcc:_evil=40e.com?=", "a\x0bb\u2028Bcc: x@y.fr", "é" * 300]


@pytest.fixture
def done() -> Iterator[list[str]]:
    """Effects that the test's handler had; a payload « bad » fails."""
    seen: list[str] = []

    @outbox.handles("test")
    def act(effect: outbox.Effect) -> None:
        if effect.payload == "bad":
            raise ConnectionError("no server")
        seen.append(effect.key)

    yield seen
    outbox._handlers.pop("test")


@command
def write(*effects: tuple[str, str], fail: bool = False) -> None:
    """A command with effects."""
    outbox.post_many("test", list(effects), grouping_id=None, at=AT)
    if fail:
        raise RuntimeError


def test_an_effect_is_had_once(app: Flask, done: list[str]) -> None:
    write(("a", "x"), ("b", "x"))
    write(("a", "x"))
    assert outbox.drain(clock=lambda: AT) == 2
    assert outbox.drain(clock=lambda: AT) == 0
    assert done == ["a", "b"]


def test_no_effect_of_what_did_not_happen(app: Flask, done: list[str]) -> None:
    with pytest.raises(RuntimeError):
        write(("a", "x"), fail=True)
    assert outbox.drain(clock=lambda: AT) == 0


def test_one_bad_effect_does_not_hold_the_others_and_is_tried_again(app: Flask, done: list[str]) -> None:
    """R31: one recipient in ten whose server is down."""
    write(("a", "bad"), ("b", "x"))
    assert outbox.drain(clock=lambda: AT) == 1
    row = session().scalars(select(OutboxRow).where(OutboxRow.key == "a")).one()
    assert (row.attempts, row.done_at, row.error) == (1, None, "ConnectionError: no server")
    assert row.available_at == AT + timedelta(minutes=1)


def test_a_killed_worker_s_effect_is_taken_again(app: Flask, done: list[str]) -> None:
    """R31: claimed, then nothing; the claim runs out and another does it."""
    write(("a", "x"))
    assert outbox._claim(at=AT, kinds=None) is not None
    assert outbox.drain(clock=lambda: AT + timedelta(minutes=1)) == 0
    assert outbox.drain(clock=lambda: AT + timedelta(minutes=3)) == 1
    assert done == ["a"]


@pytest.mark.parametrize("text", HEADERS)
def test_nobody_is_added_to_a_message(text: str) -> None:
    """R29: read back as bytes, a hostile subject or file name makes no header of its own."""
    payload = {"to": "a@example.org", "subject": text, "text": "x", "html": None, "attachments": []}
    effect = outbox.Effect(1, "key", None, payload, AT)
    sent = message_from_bytes(mail.compose(effect, sender="coopter@example.org", host="h").as_bytes(), policy=default)
    assert sent["Bcc"] is None
    assert [sent["To"]] == ["a@example.org"]
    assert len(sent.keys()) == 9


@pytest.mark.parametrize("address", ["a@b.fr, evil@e.com", "a@b.fr\r\nBcc: x@y.fr", "Nom <a@b.fr>", "a b@c.fr", ""])
def test_one_address_is_one_address(address: str) -> None:
    """R29: a list of recipients is refused with the remedy."""
    with pytest.raises(mail.NotAnAddress):
        mail.check_address(address)


def test_a_second_sending_is_the_same_message() -> None:
    """R31: a duplicate is recognisable by its Message-ID."""
    payload = {"to": "a@example.org", "subject": "s", "text": "x", "html": "<p>x</p>", "attachments": []}
    ids = {
        mail.compose(outbox.Effect(1, "key", None, payload, AT), sender="c@example.org", host="h")["Message-ID"]
        for _ in range(2)
    }
    assert len(ids) == 1
