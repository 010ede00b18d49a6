"""What a grouping sets with a date of effect, and how each value is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coopter.members.rules.kinds import VatRegime
from coopter.values.durations import parse_minutes
from coopter.values.money import Money
from coopter.values.numbers import parse_amount, parse_whole
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

INITIAL = "Reprise initiale"


@dataclass(frozen=True)
class ParameterKind:
    """One thing that a grouping may set with a date: its name, what people call it, how its text is read, and its value
    before any was set."""

    name: str
    label: Words
    reads: str  # "rate" | "percent" | "money" | "days" | "minutes" | "vat_regime" | "text"
    default: str


# Defaults marked [M] in domain.md were not verified: that is why each is a dated parameter and not a constant.
PARAMETERS = {
    kind.name: kind
    for kind in (
        ParameterKind("vat_regime", Words("Régime de TVA"), "vat_regime", "taxed"),
        ParameterKind("vat_rate", Words("Taux de TVA, en pour cent"), "percent", "20"),
        ParameterKind("payment_days", Words("Délai de paiement (jours)"), "days", "30"),
        ParameterKind("payment_days_public", Words("Délai de paiement des personnes publiques (jours)"), "days", "30"),
        ParameterKind("late_penalty_rate", Words("Pénalités de retard, en pour cent par an"), "percent", "12.15"),
        ParameterKind(
            "late_penalty_rate_public",
            Words("Pénalités de retard des personnes publiques, en pour cent par an"),
            "percent",
            "10.15",
        ),
        ParameterKind("recovery_indemnity", Words("Indemnité de recouvrement (€)"), "money", "40.00"),
        ParameterKind(
            "discount_terms", Words("Conditions d'escompte"), "text", "Pas d'escompte pour paiement anticipé."
        ),
        ParameterKind("daily_warning", Words("Alerte au-delà de (heures par jour)"), "minutes", "600"),
        ParameterKind("weekly_warning", Words("Alerte au-delà de (heures par semaine)"), "minutes", "2880"),
        ParameterKind("vat_on_debits", Words("Option pour la TVA d'après les débits"), "text", "no"),
        ParameterKind("public_joining", Words("Demandes d’adhésion en ligne"), "text", "no"),
        ParameterKind("entrance_fee", Words("Droit d’entrée (€)"), "money", "0.00"),
        ParameterKind("member_deposit", Words("Dépôt de garantie d’un membre (€)"), "money", "0.00"),
        ParameterKind("departure_notice", Words("Préavis de départ d’un membre (jours)"), "days", "90"),
        ParameterKind(
            "liability_key",
            Words("Responsabilité solidaire : règle des statuts (L1253-8)"),
            "text",
            Words("Tous les membres sont solidaires : les statuts ne fixent pas de clé."),
        ),
        ParameterKind(
            "labour_inspectorate", Words("Inspection du travail : nom et adresse"), "text", Words("À compléter.")
        ),
        ParameterKind("share_nominal", Words("Valeur d’une part sociale (€)"), "money", "0.00"),
        ParameterKind("redemption_years", Words("Remboursement des parts : délai au plus (ans)"), "days", "5"),
        ParameterKind("capital_floor", Words("Capital plancher, en pour cent du plus haut atteint"), "percent", "25"),
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
    """The setting of this name in force on a day: the latest that starts on or before it, else the default.

    Of two that start on one day the first given counts (`queries.settings_of` gives the last written first).
    """
    if name not in PARAMETERS:
        raise UnknownParameter(name=name)
    started = [s for s in settings if s.name == name and s.from_on is not None and s.from_on <= on]
    if not started:
        return Setting(name, PARAMETERS[name].default, None, INITIAL, "")
    return max(started, key=lambda s: s.from_on or date.min)


class NotInTheList(Refusal):
    """« %(value)s » n'est pas dans la liste : choisissez l'une de ces valeurs : %(choices)s."""


def as_rate(setting: Setting) -> Rate:
    """A setting of kind rate or percent."""
    return Rate.percent(setting.value) if _kind(setting.name).reads == "percent" else Rate.parse(setting.value)


def as_money(setting: Setting) -> Money:
    """A setting in euros."""
    return parse_amount(setting.value)


def as_days(setting: Setting) -> int:
    """A setting in days."""
    return parse_whole(setting.value)


def as_minutes(setting: Setting) -> int:
    """A setting in minutes."""
    return int(setting.value)


def as_vat_regime(setting: Setting) -> VatRegime:
    """The setting of the VAT regime."""
    return VatRegime(setting.value)


def canonical_value(name: str, text: str) -> str:
    """What somebody typed for this parameter, checked, as it is stored; raises UnknownParameter or a Refusal."""
    reads = _kind(name).reads
    if reads == "percent":
        return format(Rate.percent(text).in_percent, "f")
    if reads == "rate":
        return format(Rate.parse(text).decimal, "f")
    if reads == "money":
        return format(parse_amount(text).decimal, "f")
    if reads == "days":
        return str(parse_whole(text))
    if reads == "minutes":
        return str(parse_minutes(text))
    if reads == "vat_regime":
        if text not in {regime.value for regime in VatRegime}:
            raise NotInTheList(value=text, choices=[regime.value for regime in VatRegime])
        return text
    return clean_line(text, most=500)


def _kind(name: str) -> ParameterKind:
    if name not in PARAMETERS:
        raise UnknownParameter(name=name)
    return PARAMETERS[name]
