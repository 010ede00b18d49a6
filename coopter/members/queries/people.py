"""Reads of people, of their roles and invitations, and of who somebody is in a grouping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from coopter.members.models import Grouping, Invitation, Person, RoleGrant, SignedOut, Structure
from coopter.members.queries.absent import absent
from coopter.members.queries.groupings import list_groupings
from coopter.members.rules import found_in
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.refusal import NotFound

ADMINISTRATOR = "administrator"


def actor_for(person: Person, grouping: Grouping | None) -> Actor | None:
    """Who a person is in a grouping (which is in scope), from the grants in force at this very request (R43).

    Outside any grouping: themselves, without roles. None for someone without a role there, or not active.
    """
    if not person.active:
        return None
    administrator = any(role.name == ADMINISTRATOR for role in person.roles)
    if grouping is None:
        return Actor(person_id=person.id, name=person.name, grouping_id=None, is_administrator=administrator)
    query = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.revoked_at.is_(None))
    grants = session().scalars(query).all()
    if not grants:
        return None
    represents = [grant for grant in grants if grant.role is Role.REPRESENTATIVE and grant.structure_id is not None]
    return Actor(
        person_id=person.id,
        name=person.name,
        grouping_id=grouping.id,
        roles=frozenset(grant.role for grant in grants),
        validates_for=_structures(grant for grant in represents if grant.can_validate_hours),
        sees_invoices_of=_structures(grant for grant in represents if grant.can_see_invoices),
        represents=_structures(represents),
        employee_id=next((grant.employee_id for grant in grants if grant.role is Role.EMPLOYEE), None),
        is_administrator=administrator,
    )


@dataclass(frozen=True)
class Place:
    """A grouping where a person has a role, and these roles."""

    slug: str
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Holder:
    """A role of a person in the grouping, as a list shows it."""

    grant_id: int
    person_id: int
    name: str
    email: str
    role: Role
    structure_id: int | None
    structure: str
    can_validate_hours: bool
    can_see_invoices: bool
    active: bool
    granted_at: datetime


def list_holders(*, structure_id: int | None = None, search: str = "") -> tuple[Holder, ...]:
    """People with a role in force in the grouping (or for one structure), by name."""
    query = (
        select(RoleGrant, Person, Structure)
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Structure, Structure.id == RoleGrant.structure_id)
        .where(RoleGrant.revoked_at.is_(None))
    )
    if structure_id is not None:
        query = query.where(RoleGrant.structure_id == structure_id)
    holders = [_holder(grant, person, structure) for grant, person, structure in session().execute(query)]
    found = [one for one in holders if found_in(search, one.name, one.email, one.structure)]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.grant_id)))


def get_grant(grant_id: int) -> RoleGrant:
    """A role in force in the grouping; raises NotFound."""
    query = select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.revoked_at.is_(None))
    return session().scalar(query) or absent()


def get_person(person_id: int) -> Person:
    """Somebody who has (or had) a role in the grouping in scope; raises NotFound for anybody else."""
    known = select(RoleGrant.person_id).where(RoleGrant.person_id == person_id)
    if session().scalars(known).first() is None:
        raise NotFound()
    return session().get(Person, person_id) or absent()


def find_person_by_email(email: str) -> Person | None:
    """Whoever signs in with this address; people stand above groupings."""
    return session().scalar(select(Person).where(Person.email == email.strip().lower()))


def language_of(email: str) -> str:
    """The language in which to write to an address: its person's own; French where nobody signs in with it."""
    address = email.strip().lower()
    return session().scalar(select(Person.language).where(Person.email == address)) or "fr"


def list_invitations(*, at: datetime) -> tuple[Invitation, ...]:
    """Invitations of the grouping that still wait for an answer, the latest first."""
    waiting = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > at)
    return tuple(session().scalars(select(Invitation).where(*waiting).order_by(Invitation.created_at.desc())))


def get_invitation(invitation_id: int) -> Invitation:
    """An invitation of the grouping in scope; raises NotFound."""
    return session().scalar(select(Invitation).where(Invitation.id == invitation_id)) or absent()


def find_invitation(token: str, *, at: datetime) -> Invitation:
    """The invitation that a link opens; raises NotFound for whatever is not the whole token of a good one (R27)."""
    if not isinstance(token, str) or not token.startswith("inv_") or len(token) > 100:
        raise NotFound()
    with tenancy.everywhere("a link says its grouping by itself"):
        query = select(Invitation).where(Invitation.token_hash == sha256(token.encode()).hexdigest())
        invitation: Invitation = session().scalar(query) or absent()
    refuse_spent(invitation)
    if invitation.expires_at <= at:
        raise NotFound()
    return invitation


def refuse_spent(invitation: Invitation) -> None:
    """Raise NotFound for an invitation that was used or withdrawn."""
    if invitation.used_at is not None or invitation.revoked_at is not None:
        raise NotFound()


def places_of(person_id: int) -> tuple[Place, ...]:
    """Groupings where somebody has a role, by name."""
    with tenancy.everywhere("a person's own list of groupings"):
        query = (
            select(Grouping, RoleGrant.role)
            .join(RoleGrant, RoleGrant.grouping_id == Grouping.id)
            .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        )
        found = session().execute(query).all()
    by_slug = {grouping.slug: grouping.name for grouping, _role in found}
    roles = {slug: {role for grouping, role in found if grouping.slug == slug} for slug in by_slug}
    places = [Place(slug, name, tuple(r for r in Role if r in roles[slug])) for slug, name in by_slug.items()]
    return tuple(sorted(places, key=lambda place: place.name.casefold()))


def is_signed_out(sign_in: str) -> bool:
    """Whether a sign-in was ended by its person (R66)."""
    return session().scalar(select(SignedOut.id).where(SignedOut.id == sign_in)) is not None


def demo_people() -> tuple[tuple[str, Holder], ...]:
    """In a demo: everybody who can sign in, with their grouping's name."""
    with tenancy.everywhere("the demo's sign-in page shows its invented people"):
        groupings = list_groupings()
    found: list[tuple[str, Holder]] = []
    for grouping in groupings:
        with tenancy.scope(grouping.id):
            found += [(grouping.name, holder) for holder in list_holders() if holder.active]
    order = {role: rank for rank, role in enumerate(Role)}
    return tuple(sorted(found, key=lambda one: (one[0], order[one[1].role], one[1].name)))


def _holder(grant: RoleGrant, person: Person, structure: Structure | None) -> Holder:
    return Holder(
        grant_id=grant.id,
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=grant.role,
        structure_id=grant.structure_id,
        structure=structure.name if structure else "",
        can_validate_hours=grant.can_validate_hours,
        can_see_invoices=grant.can_see_invoices,
        active=person.active,
        granted_at=grant.granted_at,
    )


def _structures(grants: Iterable[RoleGrant]) -> frozenset[int]:
    return frozenset(grant.structure_id for grant in grants if grant.structure_id is not None)
