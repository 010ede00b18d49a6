"""Soizic represents the Régie des Rives: between two meetings, on her phone, she checks what will be invoiced."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from coopter.values.month import Month
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, agree, answers, arrives, door, sign_in, with_password
from tests.browser.world import World


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_structure_confirms_its_hours_and_reads_its_invoice(
    width: int, site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=(Month(2026, 8),))
    page = opened(None, width)

    told("Soizic se connecte avec l’adresse de son invitation et son mot de passe.")
    email = with_password(site, world.people["representative"])
    page.goto("/connexion")
    told.shown(page, "connexion")
    sign_in(page, email)

    told("Sa première page dit ce qui l’attend : 36 heures de deux personnes.")
    arrives(page, "Ce qui vous attend")
    waiting_for_her = ["Nolwenn Le Goff : 28 h à confirmer", "Samira Haddad : 8 h à confirmer"]
    expect(page.locator(".step-title")).to_have_text(waiting_for_her)
    told.shown(page, "accueil-structure")

    told("Elle relit la semaine de Nolwenn et confirme les lignes cochées.")
    page.get_by_role("link", name="Relire et confirmer").first.click()
    arrives(page, "Heures à confirmer")
    told.shown(page, "a-confirmer")
    first = page.locator("section.panel").filter(has_text="Nolwenn Le Goff · semaine du 14 septembre")
    expect(first.get_by_role("checkbox")).to_have_count(2)
    first.get_by_role("button", name="Confirmer les lignes cochées").click()
    answers(page, "confirmée")
    expect(first).to_have_count(0)

    told("Les 4 heures de Samira du 22 septembre ne sont pas justes : elle les conteste, et dit pourquoi.")
    theirs = page.locator("section.panel").filter(has_text="Samira Haddad · semaine du 21 septembre")
    theirs.get_by_role("button", name="Contester").click()
    told.shown(page, "contester")
    agree(page, "Contester", reason="Samira est partie à 11 h ce jour-là.")
    answers(page)
    expect(theirs).to_have_count(0)

    told("Elle ouvre la facture d’août.")
    door(page, "Factures")
    page.get_by_role("link", name="FA-2026-0005", exact=True).click()
    arrives(page, "Facture FA-2026-0005")
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible(timeout=60_000)
    told.shown(page, "facture-structure", whole=True)

    told("« Pourquoi ce montant ? » la mène du montant au coût, à la clé, à ses heures et à qui les a confirmées.")
    page.get_by_role("link", name="Pourquoi ce montant ?").first.click()
    arrives(page, "Pourquoi ce montant ?")
    expect(page.locator("main")).to_contain_text("au prorata des heures")
    expect(page.locator("main")).to_contain_text("confirmée par Soizic Tanguy")
    expect(page.locator("main")).not_to_contain_text("Salaire brut")
    told.shown(page, "pourquoi-structure", whole=True)
    page.go_back()

    told("Elle garde le PDF : une facture qu’un logiciel sait lire aussi.")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Télécharger le PDF").click()
    content = waiting.value.path().read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert list(pdf.attachments) == ["factur-x.xml"]
    told.pictures.of_pdf(content, "facture-pdf")


def test_a_structure_sees_nothing_of_its_neighbours(shared: World, opened: Callable[..., Page]) -> None:
    page = opened(shared.people["representative"], PHONE)
    page.watch.expects(404)  # type: ignore[attr-defined]
    for address in ("factures", "planning", "heures/a-confirmer", ""):
        page.goto(shared.url(address))
        for stranger in ("Les Cordées", "Port et Halles", "Vents citoyens", "Yann Kerbrat"):
            expect(page.locator("main")).not_to_contain_text(stranger)
    page.goto(shared.url("structures", shared.structures["CORDEE"]))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Les Cordées")
