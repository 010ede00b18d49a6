"""From the vote to the euro: a key voted in March shares April, and April's invoice leads back to the resolution."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from coopter.governance.commands.assemblies import AssemblyDetails, convene, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import create_body, seat_all_members
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BodyKind
from coopter.governance.rules.presets import ASSOCIATION
from coopter.plumbing import clock
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.month import Month
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, answers, arrives
from tests.browser.world import World
from tests.factories import actor, inside

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
FEBRUARY = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)
MEETING = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
AFTER_MARCH = datetime(2026, 4, 7, 8, 0, tzinfo=UTC)
AFTER_APRIL = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
TITLE = "Assemblée générale de mars"


@command
def _planned(world: World) -> int:
    """A general assembly of the six members, planned in February for the fourteenth of March."""
    with inside(world.grouping):
        anne = actor(world.grouping, Role.COORDINATOR)
        body = create_body(
            anne, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale",
            statutes=replace(ASSOCIATION, dues_needed=False), from_on=date(2025, 1, 1),
            decided_by="Statuts du 12 mars 2024", at=FEBRUARY,
        )  # fmt: skip
        seat_all_members(anne, body_id=body, on=date(2025, 1, 1), at=FEBRUARY)
        details = AssemblyDetails(
            body_id=body, title=TITLE, mode=AssemblyMode.IN_PERSON, starts_at=MEETING, record_on=date(2026, 2, 20),
            place="Salle de l’Estacade, Lorient",
        )  # fmt: skip
        return plan_assembly(anne, details=details, at=FEBRUARY)


@command
def _everybody_comes(world: World, assembly_id: int) -> None:
    with inside(world.grouping):
        anne = actor(world.grouping, Role.COORDINATOR)
        convene(anne, assembly_id=assembly_id, at=FEBRUARY, base_url="http://localhost")
        open_assembly(anne, assembly_id=assembly_id, chair="Soizic Tanguy", secretary="Anne Riou", at=MEETING)
        for elector in roll_of(assembly_id):
            record_arrival(
                anne, assembly_id=assembly_id, elector_id=elector.id, means=AttendanceMeans.ON_THE_SPOT,
                person_name=elector.name, at=MEETING,
            )  # fmt: skip


def test_a_key_voted_in_march_is_on_the_invoice_of_april(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Issue 3 §4, and the motto: from the euro to the hour and to the decision."""

    def it_is(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    it_is(FEBRUARY)
    with site.app.app_context():
        world = make_world(closed=(), waiting=(MARCH, APRIL), confirmed=True)
        assembly_id = _planned(world)
    anne = opened(world.people["coordinator"], DESK)

    told("En février, Anne prépare la clé : les frais de gestion à parts égales dès avril, si l’assemblée le veut.")
    anne.goto(world.url("couts", "cles"))
    anne.get_by_label("Ce qui est réparti").select_option(label="Frais de gestion")
    anne.get_by_label("Clé", exact=True).select_option(label="à parts égales")
    anne.get_by_label("À partir du mois de").fill("2026-04")
    vote = anne.get_by_label("Comment est-ce décidé ?")
    vote.select_option(label=vote.locator("option", has_text=TITLE).inner_text())
    told.shown(anne, "cle-au-vote")
    anne.get_by_role("button", name="Enregistrer cette clé").click()
    arrives(anne, TITLE)

    told("Le 14 mars, l’assemblée vote ; personne ne saisit rien de plus.")
    it_is(MEETING)
    with site.app.app_context():
        _everybody_comes(world, assembly_id)
    anne.goto(world.url("vie", "assemblees", assembly_id, "pupitre"))
    expect(anne.get_by_text("Adoptée, elle aura cet effet")).to_be_visible()
    anne.keyboard.press("o")
    answers(anne, "Le vote est ouvert")
    anne.get_by_role("button", name="Noter ces voix").click()
    answers(anne)
    anne.keyboard.press("c")
    anne.locator("dialog[open]").get_by_role("button", name="Clore le vote").click()
    answers(anne, "Le vote est clos")

    told("Mars se clôt avec l’ancienne clé, avril avec la nouvelle.")
    for moment, month in ((AFTER_MARCH, MARCH), (AFTER_APRIL, APRIL)):
        it_is(moment)
        anne.goto(world.url("cloture", month))
        anne.get_by_role("button", name=re.compile("^Clore ")).click()
        anne.locator("dialog[open]").get_by_role("button", name=re.compile("^Clore ")).click()
        arrives(anne, re.compile("est clos$"))

    told("La Régie des Rives ouvre sa facture d’avril : elle cite la résolution. Celle de mars, non.")
    soizic = opened(world.people["representative"], PHONE)
    soizic.goto(world.url("factures"))
    for name, cites in (("mars 2026", False), ("avril 2026", True)):
        soizic.goto(world.url("factures"))
        soizic.locator("main li, main tr").filter(has_text=name).get_by_role("link").first.click()
        soizic.wait_for_load_state()
        expect(soizic.locator("main")).to_contain_text(name)
        assert ("Résolution n° 1" in soizic.locator("main").inner_text()) is cites
    told.shown(soizic, "facture-resolution", at=soizic.get_by_role("heading", name="Émission"))

    told("« Pourquoi ce montant ? » mène de la ligne à la clé, à la résolution, et au registre des décisions.")
    soizic.locator("main tr, main li").filter(has_text="gestion").get_by_role("link", name="Pourquoi").click()
    expect(soizic.locator("main")).to_contain_text("à parts égales")
    told.shown(soizic, "pourquoi-resolution", at=soizic.get_by_text("La clé de partage"))
    soizic.get_by_role("link", name="Au registre des décisions").first.click()
    arrives(soizic, "Registre des décisions")
    expect(soizic.locator("main")).to_contain_text("à parts égales")

    told("Anne y lit aussi ce qui a été facturé sous la résolution.")
    anne.goto(world.url("vie", "decisions"))
    told.shown(anne, "registre-des-decisions")
