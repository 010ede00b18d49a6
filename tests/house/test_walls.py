"""Every route, as everybody, on two groupings: no leak, no write where it must not be, the same strict answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from coopter.plumbing import doors
from tests.house.world import UNKNOWN, House, a_house, address, browser, rules, state_of_everything, still

# Inside a grouping and yet for anybody: the page of whoever wants to join, which is unknown until it is opened.
FOR_ANYBODY = {"governance.join", "governance.request_admission"}
INLINE = re.compile(rb"<script(?![^>]*\ssrc=)|\sstyle=\"|\son[a-z]+=\"|javascript:", re.IGNORECASE)
WHO = ("coordinator", "representative", "employee", "treasurer", "auditor")


@pytest.fixture
def houses(app: Flask) -> Iterator[tuple[House, House]]:
    """Two groupings with one of everything."""
    yield a_house("ici"), a_house("la-bas")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_another_grouping_owns_is_unknown(app: Flask, houses: tuple[House, House], who: str, method: str) -> None:
    """R6, R7: a foreign id and an id that never was get the same answer, to the byte, and change nothing."""
    ours, theirs = houses
    client, before = browser(app, ours.people[who]), None
    before = state_of_everything()
    for rule in rules(app, method):
        named = rule.arguments & set(ours.ids)
        if not named or "grouping" not in rule.arguments:
            continue
        unknown = {**ours.ids, **dict.fromkeys(named, UNKNOWN)}
        foreign = {**ours.ids, **{name: theirs.ids[name] for name in named}}
        answers = [
            client.open(address(app, rule, slug="ici", ids=ids), method=method, data={} if method == "POST" else None)
            for ids in (foreign, unknown)
        ]
        assert answers[0].status_code == answers[1].status_code in (403, 404), (rule.endpoint, answers)
        assert still(answers[0].data) == still(answers[1].data), rule.endpoint
    assert state_of_everything() == before


@pytest.mark.parametrize("who", WHO)
def test_a_grouping_that_is_not_mine_does_not_exist(app: Flask, houses: tuple[House, House], who: str) -> None:
    """R6: every address of the other grouping, with its own true ids, answers as an unknown grouping does."""
    ours, theirs = houses
    client = browser(app, ours.people[who])
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if "grouping" not in rule.arguments or rule.endpoint in FOR_ANYBODY:
                continue
            data = {} if method == "POST" else None
            there = client.open(address(app, rule, slug="la-bas", ids=theirs.ids), method=method, data=data)
            nowhere = client.open(address(app, rule, slug="nulle-part", ids=theirs.ids), method=method, data=data)
            assert (there.status_code, nowhere.status_code) == (404, 404), rule.endpoint
            assert still(there.data).replace(b"la-bas", b"") == still(nowhere.data).replace(b"nulle-part", b"")


def test_a_stranger_is_asked_to_sign_in_and_learns_nothing(app: Flask, houses: tuple[House, House]) -> None:
    """R6: without a sign-in every address of a grouping, real or not, leads to the same page."""
    ours, _ = houses
    client = browser(app, None)
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if "grouping" not in rule.arguments or rule.endpoint in FOR_ANYBODY:
                continue
            data = {} if method == "POST" else None
            for slug in ("ici", "nulle-part"):
                answer = client.open(address(app, rule, slug=slug, ids=ours.ids), method=method, data=data)
                assert answer.status_code == 303, (rule.endpoint, answer.status_code)
                assert "/connexion" in answer.headers["Location"], rule.endpoint


def test_the_doors_for_anybody_are_known_by_name_and_closed(app: Flask, houses: tuple[House, House]) -> None:
    """R6, R8: no other public door stands inside a grouping; unopened, a real grouping answers as one that is not."""
    inside = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "grouping" in rule.arguments and doors.audience_of(app, rule.endpoint) is doors.PUBLIC
    }
    assert inside == FOR_ANYBODY
    client = browser(app, None)
    for method in ("GET", "POST"):
        real, unreal = (
            client.open(f"/{slug}/rejoindre", method=method, data={} if method == "POST" else None)
            for slug in ("ici", "nulle-part")
        )
        assert (real.status_code, unreal.status_code) == (404, 404)
        assert still(real.data) == still(unreal.data).replace(b"nulle-part", b"ici")


@pytest.mark.parametrize("who", [*WHO, None])
def test_looking_changes_nothing_and_never_breaks(app: Flask, houses: tuple[House, House], who: str | None) -> None:
    """R42, R69: no GET writes; every answer carries the strict policy, and no page has inline script or style."""
    ours, _ = houses
    client = browser(app, ours.people[who] if who else None)
    before = state_of_everything()
    seen = 0
    for rule in rules(app, "GET"):
        answer = client.get(address(app, rule, slug="ici", ids=ours.ids))
        assert answer.status_code in (200, 302, 303, 403, 404), (rule.endpoint, answer.status_code)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], rule.endpoint
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.mimetype == "text/html":
            found = INLINE.search(answer.data)
            assert found is None, (rule.endpoint, answer.data[max(0, found.start() - 40) : found.end() + 60])
        seen += answer.status_code == 200
    assert seen >= (3 if who else 1)
    assert state_of_everything() == before


def test_an_auditor_changes_nothing_anywhere(app: Flask, houses: tuple[House, House]) -> None:
    """An auditor reads everything and writes nothing: every form of the grouping is refused, nothing moves."""
    ours, _ = houses
    client, before = browser(app, ours.people["auditor"]), state_of_everything()
    for rule in rules(app, "POST"):
        if "grouping" in rule.arguments:
            answer = client.post(address(app, rule, slug="ici", ids=ours.ids), data={})
            assert answer.status_code in (403, 404), (rule.endpoint, answer.status_code)
    assert state_of_everything() == before


def test_a_form_without_its_key_or_its_token_is_refused(app: Flask, houses: tuple[House, House]) -> None:
    """R4, R42: no operation key, or no CSRF token: 400, and nothing moves."""
    ours, _ = houses
    client, before = browser(app, ours.people["coordinator"]), state_of_everything()
    for rule in rules(app, "POST"):
        where = address(app, rule, slug="ici", ids=ours.ids)
        if not getattr(app.view_functions[rule.endpoint], "unkeyed", False):
            assert client.post(where, data={"operation_key": ""}).status_code == 400, rule.endpoint
        app.config["WTF_CSRF_ENABLED"] = True
        try:
            assert client.post(where, data={}).status_code == 400, rule.endpoint
        finally:
            app.config["WTF_CSRF_ENABLED"] = False
    assert state_of_everything() == before
