"""The ledger of what members give and receive, as each reader may see it: gifts, placements, contributions called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, or_, select

from coopter.contributions.models import Call, CallRun, Gift
from coopter.contributions.policies import reciprocity as policies
from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import Balance, Entry, Party, Source, balances, flows
from coopter.hours import queries as hours
from coopter.members import queries as members
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import NotFound

EVER = (Month(1990, 1), Month(2199, 12))
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class GiftRecord:
    """One gift as a page shows it; `valued` is None where there is none or the reader may not see it."""

    id: int
    giver_id: int
    giver: str
    receiver_id: int | None
    receiver: str
    given_on: date
    unit: Unit
    quantity: int
    what: str
    valued: Money | None
    state: GiftState
    recorded_by: str
    recorded_for_id: int | None
    recorded_at: datetime
    answered_by: str
    answered_at: datetime | None
    answer: str
    version: int

    @property
    def other_side(self) -> int | None:
        """The side that did not record it, and so answers: a structure, or the grouping (None)."""
        return self.receiver_id if self.recorded_for_id == self.giver_id else self.giver_id


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One party's line in the table of one unit."""

    party: Party
    name: str
    balance: Balance
    is_own: bool


@dataclass(frozen=True, slots=True)
class FlowRow:
    """What one party gave another, unit by unit: a line of the picture's table."""

    giver: str
    receiver: str
    units: tuple[tuple[Unit, int], ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a reader sees of a year, or of all years: tables by unit, lines of the network."""

    year: int | None
    tables: tuple[tuple[Unit, tuple[BalanceRow, ...]], ...]
    flows: Mapping[tuple[Party, Party], Mapping[Unit, int]]
    rows: tuple[FlowRow, ...]
    names: tuple[tuple[Party, str], ...]


def get_gift(gift_id: int) -> Gift:
    """A gift's row; raises NotFound."""
    row = session().scalar(select(Gift).where(Gift.id == gift_id))
    if row is None:
        raise NotFound()
    return row


def visible_gift(actor: Actor, gift_id: int) -> GiftRecord:
    """A gift, for whoever may see it; raises NotFound for anybody else."""
    row = get_gift(gift_id)
    if not _visible(actor, row):
        raise NotFound()
    return _record(actor, row, party_names())


def gifts_for(actor: Actor, *, year: int | None = None) -> tuple[GiftRecord, ...]:
    """The gifts that somebody may see, the latest day first, at most 200: confirmed ones, and one's own in any state.

    A gift in euros between two others is not in it, for those who do not read accounts.
    """
    query = select(Gift).order_by(Gift.given_on.desc(), Gift.id.desc())
    if year is not None:
        query = query.where(Gift.given_on >= date(year, 1, 1), Gift.given_on < date(year + 1, 1, 1))
    if not policies.can_read_all_gifts(actor):
        query = query.where(or_(_own(actor), (Gift.state == GiftState.CONFIRMED) & (Gift.unit != Unit.EUROS)))
    names = party_names()
    return tuple(_record(actor, row, names) for row in session().scalars(query.limit(MOST_LISTED)))


def waiting_for(actor: Actor) -> tuple[GiftRecord, ...]:
    """Gifts that await this person's answer, or a correction of what their side recorded, the oldest first."""
    query = select(Gift).where(Gift.state.in_((GiftState.OFFERED, GiftState.DISPUTED))).order_by(Gift.given_on, Gift.id)
    names = party_names()
    found = (_record(actor, row, names) for row in session().scalars(query) if _visible(actor, row))
    return tuple(
        one for one in found
        if policies.can_speak_for(
            actor, side_id=one.other_side if one.state is GiftState.OFFERED else one.recorded_for_id
        )
    )  # fmt: skip


def entries_of(year: int | None = None) -> tuple[Entry, ...]:
    """Every line of the ledger of a year, or of all years: confirmed gifts by their day, confirmed hours of shared
    employees by their month (given by the grouping: an employee has no home structure), contributions by the year that
    they are called for. A call below zero is given back by the grouping.
    """
    return (*_gift_entries(year), *_hour_entries(year), *_call_entries(year))


def visible_entries(actor: Actor, year: int | None = None) -> tuple[Entry, ...]:
    """The ledger as this person may see it: euros are told to both sides and to those who read accounts."""
    if not policies.can_read_reciprocity(actor):
        return ()
    return tuple(
        entry for entry in entries_of(year)
        if entry.unit is not Unit.EUROS
        or policies.can_see_value(actor, giver_id=entry.giver, receiver_id=entry.receiver)
    )  # fmt: skip


def ledger(actor: Actor, *, year: int | None = None) -> Ledger:
    """What this person sees of who gives and who receives; the order is that of the codes, the grouping last."""
    entries = visible_entries(actor, year)
    names = party_names()
    between = flows(entries)
    ranks = {party: rank for rank, party in enumerate(names)}
    return Ledger(
        year, _tables(actor, balances(entries), names, ranks), between,
        tuple(
            FlowRow(names[giver], names[receiver], tuple((unit, units[unit]) for unit in Unit if unit in units))
            for (giver, receiver), units in sorted(between.items(), key=lambda one: tuple(ranks[p] for p in one[0]))
        ),
        tuple(names.items()),
    )  # fmt: skip


def years_of_ledger() -> tuple[int, ...]:
    """The years that have something in them, the latest first."""
    gifts = {day.year for day in session().scalars(select(Gift.given_on))}
    worked = {month.year for month, _one in hours.worked_between(*EVER)}
    called = set(session().scalars(select(CallRun.year)))
    return tuple(sorted(gifts | worked | called, reverse=True))


def party_names() -> dict[Party, str]:
    """Every party by its name, in the natural order of the codes; the grouping itself (None) last."""
    names: dict[Party, str] = {one.id: one.name for one in members.list_structures()}
    names[None] = members.get_grouping_by_id(tenancy.grouping_in_scope()).name
    return names


def _tables(
    actor: Actor, found: Mapping[tuple[Party, Unit], Balance], names: Mapping[Party, str], ranks: Mapping[Party, int]
) -> tuple[tuple[Unit, tuple[BalanceRow, ...]], ...]:
    by_unit: dict[Unit, list[BalanceRow]] = defaultdict(list)
    for party, unit in sorted(found, key=lambda key: ranks[key[0]]):
        own = party in actor.represents
        if unit is not Unit.EUROS or own or policies.can_read_all_gifts(actor):
            by_unit[unit].append(BalanceRow(party, names[party], found[party, unit], own))
    return tuple((unit, tuple(by_unit[unit])) for unit in Unit if unit in by_unit)


def _gift_entries(year: int | None) -> Iterable[Entry]:
    query = select(Gift).where(Gift.state == GiftState.CONFIRMED)
    if year is not None:
        query = query.where(Gift.given_on >= date(year, 1, 1), Gift.given_on < date(year + 1, 1, 1))
    return [Entry(row.giver_id, row.receiver_id, row.unit, row.quantity) for row in session().scalars(query)]


def _hour_entries(year: int | None) -> Iterable[Entry]:
    first, last = EVER if year is None else (Month(year, 1), Month(year, 12))
    used: dict[int, int] = defaultdict(int)
    for _month, worked in hours.worked_between(first, last):
        used[worked.structure_id] += worked.minutes
    return [Entry(None, structure, Unit.HOURS, minutes, Source.HOURS) for structure, minutes in sorted(used.items())]


def _call_entries(year: int | None) -> Iterable[Entry]:
    query = select(Call.structure_id, Call.amount).join(CallRun, CallRun.id == Call.run_id).order_by(Call.id)
    if year is not None:
        query = query.where(CallRun.year == year)
    for structure_id, amount in session().execute(query):
        if amount.cents > 0:
            yield Entry(structure_id, None, Unit.EUROS, amount.cents, Source.CALL)
        elif amount.cents < 0:
            yield Entry(None, structure_id, Unit.EUROS, -amount.cents, Source.CALL)


def _own(actor: Actor) -> ColumnElement[bool]:
    if not actor.represents:
        return false()
    return or_(Gift.giver_id.in_(actor.represents), Gift.receiver_id.in_(actor.represents))


def _visible(actor: Actor, row: Gift) -> bool:
    seen = policies.can_see_gift(
        actor, giver_id=row.giver_id, receiver_id=row.receiver_id, confirmed=row.state is GiftState.CONFIRMED
    )
    in_euros = row.unit is Unit.EUROS
    return seen and (not in_euros or policies.can_see_value(actor, giver_id=row.giver_id, receiver_id=row.receiver_id))


def _record(actor: Actor, row: Gift, names: Mapping[Party, str]) -> GiftRecord:
    record = GiftRecord(
        row.id, row.giver_id, names[row.giver_id], row.receiver_id, names[row.receiver_id], row.given_on, row.unit,
        row.quantity, row.what, row.valued, row.state, row.recorded_by, row.recorded_for_id, row.recorded_at,
        row.answered_by, row.answered_at, row.answer, row.version,
    )  # fmt: skip
    told = policies.can_see_value(actor, giver_id=row.giver_id, receiver_id=row.receiver_id)
    return record if told else replace(record, valued=None)
