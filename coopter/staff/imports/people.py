"""A file of employees: each line a person and the contract that starts on its day (rows R45 to R50)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from coopter.plumbing.database import session
from coopter.staff.models import Employee
from coopter.staff.queries.people import contracts_by_employee
from coopter.staff.rules import ContractRecord, EndsBeforeItStarts, check_weekly, overlap, period_of
from coopter.values.durations import parse_minutes
from coopter.values.numbers import parse_day
from coopter.values.period import Period
from coopter.values.refusal import FaultList, Refusal, in_words, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table
from coopter.values.texts import clean_line


class MailNotUnderstood(Refusal):
    """« %(value)s » n'est pas une adresse de courriel. Écrivez par exemple prenom.nom@exemple.fr."""


class ContractHistoryFixed(Refusal):
    """Un contrat commence déjà le %(day)s : un fichier ne change pas le passé. Indiquez cette date, ou une date
    postérieure pour un avenant."""


class TwiceInFile(Refusal):
    """La ligne %(line)s parle déjà de la même chose. Gardez une seule des deux lignes."""


def read_mail(text: str) -> str:
    """A mail address in lower case; raises MailNotUnderstood."""
    line = clean_line(text).lower()
    if re.fullmatch(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+", line) is None:
        raise MailNotUnderstood(value=quoted(text))
    return line


def read_weekly(text: str) -> int:
    """Hours a week as minutes, 48 h at most; raises DurationNotUnderstood and TooManyWeeklyHours."""
    return check_weekly(parse_minutes(text))


EMPLOYEE_COLUMNS = (
    Column("code", ("matricule", "code salarié", "salarié", "employee"), clean_line),
    Column("first_name", ("prénom",), clean_line),
    Column("last_name", ("nom", "nom de famille"), clean_line),
    Column("email", ("courriel", "mail", "e-mail", "adresse mail"), read_mail, required=False),
    Column("phone", ("téléphone", "tél", "portable"), clean_line, required=False),
    Column("job_title", ("emploi", "poste", "fonction", "métier"), clean_line, required=False),
    Column("pay_grade", ("classification", "coefficient", "groupe"), clean_line, required=False),
    Column("starts_on", ("début", "date d'embauche", "date de début", "embauche", "entrée"), parse_day),
    Column("ends_on", ("fin", "date de fin", "dernier jour", "sortie"), parse_day, required=False),
    Column("weekly_hours", ("heures par semaine", "heures hebdo", "durée hebdomadaire"), read_weekly),
)
PERSON = ("first_name", "last_name", "email", "phone")
TERMS = ("weekly_minutes", "job_title", "pay_grade")


@dataclass(slots=True)
class EmployeesPlan:
    """What a sound file would do: people to hire, people and contracts to change, lines that say what is known."""

    hired: list[Any] = field(default_factory=list)  # records of the file, with their period
    edited: list[tuple[Employee, dict[str, str]]] = field(default_factory=list)
    amended: list[tuple[Employee, Period, dict[str, Any]]] = field(default_factory=list)
    changed: int = 0
    unchanged: int = 0


def read_employees(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The records of a file of employees, with what is wrong in its cells, for plan_employees to tell.

    A last day (« fin ») is included. Raises Faults when the file cannot be read line by line.
    """
    return read_table(content, columns=EMPLOYEE_COLUMNS, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList())


def plan_employees(records: Iterable[Any]) -> EmployeesPlan:
    """What these records would change in the grouping in scope, nothing written; raises Faults with all that is wrong.

    A cell left empty says nothing: what is recorded stays.
    """
    known = {row.code: row for row in session().scalars(select(Employee))}
    contracts = contracts_by_employee()
    table, plan = Table.of(records), EmployeesPlan()
    faults = table.faults.copy()
    lines: dict[str, int] = {}
    for record, is_whole in table.lines():
        try:
            if record.code is not None and lines.setdefault(record.code, record.line) != record.line:
                raise TwiceInFile(line=lines[record.code])
            employee = known.get(record.code)
            if not is_whole:
                _check_days(record, contracts.get(employee.id, []) if employee else [])
            elif employee is None:
                plan.hired.append((record, period_of(record.starts_on, record.ends_on)))
            else:
                _compare(plan, employee, record, contracts.get(employee.id, []))
        except Refusal as refusal:
            column = "code" if isinstance(refusal, TwiceInFile) else "starts_on"
            if isinstance(refusal, EndsBeforeItStarts):
                column = "ends_on"
            value = in_words(getattr(record, column))
            faults.add(record.line, column=table.header(column), value=str(value), remedy=str(refusal))
    faults.refuse_if_any()
    return plan


def _check_days(record: Any, contracts: list[ContractRecord]) -> None:
    """What can be told of the days of a line that could not be read whole; raises as for the others."""
    if record.starts_on is not None:
        period_of(record.starts_on, record.ends_on)
        _check_history(record, contracts)


def _check_history(record: Any, contracts: list[ContractRecord]) -> None:
    starts = [one.period.start for one in contracts]
    if starts and record.starts_on not in starts and record.starts_on < max(starts):
        raise ContractHistoryFixed(day=max(starts))


def _compare(plan: EmployeesPlan, employee: Employee, record: Any, contracts: list[ContractRecord]) -> None:
    told = {name: getattr(record, name) for name in PERSON if getattr(record, name) is not None}
    person = {name: value for name, value in told.items() if value != getattr(employee, name)}
    amended = _amendment(record, contracts)
    if person:
        plan.edited.append((employee, person))
    if amended:
        plan.amended.append((employee, *amended))
    if person or amended:
        plan.changed += 1
    else:
        plan.unchanged += 1


def _amendment(record: Any, contracts: list[ContractRecord]) -> tuple[Period, dict[str, Any]] | None:
    """What the line says anew of the contract of its day, or of a later one; raises ContractHistoryFixed."""
    same = next((one for one in contracts if one.period.start == record.starts_on), None)
    latest = max(contracts, key=lambda one: one.period.start, default=None)
    _check_history(record, contracts)
    base = same or latest
    told = {"weekly_minutes": record.weekly_hours, "job_title": record.job_title, "pay_grade": record.pay_grade}
    terms = {
        name: value if value is not None else (getattr(base, name) if base else "") for name, value in told.items()
    }
    period = period_of(record.starts_on, record.ends_on)
    if period.end is None and base is not None and (same or base.period.contains(record.starts_on)):
        period = Period(period.start, base.period.end)
    if same is not None and same.period == period and all(getattr(same, name) == terms[name] for name in TERMS):
        return None
    if same is not None and overlap(period, [one.period for one in contracts if one is not same]):
        raise ContractHistoryFixed(day=latest.period.start if latest else record.starts_on)
    return period, terms
