"""Figures by their pages: confidential until a decision publishes them, on a phone, once and not over (§3)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.commands import campaigns
from coopter.contributions.commands.campaigns import CampaignDetails
from coopter.contributions.commands.figures import declare_figures
from coopter.contributions.models import Figure
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.queries.figures import figures_of
from coopter.contributions.rules.kinds import Base
from coopter.governance import commands as governance
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests import factories as a
from tests.contributions.members_scene import AT, DUE, Scene, declared, scene_of

PDF = b"%PDF-1.7 accounts"
PAGES = "/cap-cooperation/contributions/chiffres"
ASKED = CampaignDetails((Base.TURNOVER, Base.PROFIT, Base.HEADCOUNT), DUE, "Merci à tous.")


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def test_figures_are_published_as_the_decision_says_and_taken_back_by_the_next(scene: Scene) -> None:
    """Only the bases decided, only that year, from its day."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_00, Base.PROFIT: 1_00})
    day = AT.date()
    assert queries.published_figures(2025, on=day) == ((), ())
    motion = campaigns.publication_motion(2025, bases=[Base.TURNOVER], from_on=day)
    governance.decide(scene.coordinator, motion, at=AT)
    bases, rows = queries.published_figures(2025, on=day)
    assert bases == (Base.TURNOVER,) and {row.name: row.amounts for row in rows}["North"] == (100_00,)
    assert queries.published_figures(2025, on=day - timedelta(days=1)) == ((), ())
    assert queries.published_figures(2024, on=day) == ((), ())
    governance.decide(scene.coordinator, campaigns.publication_motion(2025, bases=[], from_on=day), at=AT)
    assert queries.published_figures(2025, on=day) == ((), ())


def test_confidential_until_published(scene: Scene) -> None:
    """A member sees its own figures; others' names beside figures only once a decision says so."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 4_321_00})
    page = f"{PAGES}/2025"
    assert "4\u202f321,00" not in scene.browser("south").get(page).text
    assert "4\u202f321,00" in scene.browser("auditor").get(page).text
    assert scene.browser("employee").get(page).status_code == 403
    own = f"{page}/structures/{scene.id_of('north')}"
    assert scene.browser("south").get(own).status_code == 404
    assert "4\u202f321,00" in scene.browser("north").get(own).text
    sent = scene.browser("coordinator").post(f"{page}/publication", data={"bases": ["turnover"]})
    assert sent.status_code == 303
    assert "4\u202f321,00" in scene.browser("south").get(page).text


def test_declaring_on_the_page(scene: Scene) -> None:
    """French numbers, a proof; a fault keeps what was typed (422); a stale form shows both (409, R22)."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    north, browser = scene.id_of("north"), scene.browser("north")
    page = f"{PAGES}/2025/structures/{north}"
    bad = browser.post(page, data={"version": "0", "base_turnover": "douze", "source": "comptes"})
    assert bad.status_code == 422 and "douze" in bad.text
    from coopter.plumbing.operations import new_key

    good = {
        "version": "0", "operation_key": new_key(), "base_turnover": "1 234 567,89 €", "base_headcount": "12,5",
        "proof": (io.BytesIO(PDF), "comptes.pdf"),
    }  # fmt: skip
    assert browser.post(page, data=good, content_type="multipart/form-data").status_code == 303
    assert figures_of(2025)[north] == {Base.TURNOVER: 123_456_789, Base.HEADCOUNT: 1_250}
    stale = browser.post(page, data={"version": "0", "base_turnover": "5", "source": "autre"})
    assert stale.status_code == 409 and "1\u202f234\u202f567,89" in stale.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', browser.get(page).text)
    assert version is not None
    emptied = browser.post(page, data={"version": version[1], "base_turnover": "7", "source": "comptes"})
    assert emptied.status_code == 422 and "est déjà déclaré" in emptied.text  # the headcount would silently stay
    row = session().scalars(select(Figure).where(Figure.base == Base.TURNOVER)).one()
    proof = browser.get(f"{PAGES}/pieces/{row.id}")
    assert proof.data == PDF and "sandbox" in proof.headers["Content-Security-Policy"]
    assert scene.browser("south").get(f"{PAGES}/pieces/{row.id}").status_code == 404


