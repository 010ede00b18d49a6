"""A contribution by its pages: studied, decided, declared on a phone, called, explained, paid, told by the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from playwright.sync_api import Page, expect

from coopter.contributions.commands import variants
from coopter.contributions.commands.campaigns import CampaignDetails, open_campaign
from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.models import Figure
from coopter.contributions.rules.formulas import Case, Formula, Tier
from coopter.contributions.rules.kinds import Base, FigureState, Product
from coopter.members.models import Person
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.money import Money
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, agree, answers, arrives
from tests.browser.world import World
from tests.factories import a_person, actor, inside, saved

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
# what each earned in 2025, in cents; the workshop has not said yet
PROFITS = {"RIVES": 1_840_000, "QUAI": 120_050, "CORDEE": 4_206_000, "HALLES": -310_000, "VENTS": 960_000}
SILENT = "MAREES"
BY_TIERS = Formula(
    base=Base.PROFIT, tiers=(Tier(30_000, 2_000_000), Tier(15_000)), floor=Money(5_000), cap=Money(90_000)
)
ALL_OF_IT = Formula(base=Base.PROFIT, tiers=(Tier(30_000),))
PROOF = Case({Base.PROFIT: 4_206_000}, Money(90_000))


@dataclass
class Idea:
    """The contribution of the story, its variants, and the workshop's representative."""

    world: World
    contribution: int
    variant: int
    workshop: Person

    def url(self, *parts: Any) -> str:
        return self.world.url("contributions", *parts)


@command
def _studied(world: World) -> Idea:
    """Two variants on the figures of 2025; everybody has answered but one."""
    with inside(world.grouping):
        anne = actor(world.grouping, Role.COORDINATOR)
        made = create_contribution(anne, name="Quote-part des bénéfices", product=Product.PROPORTIONAL, at=AT)
        for code, amount in PROFITS.items():
            saved(
                Figure(
                    structure_id=world.structures[code], year=2025, base=Base.PROFIT, amount=amount,
                    state=FigureState.CHECKED, method="Comptes annuels 2025", written_by=code, written_at=AT,
                )
            )  # fmt: skip
        details = CampaignDetails(bases=(Base.PROFIT,), due_on=date(2026, 10, 31), message="Comptes annuels de 2025.")
        open_campaign(anne, year=2025, details=details, at=AT)
        for name, formula, cases in (("Trois pour cent", ALL_OF_IT, ()), ("Par tranches", BY_TIERS, (PROOF,))):
            kept = VariantDetails(name, formula, cases)
            variant = variants.save_variant(anne, contribution_id=made, details=kept, at=AT)
        from coopter.members import queries as members

        workshop = a_person(
            Role.REPRESENTATIVE, structure=members.get_structure(world.structures[SILENT]), first_name="Erwan",
            last_name="Caradec",
        )  # fmt: skip
    return Idea(world, made, variant, workshop)


