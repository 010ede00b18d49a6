"""Getting in: a second factor for whoever coordinates, a passkey for whoever likes, in the language one reads."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, arrives, sign_in, with_password
from tests.browser.world import World


def code(key: str, steps: int = 0) -> str:
    """What an authenticator app shows, `steps` half-minutes from now."""
    return str(TOTP(key=key).generate(int(time.time()) + 30 * steps).token)


def test_a_coordinator_must_have_a_second_factor(
    strict_site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    page = opened(None, DESK)
    email = with_password(strict_site, world.people["coordinator"])

    told("Anne se connecte ; avant toute chose, il lui faut un second facteur.")
    page.goto("/connexion")
    expect(page.get_by_text("Démonstration")).to_have_count(0)
    sign_in(page, email)
    arrives(page, "Second facteur")
    page.get_by_role("button", name="Préparer mon application").click()
    expect(page.get_by_role("img", name=re.compile("Code QR"))).to_be_visible()
    told.shown(page, "second-facteur")
    key = page.locator("main code").inner_text().replace("-", "").replace(" ", "")

    told("Elle recopie le code de son application : c’est actif.")
    page.get_by_label("Code à six chiffres").fill(code(key, -1))
    page.get_by_role("button", name="Activer").click()
    page.goto(world.url(""))
    arrives(page, "Ce qui vous attend")

    told("La fois d’après, le mot de passe ne suffit plus.")
    page.get_by_text("Anne Riou").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    arrives(page, "Se connecter")
    sign_in(page, email)
    arrives(page, "Code de votre application")
    page.get_by_label("Code à six chiffres").fill(code(key))
    page.get_by_role("button", name="Continuer").click()
    arrives(page, "Ce qui vous attend")


def test_a_passkey_opens_the_door(
    strict_site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    page = opened(None, PHONE)
    an_authenticator(page)
    email = with_password(strict_site, world.people["representative"])

    told("Soizic ajoute la clé d’accès de son téléphone à son compte.")
    sign_in(page, email)
    arrives(page, "Ce qui vous attend")
    page.goto("/compte/cles")
    page.get_by_label("Nom de la clé").fill("Mon mobile")
    page.locator("input[name=usage][value=first]").check()
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("table")).to_contain_text("Mon mobile")
    told.shown(page, "cles")

    told("Elle se déconnecte, puis entre avec sa clé, sans mot de passe.")
    page.locator("summary").filter(has_text="Mon menu").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("link", name="Utiliser une clé d’accès").click()
    page.get_by_role("button", name="Continuer").click()
    arrives(page, "Ce qui vous attend")


def an_authenticator(page: Page) -> None:
    """A phone that keeps passkeys and recognises its owner: Chromium's own, over CDP."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_the_pages_speak_english_too(shared: World, opened: Callable[..., Page], told: Told) -> None:
    told("Claire lit l’anglais plus volontiers : un clic, et les pages le parlent.")
    page = opened(shared.people["auditor"], DESK)
    page.goto(shared.url("factures"))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.locator("summary").filter(has_text="Mon menu").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    arrives(page, "Invoices")
    expect(page.get_by_role("navigation", name="Main navigation")).to_contain_text("Hours")
    page.locator("summary").filter(has_text="My menu").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
