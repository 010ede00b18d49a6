"""What the members' room decides: kinds of grouping, and the parameters that a grouping sets with a date of effect."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coopter.values.refusal import Refusal


class GroupingKind(enum.Enum):
    """What a grouping is."""

    EMPLOYER_GROUP = "employer-group"
    PTCE = "ptce"
    COOPERATIVE = "cooperative"
    TERRITORY = "territory"


class VatStatus(enum.Enum):
    """How a structure stands to VAT (domain.md §4.8)."""

    LIABLE = "vat_liable"
    EXEMPT = "exempt"
    FRANCHISE = "franchise_293b"
    NOT_TAXABLE = "not_taxable"


class VatRegime(enum.Enum):
    """How a grouping's own services stand to VAT from a date on (domain.md §3)."""

    TAXED = "taxed"
    EXEMPT_261B = "exempt-261b"
    FRANCHISE_293B = "franchise-293b"


INITIAL = "Reprise initiale"


@dataclass(frozen=True)
class ParameterKind:
    """One thing that a grouping may set with a date: its name, how its text is read, and the value before any was set."""

    name: str
    reads: str  # "rate" | "percent" | "money" | "days" | "minutes" | "vat_regime" | "text"
    default: str


# Defaults marked [M] in domain.md were not verified: that is why each is a dated parameter and not a constant.
PARAMETERS = {
    kind.name: kind
    for kind in (
        ParameterKind("vat_regime", "vat_regime", "taxed"),
        ParameterKind("vat_rate", "percent", "20"),
        ParameterKind("payment_days", "days", "30"),
        ParameterKind("payment_days_public", "days", "30"),
        ParameterKind("late_penalty_rate", "percent", "12.15"),
        ParameterKind("late_penalty_rate_public", "percent", "10.15"),
        ParameterKind("recovery_indemnity", "money", "40.00"),
        ParameterKind("discount_terms", "text", "Pas d'escompte pour paiement anticipé."),
        ParameterKind("daily_warning", "minutes", "600"),
        ParameterKind("weekly_warning", "minutes", "2880"),
        ParameterKind("vat_on_debits", "text", "no"),
    )
}


class UnknownParameter(Refusal):
    """Le paramètre « %(name)s » n'existe pas : choisissez-en un dans la liste."""


@dataclass(frozen=True)
class Setting:
    """A parameter's value in force: since when, by which decision and whose hand."""

    name: str
    value: str
    from_on: date | None
    decided_by: str
    author: str


def in_force(settings: Iterable[Setting], name: str, *, on: date) -> Setting:
    """The setting of this name in force on a day: the latest that starts on or before it, else the default."""
    if name not in PARAMETERS:
        raise UnknownParameter(name=name)
    started = [s for s in settings if s.name == name and s.from_on is not None and s.from_on <= on]
    if not started:
        return Setting(name, PARAMETERS[name].default, None, INITIAL, "")
    return max(started, key=lambda s: s.from_on or date.min)
