"""Mails about hours: to validators, about a dispute, and the reminders before a month is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from coopter.hours.rules import EntryRecord, EntryState, Waiting
from coopter.members import queries as members
from coopter.plumbing import mail, tenancy
from coopter.staff import queries as staff
from coopter.staff.models import Employee
from coopter.values.instants import paris_day
from coopter.values.month import Month
from coopter.values.refusal import Words


@dataclass(frozen=True)
class Reminded:
    """Who was written to, and who could not be for want of an address or of a validator (names)."""

    sent: tuple[str, ...]
    without_address: tuple[str, ...]


def ask_validators(structure_id: int, *, employee: Employee, monday: date, minutes: int, at: datetime) -> None:
    """Tell each person who validates this structure's hours that a week awaits them."""
    structure = members.get_structure(structure_id)
    for person in _validators(structure_id):
        _post(
            to=person.email,
            subject=Words("Heures à confirmer : %(employee)s", employee=employee.name),
            template="hours/mail/to_confirm",
            context={
                "name": person.name, "employee": employee.name, "structure": structure.name, "monday": monday,
                "minutes": minutes,
            },
            key=f"hours-sent:{structure_id}:{employee.id}:{monday}:{person.person_id}:{at.isoformat()}",
            at=at,
        )  # fmt: skip


def tell_of_dispute(entry: EntryRecord, *, reason: str, by: str, at: datetime) -> None:
    """Tell the employee, and the grouping's own mailbox, that a line came back and why."""
    employee = staff.get_employee(entry.employee_id)
    structure = members.get_structure(entry.structure_id)
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    context = {
        "employee": employee.name, "structure": structure.name, "worked_on": entry.worked_on,
        "minutes": entry.minutes, "activity": entry.activity, "reason": reason, "by": by,
        "month": Month.of(entry.worked_on),
    }  # fmt: skip
    for kind, address in (("employee", employee.email), ("grouping", grouping.email)):
        if address:
            _post(
                to=address,
                subject=Words("Heures contestées par %(structure)s", structure=structure.name),
                template="hours/mail/disputed",
                context={**context, "to_employee": kind == "employee"},
                key=f"hours-disputed:{entry.id}:{entry.version}:{kind}",
                at=at,
            )


def remind(waiting: Iterable[Waiting], *, month: Month, at: datetime) -> Reminded:
    """Write once a day at most to each person on whom the month waits."""
    at_structures: dict[int, int] = defaultdict(int)
    at_employees: dict[int, int] = defaultdict(int)
    for one in waiting:
        if one.state is EntryState.SUBMITTED:
            at_structures[one.structure_id] += one.lines
        else:
            at_employees[one.employee_id] += one.lines
    sent: list[str] = []
    lacking: list[str] = []
    structures, employees = members.structures_by_id(at_structures), staff.employees_by_id(at_employees)
    for structure_id, lines in at_structures.items():
        people = _validators(structure_id)
        name = structures[structure_id].name
        for person in people:
            _remind_one(person.email, person.name, what=name, lines=lines, month=month, validator=True, at=at)
            sent.append(person.name)
        if not people:
            lacking.append(name)
    for employee_id, lines in at_employees.items():
        employee = employees[employee_id]
        if employee.email:
            _remind_one(employee.email, employee.name, what="", lines=lines, month=month, validator=False, at=at)
        (sent if employee.email else lacking).append(employee.name)
    return Reminded(tuple(sent), tuple(lacking))


def _remind_one(to: str, name: str, *, what: str, lines: int, month: Month, validator: bool, at: datetime) -> None:
    to_confirm, to_complete = (
        Words("Heures à confirmer avant la clôture du mois"), Words("Heures à compléter avant la clôture"),
    )  # fmt: skip
    _post(
        to=to,
        subject=to_confirm if validator else to_complete,
        template="hours/mail/reminder",
        context={"name": name, "what": what, "lines": lines, "month": month, "validator": validator},
        key=f"hours-reminder:{tenancy.grouping_in_scope()}:{month}:{to}:{what}:{paris_day(at)}",
        at=at,
    )


def _validators(structure_id: int) -> list[members.Holder]:
    holders = members.list_holders(structure_id=structure_id)
    return [one for one in holders if one.can_validate_hours and one.active and one.email]


def _post(*, to: str, context: dict[str, Any], **message: Any) -> None:
    """One message in its recipient's language: a person's own, French for a mailbox that nobody signs in with."""
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    context = {**context, "grouping_name": grouping.name, "slug": grouping.slug}
    mail.post(to=to, context=context, **message, grouping_id=grouping.id, language=members.language_of(to))
