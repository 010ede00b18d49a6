"""A whole assembly: eight members on eight phones, three powers, two colleges, a tie, a secret vote, minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from playwright.sync_api import Page, expect

from coopter.governance.commands.agenda import ItemDetails, add_item
from coopter.governance.commands.assemblies import AssemblyDetails, convene, plan_assembly
from coopter.governance.commands.bodies import SeatDetails, add_seat, create_body
from coopter.governance.commands.settings import setting_motion
from coopter.governance.rules.colleges import College
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, BodyKind, ItemForm
from coopter.governance.rules.presets import ASSOCIATION
from coopter.governance.rules.statutes import Quorum, Statutes
from coopter.members.models import Person
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from tests.browser.conftest import DESK, PHONE
from tests.browser.serving import Site
from tests.browser.telling import Told, answers, arrives
from tests.browser.world import World
from tests.factories import a_person, a_structure, actor, inside

LONG_AGO = date(2024, 1, 1)
CONVENED = datetime(2026, 9, 20, 8, 0, tzinfo=UTC)
# who sits, in which college; the last three of the list give their power and stay at home
STAFF, USERS = "S", "U"
MEMBERS = (
    ("Soizic Tanguy", STAFF), ("Erwan Caradec", STAFF), ("Nadia Belkacem", STAFF), ("Loïc Le Bihan", STAFF),
    ("Maryvonne Kerjean", USERS), ("Denis Allanic", USERS), ("Fatou Diop", USERS), ("Gwenola Prigent", USERS),
    ("Hubert Quéré", STAFF), ("Clara Simonet", USERS), ("Ronan Stéphan", USERS),
)  # fmt: skip
HOLDERS = {"Hubert Quéré": "Soizic Tanguy", "Clara Simonet": "Fatou Diop", "Ronan Stéphan": "Gwenola Prigent"}
RULES = Statutes(
    source="Statuts du 12 mars 2024, articles 11 à 15", convened_by="Présidence",
    quorum=Quorum(Fraction(1, 2), per_college=True), majorities=ASSOCIATION.majorities, casting_vote=True,
    most_proxies=1, persons_secret=True,
    colleges=(College(STAFF, "Salariés", Fraction(50)), College(USERS, "Utilisateurs", Fraction(50))),
)  # fmt: skip


@dataclass
class Meeting:
    """The assembly of the story: its address, who sits there, the points of its agenda."""

    world: World
    assembly_id: int
    people: dict[str, Person]
    items: dict[str, int] = field(default_factory=dict)

    def url(self, *parts: Any) -> str:
        return self.world.url("vie", "assemblees", self.assembly_id, *parts)


@command
def _convened(world: World) -> Meeting:
    """Eleven seats in two colleges, three points, convened in September for this morning."""
    with inside(world.grouping):
        anne = actor(world.grouping, Role.COORDINATOR)
        body = create_body(
            anne, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale", statutes=RULES, from_on=LONG_AGO,
            decided_by="Statuts du 12 mars 2024", at=CONVENED,
        )  # fmt: skip
        people = {}
        for number, (name, college) in enumerate(MEMBERS, start=1):
            structure = a_structure(f"AG{number:02d}", legal_name=f"Chez {name}")
            first, _space, last = name.partition(" ")
            people[name] = a_person(Role.REPRESENTATIVE, structure=structure, first_name=first, last_name=last)
            seat = SeatDetails(starts_on=LONG_AGO, structure_id=structure.id, name=name, college=college)
            add_seat(anne, body_id=body, details=seat, at=CONVENED)
        details = AssemblyDetails(
            body_id=body, title="Assemblée générale d’automne", mode=AssemblyMode.IN_PERSON,
            starts_at=datetime(2026, 10, 15, 7, 30, tzinfo=UTC), record_on=date(2026, 9, 20),
            place="Salle de l’Estacade, Lorient",
        )  # fmt: skip
        assembly_id = plan_assembly(anne, details=details, at=CONVENED)
        meeting = Meeting(world, assembly_id, people)
        delay = setting_motion(name="payment_days", value="45", from_on=date(2026, 11, 1))
        for key, point in {
            "report": ItemDetails("Rapport d’activité", form=ItemForm.REPORT, body="Trois emplois partagés."),
            "delay": ItemDetails(
                "Porter le délai de paiement à 45 jours", method=BallotMethod.ROLL_CALL, motion=delay,
                body="L’assemblée porte de 30 à 45 jours le délai de paiement des factures du groupement.",
            ),
            "chair": ItemDetails(
                "Élire la présidence", form=ItemForm.ELECTION, method=BallotMethod.SECRET, seats=1,
                candidates=("Maryvonne Kerjean", "Loïc Le Bihan"),
            ),
        }.items():  # fmt: skip
            meeting.items[key] = add_item(anne, assembly_id=assembly_id, details=point, at=CONVENED)
        convene(anne, assembly_id=assembly_id, at=CONVENED, base_url="http://localhost")
    return meeting


def test_a_whole_assembly(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told
) -> None:
    with site.app.app_context():
        meeting = _convened(make_world(closed=(), confirmed=True))
    anne = opened(meeting.world.people["coordinator"], DESK)
    _powers(meeting, opened, told)
    phones = _arrivals(meeting, anne, opened, told)
    _tie(meeting, anne, phones, told)
    _secret(meeting, anne, phones, told)
    _minutes(meeting, anne, told)


def _powers(meeting: Meeting, opened: Callable[..., Page], told: Told) -> None:
    told("La veille, trois membres donnent pouvoir depuis leur téléphone.")
    for giver, holder in HOLDERS.items():
        phone = opened(meeting.people[giver], PHONE)
        phone.goto(meeting.world.url("vie", "assemblees"))
        phone.get_by_role("link", name="Donner pouvoir").click()
        arrives(phone, "Pouvoirs")
        phone.get_by_label("Donner pouvoir à").select_option(label=holder)
        told.shown(phone, "pouvoir")
        phone.get_by_role("button", name="Donner pouvoir").click()
        answers(phone, "Le pouvoir est donné")


def _arrivals(meeting: Meeting, anne: Page, opened: Callable[..., Page], told: Told) -> list[Page]:
    told("Anne affiche l’écran de salle et son code ; huit téléphones le visent et entrent.")
    anne.goto(meeting.url("pupitre"))
    anne.get_by_role("button", name="Écran de salle et code").click()
    expect(anne.get_by_role("heading", level=1)).to_have_text("Bienvenue")
    code = anne.url.partition("code=")[2]
    phones = []
    for name, _college in MEMBERS[:8]:
        phone = opened(meeting.people[name], PHONE)
        phone.goto(meeting.url("entrer") + f"?code={code}")
        phone.get_by_role("button", name="J’entre").click()
        expect(phone.get_by_text("Aucun vote n’est ouvert")).to_be_visible()
        phones.append(phone)
    expect(anne.get_by_text("Quorum atteint")).to_be_visible()
    expect(anne.get_by_text("Salariés : 5 sur 5")).to_be_visible()
    told.shown(anne, "salle-accueil")
    return phones


def _tie(meeting: Meeting, anne: Page, phones: list[Page], told: Told) -> None:
    told("La séance s’ouvre ; au clavier, Anne ouvre le vote de la deuxième résolution.")
    anne.goto(meeting.url("pupitre"))
    anne.get_by_label("Présidence de séance").fill("Maryvonne Kerjean")
    anne.get_by_role("button", name="Ouvrir l’assemblée").click()
    answers(anne, "L’assemblée est ouverte")
    anne.keyboard.press("ArrowRight")
    expect(anne.get_by_role("heading", level=2).first).to_contain_text("délai de paiement")
    anne.wait_for_load_state()
    anne.keyboard.press("o")
    answers(anne, "Le vote est ouvert")
    told.shown(anne, "pupitre")

    told("La résolution arrive sur les téléphones : un collège vote pour, l’autre contre ; les pouvoirs suivent.")
    for (name, college), phone in zip(MEMBERS, phones, strict=False):
        expect(phone.get_by_role("heading", name="Porter le délai")).to_be_visible()
        if name == "Soizic Tanguy":
            told.shown(phone, "voter", whole=True)
        voice = "Pour" if college == STAFF else "Contre"
        phone.locator(".choices").get_by_label(voice).check()
        phone.get_by_role("button", name="Relire mon vote").click()
        arrives(phone, "Confirmer mon vote")
        if name == "Soizic Tanguy":
            expect(phone.locator(".said-one")).to_have_count(2)
            told.shown(phone, "relire")
        phone.get_by_role("button", name="Voter").click()
        arrives(phone, "Vous avez voté")
        phone.get_by_role("link", name="Attendre le résultat").click()
    expect(anne.locator("#received")).to_contain_text("11 votes reçus sur 11")

    told("Égalité après pondération : la présidence départage, et la résolution prend effet toute seule.")
    anne.watch.expects(422)  # type: ignore[attr-defined]
    anne.keyboard.press("c")
    anne.locator("dialog[open]").get_by_role("button", name="Clore le vote").click()
    expect(anne.get_by_text("Voix de la présidence")).to_be_visible()
    told.shown(anne, "departager")
    anne.get_by_role("group", name="Voix de la présidence").get_by_label("Pour").check()
    anne.get_by_role("button", name="Départager et clore").click()
    answers(anne, "Le vote est clos")
    expect(anne.get_by_text("a départagé, pour")).to_be_visible()
    for phone in phones:
        expect(phone.get_by_text("Adoptée", exact=True)).to_be_visible()
    told.shown(phones[0], "resultat", whole=True)
    anne.goto(meeting.url("salle"))
    expect(anne.get_by_text("Adoptée", exact=True)).to_be_visible()
    told.shown(anne, "salle-resultat")


def _secret(meeting: Meeting, anne: Page, phones: list[Page], told: Told) -> None:
    told("L’élection est secrète : chacun choisit, et garde un reçu qu’il est seul à voir.")
    anne.goto(meeting.url("pupitre"))
    expect(anne.get_by_role("heading", level=2).first).to_contain_text("Rapport")
    for _step in range(2):
        anne.get_by_role("link", name="Suivant").click()
        anne.wait_for_load_state()
    expect(anne.get_by_role("heading", level=2).first).to_contain_text("Élire la présidence")
    anne.keyboard.press("o")
    answers(anne, "Le vote est ouvert")
    for place, phone in enumerate(phones):
        expect(phone.get_by_role("heading", name="Élire la présidence")).to_be_visible()
        if place == 0:
            told.shown(phone, "elire")
        phone.locator(".choices").get_by_label("Maryvonne Kerjean" if place != 1 else "Loïc Le Bihan").check()
        phone.get_by_role("button", name="Relire mon vote").click()
        arrives(phone, "Confirmer mon vote")
        phone.get_by_role("button", name="Voter").click()
        arrives(phone, "Vous avez voté")
        expect(phone.locator(".receipt")).to_have_count(2 if MEMBERS[place][0] in HOLDERS.values() else 1)
    told.shown(phones[2], "recu")
    receipt = phones[2].locator(".receipt code").inner_text()
    anne.keyboard.press("c")
    anne.locator("dialog[open]").get_by_role("button", name="Clore le vote").click()
    answers(anne, "Le vote est clos")
    expect(anne.get_by_text("Élu·es : Maryvonne Kerjean.")).to_be_visible()

    told("Après la clôture, le reçu se retrouve dans la liste publiée.")
    phones[2].goto(meeting.url("bulletins"))
    phones[2].get_by_label("Chercher mon reçu").fill(receipt)
    phones[2].get_by_role("button", name="Chercher").click()
    expect(phones[2].get_by_text("Votre bulletin est dans la liste")).to_be_visible()
    told.shown(phones[2], "retrouver-son-recu")


def _minutes(meeting: Meeting, anne: Page, told: Told) -> None:
    told("L’assemblée se clôt ; le procès-verbal s’est rédigé d’après ce qui s’est passé.")
    anne.get_by_role("button", name="Clore l’assemblée").click()
    anne.locator("dialog[open]").get_by_role("button", name="Clore l’assemblée").click()
    arrives(anne, "Procès-verbal")
    expect(anne.locator(".minutes")).to_contain_text("Après pondération des collèges : 50 % pour, 50 % contre.")
    anne.get_by_role("button", name="Commencer le procès-verbal").click()
    answers(anne, "Le brouillon est prêt")
    told.shown(anne, "proces-verbal")
    anne.get_by_role("button", name="Figer le procès-verbal").click()
    anne.locator("dialog[open]").get_by_role("button", name="Figer le procès-verbal").click()
    answers(anne, "Le procès-verbal est figé")
    for name, picture in (
        ("Télécharger le PDF", "proces-verbal-pdf"),
        ("Feuille de présence", "feuille-de-presence-pdf"),
    ):
        with anne.expect_download() as waiting:
            anne.get_by_role("link", name=name).click()
        content = waiting.value.path().read_bytes()
        assert content.startswith(b"%PDF")
        told.pictures.of_pdf(content, picture)
    anne.goto(meeting.world.url("vie", "deliberations"))
    expect(anne.locator("tbody tr")).to_have_count(2)
    told.shown(anne, "deliberations")