def test_a_contribution_from_the_study_to_the_account(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    with site.app.app_context():
        idea = _studied(make_world(closed=(), confirmed=True))
    anne = opened(idea.world.people["coordinator"], DESK)
    _study(idea, anne, told)
    phone = opened(idea.workshop, PHONE)
    _declare(idea, phone, told)
    _call(idea, anne, told)
    _explain(idea, phone, told)
    _pay(idea, anne, told)
    _statement(idea, phone, told)


def _study(idea: Idea, anne: Page, told: Told) -> None:
    told("Anne met deux variantes côte à côte, sur les bénéfices de 2025 : qui paie, ce que pèse le premier.")
    anne.goto(idea.url(idea.contribution, "etude") + f"?variante={idea.variant}")
    arrives(anne, "Étude : Quote-part des bénéfices")
    anne.get_by_label("Trois pour cent").check()
    expect(anne.locator("#results")).to_contain_text("Trois pour cent")
    told.shown(anne, "contribution-etude")
    told("La variante est décidée ; elle est inscrite au registre avec qui l’a décidée.")
    anne.goto(idea.url(idea.contribution, "variantes", idea.variant))
    anne.locator("#decided-year").select_option("2026")
    anne.get_by_label("Décidé par").fill("Assemblée générale du 12 septembre 2026")
    anne.get_by_role("button", name="Inscrire la décision").first.click()
    agree(anne, "Inscrire la décision")
    answers(anne)


def _declare(idea: Idea, phone: Page, told: Told) -> None:
    told("Au port, l’atelier déclare son bénéfice depuis un téléphone, d’après ses comptes.")
    phone.goto(idea.url("chiffres", 2025, "structures", idea.world.structures[SILENT]))
    phone.get_by_label("Résultat").fill("12 450,00")
    phone.get_by_label("D’où viennent ces chiffres").fill("Comptes annuels 2025, approuvés le 12 juin 2026")
    told.shown(phone, "contribution-declarer")
    phone.get_by_role("button", name="Déclarer ces chiffres").click()
    answers(phone)


def _call(idea: Idea, anne: Page, told: Told) -> None:
    told("Rien ne manque plus : l’aperçu montre le montant de chacun, le calcul et la décision.")
    anne.goto(idea.url(idea.contribution, "appel", 2026))
    arrives(anne, "Appeler : Quote-part des bénéfices 2026")
    expect(anne.get_by_text("Assemblée générale du 12 septembre 2026").first).to_be_visible()
    told.shown(anne, "contribution-apercu")
    anne.get_by_role("button", name="Appeler 2026").click()
    agree(anne, "Appeler")
    answers(anne, "C’est fait")
    expect(anne.get_by_role("link", name="FA-2026-0001")).to_be_visible()
    told.shown(anne, "contribution-appelee")


def _explain(idea: Idea, phone: Page, told: Told) -> None:
    told("L’atelier demande pourquoi ce montant : le calcul, son chiffre, la règle et la décision.")
    phone.goto(idea.world.url("factures"))
    phone.get_by_role("link", name="FA-2026").first.click()
    phone.get_by_role("link", name="Pourquoi ce montant").first.click()
    arrives(phone, "Pourquoi ce montant ?")
    expect(phone.get_by_text("12 450,00").first).to_be_visible()
    expect(phone.get_by_text("Assemblée générale du 12 septembre 2026").first).to_be_visible()
    told.shown(phone, "contribution-pourquoi", whole=True)


def _pay(idea: Idea, anne: Page, told: Told) -> None:
    told("Le virement arrive : Anne le note ; noté deux fois, la page demande si c’est bien un second paiement.")
    anne.goto(idea.world.url("paiements"))
    anne.get_by_role("link", name="Les Cordées").click()
    arrives(anne, "Compte : Les Cordées")
    anne.get_by_role("link", name="Noter un paiement").click()
    anne.get_by_label("Montant reçu").fill("450,00")
    anne.get_by_role("button", name="Noter le paiement").click()
    answers(anne, "Le paiement est noté")
    told.shown(anne, "contribution-paiement")
    anne.get_by_label("Montant reçu").fill("450,00")
    anne.watch.expects(422)  # type: ignore[attr-defined]
    anne.get_by_role("button", name="Noter le paiement").click()
    answers(anne, "a déjà noté")
    expect(anne.get_by_label("J’ai vérifié")).to_be_visible()
    anne.goto(idea.world.url("paiements", "membres", idea.world.structures["CORDEE"]))
    expect(anne.get_by_text("450,00").first).to_be_visible()
    told.shown(anne, "contribution-compte")


def _statement(idea: Idea, phone: Page, told: Told) -> None:
    told("L’atelier ouvre son propre compte sur son téléphone : ce qui lui est demandé, et rien des autres.")
    phone.goto(idea.world.url("paiements", "membres", idea.world.structures[SILENT]))
    arrives(phone, "Compte : L’Atelier des marées")
    expect(phone.get_by_role("link", name="Relevé (PDF)")).to_be_visible()
    told.shown(phone, "contribution-releve")
    phone.watch.expects(404)  # type: ignore[attr-defined]
    phone.goto(idea.world.url("paiements", "membres", idea.world.structures["CORDEE"]))
    expect(phone.get_by_text("Les Cordées")).to_have_count(0)
