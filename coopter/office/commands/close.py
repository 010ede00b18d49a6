"""Closing a month: lock, split, number, freeze, journal, in one transaction; the documents come after the commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Table, select

from coopter.billing import commands as billing
from coopter.costs import commands as costs
from coopter.costs.queries import ShareRecord
from coopter.hours import commands as timesheets
from coopter.hours import queries as hours
from coopter.hours.rules import Worked
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.office import policies
from coopter.office.queries.preview import Obstacle, blocks_of_costs, blocks_of_hours, blocks_of_parties, prices_of
from coopter.plumbing import journal
from coopter.plumbing.bulk import collector_paused
from coopter.plumbing.database import Base
from coopter.plumbing.tenancy import grouping_in_scope
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Refusal

# The rows that a closing makes final, besides the hours and the lock, which `lock_month` seals itself.
OF_THE_MONTH = ("cost_line", "cost_split", "invoice")
HANGING_ON = {"cost_share": ("split_id", "cost_split"), "invoice_line": ("invoice_id", "invoice")}


class ClosedBy(Refusal):
    """%(month)s a déjà été clos par %(by)s le %(at)s : ses factures sont établies, rien n'a été fait une seconde
    fois."""


class PreviewChanged(Refusal):
    """Les montants du mois (%(month)s) ont changé depuis l'aperçu : %(shown)s étaient annoncés, ce serait maintenant
    %(now)s. Rien n'a été clos. Relisez, puis clôturez."""


class NotReady(Refusal):
    """%(month)s ne peut pas encore être clos : %(reasons)s"""

    def __init__(self, *, obstacles: tuple[Obstacle, ...] = (), **facts: object) -> None:
        self.obstacles = obstacles
        super().__init__(**facts)


@dataclass(frozen=True, slots=True)
class Closing:
    """A month that was just closed."""

    month: Month
    invoices: tuple[billing.IssuedInvoice, ...]

    @property
    def net(self) -> Money:
        """All invoices together, excluding VAT."""
        return total(invoice.net for invoice in self.invoices)

    @property
    def gross(self) -> Money:
        """All invoices together, VAT included."""
        return total(invoice.gross for invoice in self.invoices)


@command
@collector_paused()
def close_month(actor: Actor, *, month: Month, on: date, at: datetime, expected: Money | None = None) -> Closing:
    """Lock the month, split its costs, invoice every member: all of it, or nothing (rows R1, R3, R17).

    `on` is the date of issue, `expected` the total with VAT that was shown to whoever decided, if any. Two coordinators
    at once: the lock of the grouping's row puts them in line, and the second is told who closed it and when. Raises
    ClosedBy, NotReady with every obstacle, PreviewChanged, SeriesAhead.
    """
    require(policies.can_close_month(actor))
    take_turn()
    check_not_closed(month)
    worked = hours.worked_minutes(month)
    _refuse_if(blocks_of_hours(month, worked), month=month)
    timesheets.lock_month(actor, month=month, at=at)
    shares = _split(actor, month=month, worked=worked, at=at)
    grouping = members.get_grouping_by_id(grouping_in_scope())
    prices = prices_of(month, [w.employee_id for w in worked])
    drafts = billing.draft_month(grouping, month=month, shares=shares, prices=prices, on=on, at=at)
    _refuse_if(blocks_of_parties(grouping, drafts), month=month)
    now = total(drafted.record.gross for drafted in drafts)
    if expected is not None and now != expected:
        raise PreviewChanged(month=month, shown=expected, now=now)
    closing = Closing(month, billing.issue_month(actor, month=month, drafts=drafts, at=at))
    cost = total(share.amount for share in shares)
    journal.record(
        actor,
        "month.closed",
        f"month:{month}",
        at=at,
        after={"invoices": len(drafts), "net": closing.net, "gross": closing.gross, "cost": cost, "on": on},
        sealed={_table(name): _of_the_month(actor.grouping_id, month, name) for name in (*OF_THE_MONTH, *HANGING_ON)},
    )
    return closing


def _split(actor: Actor, *, month: Month, worked: tuple[Worked, ...], at: datetime) -> tuple[ShareRecord, ...]:
    """Split the month's costs; where that cannot be, tell everything that lacks and not the first thing alone."""
    try:
        return costs.split_month(actor, month=month, worked=worked, at=at)
    except Refusal:
        _refuse_if(blocks_of_costs(month, worked), month=month)
        raise


def _refuse_if(blocks: Iterable[Obstacle], *, month: Month) -> None:
    obstacles = tuple(blocks)
    if obstacles:
        raise NotReady(obstacles=obstacles, month=month, reasons=" ".join(str(one.refusal) for one in obstacles))


def check_not_closed(month: Month) -> None:
    """Raise ClosedBy, with who and when, for a month that is closed."""
    lock = hours.find_lock(month)
    if lock is not None:
        raise ClosedBy(month=month, by=lock.locked_by, at=lock.locked_at)


def _of_the_month(grouping_id: int | None, month: Month, name: str) -> journal.Conditions:
    """Which rows of a table belong to the month."""
    table = _table(name)
    if name not in HANGING_ON:
        return [table.c.month == month, *_of_work(table)]
    column, parent_name = HANGING_ON[name]
    parent = _table(parent_name)
    mine = select(parent.c.id).where(parent.c.grouping_id == grouping_id, parent.c.month == month, *_of_work(parent))
    return [table.c[column].in_(mine)]


def _of_work(table: Table) -> journal.Conditions:
    """The documents of a contribution dated in the month were sealed when it was called."""
    return [table.c.run_id.is_(None)] if "run_id" in table.c else []


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
