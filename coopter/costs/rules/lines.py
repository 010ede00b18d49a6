"""A cost line: what it may say, and what makes it the same line as another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coopter.costs.rules.kinds import CostKind
from coopter.members.rules import folded
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal


class CostsLocked(Refusal):
    """Le mois %(month)s est clos : ses coûts ne changent plus. Saisissez la différence dans un mois ouvert."""


class SameCostLine(Refusal):
    """Une ligne « %(label)s » de cette nature existe déjà pour %(who)s en %(month)s. Modifiez-la, ou donnez un autre
    libellé à celle-ci."""


class AmountIsZero(Refusal):
    """Un coût de 0,00 € ne change rien. Saisissez un montant, ou supprimez la ligne."""


class AidIsPositive(Refusal):
    """Une aide reçue diminue le coût : saisissez-la en négatif, par exemple -500,00."""


class ManagementOfOne(Refusal):
    """Les frais de gestion concernent tout le groupement : retirez le salarié, ou choisissez une autre nature."""


class LabelMissing(Refusal):
    """Donnez un libellé à ce coût, par exemple « Salaire brut »."""


class RuleReachesClosedMonth(Refusal):
    """Cette règle toucherait le mois %(month)s, qui est clos. Faites-la commencer le 1er d'un mois plus récent."""


class PriceUnderExemption(Refusal):
    """Le groupement est exonéré de TVA par l'article 261 B du CGI le %(day)s : chaque membre y rembourse exactement sa
    part des dépenses, sans prix horaire. Gardez les parts exactes, ou changez d'abord de régime."""


class MonthStillOpen(Refusal):
    """Les coûts du mois (%(month)s) ne se répartissent pour de bon qu'une fois le mois verrouillé. Passez par la
    clôture."""


class MonthAlreadySplit(Refusal):
    """Les coûts du mois (%(month)s) sont déjà répartis : une répartition ne change plus."""


@dataclass(frozen=True, slots=True)
class LineKey:
    """What makes a cost line one: month, employee (None = the grouping), kind, and label whatever its capitals."""

    month: Month
    employee_id: int | None
    kind: CostKind
    label: str

    @classmethod
    def of(cls, month: Month, *, employee_id: int | None, kind: CostKind, label: str) -> LineKey:
        """The key of a line as typed."""
        return cls(month, employee_id, kind, folded(label))


@dataclass(frozen=True, slots=True)
class CostRecord:
    """A cost line as pages read it; amount in cents, an aid is negative."""

    id: int
    month: Month
    employee_id: int | None
    kind: CostKind
    label: str
    amount: Money
    recorded_by: str
    recorded_at: datetime
    version: int

    @property
    def key(self) -> LineKey:
        """What makes it one."""
        return LineKey.of(self.month, employee_id=self.employee_id, kind=self.kind, label=self.label)


def check_line(*, employee_id: int | None, kind: CostKind, label: str, amount: Money) -> None:
    """Refuse a line that says nothing or the wrong way round.

    Raises LabelMissing, AmountIsZero, AidIsPositive, ManagementOfOne.
    """
    if not label:
        raise LabelMissing()
    if not amount:
        raise AmountIsZero()
    if kind is CostKind.AID and amount > Money.zero():
        raise AidIsPositive()
    if kind is CostKind.MANAGEMENT and employee_id is not None:
        raise ManagementOfOne()
