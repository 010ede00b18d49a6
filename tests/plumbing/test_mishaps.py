"""When the database goes away in the middle, the page says what is not known and that sending again is safe (R5)."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from coopter.plumbing import doors


@pytest.mark.parametrize(
    ("away", "status", "words"), [(True, 503, "ne sera pas fait deux fois"), (False, 500, "panne")]
)
def test_a_database_that_goes_away_is_told_apart(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, away: bool, status: int, words: str
) -> None:
    def broken() -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("gone"), connection_invalidated=away)

    monkeypatch.setitem(app.view_functions, "front.index", doors.public(broken))
    answer = client.get("/")
    assert answer.status_code == status and words in answer.text
