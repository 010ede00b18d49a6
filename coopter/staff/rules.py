"""What the staff room decides: when an employee may work at a structure, what contracts and placements may say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import NotFound, Refusal


class NoPlacement(Refusal):
    """%(employee)s n'a pas de mise à disposition chez %(structure)s le %(day)s. Créez-la ou prolongez-la sur la page de
    cette personne, ou corrigez le jour ou la structure."""


class NotAPotentialUser(Refusal):
    """Au %(day)s, %(structure)s n'est pas sur la liste des utilisateurs potentiels du contrat de %(employee)s (Code du
    travail, article L1253-9). Ajoutez-la d'abord à cette liste par un avenant, sur la page de cette personne."""


class NoContract(Refusal):
    """%(employee)s n'a pas de contrat de travail au %(day)s. Corrigez les dates, ou enregistrez d'abord le contrat sur
    la page de cette personne."""


class NotAMember(Refusal):
    """%(structure)s n'est pas adhérente au %(day)s : seul un adhérent peut accueillir un salarié du groupement.
    Corrigez les dates, ou enregistrez d'abord l'adhésion sur la page de la structure."""


class PlacementsOverlap(Refusal):
    """%(employee)s a déjà une mise à disposition chez %(structure)s qui commence le %(day)s et recouvre ces dates.
    Changez les dates, ou modifiez celle qui existe."""


class ContractsOverlap(Refusal):
    """%(employee)s a déjà un contrat qui commence le %(day)s et recouvre ces dates. Un changement se fait par un
    avenant, à une date postérieure."""


class PlacementBeginsLater(Refusal):
    """%(employee)s a une mise à disposition chez %(structure)s qui commence le %(day)s, après la fin du contrat
    (%(last)s). Changez d'abord les dates de cette mise à disposition."""


class AlreadyOnTheList(Refusal):
    """%(structure)s est déjà sur la liste des utilisateurs potentiels de %(employee)s depuis le %(day)s."""


class CodeTaken(Refusal):
    """Le code « %(code)s » est déjà celui de %(employee)s. Choisissez-en un autre."""


class EndsBeforeItStarts(Refusal):
    """Le dernier jour (%(last)s) précède le premier (%(first)s). Corrigez l'une des deux dates."""


class TooManyWeeklyHours(Refusal):
    """Une durée de %(hours)s heures par semaine dépasse la limite de 48 h (Code du travail, article L3121-20).
    Corrigez la durée."""


MOST_WEEKLY_MINUTES = 48 * 60


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """What a contract says over a period; weekly_minutes is the agreed working time."""

    id: int
    employee_id: int
    period: Period
    weekly_minutes: int
    job_title: str
    pay_grade: str


@dataclass(frozen=True, slots=True)
class PlacementRecord:
    """An employee at a structure over a period; weekly_minutes is the commitment, 0 when none was agreed."""

    id: int
    employee_id: int
    structure_id: int
    period: Period
    weekly_minutes: int = 0
    site: str = ""
    conditions: str = ""
    version: int = 1


def first_gap(period: Period, covered: Iterable[Period]) -> date | None:
    """The first day of a period that none of the others covers, or None; an open end needs an open cover."""
    day: date | None = period.start
    for cover in sorted(covered, key=lambda one: one.start):
        if day is None or cover.start > day:
            break
        if cover.end is None:
            day = None
        elif cover.end > day:
            day = cover.end
    if day is None or (period.end is not None and day >= period.end):
        return None
    return day


def overlap(period: Period, others: Iterable[Period]) -> Period | None:
    """The first of the others that shares a day with this period, or None."""
    return next((other for other in sorted(others, key=lambda one: one.start) if other.overlaps(period)), None)


def period_of(start: date, last: date | None) -> Period:
    """The period from a first to a last day, both included, as people write it; raises EndsBeforeItStarts."""
    if last is not None and last < start:
        raise EndsBeforeItStarts(first=start, last=last)
    return Period.through(start, last)


