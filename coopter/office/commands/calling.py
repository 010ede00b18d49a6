"""Calling money from members: the call and its documents, all of it or nothing, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from coopter.billing import commands as billing
from coopter.billing import queries as documents
from coopter.contributions.commands import calls as contributions
from coopter.contributions.rules.kinds import CallKind
from coopter.office import policies
from coopter.office.queries.calling import blocks_of_documents
from coopter.office.queries.preview import Obstacle
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal


class CallNotReady(Refusal):
    """L'appel ne peut pas encore se faire : %(reasons)s"""

    def __init__(self, *, obstacles: tuple[Obstacle, ...] = (), **facts: object) -> None:
        self.obstacles = obstacles
        super().__init__(**facts)


class CallPreviewChanged(Refusal):
    """Les montants ont changé depuis l'aperçu : %(shown)s étaient annoncés, ce serait maintenant %(now)s. Rien n'a été
    appelé. Relisez, puis appelez."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was just made, and its documents."""

    run_id: int
    documents: tuple[billing.IssuedInvoice, ...]

    @property
    def gross(self) -> Money:
        """All documents together, VAT included."""
        return total(one.gross for one in self.documents)


@command
def call_and_issue(
    actor: Actor,
    *,
    contribution_id: int,
    year: int,
    on: date,
    at: datetime,
    kind: CallKind = CallKind.YEAR,
    expected: Money | None = None,
) -> Called:
    """Call a contribution from all members and issue its documents: all of it, or nothing (rows R1, R4).

    `expected` is the total before tax that was shown to whoever decided. Two coordinators at once: the grouping's row
    puts them in line, and the second is told who called and when. Raises AlreadyCalled, CallNotReady,
    CallPreviewChanged, SeriesAhead, and the refusals of `call_contribution` and `issue_calls`.
    """
    require(policies.can_close_month(actor))
    run_id = contributions.call_contribution(
        actor, contribution_id=contribution_id, year=year, on=on, at=at, kind=kind
    )  # fmt: skip
    now = contributions.total_of(run_id)
    if expected is not None and now != expected:
        raise CallPreviewChanged(shown=expected, now=now)
    return _issued(actor, run_id, on=on, at=at)


@command
def issue_rest(actor: Actor, *, run_id: int, on: date, at: datetime) -> Called:
    """Issue the instalments of a call whose time has come; raises NothingLeft, CallNotReady, SeriesAhead, NotFound."""
    require(policies.can_close_month(actor))
    called = _issued(actor, run_id, on=on, at=at)
    if not called.documents:
        raise NothingLeft()
    return called


@command
def call_entrance_fee(actor: Actor, *, admission_id: int, on: date, at: datetime) -> Called:
    """Call the entrance fee of an admission and issue its document; raises NoEntranceFee, EntranceFeeCalled."""
    require(policies.can_close_month(actor))
    run_id = contributions.call_entrance_fee(actor, admission_id=admission_id, on=on, at=at)
    return _issued(actor, run_id, on=on, at=at)


@command
def call_voluntary(
    actor: Actor,
    *,
    contribution_id: int,
    structure_id: int,
    amount: Money,
    agreed: str,
    year: int,
    on: date,
    at: datetime,
) -> Called:
    """Call an amount agreed with a member and issue its document; raises AmountNotPositive, AgreementMissing."""
    require(policies.can_close_month(actor))
    run_id = contributions.call_voluntary(
        actor, contribution_id=contribution_id, structure_id=structure_id, amount=amount, agreed=agreed, year=year,
        on=on, at=at,
    )  # fmt: skip
    return _issued(actor, run_id, on=on, at=at)


class NothingLeft(Refusal):
    """Toutes les pièces de cet appel sont émises, ou leur échéance est encore trop lointaine."""


def _issued(actor: Actor, run_id: int, *, on: date, at: datetime) -> Called:
    _refuse_if(blocks_of_documents(documents.drafts_of_run(run_id, on=on, at=at)))
    return Called(run_id, billing.issue_calls(actor, run_id=run_id, on=on, at=at))


def _refuse_if(blocks: Iterable[Obstacle]) -> None:
    obstacles = tuple(blocks)
    if obstacles:
        raise CallNotReady(obstacles=obstacles, reasons=" ".join(str(one.refusal) for one in obstacles))
