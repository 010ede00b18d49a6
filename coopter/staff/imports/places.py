"""A file of placements: each line an employee at a structure from a day on (rows R45 to R50)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from coopter.members import queries as members
from coopter.staff import queries
from coopter.staff.imports.people import TwiceInFile, read_weekly
from coopter.staff.rules import (
    EndsBeforeItStarts,
    NotAMember,
    NotAPotentialUser,
    PlacementRecord,
    StaffIndex,
    period_of,
)
from coopter.values.numbers import parse_day
from coopter.values.refusal import FaultList, Refusal, in_words, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table
from coopter.values.texts import clean_line


class UnknownEmployee(Refusal):
    """Aucune personne salariée n'a le code « %(code)s ». Corrigez-le, ou importez d'abord les salariés."""


class UnknownStructure(Refusal):
    """Aucune structure n'a le code « %(code)s ». Corrigez-le, ou importez d'abord les structures."""


def _conditions(text: str) -> str:
    return clean_line(text, most=2_000)


PLACEMENT_COLUMNS = (
    Column("employee", ("salarié", "salariée", "matricule", "code salarié"), clean_line),
    Column("structure", ("adhérent", "membre", "code structure"), clean_line),
    Column("starts_on", ("début", "date de début", "premier jour"), parse_day),
    Column("ends_on", ("fin", "date de fin", "dernier jour"), parse_day, required=False),
    Column("weekly_hours", ("heures par semaine", "heures hebdo", "engagement"), read_weekly, required=False),
    Column("site", ("lieu", "lieu de travail"), clean_line, required=False),
    Column("conditions", ("conditions particulières",), _conditions, required=False),
)


@dataclass(slots=True)
class PlacementsPlan:
    """What a sound file would do: placements to add or change, and the lists of potential users that it gives first.

    `taken_over` maps (contract, structure) to the day the structure stands on that contract's list.
    """

    added: list[PlacementRecord] = field(default_factory=list)
    changed: list[PlacementRecord] = field(default_factory=list)
    unchanged: int = 0
    taken_over: dict[tuple[int, int], date] = field(default_factory=dict)


def read_placements(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The records of a file of placements, with what is wrong in its cells, for plan_placements to tell.

    A last day (« fin ») is included. Raises Faults when the file cannot be read line by line.
    """
    return read_table(
        content, columns=PLACEMENT_COLUMNS, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList()
    )


def plan_placements(records: Iterable[Any]) -> PlacementsPlan:
    """What these records would change in the grouping in scope, nothing written; raises Faults with all that is wrong.

    Taking over: an employee whose contracts name no potential user yet gets the structures of the file as their list
    (Code du travail, L1253-9). Once there is a list, a structure that is not on it is a fault, as everywhere.
    """
    return _Judge(Table.of(records)).plan()


class _Judge:
    """One pass over the lines; what is known of the house is loaded once, before it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.faults = table.faults.copy()
        self.index: StaffIndex = queries.placements_index()
        self.employees = queries.employee_ids_by_code()
        self.structures = {row.code: row.id for row in members.structures_by_id().values()}
        self.result = PlacementsPlan()

    def plan(self) -> PlacementsPlan:
        found = [(record, ids, whole) for record, whole in self.table.lines() if (ids := self._ids(record)) is not None]
        self._take_over(ids for _, ids, _ in found)
        lines: dict[tuple[int, int, date], int] = {}
        for record, (employee_id, structure_id), is_whole in found:
            if record.starts_on is None:
                continue
            key = (employee_id, structure_id, record.starts_on)
            try:
                if key in lines:
                    raise TwiceInFile(line=lines[key])
                lines[key] = record.line
                if not is_whole:
                    period_of(record.starts_on, record.ends_on)
                    continue
                self._judge(record, employee_id, structure_id, number=-len(lines))
            except Refusal as refusal:
                self._fault(record, refusal)
        self.faults.refuse_if_any()
        return self.result

    def _ids(self, record: Any) -> tuple[int, int] | None:
        employee_id = self._id(record, "employee", self.employees, UnknownEmployee)
        structure_id = self._id(record, "structure", self.structures, UnknownStructure)
        return None if employee_id is None or structure_id is None else (employee_id, structure_id)

    def _id(self, record: Any, column: str, ids: Mapping[str, int], unknown: type[Refusal]) -> int | None:
        code = getattr(record, column)
        if code is None:  # this cell could not be read: it is told already
            return None
        found = ids.get(code)
        if found is None:
            remedy = str(unknown(code=quoted(code)))
            self.faults.add(record.line, column=self.table.header(column), value=code, remedy=remedy)
        return found

    def _take_over(self, pairs: Iterable[tuple[int, int]]) -> None:
        owners = {contract.id: key for key, own in self.index.contracts.items() for contract in own}
        with_list = {owners[contract_id] for contract_id, _ in self.index.listed}
        for employee_id, structure_id in pairs:
            if employee_id not in with_list:
                for contract in self.index.contracts.get(employee_id, ()):
                    self.result.taken_over[contract.id, structure_id] = contract.period.start
        self.index.listed.update(self.result.taken_over)

    def _judge(self, record: Any, employee_id: int, structure_id: int, *, number: int) -> None:
        known = self.index.placements.get((employee_id, structure_id), ())
        standing = next((one for one in known if one.period.start == record.starts_on), None)
        wanted = standing or PlacementRecord(number, employee_id, structure_id, period_of(record.starts_on, None))
        told = {"weekly_minutes": record.weekly_hours, "site": record.site, "conditions": record.conditions}
        wanted = replace(wanted, **{name: value for name, value in told.items() if value is not None})
        if record.ends_on is not None:
            wanted = replace(wanted, period=period_of(record.starts_on, record.ends_on))
        if wanted == standing:
            self.result.unchanged += 1
            return
        self.index.check_placement(wanted)
        self.index.add_placement(wanted)
        (self.result.changed if standing else self.result.added).append(wanted)

    def _fault(self, record: Any, refusal: Refusal) -> None:
        if isinstance(refusal, (NotAMember, NotAPotentialUser)):
            column = "structure"
        else:
            column = "ends_on" if isinstance(refusal, EndsBeforeItStarts) else "starts_on"
        value = str(in_words(getattr(record, column)))
        self.faults.add(record.line, column=self.table.header(column), value=value, remedy=str(refusal))
