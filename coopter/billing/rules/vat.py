"""VAT: how a line is taxed under each regime, and the tax, once per rate on the sum."""

from itertools import groupby
from operator import attrgetter

from coopter.billing.record import Line, Vat, VatCategory, VatLine, VatRegime
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal

_ZERO_RATE = Rate(0)
_EXEMPT = {
    VatRegime.EXEMPT_261B: Vat(
        VatCategory.EXEMPT, _ZERO_RATE, "Exonération de TVA, article 261 B du CGI", "VATEX-FR-CGI261B"
    ),
    VatRegime.FRANCHISE_293B: Vat(
        VatCategory.EXEMPT, _ZERO_RATE, "TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE"
    ),
}


OUTSIDE_VAT = Vat(VatCategory.OUTSIDE, _ZERO_RATE, "Cotisation hors champ d’application de la TVA", "VATEX-EU-O")
"""A due paid only for membership rights is outside VAT (domain.md §3.5; EN 16931 category O)."""


class MissingVatRate(Refusal):
    """Le groupement facture la TVA mais aucun taux n'est en vigueur. Indiquez le taux dans les réglages du
    groupement."""


def treatment(regime: VatRegime, *, rate: Rate | None = None) -> Vat:
    """How a supply is taxed under the grouping's regime; `rate` is the rate in force on the day, if it taxes.

    Lending staff is taxable even at cost, except in the exempt group of art. 261 B CGI and under the franchise
    of art. 293 B CGI, each with its mention (CGI ann. II art. 242 nonies A, I-12°). Raises MissingVatRate.
    """
    if regime is not VatRegime.TAXED:
        return _EXEMPT[regime]
    if rate is None:
        raise MissingVatRate()
    return Vat(VatCategory.ZERO if rate == _ZERO_RATE else VatCategory.STANDARD, rate)


def vat_due(base: Money, *, rate: Rate) -> Money:
    """The tax on a sum of lines at one rate, in cents, half up (EN 16931 BR-CO-17)."""
    return base.times(rate)


def vat_lines(lines: tuple[Line, ...]) -> tuple[VatLine, ...]:
    """One tax line per treatment, on the sum of its lines, highest rate first (R18)."""
    bases: dict[Vat, int] = {}
    for vat, same in groupby(lines, key=attrgetter("vat")):  # a month's lines have one treatment: told apart in runs
        bases[vat] = bases.get(vat, 0) + sum(line.amount.cents for line in same)
    ordered = sorted(bases, key=lambda vat: (-vat.rate.ten_thousandths, vat.category.value, vat.code))
    sums = [(vat, Money(bases[vat])) for vat in ordered]
    return tuple(VatLine(vat, base, vat_due(base, rate=vat.rate)) for vat, base in sums)
