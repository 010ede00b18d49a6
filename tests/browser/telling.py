"""A story is told while it is lived: a failure shows its sentences, and the guide shows its pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask_security import hash_password
from playwright.sync_api import Locator, Page, expect

from coopter.members.models import Person
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from tests.browser.pictures import Pictures
from tests.browser.serving import Site
from tests.browser.world import PASSWORD


@dataclass
class Told:
    """The sentences of one story so far."""

    pictures: Pictures
    sentences: list[str] = field(default_factory=list)

    def __call__(self, sentence: str) -> None:
        """Say what happens next."""
        self.sentences.append(sentence)
        print(f"{len(self.sentences)}. {sentence}")

    def shown(self, page: Page, name: str, *, at: Locator | None = None, whole: bool = False) -> None:
        """What the screen shows now, for the guide."""
        self.pictures.take(page, name, at=at, whole=whole)


def with_password(site: Site, person: Person) -> str:
    """Give somebody the password of these tests, and no second factor; returns their address."""

    @command
    def write() -> str:
        row = session().get_one(Person, person.id)
        row.password = hash_password(PASSWORD)
        row.tf_primary_method = None
        return str(row.email)

    with site.app.app_context():
        return write()


def sign_in(page: Page, email: str) -> None:
    """Through the form that everybody meets."""
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def door(page: Page, name: str) -> None:
    """Through one of the doors of the navigation, under « Plus » on a phone if need be."""
    bar = page.get_by_role("navigation", name="Navigation principale")
    direct = bar.get_by_role("link", name=name)
    page.wait_for_load_state()
    if not direct.first.is_visible():
        bar.locator("summary").click()
        expect(bar.locator("details")).to_have_attribute("open", "")
    direct.locator("visible=true").first.click()


def agree(page: Page, name: str, *, reason: str | None = None) -> None:
    """In the dialog that says what an act will do: give the reason if one is asked, then do it."""
    dialog = page.locator("dialog[open]")
    if reason is not None:
        dialog.get_by_label("Motif").fill(reason)
    dialog.get_by_role("button", name=name).click()


def arrives(page: Page, title: str | re.Pattern[str]) -> None:
    """The page of this title is there, and its script with it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.wait_for_load_state()


def answers(page: Page, words: str = "") -> None:
    """The page says so at its top."""
    expect(page.locator("main .notice").first).to_contain_text(words)
    page.wait_for_load_state()
