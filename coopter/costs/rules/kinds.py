"""The words of the costs room: what a cost is for, what is split together, and by what."""

from __future__ import annotations

import enum

from coopter.values.refusal import Words


class CostKind(enum.Enum):
    """What a cost line is for (domain.md §2.2)."""

    GROSS_PAY = "gross_pay"
    EMPLOYER_CONTRIBUTIONS = "employer_contributions"
    PAID_LEAVE = "paid_leave"
    HEALTH_COVER = "health_cover"
    OCCUPATIONAL_HEALTH = "occupational_health"
    TRAINING = "training"
    TRAVEL = "travel"
    EQUIPMENT = "equipment"
    PAYROLL_TAX = "payroll_tax"
    AID = "aid"
    MANAGEMENT = "management"
    OTHER = "other"


class Pool(enum.Enum):
    """What is split together: one employee's costs, or the grouping's management costs."""

    EMPLOYEE = "employee"
    MANAGEMENT = "management"


class KeyMethod(enum.Enum):
    """By what a pool is split."""

    MINUTES = "minutes"
    EQUAL = "equal"
    WEIGHTS = "weights"
    HEADCOUNT = "headcount"


# What French files and pay software call each kind, besides its code; the first is the house's own word.
FRENCH_KINDS: dict[CostKind, tuple[str, ...]] = {
    CostKind.GROSS_PAY: ("Salaire brut", "Brut", "Salaire", "Rémunération brute"),
    CostKind.EMPLOYER_CONTRIBUTIONS: (
        "Cotisations patronales",
        "Charges patronales",
        "Cotisations employeur",
        "Charges sociales",
    ),
    CostKind.PAID_LEAVE: ("Congés payés", "Provision congés payés", "Provision pour congés payés", "CP"),
    CostKind.HEALTH_COVER: ("Complémentaire santé", "Mutuelle", "Prévoyance", "Mutuelle et prévoyance"),
    CostKind.OCCUPATIONAL_HEALTH: ("Santé au travail", "Médecine du travail"),
    CostKind.TRAINING: ("Formation", "Contribution formation"),
    CostKind.TRAVEL: ("Déplacements", "Indemnités kilométriques", "Frais de déplacement"),
    CostKind.EQUIPMENT: ("Équipement", "Matériel", "EPI"),
    CostKind.PAYROLL_TAX: ("Taxe sur les salaires",),
    CostKind.AID: ("Aide reçue", "Aide", "Subvention"),
    CostKind.MANAGEMENT: ("Frais de gestion", "Gestion"),
    CostKind.OTHER: ("Autre", "Autre coût", "Divers"),
}


HOW = {
    KeyMethod.MINUTES: Words("au prorata des heures"),
    KeyMethod.EQUAL: Words("à parts égales"),
    KeyMethod.WEIGHTS: Words("selon des poids fixes"),
    KeyMethod.HEADCOUNT: Words("selon l’effectif"),
}
