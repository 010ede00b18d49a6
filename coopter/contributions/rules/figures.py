"""Figures that members declare: how each is typed and said, which change asks a word, what the silent are given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from coopter.contributions.rules.kinds import Base, FigureState
from coopter.values.digits import scaled_digits
from coopter.values.durations import hours_and_minutes
from coopter.values.money import Money
from coopter.values.numbers import AmountNotUnderstood
from coopter.values.refusal import Refusal, Words, quoted

PUBLICATION = "figures-publication"  # the kind of decision that shows names and figures to the members
CHANGE_ASKING = Fraction(30, 100)
"""A change over 30 % from one year to the next asks for a word of explanation: it is what auditors commonly look into,
large enough to leave inflation and a good year alone, small enough to catch a figure typed in the wrong unit."""
ENOUGH_TO_JUDGE = 3  # fewer members say nothing of a trend, and a median of two would tell one of them the other's
YEARS = range(1990, 2100)


class FigureNotUnderstood(Refusal):
    """« %(value)s » n'est pas un nombre. Écrivez par exemple 12,5 ou 1 234,567 : au plus 9 chiffres avant la virgule et
    %(decimals)s après."""


class FigureNegative(Refusal):
    """Ce chiffre ne peut pas être négatif : seul un résultat peut l'être (une perte). Corrigez « %(value)s »."""


class SourceMissing(Refusal):
    """Joignez une pièce, ou dites d'où viennent ces chiffres : par exemple « comptes annuels approuvés le
    12/05/2026 »."""


class ChangeUnexplained(Refusal):
    """Par rapport à l'année d'avant, %(what)s change de plus de 30 %% : écrivez en une phrase pourquoi, puis
    enregistrez."""


class NothingDeclared(Refusal):
    """Aucun chiffre n'est rempli. Écrivez-en au moins un ; « 0 » est une réponse."""


class NotAskedThisYear(Refusal):
    """La campagne de %(year)s ne demande pas ce chiffre : %(what)s. Laissez-le vide, ou modifiez la campagne."""


class NotMemberThatYear(Refusal):
    """« %(name)s » n'était pas membre en %(year)s : elle n'a pas de chiffres à déclarer pour cette année."""


NAMES: Mapping[Base, Words] = {
    Base.TURNOVER: Words("Chiffre d’affaires"),
    Base.PROFIT: Words("Résultat"),
    Base.PAYROLL: Words("Masse salariale"),
    Base.HOURS_USED: Words("Heures utilisées"),
    Base.HEADCOUNT: Words("Effectif en équivalent temps plein"),
    Base.TONNES: Words("Tonnes traitées"),
    Base.SURFACE: Words("Surface occupée"),
    Base.OTHER: Words("Autre chiffre"),
}
UNITS: Mapping[Base, str] = {
    Base.TURNOVER: "€", Base.PROFIT: "€", Base.PAYROLL: "€", Base.HOURS_USED: "h", Base.HEADCOUNT: "ETP",
    Base.TONNES: "t", Base.SURFACE: "m²", Base.OTHER: "",
}  # fmt: skip
_SAID = {
    Base.HEADCOUNT: "%(count)s ETP", Base.TONNES: "%(count)s t", Base.SURFACE: "%(count)s m²", Base.OTHER: "%(count)s",
}  # fmt: skip
DECIMALS: Mapping[Base, int] = {base: 3 if base is Base.TONNES else 2 for base in Base}
MONEY = (Base.TURNOVER, Base.PROFIT, Base.PAYROLL)
DECLARABLE = tuple(base for base in Base if base is not Base.HOURS_USED)  # hours are read from our own sheets
COUNTED = (FigureState.CHECKED, FigureState.DECLARED, FigureState.ESTIMATED)
IMPORTED = Words("Importé d’un fichier par la coordination.")
ANSWERED = (FigureState.CHECKED, FigureState.DECLARED)


def parse_figure(base: Base, text: str) -> int:
    """What somebody typed, « 1 234 567,89 € » or « 12,5 », in the base's own unit (R45).

    Raises FigureNotUnderstood, AmountNotUnderstood and FigureNegative (a profit alone may be a loss).
    """
    bare = text.strip().removesuffix("€" if base in MONEY else UNITS[base] or "€").strip()
    amount = scaled_digits(bare, decimals=DECIMALS[base])
    if amount is None:
        if base in MONEY:
            raise AmountNotUnderstood(value=quoted(text))
        raise FigureNotUnderstood(value=quoted(text), decimals=DECIMALS[base])
    if amount < 0 and base is not Base.PROFIT:
        raise FigureNegative(value=quoted(text))
    return amount


def typed_figure(base: Base, amount: int) -> str:
    """The figure as one types it, « 12,50 »: what a form shows again."""
    return format(Decimal(amount).scaleb(-DECIMALS[base]), "f").replace(".", ",")


