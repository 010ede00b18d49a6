"""Nolwenn works for three structures: she fills her week on her phone, and keeps her schedule in her diary."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.request import Request, urlopen

import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from coopter.values.month import Month
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, answers, arrives, door
from tests.browser.world import World


def cell(page: Page, structure: str, day: str) -> Locator:
    """The box of a structure on a day of the week's grid."""
    return page.get_by_role("textbox", name=re.compile(f"^{structure}, .*{day}"))


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_employee_fills_and_sends_her_week(
    width: int, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=(Month(2026, 8),))
    page = opened(world.people["employee"], width)

    told("Nolwenn ouvre sa semaine : une ligne par structure.")
    page.goto(world.url(""))
    told.shown(page, "accueil-salarie")
    door(page, "Mes heures")
    arrives(page, "Mes heures")

    told("Elle écrit les heures comme elles lui viennent, et passe d’une case à l’autre sans quitter le clavier.")
    monday = cell(page, "Les Cordées", "12 oct")
    monday.click()
    monday.press_sequentially("7h30")
    monday.press("ArrowRight")
    tuesday = cell(page, "Les Cordées", "13 oct")
    expect(tuesday).to_be_focused()
    tuesday.press_sequentially("7,5")
    expect(page.locator("[data-line-total='1']")).to_have_text("15 h")
    tuesday.press("ArrowRight")
    expect(cell(page, "Les Cordées", "14 oct")).to_be_focused()
    cell(page, "Les Cordées", "14 oct").press("Enter")
    wednesday = page.locator(":focus")
    expect(wednesday).to_have_attribute("data-day", "3")
    expect(wednesday).to_have_attribute("data-line", "2")
    cell(page, "Régie des Rives", "14 oct").fill("450 min")

    told("Les totaux suivent : par jour, par structure, pour la semaine.")
    expect(page.locator("[data-day-total='3']")).to_have_text("7 h 30")
    expect(page.locator("[data-week-total]")).to_have_text("22 h 30")
    told.shown(page, "semaine", at=page.locator("table.week") if width == PHONE else None)

    told("Ce qui n’est pas une durée se voit aussitôt ; rien n’est perdu.")
    thursday = cell(page, "Port et Halles", "15 oct")
    thursday.fill("sept")
    expect(thursday).to_have_class(re.compile("is-unread"))
    thursday.fill("7:30")
    expect(page.locator("[data-week-total]")).to_have_text("30 h")

    told("Elle envoie la semaine : chaque structure confirmera les siennes.")
    page.get_by_role("button", name="Envoyer la semaine").click()
    answers(page, "4 lignes envoyées")
    expect(page.locator(".week-state")).to_have_count(4)
    expect(page.locator("[data-week-total]")).to_have_text("30 h")
    told.shown(page, "semaine-envoyee", whole=True)


def test_a_schedule_lives_in_the_diary(
    make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    world = make_world(closed=())
    page = opened(world.people["employee"], PHONE)

    told("Nolwenn regarde où elle est attendue cette semaine.")
    page.goto(world.url(""))
    door(page, "Mon planning")
    expect(page.locator("main")).to_contain_text("35 h")
    told.shown(page, "planning")

    told("Elle demande un lien d’agenda : un code QR, un lien webcal, montrés une seule fois.")
    page.get_by_role("link", name="Dans mon agenda").click()
    page.get_by_role("button", name="Créer le lien d’agenda").click()
    expect(page.get_by_role("img", name=re.compile("Code QR"))).to_be_visible()
    webcal = page.get_by_role("link", name="Ouvrir dans mon agenda").get_attribute("href")
    assert webcal is not None and webcal.startswith("webcal://")
    address = page.locator("main code").inner_text()
    assert address.partition("://")[2] == webcal.partition("://")[2]
    told.shown(page, "agenda")
    page.goto(page.url)
    expect(page.locator("main")).not_to_contain_text(address)

    told("Deux agendas que nous n’avons pas écrits lisent le lien, et n’y trouvent ni montant ni nom de tiers.")
    with urlopen(address) as answer:
        text, tag = answer.read().decode(), answer.headers["ETag"]
    monday = [e for e in IcsCalendarStream.calendar_from_ics(text).events if e.dtstart.date() == date(2026, 10, 19)]
    assert [e.dtstart.isoformat() for e in monday] == ["2026-10-19T09:00:00+02:00"]
    week = recurring_ical_events.of(Calendar.from_ical(text)).between(date(2026, 10, 19), date(2026, 10, 24))
    assert len(week) == 6
    assert "Samira" not in text and "€" not in text
    with pytest.raises(Exception, match="304"):
        urlopen(Request(address, headers={"If-None-Match": tag}))

    told("Elle ferme le lien : plus personne ne le lit.")
    page.get_by_role("button", name="Fermer le lien").click()
    page.locator("dialog[open]").get_by_role("button", name="Fermer le lien").click()
    expect(page.get_by_role("button", name="Créer le lien d’agenda")).to_be_visible()
    with pytest.raises(Exception, match=r"404|410"):
        urlopen(address)


def test_hours_typed_after_the_session_ended_are_not_lost(
    strict_site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    """The browser's own headers tell that the form is ours (R42); the same tab keeps what was typed."""
    world = make_world(closed=())
    page = opened(world.people["employee"], PHONE)
    page.watch.expects(400)  # type: ignore[attr-defined]

    told("Nolwenn remplit sa semaine ; entre-temps sa session a pris fin.")
    page.goto(world.url("heures", "salaries", world.employees["Nolwenn"], "2026-10-12"))
    cell(page, "Les Cordées", "12 oct").fill("7h30")
    page.context.clear_cookies()
    page.get_by_role("button", name="Enregistrer").first.click()
    arrives(page, "Votre session a pris fin")

    told("Elle se connecte dans un autre onglet, revient, et renvoie ce qu’elle avait saisi.")
    with page.expect_popup() as other:
        page.get_by_role("link", name="Se connecter dans un nouvel onglet").click()
    expect(other.value.get_by_role("textbox", name="Adresse électronique")).to_be_visible()
    with strict_site.app.app_context():
        page.context.add_cookies([strict_site.cookie(world.people["employee"])])  # type: ignore[list-item]
    other.value.close()
    page.get_by_role("button", name="Renvoyer ce que j’avais saisi").click()
    arrives(page, "Cette page a expiré")  # this sign-in began another session: its own token, and one more click
    page.get_by_role("button", name="Renvoyer ce que j’avais saisi").click()
    expect(cell(page, "Les Cordées", "12 oct")).to_have_value("7h30")
