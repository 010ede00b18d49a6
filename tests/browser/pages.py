"""The pages that a reader of each role comes to: what the checks of access and of narrow screens walk through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.world import World

Address = Callable[[World, dict[str, Any]], str]


def _at(*parts: Any) -> Address:
    return lambda world, ids: world.url(*(part(world, ids) if callable(part) else part for part in parts))


def _structure(code: str) -> Callable[..., int]:
    return lambda world, ids: world.structures[code]


def _employee(name: str) -> Callable[..., int]:
    return lambda world, ids: world.employees[name]


def _id(name: str) -> Callable[..., Any]:
    return lambda world, ids: ids[name]


# name, who reads it, its address
PAGES: tuple[tuple[str, str | None, Address], ...] = (
    ("connexion", None, lambda world, ids: "/connexion"),
    ("mot-de-passe", None, lambda world, ids: "/mot-de-passe"),
    ("bureau", "coordinator", _at("")),
    ("heures-mois", "coordinator", _at("heures", "mois", "2026-09")),
    ("heures-mois-clos", "coordinator", _at("heures", "mois", "2026-08")),
    ("heures-import", "coordinator", _at("heures", "import")),
    ("heures-structure-mois", "coordinator", _at("heures", "structures", _structure("RIVES"), "mois", "2026-09")),
    ("planning", "coordinator", _at("planning")),
    ("planning-personne", "coordinator", _at("planning", "salaries", _employee("Nolwenn"))),
    ("planning-creneau", "coordinator", _at("planning", "salaries", _employee("Nolwenn"), "creneau")),
    ("planning-horaire", "coordinator", _at("planning", "salaries", _employee("Nolwenn"), "horaire")),
    ("couts", "coordinator", _at("couts", "2026-09")),
    ("couts-clos", "coordinator", _at("couts", "2026-08")),
    ("couts-cles", "coordinator", _at("couts", "cles")),
    ("couts-prix", "coordinator", _at("couts", "prix")),
    ("couts-import", "coordinator", _at("couts", "import")),
    ("factures", "coordinator", _at("factures")),
    ("facture", "coordinator", _at("factures", _id("invoice"))),
    ("avoir", "coordinator", _at("factures", _id("invoice"), "avoir")),
    ("pourquoi", "coordinator", _at("factures", _id("invoice"), "lignes", 1, "pourquoi")),
    ("documents", "coordinator", _at("factures", "documents", "2026-08")),
    ("clotures", "coordinator", _at("cloture")),
    ("cloture", "coordinator", _at("cloture", "2026-09")),
    ("cloture-faite", "coordinator", _at("cloture", "2026-08")),
    ("structures", "coordinator", _at("structures")),
    ("structure", "coordinator", _at("structures", _structure("RIVES"))),
    ("structure-modifier", "coordinator", _at("structures", _structure("RIVES"), "modifier")),
    ("structure-nouvelle", "coordinator", _at("structures", "nouvelle")),
    ("salaries", "coordinator", _at("salaries")),
    ("salarie", "coordinator", _at("salaries", _employee("Nolwenn"))),
    ("salarie-nouveau", "coordinator", _at("salaries", "nouveau")),
    ("contrat", "coordinator", _at("salaries", _employee("Nolwenn"), "contrat")),
    ("placer", "coordinator", _at("salaries", _employee("Nolwenn"), "mises-a-disposition")),
    ("mises-a-disposition", "coordinator", _at("mises-a-disposition")),
    ("reglages", "coordinator", _at("reglages")),
    ("reglages-identite", "coordinator", _at("reglages", "identite")),
    ("personnes", "coordinator", _at("personnes")),
    ("inviter", "coordinator", _at("personnes", "inviter")),
    ("journal", "coordinator", _at("journal")),
    ("compte", "coordinator", lambda world, ids: "/compte"),
    ("second-facteur", "coordinator", lambda world, ids: "/compte/second-facteur"),
    ("cles", "coordinator", lambda world, ids: "/compte/cles"),
    ("accueil-membre", "representative", _at("")),
    ("a-confirmer", "representative", _at("heures", "a-confirmer")),
    ("semaine-structure", "representative", _at("heures", "structures", _structure("RIVES"), "semaines", "2026-09-21")),
    ("planning-membre", "representative", _at("planning")),
    ("factures-membre", "representative", _at("factures")),
    ("facture-membre", "representative", _at("factures", _id("own invoice"))),
    ("pourquoi-membre", "representative", _at("factures", _id("own invoice"), "lignes", 1, "pourquoi")),
    ("ma-structure", "representative", _at("structures", _structure("RIVES"))),
    ("accueil-salarie", "employee", _at("")),
    ("semaine", "employee", _at("heures", "salaries", _employee("Nolwenn"), "2026-10-12")),
    ("semaine-passee", "employee", _at("heures", "salaries", _employee("Nolwenn"), "2026-09-21")),
    ("mon-planning", "employee", _at("planning")),
    ("agenda", "employee", _at("planning", "salaries", _employee("Nolwenn"), "agenda")),
    ("exports", "treasurer", _at("exports")),
    ("verification", "auditor", _at("journal", "verification")),
    ("accueil-tresorerie", "treasurer", _at("")),
    ("accueil-controle", "auditor", _at("")),
    ("introuvable", "coordinator", _at("rien")),
    ("interdit", "employee", _at("couts", "2026-09")),
)
