"""A formula in plain sentences, and each step of a computation in words: what the assembly votes is what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from coopter.contributions.rules.formulas_kinds import (
    BasisYear,
    Period,
    ProRata,
    Rounding,
    VatRule,
    base_name,
    of_base,
    quantity,
    rate_words,
)
from coopter.contributions.rules.formulas_shape import Formula
from coopter.contributions.rules.formulas_steps import Step, StepKind
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Counted, Words

PER = {
    Period.YEAR: Words("par an"),
    Period.HALF: Words("par semestre"),
    Period.QUARTER: Words("par trimestre"),
    Period.MONTH: Words("par mois"),
}
IN_TIME = {
    ProRata.DAYS: Words("au prorata des jours d’adhésion"),
    ProRata.MONTHS: Words("par mois d’adhésion commencé"),
    ProRata.QUARTERS: Words("par trimestre d’adhésion commencé"),
    ProRata.HALVES: Words("par semestre d’adhésion commencé"),
}
ROUNDED = {
    Rounding.CENT: Words("au centime"),
    Rounding.EURO: Words("à l’euro"),
    Rounding.TEN_EUROS: Words("à la dizaine d’euros"),
}
TIME_UNITS = {
    ProRata.DAYS: Words("jours"),
    ProRata.MONTHS: Words("mois"),
    ProRata.QUARTERS: Words("trimestres"),
    ProRata.HALVES: Words("semestres"),
}
OF_YEAR = {
    BasisYear.PREVIOUS: Words("de l’année précédente"),
    BasisYear.PREVIOUS_CORRECTED: Words("de l’année précédente"),
    BasisYear.CURRENT: Words("de l’année"),
}


def say(formula: Formula) -> tuple[Words, ...]:
    """The formula in plain sentences, in the order one explains it."""
    return tuple([*_what(formula), *_bounds(formula), *_who(formula), *_when(formula)])


def together(sentences: Iterable[Words]) -> Words:
    """Sentences one after the other, as one text in the reader's language."""
    return reduce(lambda whole, one: Words("%(first)s %(next)s", first=whole, next=one), sentences)


def _what(formula: Formula) -> Iterator[Words]:
    if formula.budget is not None:
        if formula.base is None:
            yield Words("Un budget de %(budget)s est partagé à parts égales entre les membres.", budget=formula.budget)
            return
        what, year = of_base(formula.base, formula.named), OF_YEAR[formula.basis_year]
        yield Words(
            "Un budget de %(budget)s est partagé entre les membres : chacun y contribue selon %(what)s %(year)s.",
            budget=formula.budget, what=what, year=year,
        )  # fmt: skip
        yield from _about(formula)
        return
    if not formula.fixed and not formula.fixed_by_type and not formula.tiers and not formula.floor:
        yield Words("Chacun verse ce qu’il veut.")
        return
    yield from _fixed(formula)
    if formula.base is not None and formula.tiers:
        yield _variable(formula)
        yield from _about(formula)


def _fixed(formula: Formula) -> Iterator[Words]:
    per = PER[formula.period]
    if formula.fixed_by_type:
        listed = [Words("%(name)s %(amount)s", name=name, amount=amount) for name, amount in formula.fixed_by_type]
        facts = {"per": per, "listed": listed, "amount": formula.fixed}
        yield Words("La part fixe %(per)s dépend du type de membre : %(listed)s, les autres %(amount)s.", **facts)
    elif formula.fixed:
        yield Words("Chaque membre paie une part fixe de %(amount)s %(per)s.", amount=formula.fixed, per=per)


def _variable(formula: Formula) -> Words:
    base = formula.base or Base.OTHER
    facts: dict[str, Any] = {"what": of_base(base, formula.named), "year": OF_YEAR[formula.basis_year]}
    if len(formula.tiers) == 1:
        facts["rate"] = rate_words(base, formula.tiers[0].rate)
        if formula.fixed or formula.fixed_by_type:
            return Words("S’y ajoute une part variable : %(rate)s sur %(what)s %(year)s.", **facts)
        return Words("Chaque membre paie %(rate)s sur %(what)s %(year)s.", **facts)
    facts["tiers"] = list(_said_tiers(formula, base))
    if formula.fixed or formula.fixed_by_type:
        return Words("S’y ajoute une part variable, par tranches, sur %(what)s %(year)s : %(tiers)s.", **facts)
    return Words("Chaque membre paie, par tranches, sur %(what)s %(year)s : %(tiers)s.", **facts)


def _said_tiers(formula: Formula, base: Base) -> Iterator[Words]:
    low = 0
    for tier in formula.tiers:
        rate = rate_words(base, tier.rate)
        if tier.up_to is None:
            yield Words("%(rate)s au-delà", rate=rate)
        elif not low:
            yield Words("%(rate)s jusqu’à %(high)s", rate=rate, high=quantity(base, tier.up_to))
        else:
            yield Words(
                "%(rate)s de %(low)s à %(high)s", rate=rate, low=quantity(base, low), high=quantity(base, tier.up_to)
            )
        low = tier.up_to or 0


def _about(formula: Formula) -> Iterator[Words]:
    if formula.base is Base.PROFIT:
        yield Words("Une perte compte pour zéro.")
    if formula.basis_year is BasisYear.PREVIOUS_CORRECTED:
        yield Words("Quand les chiffres de l’année seront connus, la différence sera appelée ou rendue.")


