"""Anne coordinates: she sees what is lacking, closes September, and mends an invoice by a credit note."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from coopter.values.month import Month
from tests.browser.conftest import DESK, PHONE
from tests.browser.telling import Told, agree, answers, arrives, door
from tests.browser.world import World

AUGUST = (Month(2026, 8),)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_month_from_hours_to_invoices(
    width: int, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=AUGUST)
    page = opened(world.people["coordinator"], width)

    told("La première page d’Anne dit ce qui attend : la Régie des Rives n’a pas tout confirmé.")
    page.goto(world.url(""))
    expect(page.locator(".step-title").first).to_have_text("Régie des Rives : 36 h à confirmer")
    told.shown(page, "bureau")

    told("Elle ouvre les heures du mois et rappelle à chacun ce qu’il lui reste à faire.")
    page.get_by_role("link", name="Relancer").click()
    arrives(page, re.compile("^Heures.* septembre 2026"))
    told.shown(page, "heures-mois")
    page.get_by_role("button", name="Rappeler à tout le monde").click()
    page.locator("dialog[open]").get_by_role("button").first.click()
    answers(page, "Rappel envoyé à : Soizic Tanguy")

    told("Le relevé signé est arrivé sur papier : elle confirme à la place de la structure, et dit pourquoi.")
    page.get_by_role("button", name="Tout confirmer").click()
    agree(page, "Tout confirmer", reason="Relevé signé reçu le 14 octobre")
    answers(page, "7 lignes confirmées.")
    expect(page.locator("main")).to_contain_text("Le mois peut être clos.")

    told("Elle ajoute les frais de gestion, écrits comme sur sa calculette : 1 234,56 €.")
    door(page, "Coûts")
    page.goto(world.url("couts", "2026-09"))
    form = page.locator("form").filter(has=page.get_by_role("button", name="Ajouter ce coût"))
    form.get_by_label("Nature").select_option(label="Frais de gestion")
    form.get_by_label("Libellé").fill("Logiciel de paie et banque")
    form.get_by_label("Montant").fill("1\u202f234,56 €")
    form.get_by_role("button", name="Ajouter ce coût").click()
    line = page.locator("tr").filter(has_text="Logiciel de paie et banque")
    expect(line).to_contain_text(re.compile(r"1\s234,56\s€"))
    told.shown(page, "couts")

    told("L’aperçu montre la part de chaque membre avant que rien ne soit écrit ; plus rien ne bloque.")
    door(page, "Clôture")
    page.goto(world.url("cloture", "2026-09"))
    arrives(page, "Aperçu : septembre 2026")
    expect(page.locator("main")).not_to_contain_text("bloque")
    told.shown(page, "apercu", whole=True)

    told("Elle clôt. La page dit ce que cela fera, puis le fait d’un bloc.")
    page.get_by_role("button", name="Clore septembre 2026").click()
    told.shown(page, "clore")
    page.locator("dialog[open]").get_by_role("button", name="Clore septembre 2026").click()
    arrives(page, "Septembre 2026 est clos")

    told("Les documents se font ; la page avance toute seule jusqu’au dernier.")
    expect(page.locator("#documents")).to_contain_text("6", timeout=60_000)
    expect(page.locator("#documents[hx-trigger]")).to_have_count(0, timeout=120_000)
    page.reload()
    expect(page.get_by_text("Se prépare")).to_have_count(0)
    told.shown(page, "clos", whole=True)

    told("Elle ouvre une facture et son PDF.")
    page.get_by_role("link", name="FA-2026-0007", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Télécharger le PDF").click()
    with pikepdf.open(io.BytesIO(waiting.value.path().read_bytes())) as pdf:
        assert len(pdf.pages) >= 2
    told.shown(page, "facture", whole=True)
    page.get_by_role("link", name="Pourquoi ce montant ?").first.click()
    expect(page.locator("main")).to_contain_text("au prorata des heures")
    told.shown(page, "pourquoi")
    page.go_back()

    told("Une erreur ne s’efface pas : un avoir annule la facture, au centime, et dit pourquoi.")
    page.get_by_role("link", name="Annuler par un avoir").click()
    told.shown(page, "avoir")
    page.get_by_label("Motif").fill("Facture adressée à l’ancien siège")
    page.get_by_role("button", name="Émettre l’avoir").click()
    page.locator("dialog[open]").get_by_role("button", name="Émettre l’avoir").click()
    arrives(page, "Avoir AV-2026-0001")
    expect(page.locator("main")).to_contain_text("annule entièrement la facture FA-2026-0007")
    expect(page.locator("main")).to_contain_text("Facture adressée à l’ancien siège")
    told.shown(page, "avoir-emis")


def test_a_wrong_file_says_everything_that_is_wrong_at_once(
    make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    page = opened(world.people["coordinator"], DESK)
    page.watch.expects(422)  # type: ignore[attr-defined]

    told("Anne dépose le fichier d’heures d’octobre, qui contient trois fautes.")
    page.goto(world.url("heures", "import"))
    wrong = (
        "Date;Salarié;Structure;Heures\n"
        "01/10/2026;S7L;HALLES;7h30\n"
        "31/09/2026;S7L;HALLES;7h30\n"
        "02/10/2026;S7L;HALLE;3,5\n"
        "02/10/2026;S7L;RIVES;sept heures\n"
    )
    upload(page, "heures-octobre.csv", wrong)

    told("La page dit la ligne, la colonne, ce qui a été lu et ce qu’il faut faire ; rien n’est écrit.")
    rows = page.locator("table").filter(has_text="Ce qu’il faut faire").locator("tbody tr")
    expect(rows).to_have_count(3)
    for number, (line, text) in enumerate((("3", "31/09/2026"), ("4", "HALLE"), ("5", "sept heures"))):
        expect(rows.nth(number)).to_contain_text(line)
        expect(rows.nth(number)).to_contain_text(text)
    told.shown(page, "import-fautes")

    told("Le fichier corrigé montre d’abord ce qu’il ferait, puis le fait ; une seconde fois, il ne change rien.")
    right = "".join(wrong.replace("31/09", "30/09").replace("HALLE;", "RIVES;").splitlines(keepends=True)[:-1])
    for again in (False, True):
        upload(page, "heures-octobre.csv", right)
        expect(page.get_by_role("heading", name="Ce que ce fichier ferait")).to_be_visible()
        if again:
            expect(page.locator("main")).to_contain_text("Rien à faire")
        else:
            told.shown(page, "import-apercu")
            page.get_by_role("button", name="Importer", exact=True).click()
            answers(page)
            page.goto(world.url("heures", "import"))


def upload(page: Page, name: str, text: str) -> None:
    """Give a file to the page of an import."""
    file = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("Fichier CSV").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Voir ce que cela change").click()
