"""Reads of the register of shares: who holds how many, what moved and when, and how the capital stands to its floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, select

from coopter.governance.models import Body, BodySeat, CapitalMovement
from coopter.governance.rules.capital import (
    PUBLIC_CEILING,
    Movement,
    MovementLine,
    capital,
    floor_of,
    highest_capital,
    holdings,
)
from coopter.governance.rules.kinds import BodyKind
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import as_days, as_money
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.rate import Rate
from coopter.values.refusal import NotFound

MOVEMENTS: Table = CapitalMovement.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Associate:
    """Somebody who may hold shares: a seat of the general assembly, or one that still holds some."""

    seat_id: int
    name: str
    category: str
    structure_id: int | None
    person_id: int | None
    is_public_body: bool
    is_seated: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """An associate's shares on a day, and their value."""

    associate: Associate
    shares: int
    amount: Money


@dataclass(frozen=True, slots=True)
class CapitalPage:
    """The capital on a day: its holders, its floor, its highest, and what public bodies hold of it."""

    on: date
    nominal: Money
    capital: Money
    highest: Money
    floor: Money
    floor_percent: Rate
    redemption_years: int
    holdings: tuple[Holding, ...]
    public: Money

    @property
    def too_public(self) -> bool:
        """Whether local authorities hold more than half of a SCIC's capital (law 47-1775, art. 19 septies)."""
        return self.public > self.capital.times(PUBLIC_CEILING)


def movements() -> tuple[Movement, ...]:
    """Every act of the register, in its order, for the rules."""
    query = select(CapitalMovement).order_by(CapitalMovement.number)
    return tuple(
        Movement(row.number, row.act, row.from_seat_id, row.to_seat_id, row.shares, row.nominal, row.on)
        for row in session().scalars(query)
    )


def movement_lines() -> tuple[MovementLine, ...]:
    """The register as people read it, the latest first."""
    names = {one.seat_id: one.name for one in _all_seats()}
    query = select(CapitalMovement).order_by(CapitalMovement.number.desc())
    return tuple(
        MovementLine(
            row.number, row.act, names.get(row.from_seat_id or 0, ""), names.get(row.to_seat_id or 0, ""), row.shares,
            row.nominal, row.nominal.times(row.shares), row.on, row.paid_on, row.note, row.decided_by, row.recorded_by,
        )
        for row in session().scalars(query)
    )  # fmt: skip


def associates(on: date) -> tuple[Associate, ...]:
    """Who may hold shares on a day, by name: the general assembly's seats, and whoever still holds some."""
    held = holdings(movements())
    return tuple(one for one in _all_seats(on) if one.is_seated or one.seat_id in held)


def get_associate(seat_id: int, *, on: date) -> Associate:
    """One associate; raises NotFound."""
    for one in _all_seats(on):
        if one.seat_id == seat_id:
            return one
    raise NotFound()


def nominal_on(on: date) -> Money:
    """The value of one share on a day; zero while the grouping has set none."""
    return as_money(members.parameter("share_nominal", on=on))


def floor_percent_on(on: date) -> Rate:
    """The part of the highest capital under which redemptions must not bring it [M: the grouping's own setting]."""
    return Rate.percent(members.parameter("capital_floor", on=on).value)


def redemption_years_on(on: date) -> int:
    """How many years the grouping may wait before it pays shares back [M: its own setting]."""
    return as_days(members.parameter("redemption_years", on=on))


def capital_page(on: date) -> CapitalPage:
    """The capital at the end of a day."""
    known = tuple(one for one in movements() if one.on <= on)
    percent = floor_percent_on(on)
    by_seat = {one.seat_id: one for one in _all_seats(on)}
    nominal = known[-1].nominal if known else nominal_on(on)
    held = sorted(
        (Holding(by_seat[seat], shares, nominal.times(shares)) for seat, shares in holdings(known).items()),
        key=lambda one: (-one.shares, one.associate.name),
    )
    return CapitalPage(
        on=on, nominal=nominal_on(on), capital=capital(known), highest=highest_capital(known),
        floor=floor_of(known, share=percent), floor_percent=percent, redemption_years=redemption_years_on(on),
        holdings=tuple(held), public=total(one.amount for one in held if one.associate.is_public_body),
    )  # fmt: skip


def holding_of(seat_id: int, *, on: date) -> Holding:
    """An associate's shares on a day; raises NotFound when there are none."""
    associate = get_associate(seat_id, on=on)
    known = tuple(one for one in movements() if one.on <= on)
    shares = holdings(known).get(seat_id, 0)
    if not shares:
        raise NotFound()
    return Holding(associate, shares, known[-1].nominal.times(shares))


def own_holdings(actor: Actor, *, on: date) -> tuple[Holding, ...]:
    """The shares of the associates for whom somebody speaks: the structures represented, and the very person."""
    return tuple(
        one
        for one in capital_page(on).holdings
        if one.associate.structure_id in actor.represents
        or (one.associate.person_id is not None and one.associate.person_id == actor.person_id)
    )


def movements_of(seat_id: int, *, on: date) -> tuple[MovementLine, ...]:
    """The lines of the register that touch one associate, up to a day, the oldest first."""
    numbers = {one.number for one in movements() if seat_id in (one.giver, one.receiver) and one.on <= on}
    return tuple(line for line in reversed(movement_lines()) if line.number in numbers)


def _all_seats(on: date | None = None) -> tuple[Associate, ...]:
    query = (
        select(BodySeat, Body.kind, Structure)
        .join(Body, Body.id == BodySeat.body_id)
        .outerjoin(Structure, Structure.id == BodySeat.structure_id)
    )
    return tuple(
        sorted(
            (
                Associate(
                    seat_id=seat.id, name=seat.name, category=seat.category, structure_id=seat.structure_id,
                    person_id=seat.person_id, is_public_body=bool(structure and structure.is_public_body),
                    is_seated=kind is BodyKind.GENERAL_ASSEMBLY
                    and (on is None or (seat.starts_on <= on and (seat.ends_on is None or seat.ends_on > on))),
                )
                for seat, kind, structure in session().execute(query)
            ),
            key=lambda one: one.name.casefold(),
        )
    )  # fmt: skip
