"""Shares of a cooperative's capital: subscribed, transferred, redeemed; each act is one line that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coopter.governance import policies
from coopter.governance.commands.obligations import bear_obligation
from coopter.governance.models import CapitalMovement
from coopter.governance.queries import capital as register
from coopter.governance.queries.capital import MOVEMENTS, Associate
from coopter.governance.rules.capital import (
    check_floor,
    check_may_give,
    check_nominal,
    check_sides,
    issues_shares,
)
from coopter.governance.rules.kinds import CapitalAct
from coopter.governance.rules.obligations import after_months
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.rules import INITIAL
from coopter.plumbing import formats, journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class MovesTomorrow(Refusal):
    """Un mouvement de capital ne s'inscrit pas d'avance (%(on)s) : attendez son jour."""


@dataclass(frozen=True, slots=True)
class MovementDetails:
    """An act on shares: who gives them up, who receives them (seats), how many, on which day, paid on which."""

    act: CapitalAct
    shares: int
    on: date
    giver: int | None = None
    receiver: int | None = None
    paid_on: date | None = None
    note: str = ""
    decided_by: str = ""
    below_floor: bool = False  # the coordinator read the warning on the floor and says that it is in order


@command
def move_shares(actor: Actor, *, details: MovementDetails, at: datetime) -> int:
    """Write one act into the register and return its number, one writer at a time: nobody ever falls below zero.

    Raises NotFound for another's seat, AssociateMissing, SameAssociate, NoShares, NotEnoughShares, NoNominal,
    NominalDiffers, BelowFloor, MovesTomorrow.
    """
    require(policies.can_keep_capital(actor))
    take_turn()
    if details.on > paris_day(at):
        raise MovesTomorrow(on=details.on)
    check_sides(details.act, giver=details.giver, receiver=details.receiver, shares=details.shares)
    known, nominal = register.movements(), register.nominal_on(details.on)
    check_nominal(known, nominal=nominal)
    giver = register.get_associate(details.giver, on=details.on) if details.giver is not None else None
    if details.receiver is not None:
        register.get_associate(details.receiver, on=details.on)
    if giver is not None:
        check_may_give(known, giver=giver.seat_id, name=giver.name, shares=details.shares, on=details.on)
    if details.act is CapitalAct.REDEMPTION and not details.below_floor:
        check_floor(known, redeemed=nominal.times(details.shares), share=register.floor_percent_on(details.on))
    row = CapitalMovement(
        number=len(known) + 1, act=details.act, from_seat_id=details.giver, to_seat_id=details.receiver,
        shares=details.shares, nominal=nominal, on=details.on, paid_on=details.paid_on,
        note=clean_line(details.note, most=300), decided_by=clean_line(details.decided_by) or INITIAL,
        recorded_by=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"number": row.number, "act": row.act, "shares": row.shares, "nominal": nominal, "on": row.on}
    sealed = {MOVEMENTS: [MOVEMENTS.c.id == row.id]}
    journal.record(actor, "capital.moved", f"capital_movement:{row.id}", at=at, after=after, sealed=sealed)
    _bear(actor, row, giver, at=at)
    return row.number


def _bear(actor: Actor, row: CapitalMovement, giver: Associate | None, *, at: datetime) -> None:
    """What a movement asks for: to be paid back within the delay, and in a cooperative the review every five years."""
    if row.act is CapitalAct.REDEMPTION and row.paid_on is None and giver is not None:
        title = clean_line(f"{giver.name} · {formats.money(row.nominal.times(row.shares))}")
        due_on = after_months(row.on, 12 * register.redemption_years_on(row.on))
        bear_obligation(
            actor, kind="redeem-shares", subject=f"capital_movement:{row.number}", title=title, due_on=due_on, at=at
        )
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    if issues_shares(grouping.kind, grouping.legal_form) and row.number == 1:
        bear_obligation(actor, kind="coop-review", subject="grouping", title=grouping.name, from_on=row.on, at=at)
