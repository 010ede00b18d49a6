"""Reciprocity by its pages: a gift on a phone, answered by the other side, by role and by grouping (§5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.models import Gift
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests import factories as a
from tests.contributions.gifts_scene import given_by
from tests.contributions.members_scene import Scene, scene_of

PAGE = "/cap-cooperation/reciprocite"


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def typed(scene: Scene, other: str, **changes: str) -> dict[str, str]:
    """What a phone sends."""
    return {
        "side": str(scene.id_of("north")), "direction": "given", "other": other, "what": "Une journée",
        "unit": "advice", "quantity": "1,5", "given_on": "2026-03-02", "valued": "", **changes,
    }  # fmt: skip


def test_a_gift_by_its_pages(scene: Scene) -> None:
    """Noted on a phone, disputed, corrected, confirmed; a double click notes once (R4)."""
    north = scene.browser("north")
    assert north.get(f"{PAGE}/noter").status_code == 200
    south_id = str(scene.id_of("south"))
    form = {**typed(scene, south_id), "operation_key": "k" * 22}
    assert [north.post(f"{PAGE}/noter", data=dict(form)).status_code for _ in range(2)] == [303, 303]
    (gift_id,) = session().scalars(select(Gift.id)).all()
    page = f"{PAGE}/{gift_id}"
    assert "Retirer" in north.get(page).text and "Contester" not in north.get(page).text
    south = scene.browser("south")
    assert "Répondre" in south.get(PAGE).text
    assert south.post(f"{page}/contester", data={"version": "1", "reason": ""}).status_code == 422
    assert south.post(f"{page}/contester", data={"version": "1", "reason": "Un jour"}).status_code == 303
    north = scene.browser("north")
    assert "Un jour" in north.get(page).text and north.get(f"{page}/corriger").status_code == 200
    assert north.post(f"{page}/corriger", data=typed(scene, south_id, version="1", quantity="1")).status_code == 409
    fixed = north.post(f"{page}/corriger", data=typed(scene, south_id, version="2", quantity="1"))
    assert fixed.status_code == 303
    south = scene.browser("south")
    assert south.post(f"{page}/confirmer", data={"version": "2"}).status_code == 409
    assert south.post(f"{page}/confirmer", data={"version": "3"}).status_code == 303
    shown = south.get(PAGE).text
    assert "<title id=" in shown and "Qui donne à qui" in shown and "1 jour" in shown
    assert south.get(f"{PAGE}?annee=2026&unite=advice").status_code == 200
    assert "Conseil et expertise" in south.get(f"{PAGE}/export.csv").data.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": "beaucoup"}, "beaucoup"),
        ({"other": "groupement", "direction": "received"}, "notez ce qu’il reçoit"),
        ({"other": "987654"}, "Avec"),
        ({"unit": "bonheur"}, "Compté en"),
        ({"what": ""}, "Remplissez ce champ"),
        ({"given_on": "2026-12-31"}, "à venir"),
    ],
)
def test_what_is_typed_wrong_is_shown_again(scene: Scene, changes: dict[str, str], said: str) -> None:
    """422, with what was typed and the remedy."""
    sent = scene.browser("north").post(f"{PAGE}/noter", data={**typed(scene, str(scene.id_of("south"))), **changes})
    assert sent.status_code == 422 and said in sent.text
    assert session().scalars(select(Gift)).all() == []


def test_doors_by_role_and_grouping(scene: Scene, app: Flask) -> None:
    """R6, R7: employees have no door here; another grouping finds nothing."""
    gift_id = given_by(scene, "north", "south")
    for who in ("coordinator", "treasurer", "auditor", "north"):
        assert scene.browser(who).get(PAGE).status_code == 200
        assert scene.browser(who).get(f"{PAGE}/{gift_id}").status_code == 200
    assert scene.browser("employee").get(PAGE).status_code == 403
    assert scene.browser("treasurer").get(f"{PAGE}/noter").status_code == 403
    assert scene.browser("coordinator").post(f"{PAGE}/{gift_id}/confirmer", data={"version": "1"}).status_code == 403
    with a.inside(a.a_grouping(slug="ailleurs")):
        stranger = a.a_person(Role.COORDINATOR, tf_primary_method="authenticator", tf_totp_secret="x")
    browser = a.signed_in(app.test_client(), stranger)
    assert browser.get(f"/ailleurs/reciprocite/{gift_id}").status_code == 404
    assert browser.post(f"/ailleurs/reciprocite/{gift_id}/confirmer", data={"version": "1"}).status_code == 404
    assert "Rien encore" in browser.get("/ailleurs/reciprocite").text
