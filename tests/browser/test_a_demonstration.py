"""The demonstration: whoever tries CoopTer enters as an invented person, in one click."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, arrives
from tests.browser.world import World


def test_the_demonstration_opens_in_one_click(
    site: Site, shared: World, opened: Callable[..., Page], told: Told
) -> None:
    told("La page de connexion propose chaque personne inventée en un clic.")
    page = opened(None, PHONE, where=site)
    page.goto("/connexion")
    told.shown(page, "demonstration", whole=True)
    holder = page.locator("form", has=page.locator(f"input[name=person][value='{shared.people['employee'].id}']"))
    holder.get_by_role("button").click()
    arrives(page, "Ce qui vous attend")
