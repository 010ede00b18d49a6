"""Who is in the demonstration: structures, people and work of the Morbihan, all invented; no number is anybody's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from coopter.costs.rules import CostKind
from coopter.members.rules import VatStatus
from coopter.values.actor import Role

SLUG, NAME = "cap-cooperation", "Cap Coopération"
GROUPING: dict[str, Any] = {
    "legal_form": "Société coopérative",
    "address": "12 quai des Indes",
    "postcode": "56100",
    "city": "Lorient",
    "email": "bureau@cap-cooperation.example",
    "phone": "02 97 00 00 00",
    "iban": "FR7630006000011234567890189",  # the banks' own example, nobody's account
    "collective_agreement": "ÉCLAT (IDCC 1518)",
}
GROUPING_NUMBER = 8001


@dataclass(frozen=True, slots=True)
class Member:
    """A member structure, and the person who represents it; `number` makes its SIRET."""

    code: str
    name: str
    legal_form: str
    vat: VatStatus
    number: int
    address: str
    postcode: str
    city: str
    headcount: int
    activity: str
    representative: tuple[str, str]


MEMBERS = (
    Member("KER", "Kerlann Culture", "association", VatStatus.NOT_TAXABLE, 8011, "3 rue des Halles", "56000", "Vannes",
           4, "Spectacle vivant et éducation populaire", ("Gaëlle", "Hervé")),
    Member("ECL", "L'Écluse solidaire", "association", VatStatus.NOT_TAXABLE, 8012, "8 quai du Canal", "56120",
           "Josselin", 3, "Épicerie sociale", ("Mathieu", "Le Dantec")),
    Member("TER", "Terres du Blavet", "SCIC SA", VatStatus.LIABLE, 8013, "15 route de Stival", "56300", "Pontivy", 12,
           "Plateforme de produits locaux", ("Rozenn", "Guillou")),
    Member("EAU", "Eaux du Golfe", "SPL", VatStatus.LIABLE, 8014, "2 place de la République", "56400", "Auray", 26,
           "Gestion de l'eau", ("Paul", "Kerbrat")),
    Member("SOL", "Soleil citoyen du Morbihan", "SAS", VatStatus.LIABLE, 8015, "21 rue de Kervaric", "56100", "Lorient",
           2, "Toitures photovoltaïques citoyennes", ("Inès", "Le Roux")),
    Member("RES", "Ressort insertion", "SARL", VatStatus.LIABLE, 8016, "40 avenue de la Libération", "56700",
           "Hennebont", 18, "Entreprise d'insertion par le réemploi", ("Bruno", "Cadoret")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worker:
    """A shared employee: the structure of each weekday (0 is Monday), the work done there, the monthly costs."""

    code: str
    first_name: str
    last_name: str
    job: str
    grade: str
    week: dict[int, str]
    activities: tuple[str, ...]
    costs: tuple[tuple[CostKind, str, int], ...]


def _costs(gross: int, travel: int) -> tuple[tuple[CostKind, str, int], ...]:
    """Monthly costs in cents that hang together: contributions at a third, paid leave at a tenth of what is paid."""
    contributions = gross * 338 // 1000
    return (
        (CostKind.GROSS_PAY, "Salaire brut", gross),
        (CostKind.EMPLOYER_CONTRIBUTIONS, "Cotisations patronales", contributions),
        (CostKind.PAID_LEAVE, "Provision pour congés payés", (gross + contributions) // 10),
        (CostKind.TRAVEL, "Déplacements", travel),
    )


WORKERS = (
    Worker("E1", "Maëlle", "Kervadec", "Comptable", "Groupe E", {0: "KER", 1: "TER", 2: "SOL", 3: "TER", 4: "ECL"},
           ("Comptabilité", "Déclarations", "Budget"), _costs(247_850, 6_420)),
    Worker("E2", "Yann", "Tanguy", "Chargé de communication", "Groupe D", {0: "EAU", 1: "RES", 3: "KER", 4: "EAU"},
           ("Site internet", "Lettre d'information", "Réseaux sociaux"), _costs(188_000, 11_835)),
    Worker("E3", "Soizic", "Le Bris", "Responsable des ressources humaines", "Groupe F",
           {0: "RES", 1: "ECL", 2: "TER", 3: "RES", 4: "SOL"}, ("Paie", "Recrutement", "Entretiens"),
           _costs(271_317, 8_390)),
)  # fmt: skip
MANAGEMENT = (("Logiciels et assurance", 18_640), ("Temps de coordination", 61_275))


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who runs or checks the grouping."""

    first_name: str
    last_name: str
    role: Role


STAFF = (
    Staff("Anne", "Riou", Role.COORDINATOR),
    Staff("Jakez", "Morvan", Role.TREASURER),
    Staff("Claire", "Danet", Role.AUDITOR),
)
ROLE_WORDS = {
    Role.COORDINATOR: "coordinatrice",
    Role.REPRESENTATIVE: "représente",
    Role.EMPLOYEE: "emploi partagé",
    Role.TREASURER: "trésorier",
    Role.AUDITOR: "contrôle, sans rien changer",
}


def siret_of(number: int) -> str:
    """A SIRET that passes its check and belongs to nobody: no SIREN starts with 9999."""
    return luhn(luhn(f"9999{number:04d}") + "0001")


def luhn(digits: str) -> str:
    """The digits, followed by their check digit."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def mail_of(first_name: str, last_name: str, domain: str) -> str:
    """An address that no mail can reach."""
    bare = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").encode("ascii", "ignore").decode()
    return f"{bare.replace(' ', '').lower()}@{domain}.example"
