"""Hervé keeps the treasury, Claire audits: they read everything that concerns them, and have no button that writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK
from tests.browser.telling import Told
from tests.browser.world import World

WRITES = "main form[method=post], main button[commandfor]"
LEADS_TO_WRITING = ", ".join(f"main a[href$='/{end}']" for end in ("import", "nouveau", "nouvelle", "modifier"))


@pytest.mark.parametrize("role", ["treasurer", "auditor"])
def test_they_read_and_have_nothing_to_write_with(
    role: str, shared: World, opened: Callable[..., Page], told: Told
) -> None:
    page = opened(shared.people[role], DESK)
    page.goto(shared.url(""))
    told("La première page dit où en sont les comptes.")
    told.shown(page, f"accueil-{role}")
    doors = page.get_by_role("navigation", name="Navigation principale").get_by_role("link")
    addresses = [one.get_attribute("href") or "" for one in doors.all()]
    assert len(addresses) >= 8
    more = [shared.url("couts", "2026-08"), shared.url("cloture", "2026-08"), shared.url("cloture", "2026-09"),
            shared.url("heures", "mois", "2026-08"), shared.url("structures", shared.structures["RIVES"]),
            shared.url("salaries", shared.employees["Nolwenn"])]  # fmt: skip
    for address in [*addresses, *more]:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.locator(WRITES).count() == 0, f"{address}: {page.locator(WRITES).first.inner_html()}"
        assert page.locator(LEADS_TO_WRITING).count() == 0, address

    told("Les tableaux de chaque mois clos se téléchargent, pour le comptable et pour qui veut recompter.")
    page.goto(shared.url("exports"))
    with page.expect_download() as waiting:
        page.locator("main tbody").get_by_role("link", name="Parts").first.click()
    assert waiting.value.path().read_text(encoding="utf-8").count("\n") > 6
    told.shown(page, "exports")

    told("Le journal se vérifie d’un clic : tout ce qui est définitif est comparé à ses scellés.")
    page.goto(shared.url("journal"))
    told.shown(page, "journal")
    page.get_by_role("link", name="Vérifier maintenant").click()
    expect(page.locator("main")).to_contain_text("Tout tient")
    told.shown(page, "verification")

    told("Du total d’une facture, le chemin remonte jusqu’aux heures et à qui les a confirmées.")
    page.goto(shared.url("factures"))
    page.get_by_role("link", name="FA-2026-0007", exact=True).click()
    assert page.locator(WRITES).count() == 0
    page.get_by_role("link", name="Pourquoi ce montant ?").first.click()
    expect(page.locator("main")).to_contain_text("confirmée par Soizic Tanguy")
