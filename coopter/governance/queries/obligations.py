"""Reads of what is to be done by a day, and of the private feeds that tell it to calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select

from coopter.governance import policies
from coopter.governance.models import Obligation, ObligationFeed
from coopter.governance.rules.obligations import SOON, ObligationKind, Urgency, kind_named, urgency_of
from coopter.members.models import Person, RoleGrant
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Words

MOST_DONE = 50


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """An obligation as a list shows it."""

    id: int
    kind: ObligationKind
    subject: str
    title: str
    source: str
    due_on: date
    owner_id: int | None
    owner: str
    note: str
    done_on: date | None
    done_by: str
    has_proof: bool
    proof_name: str
    urgency: Urgency
    version: int

    @property
    def words(self) -> Words:
        """What is to be done, in the reader's language."""
        return self.kind.words(self.title)


@dataclass(frozen=True, slots=True)
class ObligationEvent:
    """One day of a feed: what, when, and nothing about anybody."""

    uid: str
    sequence: int
    written_at: datetime
    due_on: date
    words: Words
    is_done: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many obligations are late or near, and the first of them."""

    overdue: int
    soon: int
    first: Words | None
    first_on: date | None


def get_obligation(obligation_id: int) -> Obligation:
    """The obligation of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Obligation).where(Obligation.id == obligation_id))
    if found is None:
        raise NotFound()
    return found


def find_obligation(kind: str, subject: str) -> Obligation | None:
    """The obligation of this kind about this subject, or None."""
    return session().scalar(select(Obligation).where(Obligation.kind == kind, Obligation.subject == subject))


def obligation_line(obligation_id: int, *, today: date) -> ObligationLine:
    """One obligation as lists show it; raises NotFound."""
    return _line(get_obligation(obligation_id), _names(), today)


def obligations_to_do(*, today: date, subject: str | None = None) -> tuple[ObligationLine, ...]:
    """What is not done yet, the most urgent first; about one subject when it is given."""
    query = select(Obligation).where(Obligation.done_on.is_(None))
    if subject is not None:
        query = query.where(Obligation.subject == subject)
    names = _names()
    return tuple(
        _line(row, names, today) for row in session().scalars(query.order_by(Obligation.due_on, Obligation.id))
    )


def obligations_done(*, today: date, subject: str | None = None) -> tuple[ObligationLine, ...]:
    """What was done last, the latest first."""
    query = select(Obligation).where(Obligation.done_on.is_not(None))
    if subject is not None:
        query = query.where(Obligation.subject == subject)
    names = _names()
    rows = session().scalars(query.order_by(Obligation.done_on.desc(), Obligation.id.desc()).limit(MOST_DONE))
    return tuple(_line(row, names, today) for row in rows)


def obligations_waiting(*, today: date) -> Waiting:
    """What the first page of the coordination says, in two statements."""
    late = Obligation.due_on < today
    near = Obligation.due_on <= today + SOON
    sums = select(func.count(case((late, 1))), func.count(case((~late & near, 1))))
    overdue, soon = session().execute(sums.where(Obligation.done_on.is_(None))).one()
    if not overdue and not soon:
        return Waiting(0, 0, None, None)
    query = select(Obligation).where(Obligation.done_on.is_(None)).order_by(Obligation.due_on, Obligation.id)
    first = session().scalars(query.limit(1)).one()
    return Waiting(overdue, soon, kind_named(first.kind).words(first.title), first.due_on)


def possible_owners() -> tuple[tuple[int, str], ...]:
    """Who may answer for an obligation here: whoever coordinates or keeps the accounts, by name."""
    query = (
        select(Person.id, Person.first_name, Person.last_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(policies.OBLIGATION_KEEPERS))
        .distinct()
    )
    people = [(person_id, f"{first} {last}".strip()) for person_id, first, last in session().execute(query)]
    return tuple(sorted(people, key=lambda one: one[1]))


def own_feed(actor: Actor) -> ObligationFeed | None:
    """The open feed of the person who asks, or None."""
    query = select(ObligationFeed).where(
        ObligationFeed.person_id == actor.person_id, ObligationFeed.revoked_at.is_(None)
    )
    return session().scalar(query.order_by(ObligationFeed.id.desc()).limit(1))


def find_served_obligation_feed(token_hash: str) -> ObligationFeed | None:
    """The feed that an address opens; asked above groupings, it looks at nothing else than its owner.

    None when it is unknown or revoked, when the account is closed or its roles here are gone (R60).
    """
    query = select(ObligationFeed).where(ObligationFeed.token_hash == token_hash, ObligationFeed.revoked_at.is_(None))
    feed = session().scalar(query)
    if feed is None:
        return None
    still = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.grouping_id == feed.grouping_id, RoleGrant.person_id == feed.person_id, Person.active,
            RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(policies.OBLIGATION_KEEPERS),
        )
    )  # fmt: skip
    return feed if session().scalar(still.limit(1)) is not None else None


def feed_obligations(person_id: int, *, from_on: date) -> tuple[ObligationEvent, ...]:
    """What a person answers for and what nobody does, from a day on: no obligation of anybody else."""
    query = select(Obligation).where(
        Obligation.due_on >= from_on, or_(Obligation.owner_id == person_id, Obligation.owner_id.is_(None))
    )
    return tuple(
        ObligationEvent(
            uid=f"obligation-{row.grouping_id}-{row.id}@coopter",
            sequence=row.version - 1,
            written_at=row.created_at,
            due_on=row.due_on,
            words=kind_named(row.kind).feed_words(row.title),
            is_done=row.done_on is not None,
        )
        for row in session().scalars(query.order_by(Obligation.due_on, Obligation.id))
    )


def _names() -> dict[int, str]:
    return dict(possible_owners())


def _line(row: Obligation, names: dict[int, str], today: date) -> ObligationLine:
    owner = names.get(row.owner_id, "") if row.owner_id is not None else ""
    return ObligationLine(
        id=row.id, kind=kind_named(row.kind), subject=row.subject, title=row.title, source=row.source,
        due_on=row.due_on, owner_id=row.owner_id, owner=owner, note=row.note, done_on=row.done_on,
        done_by=row.done_by, has_proof=row.proof_sha256 is not None, proof_name=row.proof_name,
        urgency=urgency_of(due_on=row.due_on, done_on=row.done_on, today=today), version=row.version,
    )  # fmt: skip
