"""A seventh structure joins: Anne writes it down, places Yann there, and invites Katell, who opens her own door."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.letters import found_in_letter
from tests.browser.serving import Site
from tests.browser.telling import Told, answers, arrives, door
from tests.browser.world import PASSWORD, World
from tests.factories import a_siret


def test_a_structure_joins_and_its_representative_comes_in(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    anne, katell = opened(world.people["coordinator"], DESK), opened(None, PHONE)
    address = f"katell@{world.slug}.example"

    told("Anne ajoute la structure : le SIRET est vérifié chiffre à chiffre.")
    anne.goto(world.url("structures"))
    told.shown(anne, "structures")
    anne.get_by_role("link", name="Ajouter une structure").click()
    for label, text in (
        ("Nom légal", "Les Jardins du Vent"), ("Code", "JARDINS"), ("SIRET", "12345678901234"),
        ("Adresse", "14 chemin du Verger"), ("Code postal", "56100"), ("Ville", "Lorient"),
        ("Adresse électronique", "contact@jardins.example"), ("Effectif", "6"),
    ):  # fmt: skip
        anne.get_by_label(re.compile(rf"^{label}(\s|$)")).first.fill(text)
    anne.get_by_label("Adhérente depuis le").fill("2026-10-01")
    anne.watch.expects(422)  # type: ignore[attr-defined]
    anne.get_by_role("button", name="Enregistrer").click()
    expect(anne.get_by_role("alert")).to_contain_text("SIRET")
    told.shown(anne, "structure-fautive")
    anne.get_by_label(re.compile(r"^SIRET(\s|$)")).fill(a_siret(8765))
    anne.get_by_role("button", name="Enregistrer").click()
    arrives(anne, "Les Jardins du Vent")

    told("Elle invite Katell, qui confirmera les heures et verra les factures.")
    anne.get_by_role("link", name="Inviter").click()
    anne.get_by_label(re.compile("^Adresse électronique")).fill(address)
    anne.get_by_label(re.compile("^Prénom")).fill("Katell")
    anne.get_by_label("Structure membre").check()
    choose(anne, "Structure représentée")
    told.shown(anne, "inviter")
    anne.get_by_role("button", name="Envoyer l’invitation").click()
    answers(anne)

    told("Katell ouvre le lien de son courriel, qui ne sert qu’une fois, et choisit son mot de passe.")
    katell.goto(found_in_letter(site, address, r"http\S+/invitation/\S+", waiting=anne))
    told.shown(katell, "invitation")
    katell.get_by_label(re.compile("^Nom")).fill("Morvan")
    katell.get_by_label("Mot de passe").fill(PASSWORD)
    katell.get_by_role("button", name="Ouvrir mon accès").click()
    arrives(katell, "Se connecter")
    katell.get_by_label("Adresse électronique").fill(address)
    katell.get_by_label("Mot de passe").fill(PASSWORD)
    katell.get_by_role("button", name="Se connecter").click()
    arrives(katell, "Ce qui vous attend")
    door(katell, "Ma structure")
    arrives(katell, "Les Jardins du Vent")

    told("Anne met Yann à disposition : la structure doit d’abord être dans la liste de son contrat.")
    anne.goto(world.url("salaries", world.employees["Yann"]))
    told.shown(anne, "salarie")
    anne.get_by_role("link", name="Ajouter une structure").click()
    choose(anne, "Structure")
    anne.locator("main").get_by_role("button").first.click()
    anne.goto(world.url("salaries", world.employees["Yann"], "mises-a-disposition"))
    choose(anne, "Structure")
    anne.get_by_label("Premier jour").fill("2026-10-19")
    anne.get_by_label(re.compile("^Engagement par semaine")).fill("7h")
    told.shown(anne, "mise-a-disposition")
    anne.get_by_role("button", name="Enregistrer").click()
    expect(anne.locator("main")).to_contain_text("Les Jardins du Vent")


def choose(page: Page, label: str) -> None:
    """The Jardins in a list of structures."""
    structures = page.get_by_label(re.compile(f"^{label}"))
    structures.select_option(structures.locator("option", has_text="Les Jardins du Vent").get_attribute("value"))
