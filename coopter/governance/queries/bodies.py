"""Bodies, their seats, and the rules in force for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from coopter.governance.models import Body, BodySeat
from coopter.governance.queries.decisions import decision_in_force
from coopter.governance.rules.kinds import BodyKind
from coopter.governance.rules.motions import Decided
from coopter.governance.rules.statutes import Statutes, from_json
from coopter.members.rules import natural_order
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound, Refusal

BODY_RULES = "body-rules"


class NoRulesYet(Refusal):
    """« %(body)s » n’a pas de règles en vigueur le %(on)s. Fixez-les d’après les statuts, avec une date d’effet
    antérieure."""


@dataclass(frozen=True)
class BodyRecord:
    """A body as pages show it."""

    id: int
    kind: BodyKind
    name: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class SeatRecord:
    """A seat during its term, [starts_on, ends_on)."""

    id: int
    body_id: int
    structure_id: int | None
    person_id: int | None
    name: str
    category: str
    college: str
    weight: int
    office: str
    dues_paid_to: date | None
    starts_on: date
    ends_on: date | None
    version: int

    @property
    def last_on(self) -> date | None:
        """The last day of the term, as people say it; None while no end is set."""
        return None if self.ends_on is None else self.ends_on - timedelta(days=1)


def rules_subject(body_id: int) -> str:
    """What a decision of kind `body-rules` is about."""
    return f"body:{body_id}"


def get_body(body_id: int) -> Body:
    """The row of a body of the grouping in scope; raises NotFound."""
    body = session().scalar(select(Body).where(Body.id == body_id))
    if body is None:
        raise NotFound()
    return body


def body_record(body_id: int) -> BodyRecord:
    """A body; raises NotFound."""
    return _record(get_body(body_id))


def list_bodies() -> tuple[BodyRecord, ...]:
    """Every body of the grouping, those in office first, by name."""
    found = [_record(row) for row in session().scalars(select(Body))]
    return tuple(sorted(found, key=lambda one: (one.closed_at is not None, natural_order(one.name))))


def get_seat(seat_id: int) -> BodySeat:
    """The row of a seat; raises NotFound."""
    seat = session().scalar(select(BodySeat).where(BodySeat.id == seat_id))
    if seat is None:
        raise NotFound()
    return seat


def seats_of(body_id: int, *, on: date | None = None) -> tuple[SeatRecord, ...]:
    """The seats of a body, by name; with `on`, those whose term covers that day."""
    query = select(BodySeat).where(BodySeat.body_id == body_id)
    if on is not None:
        query = query.where(BodySeat.starts_on <= on, or_(BodySeat.ends_on.is_(None), BodySeat.ends_on > on))
    names = SeatRecord.__dataclass_fields__
    found = [SeatRecord(**{name: getattr(row, name) for name in names}) for row in session().scalars(query)]
    return tuple(sorted(found, key=lambda one: (natural_order(one.name), one.id)))


def find_rules(body_id: int, *, on: date) -> tuple[Statutes, Decided] | None:
    """The rules of a body in force on a day and the decision that set them, or None."""
    decided = decision_in_force(BODY_RULES, subject=rules_subject(body_id), on=on)
    return None if decided is None else (from_json(decided.value), decided)


def rules_of(body_id: int, *, on: date) -> tuple[Statutes, Decided]:
    """The rules of a body in force on a day and the decision that set them; raises NoRulesYet."""
    found = find_rules(body_id, on=on)
    if found is None:
        raise NoRulesYet(body=get_body(body_id).name, on=on)
    return found


def _record(row: Body) -> BodyRecord:
    return BodyRecord(row.id, row.kind, row.name, row.created_at, row.closed_at)