def check_weekly(minutes: int) -> int:
    """Refuse over 48 h a week, in minutes; raises TooManyWeeklyHours (Code du travail, L3121-20)."""
    if minutes > MOST_WEEKLY_MINUTES:
        raise TooManyWeeklyHours(hours=minutes // 60)
    return minutes


def check_new_contract(period: Period, others: Iterable[Period], *, employee: str) -> None:
    """One contract at a time; raises ContractsOverlap with the first that stands in the way."""
    if clash := overlap(period, others):
        raise ContractsOverlap(employee=employee, day=clash.start)


@dataclass(slots=True)
class StaffIndex:
    """Contracts, lists of potential users, placements and memberships held in memory, to judge many lines at once."""

    employees: Mapping[int, str]  # names, for the sentences
    structures: Mapping[int, str]
    contracts: dict[int, list[ContractRecord]] = field(default_factory=lambda: defaultdict(list))
    listed: dict[tuple[int, int], date] = field(default_factory=dict)  # (contract, structure): from this day on
    placements: dict[tuple[int, int], list[PlacementRecord]] = field(default_factory=lambda: defaultdict(list))
    memberships: dict[int, list[Period]] = field(default_factory=lambda: defaultdict(list))

    def add_placement(self, placement: PlacementRecord) -> None:
        """Take one more placement into account; one of the same id is replaced."""
        known = self.placements[placement.employee_id, placement.structure_id]
        known[:] = [one for one in known if one.id != placement.id]
        known.append(placement)

    def contract_on(self, employee_id: int, on: date) -> ContractRecord | None:
        """The contract of an employee on a day, or None."""
        return next((c for c in self.contracts.get(employee_id, ()) if c.period.contains(on)), None)

    def listed_periods(self, employee_id: int, structure_id: int) -> list[Period]:
        """When a structure is on the list of potential users of this employee's contracts (L1253-9)."""
        found = []
        for contract in self.contracts.get(employee_id, ()):
            from_on = self.listed.get((contract.id, structure_id))
            if from_on is not None and (contract.period.end is None or from_on < contract.period.end):
                found.append(Period(max(from_on, contract.period.start), contract.period.end))
        return found

    def check_may_work(self, employee_id: int, structure_id: int, on: date) -> PlacementRecord:
        """The placement under which an employee works at a structure on a day.

        Raises NotFound for unknown ids, NoPlacement, NoContract and NotAPotentialUser with the remedy (L1253-9).
        """
        if employee_id not in self.employees or structure_id not in self.structures:
            raise NotFound()
        for placement in self.placements.get((employee_id, structure_id), ()):
            if placement.period.contains(on):
                break
        else:
            raise NoPlacement(**self._names(employee_id, structure_id), day=on)
        contract = self.contract_on(employee_id, on)
        if contract is None:
            raise NoContract(employee=self.employees[employee_id], day=on)
        from_on = self.listed.get((contract.id, structure_id))
        if from_on is None or from_on > on:
            raise NotAPotentialUser(**self._names(employee_id, structure_id), day=on)
        return placement

    def check_placement(self, placement: PlacementRecord) -> None:
        """Whether a placement may be: no other over the same days, inside a contract and its list, at a member.

        Raises PlacementsOverlap, NoContract, NotAPotentialUser or NotAMember, with the first day that does not hold.
        """
        employee_id, structure_id = placement.employee_id, placement.structure_id
        names = self._names(employee_id, structure_id)
        others = [p.period for p in self.placements.get((employee_id, structure_id), ()) if p.id != placement.id]
        if clash := overlap(placement.period, others):
            raise PlacementsOverlap(**names, day=clash.start)
        if day := first_gap(placement.period, [c.period for c in self.contracts.get(employee_id, ())]):
            raise NoContract(employee=names["employee"], day=day)
        if day := first_gap(placement.period, self.listed_periods(employee_id, structure_id)):
            raise NotAPotentialUser(**names, day=day)
        if day := first_gap(placement.period, self.memberships.get(structure_id, ())):
            raise NotAMember(structure=names["structure"], day=day)

    def _names(self, employee_id: int, structure_id: int) -> dict[str, str]:
        return {"employee": self.employees[employee_id], "structure": self.structures[structure_id]}


def latest_or_current(contracts: Sequence[ContractRecord], on: date) -> ContractRecord | None:
    """The contract in force on a day, else the one that starts next, else the last that ended."""
    ordered = sorted(contracts, key=lambda one: one.period.start)
    current = next((one for one in ordered if one.period.contains(on)), None)
    coming = next((one for one in ordered if one.period.start > on), None)
    return current or coming or (ordered[-1] if ordered else None)


def within(period: Period, *, on: date | None, month: Month | None) -> bool:
    """Whether a period touches a day, or a month; true when neither is asked."""
    if on is not None:
        return period.contains(on)
    return month is None or period.overlaps(Period(month.first, month.end))


def day_before(end: date | None) -> date | None:
    """The last day included of a range whose end is excluded."""
    return None if end is None else end - timedelta(days=1)
