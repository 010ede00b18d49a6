"""What a desk is made of: things to do, told as facts; the pages put them into words and say where to go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from coopter.billing import queries as billing
from coopter.hours.rules import EntryState
from coopter.members import queries as members
from coopter.treasury import queries as treasury
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal


class TaskKind(Enum):
    """What somebody may have to do."""

    HOURS_DISPUTED = "hours disputed"
    HOURS_TO_CONFIRM = "hours to confirm"
    HOURS_NOT_SENT = "hours not sent"
    HOURS_MISSING = "hours missing"
    COSTS_MISSING = "costs missing"
    MONTH_READY = "month ready"
    DOCUMENTS_FAILED = "documents failed"
    DOCUMENTS_WAITING = "documents waiting"
    MAIL_FAILED = "mail failed"
    PAYMENTS_OVERDUE = "payments overdue"
    MONEY_OWED = "money owed"
    CALLS_TO_ISSUE = "calls to issue"
    BANK_ACCOUNT = "bank account"
    INVITATION_PENDING = "invitation pending"
    PLACEMENT_ENDING = "placement ending"
    STRUCTURE_INCOMPLETE = "structure incomplete"
    GROUPING_INCOMPLETE = "grouping incomplete"
    FIRST_STRUCTURE = "first structure"
    FIRST_EMPLOYEE = "first employee"
    CONFIRM_HOURS = "confirm hours"
    FILL_WEEK = "fill week"
    SEND_WEEK = "send week"
    CORRECT_HOURS = "correct hours"


@dataclass(frozen=True, slots=True)
class Team:
    """One employee's lines of one state at one structure in a month."""

    structure_id: int
    employee_id: int
    state: EntryState
    lines: int
    minutes: int


@dataclass(frozen=True, slots=True)
class MissingTeam:
    """An employee placed at a structure in a month, without a single line there."""

    employee_id: int
    structure_id: int


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: its kind, how many, for which month or day, about whom. `refusal` says what lacks, in words."""

    kind: TaskKind
    count: int = 0
    month: Month | None = None
    on: date | None = None
    names: tuple[str, ...] = ()
    subject_id: int | None = None
    minutes: int = 0
    lacks: tuple[str, ...] = ()
    refusal: Refusal | None = None
    is_urgent: bool = False
    amount: Money | None = None


def bank_account_tasks(actor: Actor) -> Iterator[Task]:
    """A change of IBAN that awaits this very person's approval (R39)."""
    change = members.bank_account_to_approve(actor)
    if change is not None:
        yield Task(TaskKind.BANK_ACCOUNT, 1, names=(change.asked_by,), subject_id=change.id, is_urgent=True)


def treasury_tasks(today: date) -> Iterator[Task]:
    """What should have been paid and was not, all members together."""
    late = treasury.overdue(today=today)
    if late is not None:
        yield Task(
            TaskKind.PAYMENTS_OVERDUE, late.documents, on=late.since, names=late.names, amount=late.amount,
            is_urgent=True,
        )  # fmt: skip


def owed_tasks(actor: Actor, today: date) -> Iterator[Task]:
    """What the structures whose invoices this person reads should have paid, each apart."""
    for structure_id in sorted(actor.sees_invoices_of):
        late = treasury.overdue(today=today, of=frozenset({structure_id}))
        if late is not None:
            yield Task(
                TaskKind.MONEY_OWED, late.documents, on=late.since, names=late.names, amount=late.amount,
                subject_id=structure_id, is_urgent=True,
            )  # fmt: skip


def call_tasks(today: date) -> Iterator[Task]:
    """Instalments of calls whose time to be issued has come."""
    for run, count in billing.calls_to_issue(on=today):
        yield Task(
            TaskKind.CALLS_TO_ISSUE, count, names=(f"{run.name} {run.year}",), subject_id=run.contribution_id,
            on=date(run.year, 1, 1),
        )  # fmt: skip
