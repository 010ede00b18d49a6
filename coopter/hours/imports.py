"""Hours from a file: every line judged in memory against the house as it stands, all faults told at once.

A line is a date, an employee's code, a structure's code, hours (« 7,5 », « 3.4833 », « 7h30 », to the nearest minute)
and, if wished, an activity. Two lines of one file on the same day, employee, structure and activity are refused, not
summed: a line that comes twice is far oftener an export glued twice than two halves of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from coopter.hours import queries
from coopter.hours.queries import ENTRIES
from coopter.hours.rules import DAY_MINUTES, EntryState, checked_activity, week_days
from coopter.members import queries as members
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.staff.rules import StaffIndex
from coopter.values.durations import hours_and_minutes, parse_minutes
from coopter.values.month import Month
from coopter.values.numbers import parse_day
from coopter.values.refusal import FaultList, Refusal, Words, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table

DATE, STRUCTURE, HOURS = "date", "structure", "hours"
Key = tuple[int, int, date, str]
Standing = tuple[int, int, EntryState, int]  # id, minutes, state, version
UNKNOWN = date.max, date.max, 0


class UnknownEmployee(Refusal):
    """Aucune personne salariée n'a le code « %(code)s ». Corrigez-le, ou importez d'abord les salariés."""


class UnknownStructure(Refusal):
    """Aucune structure n'a le code « %(code)s ». Corrigez-le, ou importez d'abord les structures."""


class NoTime(Refusal):
    """Une ligne compte au moins une minute et au plus 24 h. Corrigez la durée, ou retirez cette ligne."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import does: lines added, lines whose minutes change, lines already there; headers left aside."""

    added: int
    changed: int
    unchanged: int
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """What a sound file would do, before anything is written: new lines, changed ones, minutes of each month."""

    new: list[tuple[int, int, int, date, int, str]] = field(default_factory=list)
    changed: list[tuple[int, int, int, int]] = field(default_factory=list)  # id, version, minutes before and after
    unchanged: int = 0
    months: dict[Month, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def counts(self) -> Imported:
        """Its three numbers, and what was left aside."""
        return Imported(len(self.new), len(self.changed), self.unchanged, self.ignored)


def plan_import(content: bytes, *, today: date, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Plan:
    """Read and judge a file of hours against the grouping in scope; nothing is written.

    Raises Faults with every line at fault: unknown codes, no placement, closed month, confirmed line, over 24 h a day.
    """
    structures = {structure.code: structure.id for structure in members.structures_by_id().values()}
    chosen = columns(staff.employee_ids_by_code(), structures)
    table = read_table(content, columns=chosen, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList())
    return _Judge(table, today=today).plan()


def columns(employees: Mapping[str, int], structures: Mapping[str, int]) -> Sequence[Column]:
    """The columns of a file of hours; codes are found among these."""
    return (
        Column("date", ("date", "jour", "day", "worked_on", "date de travail"), parse_day),
        Column("employee", ("salarié", "salariée", "matricule", "code salarié", "employee_code"),
               _code(employees, UnknownEmployee)),
        Column("structure", ("structure", "adhérent", "membre", "code structure", "member", "structure_code"),
               _code(structures, UnknownStructure)),
        Column("hours", ("heures", "durée", "temps", "duration", "nombre d'heures"), _read_minutes),
        Column("activity", ("activité", "tâche", "mission", "task"), checked_activity, required=False, default=""),
    )  # fmt: skip


def _code(ids: Mapping[str, int], unknown: type[Refusal]) -> Callable[[str], int]:
    def read(text: str) -> int:
        found = ids.get(text.strip())
        if found is None:
            raise unknown(code=quoted(text.strip()))
        return found

    return read


def _read_minutes(text: str) -> int:
    minutes = parse_minutes(text)
    if not 1 <= minutes <= DAY_MINUTES:
        raise NoTime()
    return minutes


class _Judge:
    """One pass over the lines; what is known of the house is loaded once, before it."""

    def __init__(self, table: Table, *, today: date) -> None:
        self.table, self.records = table, table.records
        self.faults = table.faults.copy()
        self.last_day = week_days(today)[-1]
        self.locked = queries.locked_months()
        self.standing = _standing(self.records)
        self.index: StaffIndex = staff.placements_index()
        # (employee, structure) → days [from, to) that are known to be sound, and their placement
        self.sound: dict[tuple[int, int], tuple[date, date, int]] = {}

    def plan(self) -> Plan:
        """The plan of a sound file; raises Faults."""
        self._find_repeats()
        plan, per_day = Plan(ignored=self.table.ignored), dict.fromkeys((record[1] for record in self.records), 0)
        closed = {day: remedy for day in per_day if (remedy := self._closed(day))}
        standing, sound, new = self.standing, self.sound, plan.new
        for line, day, employee_id, structure_id, minutes, activity in self.records:
            per_day[day] += minutes
            there = standing.get((employee_id, structure_id, day, activity)) if standing else None
            if there:
                if there[1] == minutes:
                    plan.unchanged += 1
                    continue
                self._judge_change(line, day, minutes, there, plan)
            since, until, placement_id = sound.get((employee_id, structure_id), UNKNOWN)
            if not since <= day < until:
                placement_id = self._placement(line, employee_id, structure_id, day)
            if day in closed:
                self._fault(line, DATE, day, closed[day])
            if not there:
                new.append((employee_id, structure_id, placement_id, day, minutes, activity))
        for day, minutes in per_day.items():
            month = Month.of(day)
            plan.months[month] = plan.months.get(month, 0) + minutes
        self._check_days()
        self.faults.refuse_if_any()
        return plan

    def _closed(self, day: date) -> str:
        """Why no line may be written on a day, or nothing."""
        if Month.of(day) in self.locked:
            return Words("ce mois est clos : retirez cette ligne et reportez la différence sur un mois ouvert")
        return Words("ce jour n'est pas encore venu : retirez cette ligne jusque-là") if day > self.last_day else ""

    def _judge_change(self, line: int, day: date, minutes: int, there: Standing, plan: Plan) -> None:
        if there[2] is not EntryState.CONFIRMED:
            plan.changed.append((there[0], there[3], there[1], minutes))
        elif Month.of(day) not in self.locked:
            remedy = Words(
                "ces heures sont déjà confirmées pour %(hours)s : faites-les rouvrir (contester), ou remettez cette "
                "durée",
                hours=hours_and_minutes(there[1]),
            )
            self._fault(line, HOURS, hours_and_minutes(minutes), remedy)

    def _placement(self, line: int, employee_id: int, structure_id: int, day: date) -> int:
        """The placement of a line, asked of the staff room; the days around that hold as well are kept in mind."""
        try:
            placement = self.index.check_may_work(employee_id, structure_id, day)
        except Refusal as refusal:
            self._fault(line, STRUCTURE, self.index.structures[structure_id], str(refusal))
            return 0
        contract = self.index.contract_on(employee_id, day)
        if contract is not None:
            listed = self.index.listed[contract.id, structure_id]
            since = max(placement.period.start, contract.period.start, listed)
            until = min(placement.period.end or date.max, contract.period.end or date.max)
            self.sound[employee_id, structure_id] = since, until, placement.id
        return placement.id

    def _find_repeats(self) -> None:
        """Note each line that comes after another on the same key."""
        keys = {record[1:4] + record[5:] for record in self.records}
        if len(keys) == len(self.records):
            return
        first: dict[Any, int] = {}
        for record in self.records:
            before = first.setdefault(record[1:4] + record[5:], record[0])
            if before != record[0]:
                remedy = Words(
                    "la ligne %(line)s dit déjà ce jour, ce salarié, cette structure et cette activité : retirez "
                    "l'une des deux, ou additionnez-les en une seule",
                    line=before,
                )
                self._fault(record[0], DATE, record[1], remedy)

    def _check_days(self) -> None:
        """Note each day over 24 h, all structures together, lines of the file in place of those that stand."""
        totals: dict[tuple[int, date], int] = {}
        own: set[Key] = set()
        for _, day, employee_id, structure_id, minutes, activity in self.records:
            totals[employee_id, day] = totals.get((employee_id, day), 0) + minutes
            if self.standing:
                own.add((employee_id, structure_id, day, activity))
        for key, there in self.standing.items():
            if key not in own and (key[0], key[2]) in totals:
                totals[key[0], key[2]] += there[1]
        long = {who: minutes for who, minutes in totals.items() if minutes > DAY_MINUTES}
        if not long:
            return
        for record in self.records:
            minutes = long.pop((record[2], record[1]), 0)
            if minutes:
                who = self.index.employees[record[2]]
                remedy = Words(
                    "la journée de %(name)s compterait %(hours)s, toutes structures comprises : 24 h au plus, corrigez "
                    "une des durées de ce jour",
                    name=who,
                    hours=hours_and_minutes(minutes),
                )
                self._fault(record[0], HOURS, record[1], remedy)

    def _fault(self, line: int, column: str, value: object, remedy: str) -> None:
        shown = value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
        self.faults.add(line, column=self.table.header(column), value=shown, remedy=remedy)


def _standing(records: list[Any]) -> dict[Key, Standing]:
    """Lines that stand on the days of a file, by key."""
    if not records:
        return {}
    days = {record[1] for record in records}
    e = ENTRIES.c
    query = select(e.employee_id, e.structure_id, e.worked_on, e.activity, e.id, e.minutes, e.state, e.version).where(
        e.grouping_id == tenancy.current(), e.worked_on >= min(days), e.worked_on < max(days) + timedelta(days=1)
    )
    return {(row[0], row[1], row[2], row[3]): (row[4], row[5], row[6], row[7]) for row in session().execute(query)}