def grouped_figure(base: Base, amount: int) -> str:
    """The figure as one types it, by thousands, « 1 234 567,89 »: a form that is read before it is sent."""
    return format(Decimal(amount).scaleb(-DECIMALS[base]), ",f").replace(",", "\u00a0").replace(".", ",")


def figure_value(base: Base, amount: int) -> Money | Decimal | int:
    """The figure as a value of the trade: Money, minutes for hours, else a quantity."""
    if base in MONEY:
        return Money(amount)
    return amount if base is Base.HOURS_USED else Decimal(amount).scaleb(-DECIMALS[base])


def figure_said(base: Base, amount: int) -> Money | Words:
    """The figure as a page writes it for its reader: Money, or words with their unit."""
    value = figure_value(base, amount)
    if isinstance(value, Money):
        return value
    if isinstance(value, int):
        return Words("%(count)s", count=hours_and_minutes(value))
    return Words(_SAID[base], count=value.normalize())


def figure_words(base: Base, amount: int) -> str:
    """The figure in French words, « 1 234,56 € », « 12,5 ETP », « 7 h 30 »."""
    return str(figure_said(base, amount))


@dataclass(frozen=True, slots=True)
class Change:
    """A figure beside the year before: by how much it moved, None where nothing can be compared."""

    before: int | None
    now: int

    @property
    def ratio(self) -> Fraction | None:
        """The change over the size of the year before; None after nothing at all."""
        return None if not self.before else Fraction(self.now - self.before, abs(self.before))

    @property
    def is_large(self) -> bool:
        """Whether it moved by more than 30 %, and so asks for a word."""
        return self.ratio is not None and abs(self.ratio) > CHANGE_ASKING

    @property
    def percent(self) -> Decimal | None:
        """The change in hundredths, to one decimal, half up."""
        return None if self.ratio is None else Decimal(rounded(self.ratio * 1000)).scaleb(-1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a silent member is counted for, and how: from last year's figure, by the others' trend when there is one."""

    amount: int
    base: Base
    year: int
    before: int
    trend: tuple[Fraction, int] | None = None

    @property
    def words(self) -> Words:
        """The method as a sentence."""
        was, last = figure_said(self.base, self.before), str(self.year - 1)
        if self.trend is None:
            return Words("Estimé : le chiffre de %(year)s (%(was)s), faute de réponse.", year=last, was=was)
        ratio, count = self.trend
        return Words(
            "Estimé : %(was)s en %(year)s, × %(factor)s (évolution médiane des %(count)s membres qui ont déclaré).",
            was=was, year=last, factor=Decimal(rounded(ratio * 1000)).scaleb(-3).normalize(), count=count,
        )  # fmt: skip

    @property
    def method(self) -> str:
        """The method as it is kept beside the figure: its facts, said in the language of whoever reads."""
        kept: dict[str, object] = {"year": self.year, "before": self.before}
        if self.trend is not None:
            ratio, kept["count"] = self.trend
            kept["ratio"] = [ratio.numerator, ratio.denominator]
        return json.dumps(kept)


def method_said(base: Base, state: FigureState, method: str) -> str:
    """Where a figure comes from: what a member wrote, our own words for what is ours, or French text kept before."""
    if method == IMPORTED:
        return IMPORTED
    if state is not FigureState.ESTIMATED or not method.startswith("{"):
        return method
    kept = json.loads(method)
    trend = (Fraction(*kept["ratio"]), kept["count"]) if "ratio" in kept else None
    return Estimate(0, base, kept["year"], kept["before"], trend).words


def rounded(exact: Fraction) -> int:
    """To the nearest whole number, half away from zero."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def median(ratios: Iterable[Fraction]) -> Fraction:
    """The middle of some ratios, or the mean of the two in the middle; there is at least one."""
    found = sorted(ratios)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def median_change(now: Mapping[int, int], before: Mapping[int, int]) -> tuple[Fraction, int] | None:
    """How those who declared both years moved, and how many they are; None when fewer than three did.

    Only a figure that was above zero can be multiplied: a loss or a zero says nothing of a trend.
    """
    ratios = [Fraction(now[one], before[one]) for one in now if before.get(one, 0) > 0 and now[one] >= 0]
    return (median(ratios), len(ratios)) if len(ratios) >= ENOUGH_TO_JUDGE else None


def estimate(base: Base, *, before: int | None, year: int, trend: tuple[Fraction, int] | None) -> Estimate | None:
    """The figure of a member that said nothing: last year's, times the median change of the others when three or more
    declared; the same figure otherwise. None for a member without last year's figure: nothing stands to be guessed.
    """
    if before is None:
        return None
    if trend is None or before <= 0:
        return Estimate(before, base, year, before)
    return Estimate(rounded(before * trend[0]), base, year, before, trend)


def asked_bases(names: Iterable[str]) -> tuple[Base, ...]:
    """The bases of a campaign from their stored names, in the order of the house; hours are never asked."""
    wanted = set(names)
    return tuple(base for base in DECLARABLE if base.value in wanted)
