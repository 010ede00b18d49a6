"""What closing a month would do: every member's share, what changed since last month, what blocks, what only warns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from coopter.billing import commands as billing
from coopter.billing import queries as invoices
from coopter.billing import rules as invoicing
from coopter.billing.record import Kind
from coopter.costs import queries as costs
from coopter.hours import queries as hours
from coopter.hours.rules import Worked
from coopter.members import queries as members
from coopter.members.models import Grouping
from coopter.office import policies
from coopter.plumbing.tenancy import grouping_in_scope
from coopter.plumbing.transaction import require
from coopter.values.actor import Actor
from coopter.values.instants import at_paris
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Refusal, Words


class Subject(Enum):
    """Where the remedy of an obstacle is found."""

    HOURS = "hours"
    COSTS = "costs"
    STRUCTURE = "structure"
    GROUPING = "grouping"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something to settle before closing, or to know: the refusal says what and how, the subject says where."""

    subject: Subject
    refusal: Refusal
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class MemberPreview:
    """What one member would be invoiced, excluding and including VAT, and its net amount of the month before."""

    structure_id: int
    code: str
    name: str
    minutes: int
    net: Money
    gross: Money
    before: Money | None

    @property
    def change(self) -> Money | None:
        """The net amount's change since the month before, None when there is nothing to compare with."""
        return None if self.before is None else self.net - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """A closing as it would be; `can_close` when nothing blocks."""

    month: Month
    on: date
    members: tuple[MemberPreview, ...]
    cost: Money
    blocks: tuple[Obstacle, ...]
    warnings: tuple[Obstacle, ...]
    is_priced: bool

    @property
    def can_close(self) -> bool:
        """Nothing blocks and there is something to invoice."""
        return not self.blocks and bool(self.members)

    @property
    def net(self) -> Money:
        """All members together, excluding VAT."""
        return total(member.net for member in self.members)

    @property
    def gross(self) -> Money:
        """All members together, VAT included."""
        return total(member.gross for member in self.members)


class AlreadyClosed(Refusal):
    """%(month)s est déjà clos : ses factures sont établies."""


class HoursWaiting(Refusal):
    """%(structure)s : %(waiting)s à confirmer. Relancez la structure, ou confirmez à sa place en disant
    pourquoi."""


class PartyIncomplete(Refusal):
    """%(name)s : il manque %(missing)s sur la fiche. Complétez-la avant de facturer."""


class NothingHere(Refusal):
    """Aucune heure confirmée et aucun coût en %(month)s : il n'y a rien à clore."""


class MonthNotOver(Refusal):
    """%(month)s n'est pas terminé : des heures peuvent encore arriver."""


class NoBankAccount(Refusal):
    """Le groupement n'a pas d'IBAN : les factures ne diront pas où payer."""


class BigChange(Refusal):
    """%(name)s : le montant change de plus de moitié depuis le mois précédent. Vérifiez les heures et les coûts."""


def preview_month(actor: Actor, *, month: Month, on: date) -> Preview:
    """What closing this month on this day would do; nothing is written."""
    require(policies.can_read_office(actor))
    grouping = members.get_grouping_by_id(grouping_in_scope())
    worked = hours.worked_minutes(month)
    prices = prices_of(month, [w.employee_id for w in worked])
    blocks = [*blocks_of_hours(month, worked), *blocks_of_costs(month, worked)]
    shares: tuple[costs.ShareRecord, ...] = ()
    drafts: tuple[billing.Drafted, ...] = ()
    if not any(block.subject is Subject.COSTS for block in blocks) and worked:
        shares = costs.preview_split(month, worked)
        try:
            at = at_paris(on, time())  # which bank account counts at what hour is no part of a preview
            drafts = billing.draft_month(grouping, month=month, shares=shares, prices=prices, on=on, at=at)
        except Refusal as refusal:
            blocks.append(Obstacle(Subject.COSTS, refusal))
    blocks.extend(blocks_of_parties(grouping, drafts))
    before = _net_of(month.previous())
    listed = tuple(_member(drafted, before=before) for drafted in drafts)
    return Preview(
        month=month,
        on=on,
        members=listed,
        cost=total(share.amount for share in shares),
        blocks=tuple(blocks),
        warnings=tuple(_warnings(grouping, month, on, listed)),
        is_priced=bool(prices),
    )


