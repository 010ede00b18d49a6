"""Reads of departures and exclusions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coopter.governance.models import Departure
from coopter.governance.queries.decisions import decisions_of
from coopter.governance.rules.departure import DEPARTURE, EXCLUSION, OPEN_STATES, Debts, notice_ends_on
from coopter.governance.rules.kinds import DepartureKind, DepartureState
from coopter.governance.rules.motions import Decided
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import as_days
from coopter.plumbing.database import session
from coopter.values.period import Period
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class DepartureLine:
    """A departure as a list shows it; `last_on` is the structure's last day inside."""

    id: int
    structure_id: int
    structure: str
    kind: DepartureKind
    state: DepartureState
    notice_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class DepartureRecord:
    """One departure, whole; `notice_ends_on` is the first day that respects the notice."""

    id: int
    structure_id: int
    structure: str
    siret: str | None
    kind: DepartureKind
    reason: str
    notice_on: date
    effective_on: date
    last_on: date
    notice_ends_on: date
    notice_days: int
    state: DepartureState
    item_id: int | None
    debts: Debts | None
    recorded_by: str
    version: int

    @property
    def is_short(self) -> bool:
        """Whether it takes effect before the notice has run."""
        return self.kind is DepartureKind.WITHDRAWAL and self.effective_on < self.notice_ends_on


def get_departure(departure_id: int) -> Departure:
    """The departure of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Departure).where(Departure.id == departure_id))
    if found is None:
        raise NotFound()
    return found


def departure_record(departure_id: int) -> DepartureRecord:
    """One departure, whole; raises NotFound."""
    row = get_departure(departure_id)
    structure = members.get_structure(row.structure_id)
    days = as_days(members.parameter("departure_notice", on=row.notice_on))
    last = Period(date.min, row.effective_on).last
    assert last is not None
    return DepartureRecord(
        id=row.id, structure_id=row.structure_id, structure=structure.name, siret=structure.siret, kind=row.kind,
        reason=row.reason, notice_on=row.notice_on, effective_on=row.effective_on, last_on=last,
        notice_ends_on=notice_ends_on(row.notice_on, days=days), notice_days=days, state=row.state,
        item_id=row.item_id, debts=Debts.from_json(row.debts) if row.debts else None, recorded_by=row.recorded_by,
        version=row.version,
    )  # fmt: skip


def list_departures() -> tuple[DepartureLine, ...]:
    """Every departure, those under way first, then the latest."""
    query = select(Departure, Structure).join(Structure, Structure.id == Departure.structure_id)
    rows = sorted(
        session().execute(query.order_by(Departure.effective_on.desc(), Departure.id.desc())),
        key=lambda pair: pair[0].state not in OPEN_STATES,
    )
    return tuple(
        DepartureLine(
            row.id, row.structure_id, structure.name, row.kind, row.state, row.notice_on,
            Period(date.min, row.effective_on).last or row.effective_on,
        )
        for row, structure in rows
    )  # fmt: skip


def adopted_departure(departure_id: int) -> Decided | None:
    """The decision in force that ends a departure's membership, if there is one."""
    subject = f"departure:{departure_id}"
    found = (*decisions_of(DEPARTURE), *decisions_of(EXCLUSION))
    return next((one for one in found if one.subject == subject), None)


def departure_under_way(structure_id: int) -> Departure | None:
    """The departure of a structure that is prepared or on an agenda, or None."""
    query = select(Departure).where(Departure.structure_id == structure_id, Departure.state.in_(OPEN_STATES))
    return session().scalar(query)


def liability_rule(on: date) -> str:
    """What the statutes say of the joint liability, on a day (L1253-8)."""
    return members.parameter("liability_key", on=on).value
