"""Two people, two screens, one thing: one of them does it, the other is told what happened and loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from coopter.billing.models import Invoice
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, arrives
from tests.browser.test_employee import cell
from tests.browser.world import World


def test_two_coordinators_close_the_same_month(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=(), confirmed=True)
    anne, malo = opened(world.people["coordinator"]), opened(world.people["other coordinator"])

    told("Anne et Malo ont tous deux l’aperçu de septembre sous les yeux, et le clôturent au même instant.")
    for page in (anne, malo):
        page.watch.expects(409, 422)  # type: ignore[attr-defined]
        page.goto(world.url("cloture", "2026-09"))
        page.get_by_role("button", name="Clore septembre 2026").click()
        expect(page.locator("dialog[open]")).to_be_visible()
    for page in (anne, malo):
        page.evaluate("setTimeout(() => document.querySelector('[data-confirm-yes]').click(), 50)")

    told("Le mois est clos une fois ; celle ou celui qui arrive second sait par qui et quand.")
    for page in (anne, malo):
        arrives(page, "Septembre 2026 est clos")
    late = [page for page in (anne, malo) if page.get_by_text("Quelqu’un a clos ce mois avant vous").count()]
    assert len(late) == 1
    told.shown(late[0], "clos-avant-vous")
    with site.app.app_context(), tenancy.scope(world.grouping.id):
        assert session().scalar(select(func.count(Invoice.id))) == 6
        session().rollback()


def test_two_people_write_the_same_hours(
    make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    nolwenn, anne = opened(world.people["employee"], PHONE), opened(world.people["coordinator"], DESK)
    week = world.url("heures", "salaries", world.employees["Nolwenn"], "2026-10-12")

    told("Nolwenn et Anne ouvrent la même semaine ; Anne enregistre 6 heures le lundi.")
    nolwenn.goto(week)
    anne.goto(week)
    cell(anne, "Les Cordées", "12 oct").fill("6h")
    anne.get_by_role("button", name="Enregistrer").first.click()
    expect(anne.locator("main .notice").first).to_be_visible()

    told("Nolwenn écrit 7h30 au même endroit, et 7h au mardi : rien n’est écrasé, les deux valeurs sont là.")
    nolwenn.watch.expects(409)  # type: ignore[attr-defined]
    cell(nolwenn, "Les Cordées", "12 oct").fill("7h30")
    cell(nolwenn, "Les Cordées", "13 oct").fill("7h")
    nolwenn.get_by_role("button", name="Enregistrer le brouillon").click()
    arrives(nolwenn, "Deux saisies pour les mêmes heures")
    expect(nolwenn.get_by_label("Votre saisie : 7h30")).to_be_checked()
    expect(nolwenn.get_by_label("Enregistré par Anne Riou : 6h")).to_be_visible()
    told.shown(nolwenn, "deux-saisies")

    told("Elle choisit la bonne ; le reste de sa saisie a été gardé.")
    nolwenn.get_by_label("Votre saisie : 7h30").check()
    nolwenn.get_by_role("button", name="Enregistrer mon choix").click()
    arrives(nolwenn, "Mes heures")
    expect(nolwenn.locator("[data-week-total]")).to_have_text("14 h 30")