def prices_of(month: Month, employees: list[int]) -> dict[int, billing.Price]:
    """The price of each employee's hour in force on the month's first day; empty when the month is shared at cost."""
    return {
        employee_id: billing.Price(price.id, price.rate, price.decided_by)
        for employee_id, price in costs.prices_in_force(month, employees).items()
        if price.rate is not None
    }


def blocks_of_hours(month: Month, worked: Sequence[Worked]) -> Iterator[Obstacle]:
    """What hours keep a month open: it is closed already, lines wait for a structure, or there is nothing at all."""
    if hours.is_locked(month):
        yield Obstacle(Subject.MONTH, AlreadyClosed(month=month))
    if not worked and not costs.has_costs(month):
        yield Obstacle(Subject.MONTH, NothingHere(month=month))
    lines: dict[int, int] = {}
    for waiting in hours.waiting(month):
        lines[waiting.structure_id] = lines.get(waiting.structure_id, 0) + waiting.lines
    structures = members.structures_by_id(lines)
    for structure_id, count in lines.items():
        told = Words("%(lines)s lignes d’heures", lines=count) if count > 1 else Words("une ligne d’heures")
        refusal = HoursWaiting(structure=structures[structure_id].legal_name, lines=count, waiting=told)
        yield Obstacle(Subject.HOURS, refusal, structure_id)


def blocks_of_costs(month: Month, worked: Sequence[Worked]) -> Iterator[Obstacle]:
    """Everything that keeps the month's costs from being split."""
    for refusal in costs.obstacles(month, worked):
        yield Obstacle(Subject.COSTS, refusal)


def blocks_of_parties(grouping: Grouping, drafts: Sequence[billing.Drafted]) -> Iterator[Obstacle]:
    """What the grouping's or a structure's record lacks for a lawful invoice."""
    if not drafts:
        return
    record = drafts[0].record
    missing = invoicing.missing_mentions(record.seller, seller=True, regime=record.vat_regime)
    if missing:
        yield Obstacle(Subject.GROUPING, PartyIncomplete(name=grouping.name, missing=missing))
    for drafted in drafts:
        missing = invoicing.missing_mentions(drafted.record.buyer)
        if missing:
            refusal = PartyIncomplete(name=drafted.structure.legal_name, missing=missing)
            yield Obstacle(Subject.STRUCTURE, refusal, drafted.structure.id)


def _warnings(grouping: Grouping, month: Month, on: date, listed: tuple[MemberPreview, ...]) -> Iterator[Obstacle]:
    if on < month.end:
        yield Obstacle(Subject.MONTH, MonthNotOver(month=month))
    if not grouping.iban:
        yield Obstacle(Subject.GROUPING, NoBankAccount())
    for member in listed:
        change = member.change
        if change is not None and member.before and 2 * abs(change.cents) > abs(member.before.cents):
            yield Obstacle(Subject.STRUCTURE, BigChange(name=member.name), member.structure_id)


def _member(drafted: billing.Drafted, *, before: dict[int, Money]) -> MemberPreview:
    return MemberPreview(
        structure_id=drafted.structure.id,
        code=drafted.structure.code,
        name=drafted.structure.legal_name,
        minutes=sum(line.line.minutes or 0 for line in drafted.lines),
        net=drafted.record.net,
        gross=drafted.record.gross,
        before=before.get(drafted.structure.id),
    )


def _net_of(month: Month) -> dict[int, Money]:
    return {
        invoice.structure_id: invoice.net
        for invoice in invoices.invoices_of_month(month)
        if invoice.kind is Kind.INVOICE and invoice.credited_by is None
    }