def _bounds(formula: Formula) -> Iterator[Words]:
    if formula.floor and formula.cap:
        yield Words(
            "Personne ne paie moins de %(floor)s ni plus de %(cap)s par an.", floor=formula.floor, cap=formula.cap
        )
    elif formula.floor:
        yield Words("Personne ne paie moins de %(floor)s par an.", floor=formula.floor)
    elif formula.cap is not None:
        yield Words("Personne ne paie plus de %(cap)s par an.", cap=formula.cap)


def _who(formula: Formula) -> Iterator[Words]:
    if formula.exempt_first_year:
        yield Words("Rien n’est dû pour l’année de l’adhésion.")
    if formula.exempt_headcount is not None:
        yield Counted(
            "Une structure de moins de %(count)s salarié ne paie rien.",
            "Une structure de moins de %(count)s salariés ne paie rien.", count=formula.exempt_headcount,
        )  # fmt: skip
    if formula.exempt_figure is not None and formula.base is not None:
        small = quantity(formula.base, formula.exempt_figure)
        what = base_name(formula.base, formula.named)
        yield Words("Une structure ne paie rien au-dessous de %(small)s (%(what)s).", small=small, what=what)
    if formula.pro_rata is ProRata.NONE:
        yield Words("Une année d’adhésion commencée est due en entier.")
    else:
        yield Words("Une année incomplète se paie %(how)s.", how=IN_TIME[formula.pro_rata])


def _when(formula: Formula) -> Iterator[Words]:
    if formula.rounding is not Rounding.CENT:
        yield Words("Le montant est arrondi %(how)s.", how=ROUNDED[formula.rounding])
    if formula.instalments:
        parts = [
            Words("%(percent)s %% le %(day)s", percent=one.percent, day=f"{one.day:02d}/{one.month:02d}")
            for one in formula.instalments
        ]
        yield Words("À payer ainsi : %(parts)s.", parts=parts)
    if formula.vat is VatRule.OUTSIDE:
        yield Words("Sans TVA : c’est une cotisation, sans service rendu en échange.")
    else:
        yield Words("La TVA s’ajoute selon le régime du groupement : c’est le prix d’un service.")


def step_words(step: Step) -> Words:
    """One step of a computation as a sentence."""
    facts = dict(step.facts)
    if step.kind is StepKind.OWED:
        return Words("Dû pour %(year)s", year=str(facts["year"]))
    if step.kind in _PLAIN:
        return _PLAIN[step.kind]
    if step.kind in (StepKind.FIGURE, StepKind.UNKNOWN, StepKind.TIER, StepKind.SMALL_FIGURE):
        return _measured(step.kind, facts)
    if step.kind is StepKind.SHARE:
        part = Decimal(facts["part"]).scaleb(-2)
        return Words("Part du budget de %(budget)s : %(part)s %%", budget=facts["budget"], part=part)
    if step.kind is StepKind.TIME:
        unit = TIME_UNITS[facts["pro_rata"]]
        return Words("Membre %(inside)s %(unit)s sur %(of)s", inside=facts["inside"], of=facts["of"], unit=unit)
    if step.kind is StepKind.ROUNDED:
        return Words("Arrondi à %(unit)s", unit=facts["unit"]) if facts["unit"] else _LEVELLED
    return _about_member(step.kind, facts)


_PLAIN = {
    StepKind.FLOOR: Words("Plancher"),
    StepKind.CAP: Words("Plafond"),
    StepKind.AGREED: Words("Montant décidé"),
    StepKind.CALLED: Words("Déjà appelé"),
    StepKind.DIFFERENCE: Words("Différence"),
}
_LEVELLED = Words("Après planchers et plafonds des autres membres")


def _measured(kind: StepKind, facts: dict[str, Any]) -> Words:
    base: Base = facts["base"]
    name, figure = base_name(base, facts["named"]), quantity(base, facts["part"])
    if kind is StepKind.UNKNOWN:
        return Words("%(name)s : chiffre inconnu, compté 0", name=name)
    if kind is StepKind.FIGURE:
        return Words("%(name)s : %(figure)s", name=name, figure=figure)
    if kind is StepKind.TIER:
        return Words("%(rate)s sur %(figure)s", rate=rate_words(base, facts["rate"]), figure=figure)
    small = quantity(base, facts["rate"])
    return Words("Exonérée : %(name)s de %(figure)s, au-dessous de %(small)s", name=name, figure=figure, small=small)


def _about_member(kind: StepKind, facts: dict[str, Any]) -> Words:
    if kind is StepKind.FIXED:
        return Words("Part fixe (%(kind)s)", kind=facts["kind"]) if facts["kind"] else Words("Part fixe")
    if kind is StepKind.SMALL_STAFF:
        return Counted(
            "Exonérée : %(count)s salarié, moins de %(few)s", "Exonérée : %(count)s salariés, moins de %(few)s",
            count=facts["persons"], few=facts["few"],
        )  # fmt: skip
    if kind is StepKind.FIRST_YEAR:
        return Words("Exonérée : membre depuis le %(day)s, première année", **facts)
    return Words("N’est pas membre en %(year)s", **facts)


def schedule(formula: Formula, amount: Money, year: int) -> tuple[tuple[date, Money], ...]:
    """When each part of an amount is due in the year called, summing to it; nothing when the formula says no date."""
    parts = amount.split([one.percent for one in formula.instalments]) if formula.instalments else ()
    days = [date(year, one.month, one.day) for one in formula.instalments]
    return tuple(zip(days, parts, strict=True))
