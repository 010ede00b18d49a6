"""What members of the demonstration pay, owe as members, and do for one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from coopter.billing import queries as billing
from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.commands.reciprocity import GiftDetails, confirm_gift, record_gift
from coopter.contributions.rules.formulas_kinds import BasisYear
from coopter.contributions.rules.formulas_motion import formula_motion
from coopter.contributions.rules.formulas_shape import Formula
from coopter.contributions.rules.kinds import Base, Product, Unit
from coopter.governance import commands as governance
from coopter.office.commands.demo.months import Act, instant
from coopter.treasury.commands.payments import record_payment
from coopter.treasury.rules import Means
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month

IN_TIME = timedelta(days=21)  # between a month's invoices and the transfers
LATE = ("ECL", "SOL")  # these still owe the last closed month
# Who gave what to whom, how long ago in days, and whether the other side has answered.
GIFTS = (
    ("KER", "RES", Unit.ADVICE, 100, "Une journée d’aide à la communication", 40, True),
    ("TER", "KER", Unit.LOANS, 100, "Prêt du minibus pour le festival", 33, True),
    ("SOL", "TER", Unit.ADVICE, 50, "Diagnostic d’une toiture", 20, True),
    ("RES", "ECL", Unit.WEIGHT, 180_000, "Palettes et bois de chantier", 6, False),
)


@dataclass(frozen=True)
class Mutual:
    """Payments, a membership fee shared by use, and gifts, while the demonstration is made."""

    coordinator: Actor
    structures: dict[str, int]
    representatives: dict[str, Actor]

    def acts(self, *, closed: tuple[Month, Month], founded: date, today: date) -> Iterator[tuple[datetime, Act]]:
        """Each act with its instant, none after today."""
        decided = instant(founded + timedelta(days=120), 14)
        yield decided, partial(self._levy, year=closed[0].year, at=decided)
        for month in closed:
            paid_on = month.next().first + IN_TIME
            if paid_on <= today:
                at = instant(paid_on, 15)
                yield at, partial(self._pay, month, but=LATE if month == closed[-1] else (), on=paid_on, at=at)
        for giver, receiver, unit, quantity, what, ago, answered in GIFTS:
            on = today - timedelta(days=ago)
            details = GiftDetails(self.structures[giver], self.structures[receiver], on, unit, quantity, what)
            at = instant(on, 16)
            yield at, partial(self._give, details, giver=giver, answer=receiver if answered else "", at=at)

    def _levy(self, *, year: int, at: datetime) -> None:
        """A due by the hours of shared staff used, within a floor and a cap, as decided before any vote here."""
        levy = create_contribution(self.coordinator, name="Cotisation d’entraide", product=Product.PROPORTIONAL, at=at)
        formula = Formula(
            base=Base.HOURS_USED,
            basis_year=BasisYear.CURRENT,
            budget=Money(300_000),
            floor=Money(15_000),
            cap=Money(100_000),
        )
        motion = formula_motion(levy, formula, date(year, 1, 1))
        governance.decide(self.coordinator, motion, at=at, decided_by="Assemblée constitutive")

    def _pay(self, month: Month, *, but: tuple[str, ...], on: date, at: datetime) -> None:
        late = {self.structures[code] for code in but}
        for invoice in billing.invoices_of_month(month):
            if invoice.structure_id not in late:
                record_payment(
                    self.coordinator, invoice_id=invoice.id, amount=invoice.gross, received_on=on,
                    means=Means.TRANSFER, reference=invoice.number, at=at,
                )  # fmt: skip

    def _give(self, details: GiftDetails, *, giver: str, answer: str, at: datetime) -> None:
        gift_id = record_gift(self.representatives[giver], details=details, side_id=details.giver_id, at=at)
        if answer:
            confirm_gift(self.representatives[answer], gift_id=gift_id, version=1, at=at)