def test_a_double_click_declares_once(scene: Scene) -> None:
    """R4: the same form twice has one effect."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    browser = scene.browser("north")
    page = f"{PAGES}/2025/structures/{scene.id_of('north')}"
    once = {"operation_key": "k" * 22, "version": "0", "base_turnover": "10", "source": "comptes"}
    assert [browser.post(page, data=dict(once)).status_code for _ in range(2)] == [303, 303]
    assert session().scalars(select(Figure.version)).all() == [1]


def test_the_coordinator_runs_a_campaign_by_its_pages(scene: Scene) -> None:
    """Opens, corrects, reminds, reviews, closes, exports."""
    browser = scene.browser("coordinator")
    asked = {"year": "2025", "bases": ["turnover"], "due_on": "28/11/2026", "message": "Bonjour"}
    assert "Aucun chiffre demandé" in browser.get(PAGES).text
    assert browser.post(PAGES, data={**asked, "bases": []}).status_code == 422
    assert browser.post(PAGES, data=asked).status_code == 303
    page = f"{PAGES}/2025"
    edited = browser.post(page, data={**asked, "version": "1", "bases": ["turnover", "tonnes"]})
    assert edited.status_code == 303
    assert browser.post(page, data={**asked, "version": "1"}).status_code == 409
    assert browser.post(f"{page}/relances").status_code == 422
    declared(scene, "north", {Base.TURNOVER: 100_00, Base.TONNES: 2_000})
    sheet = f"{page}/structures/{scene.id_of('north')}"
    assert "Accepter" in browser.get(sheet).text
    assert browser.post(f"{sheet}/renvoyer", data={"version": "2", "reason": "?"}).status_code == 303
    assert "à revoir" in scene.browser("north").get(sheet).text
    declared(scene, "north", {Base.TURNOVER: 100_00})
    assert scene.browser("coordinator").post(f"{sheet}/accepter", data={"version": "1"}).status_code == 409
    browser = scene.browser("coordinator")
    version = queries.member_sheet(queries.get_campaign(2025), scene.id_of("north")).version
    assert browser.post(f"{sheet}/accepter", data={"version": str(version)}).status_code == 303
    exported = browser.get(f"{page}/export.csv").data.decode("utf-8-sig")
    assert 'N1;North;2025;Chiffre d’affaires;"100,00";Accepté' in exported
    assert browser.post(f"{page}/cloture").status_code == 303
    assert browser.get(page).status_code == 200 and browser.get(PAGES).status_code == 200


def test_another_grouping_finds_nothing(scene: Scene, app: Flask) -> None:
    """R7: nor its years, nor its members, nor its proofs."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    north = scene.id_of("north")
    declare_figures(scene.speaks("north"), structure_id=north, year=2025, version=0,
                    figures={Base.TURNOVER: 5}, proof=(PDF, "a.pdf"), at=AT)  # fmt: skip
    figure_id = session().scalars(select(Figure.id)).one()
    with a.inside(a.a_grouping(slug="ailleurs")):
        stranger = a.a_person(Role.COORDINATOR, tf_primary_method="authenticator", tf_totp_secret="x")
    browser = a.signed_in(app.test_client(), stranger)
    for path in ("2025", f"2025/structures/{north}", "2025/export.csv", f"pieces/{figure_id}"):
        assert browser.get(f"/ailleurs/contributions/chiffres/{path}").status_code == 404, path
    assert browser.get(PAGES).status_code == 404


def test_publishing_nothing_where_nothing_is_shown_is_refused(scene: Scene) -> None:
    """No decision that changes nothing enters the register; ticking nothing takes back what was shown."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    where, browser = f"{PAGES}/2025/publication", scene.browser("coordinator")
    refused = browser.post(where, data={"decided_by": "Bureau"})
    assert refused.status_code == 422 and "Choisissez au moins un chiffre" in refused.text
    assert browser.post(where, data={"bases": ["turnover"]}).status_code == 303
    assert browser.post(where, data={}).status_code == 303
