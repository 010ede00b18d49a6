"""What members give and receive: recorded by one side, confirmed, disputed or withdrawn; never turned into money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from coopter.contributions.mail import reciprocity as mail
from coopter.contributions.models import Gift
from coopter.contributions.policies import reciprocity as policies
from coopter.contributions.queries.reciprocity import get_gift, visible_gift
from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import (
    DisputeUnexplained,
    EurosValuedTwice,
    GiftSettled,
    GiftToOneself,
    GiftUnnamed,
    GiftWithdrawn,
    GivenTomorrow,
    NothingGiven,
    quantity_words,
)
from coopter.members import queries as members
from coopter.members.commands.versions import changes, reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotFound
from coopter.values.texts import clean_line

NOTHING_TYPED: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class GiftDetails:
    """What was given, by whom, to whom (None: the grouping), when; `quantity` in the unit's smallest part."""

    giver_id: int
    receiver_id: int | None
    given_on: date
    unit: Unit
    quantity: int
    what: str
    valued: Money | None = None


@command
def record_gift(actor: Actor, *, details: GiftDetails, side_id: int | None, at: datetime) -> int:
    """Record a gift for one of its two sides (None: the grouping) and ask the other for its word; returns its id.

    The grouping records what it received from a member. Raises GiftToOneself, NothingGiven, GivenTomorrow, GiftUnnamed,
    EurosValuedTwice, NotFound.
    """
    sides = (details.giver_id, details.receiver_id)
    if side_id not in sides:
        raise NotFound()
    other_id = details.receiver_id if side_id == details.giver_id else details.giver_id
    require(policies.can_record_gift(actor, side_id=side_id, other_id=other_id))
    _check(details, at=at)
    row = Gift(
        giver_id=details.giver_id, receiver_id=details.receiver_id, given_on=details.given_on, unit=details.unit,
        quantity=details.quantity, what=clean_line(details.what), valued=details.valued, state=GiftState.OFFERED,
        recorded_by=actor.name, recorded_for_id=side_id, recorded_at=at, version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    mail.ask_other_side(row, side_id=other_id, at=at)
    journal.record(actor, "gift.recorded", f"gift:{row.id}", at=at, after=_facts(row))
    return row.id


@command
def correct_gift(actor: Actor, *, gift_id: int, version: int, details: GiftDetails, at: datetime) -> None:
    """Correct what one's side recorded, before the other agrees or after it disputed; it is asked again.

    The two sides stay who they are. Raises Conflict (R22), GiftSettled, GiftWithdrawn, and as recording.
    """
    typed = {"given_on": details.given_on, "quantity": _said(details), "what": details.what}
    row = _own_row(actor, gift_id, version=version, mine=typed)
    if (details.giver_id, details.receiver_id) != (row.giver_id, row.receiver_id):
        raise NotFound()
    _check(details, at=at)
    mine = {
        "given_on": details.given_on, "unit": details.unit, "quantity": details.quantity,
        "what": clean_line(details.what), "valued": details.valued,
    }  # fmt: skip
    before, after = changes(row, mine)
    for name, value in mine.items():
        setattr(row, name, value)
    row.state, row.answer, row.answered_by, row.answered_at = GiftState.OFFERED, "", "", None
    row.version += 1
    session().flush()
    mail.ask_other_side(row, side_id=_other_side(row), at=at)
    journal.record(actor, "gift.corrected", f"gift:{row.id}", at=at, before=before, after=after)


@command
def confirm_gift(actor: Actor, *, gift_id: int, version: int, at: datetime) -> None:
    """Say, for the side that did not record it, that it is so, value included: from here on it counts.

    Raises Conflict (R22), GiftSettled, GiftWithdrawn, NotFound.
    """
    row = _answerable_row(actor, gift_id, version=version)
    before = {"state": row.state}
    _answer(row, GiftState.CONFIRMED, actor, "", at=at)
    journal.record(actor, "gift.confirmed", f"gift:{row.id}", at=at, before=before, after=_facts(row))


@command
def dispute_gift(actor: Actor, *, gift_id: int, version: int, reason: str, at: datetime) -> None:
    """Say, for the side that did not record it, what is not right; the other side is told.

    Raises DisputeUnexplained, Conflict (R22), GiftSettled, GiftWithdrawn, NotFound.
    """
    row = _answerable_row(actor, gift_id, version=version)
    why = clean_line(reason, most=500)
    if not why:
        raise DisputeUnexplained()
    _answer(row, GiftState.DISPUTED, actor, why, at=at)
    mail.tell_disputed(row, at=at)
    journal.record(actor, "gift.disputed", f"gift:{row.id}", at=at, after={"reason": why})


@command
def withdraw_gift(actor: Actor, *, gift_id: int, version: int, at: datetime) -> None:
    """Take back what one's own side recorded, as long as the other has not agreed.

    Raises Conflict (R22), GiftSettled, GiftWithdrawn, NotFound.
    """
    row = _own_row(actor, gift_id, version=version)
    before = {"state": row.state}
    row.state, row.version = GiftState.WITHDRAWN, row.version + 1
    journal.record(actor, "gift.withdrawn", f"gift:{row.id}", at=at, before=before)


def _check(details: GiftDetails, *, at: datetime) -> None:
    if details.giver_id == details.receiver_id:
        raise GiftToOneself()
    for structure_id in (details.giver_id, details.receiver_id):
        if structure_id is not None:
            members.get_structure(structure_id)  # NotFound for one of another grouping (R7)
    if details.quantity <= 0 or (details.valued is not None and details.valued.cents < 0):
        raise NothingGiven()
    if details.given_on > paris_day(at):
        raise GivenTomorrow(on=details.given_on)
    if not clean_line(details.what):
        raise GiftUnnamed()
    if details.unit is Unit.EUROS and details.valued is not None:
        raise EurosValuedTwice()


def _own_row(actor: Actor, gift_id: int, *, version: int, mine: dict[str, Any] = NOTHING_TYPED) -> Gift:
    """The gift, for the side that recorded it (or the coordinator who typed it for a member), still unsettled."""
    row = _open_row(actor, gift_id, version=version, mine=mine)
    require(policies.can_record_gift(actor, side_id=row.recorded_for_id, other_id=_other_side(row)))
    return row


def _answerable_row(actor: Actor, gift_id: int, *, version: int) -> Gift:
    """The gift, for the side whose word is awaited, still unsettled."""
    row = _open_row(actor, gift_id, version=version, mine=NOTHING_TYPED)
    require(policies.can_speak_for(actor, side_id=_other_side(row)))
    return row


def _open_row(actor: Actor, gift_id: int, *, version: int, mine: dict[str, Any]) -> Gift:
    visible_gift(actor, gift_id)  # NotFound for whoever may not know of it
    row: Gift = reread(get_gift(gift_id))
    if row.state is GiftState.CONFIRMED:
        raise GiftSettled()
    if row.state is GiftState.WITHDRAWN:
        raise GiftWithdrawn()
    if row.version != version:
        theirs = {"given_on": row.given_on, "quantity": _said(row), "what": row.what}
        raise Conflict(mine=mine, theirs=theirs)
    return row


def _said(gift: Gift | GiftDetails) -> str:
    return quantity_words(gift.unit, gift.quantity)


def _other_side(row: Gift) -> int | None:
    return row.receiver_id if row.recorded_for_id == row.giver_id else row.giver_id


def _answer(row: Gift, state: GiftState, actor: Actor, why: str, *, at: datetime) -> None:
    row.state, row.answer, row.answered_by, row.answered_at = state, why, actor.name, at
    row.version += 1
    session().flush()


def _facts(row: Gift) -> dict[str, Any]:
    names = ("giver_id", "receiver_id", "given_on", "unit", "quantity", "what", "valued", "recorded_for_id")
    return {name: getattr(row, name) for name in names}
