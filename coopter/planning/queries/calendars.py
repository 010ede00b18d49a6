"""Reads of calendar feeds: what one holds, and which one an address opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from coopter.members.models import Person, RoleGrant, Structure
from coopter.planning.models import Feed, Shift
from coopter.planning.rules import ShiftState
from coopter.plumbing.database import session
from coopter.staff.models import Contract, Placement


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event of a feed: where and when, and nothing about anybody."""

    uid: str
    sequence: int
    modified_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    address: str
    is_cancelled: bool


def open_feed(employee_id: int) -> Feed | None:
    """The feed of an employee that is not revoked, or None."""
    query = select(Feed).where(Feed.employee_id == employee_id, Feed.revoked_at.is_(None))
    return session().scalar(query.order_by(Feed.id.desc()).execution_options(populate_existing=True))


def feed_events(employee_id: int, *, from_on: date) -> tuple[FeedEvent, ...]:
    """The shifts of an employee from a day on, cancelled ones too, in order of time."""
    query = (
        select(Shift, Placement.site, Structure)
        .join(Placement, Placement.id == Shift.placement_id)
        .join(Structure, Structure.id == Placement.structure_id)
        .where(Shift.employee_id == employee_id, Shift.day >= from_on)
    )
    return tuple(
        FeedEvent(
            uid=shift.uid,
            sequence=shift.sequence,
            modified_at=shift.modified_at,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            title=structure.name,
            place=site,
            address=_address(structure),
            is_cancelled=shift.state is ShiftState.CANCELLED,
        )
        for shift, site, structure in session().execute(query.order_by(Shift.starts_at, Shift.id))
    )


def _address(structure: Structure) -> str:
    town = f"{structure.postcode} {structure.city}".strip()
    return ", ".join(part for part in (structure.address, structure.address_more, town) if part)


def find_served_feed(token_hash: str, *, on: date) -> Feed | None:
    """The feed that this address opens on a day; asked above groupings, so it looks at nothing else than its owner.

    None when the address is unknown or revoked, when the employee left, or when all their accounts are closed (R60).
    """
    feed = session().scalar(select(Feed).where(Feed.token_hash == token_hash, Feed.revoked_at.is_(None)))
    if feed is None or not _is_employed(feed, on) or not _has_a_reader(feed):
        return None
    return feed


def _is_employed(feed: Feed, on: date) -> bool:
    still = select(Contract.id).where(
        Contract.grouping_id == feed.grouping_id,
        Contract.employee_id == feed.employee_id,
        or_(Contract.ends_on.is_(None), Contract.ends_on > on),
    )
    return session().scalar(still.limit(1)) is not None


def _has_a_reader(feed: Feed) -> bool:
    accounts = (
        select(Person.active, RoleGrant.revoked_at)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.grouping_id == feed.grouping_id, RoleGrant.employee_id == feed.employee_id)
    )
    found = session().execute(accounts).all()
    return not found or any(active and revoked_at is None for active, revoked_at in found)
