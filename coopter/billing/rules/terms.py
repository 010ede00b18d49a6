"""Terms: until when to pay, and what the law wants said about paying late or early."""

from dataclasses import dataclass
from datetime import date, timedelta

from coopter.billing.record import Notes
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal


class TermsTooLong(Refusal):
    """Le délai de paiement mène au %(due)s : la loi fixe au plus tard le %(latest)s (%(limit)s jours après l'émission).
    Raccourcissez le délai dans les réglages du groupement."""


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """The delay that the grouping grants: days after issue, then to the end of that month if it says so."""

    days: int
    end_of_month: bool = False


@dataclass(frozen=True, slots=True)
class TermLimits:
    """The longest lawful delays, in days from issue: a parameter, since laws change."""

    periodic: int = 45
    """An invoice that sums up the supplies of a month (art. L441-10 C. com.)."""
    ordinary: int = 60
    public: int = 30
    """A public body pays within 30 days (CCP art. R2192-10)."""


@dataclass(frozen=True, slots=True)
class LegalTerms:
    """The figures of the mandatory mentions as they stand on the day of issue."""

    penalty_rate: Rate
    """The yearly rate of late penalties: Rate.percent("12,15") is 12.15 %."""
    recovery: Money
    """The fixed indemnity for recovery (art. D441-5 C. com.)."""
    penalty_basis: str = ""
    """Where the rate comes from, printed in brackets."""
    discount: str = ""
    """The terms of a discount for early payment; empty: there is none."""


def due_date(
    issued_on: date,
    *,
    terms: PaymentTerms,
    public_body: bool = False,
    periodic: bool = True,
    limits: TermLimits = TermLimits(),
) -> date:
    """The calendar day by which the buyer pays: a formula such as « 30 jours fin de mois » is not enough.

    A public body never has longer than its own limit, whatever the grouping grants to others.
    Raises TermsTooLong beyond the lawful delay for the other buyers.
    """
    due = issued_on + timedelta(days=terms.days)
    if terms.end_of_month:
        due = Month.of(due).last
    if public_body:
        return min(due, issued_on + timedelta(days=limits.public))
    limit = limits.periodic if periodic else limits.ordinary
    latest = issued_on + timedelta(days=limit)
    if due > latest:
        raise TermsTooLong(due=due, latest=latest, limit=limit)
    return due


def legal_notes(terms: LegalTerms) -> Notes:
    """The three mandatory mentions in words: recovery indemnity, late penalties, discount (art. L441-9, L441-10)."""
    basis = f" ({terms.penalty_basis})" if terms.penalty_basis else ""
    return Notes(
        recovery=(
            f"En cas de retard de paiement, indemnité forfaitaire pour frais de recouvrement : {terms.recovery}."
        ),
        penalties=(
            f"En cas de retard de paiement, pénalités au taux annuel de {_percent(terms.penalty_rate)}{basis}, "
            "exigibles sans rappel dès le lendemain de l’échéance."
        ),
        discount=terms.discount or "Pas d’escompte pour paiement anticipé.",
    )


def _percent(rate: Rate) -> str:
    return f"{rate.in_percent.normalize():f}".replace(".", ",") + "\u00a0%"
