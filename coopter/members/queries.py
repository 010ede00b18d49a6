"""Reads of the members' room: groupings, structures, memberships, people, and who a person is in a grouping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import or_, select

from coopter.members.models import Grouping, Invitation, Membership, Parameter, Person, RoleGrant, Structure
from coopter.members.rules import Setting, VatRegime, as_vat_regime, found_in, in_force, natural_order
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.refusal import NotFound

ADMINISTRATOR = "administrator"


def find_grouping(slug: str) -> Grouping | None:
    """The grouping of this slug, or None."""
    return session().scalar(select(Grouping).where(Grouping.slug == slug))


def get_grouping(slug: str) -> Grouping:
    """The grouping of this slug; raises NotFound."""
    return find_grouping(slug) or _missing()


def get_grouping_by_id(grouping_id: int) -> Grouping:
    """The grouping of this id; raises NotFound."""
    return session().get(Grouping, grouping_id) or _missing()


def list_groupings() -> tuple[Grouping, ...]:
    """All groupings of the installation, by name."""
    return tuple(session().scalars(select(Grouping).order_by(Grouping.name)))


def get_structure(structure_id: int) -> Structure:
    """The structure of this id in the grouping in scope; raises NotFound, for another grouping's too."""
    return session().scalar(select(Structure).where(Structure.id == structure_id)) or _missing()


def find_structure_by_code(code: str) -> Structure | None:
    """The structure of this code in the grouping in scope, or None."""
    return session().scalar(select(Structure).where(Structure.code == code))


def list_structures(*, on: date | None = None, search: str = "") -> tuple[Structure, ...]:
    """Structures in natural order of their codes; with `on`, those who are members that day."""
    query = select(Structure)
    if on is not None:
        query = query.where(Structure.id.in_(_members_on(on)))
    rows = [row for row in session().scalars(query) if not search or found_in(search, *_searched(row))]
    return tuple(sorted(rows, key=lambda row: natural_order(row.code)))


def structures_by_id(ids: Iterable[int] | None = None) -> dict[int, Structure]:
    """Structures by id, in one query; all of the grouping when no ids are given."""
    wanted = None if ids is None else set(ids)
    rows = session().scalars(select(Structure)).all() if wanted is None or len(wanted) > 50 else _some(wanted)
    return {row.id: row for row in rows if wanted is None or row.id in wanted}


def is_member(structure_id: int, on: date) -> bool:
    """Whether this structure is a member of the grouping that day."""
    return structure_id in set(session().scalars(_members_on(on)))


def member_ids(on: date) -> frozenset[int]:
    """Ids of the structures that are members that day."""
    return frozenset(session().scalars(_members_on(on)))


def memberships_of(structure_id: int) -> tuple[Membership, ...]:
    """A structure's times in the grouping, the latest first."""
    query = select(Membership).where(Membership.structure_id == structure_id).order_by(Membership.joined_on.desc())
    return tuple(session().scalars(query))


def parameter(name: str, *, on: date) -> Setting:
    """The value of a parameter in force that day; raises UnknownParameter. Read it with rules.as_rate, as_money, …"""
    return in_force(settings_of(name), name, on=on)


def settings_of(name: str) -> tuple[Setting, ...]:
    """Every value that the grouping gave this parameter, the latest first."""
    query = select(Parameter).where(Parameter.name == name).order_by(Parameter.from_on.desc())
    return tuple(Setting(p.name, p.value, p.from_on, p.decided_by, p.author) for p in session().scalars(query))


def vat_regime(on: date) -> VatRegime:
    """The grouping's VAT regime that day (domain.md §3)."""
    return as_vat_regime(parameter("vat_regime", on=on))


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
    return session().scalar(query) or _missing()


def get_person(person_id: int) -> Person:
    """Somebody who has (or had) a role in the grouping in scope; raises NotFound for anybody else."""
    known = select(RoleGrant.person_id).where(RoleGrant.person_id == person_id)
    if session().scalars(known).first() is None:
        raise NotFound()
    return session().get(Person, person_id) or _missing()


def find_person_by_email(email: str) -> Person | None:
    """Whoever signs in with this address; people stand above groupings."""
    return session().scalar(select(Person).where(Person.email == email.strip().lower()))


def list_invitations(*, at: datetime) -> tuple[Invitation, ...]:
    """Invitations of the grouping that still wait for an answer, the latest first."""
    waiting = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > at)
    return tuple(session().scalars(select(Invitation).where(*waiting).order_by(Invitation.created_at.desc())))


def get_invitation(invitation_id: int) -> Invitation:
    """An invitation of the grouping in scope; raises NotFound."""
    return session().scalar(select(Invitation).where(Invitation.id == invitation_id)) or _missing()


def find_invitation(token: str, *, at: datetime) -> Invitation:
    """The invitation that a link opens; raises NotFound for whatever is not the whole token of a good one (R27)."""
    if not isinstance(token, str) or not token.startswith("inv_") or len(token) > 100:
        raise NotFound()
    with tenancy.everywhere("a link says its grouping by itself"):
        query = select(Invitation).where(Invitation.token_hash == sha256(token.encode()).hexdigest())
        invitation: Invitation = session().scalar(query) or _missing()
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


def _members_on(on: date):  # type: ignore[no-untyped-def]
    return select(Membership.structure_id).where(
        Membership.joined_on <= on, or_(Membership.left_on.is_(None), Membership.left_on > on)
    )


def _some(ids: set[int]) -> Iterable[Structure]:
    return session().scalars(select(Structure).where(Structure.id.in_(ids))) if ids else ()


def _searched(row: Structure) -> tuple[str | None, ...]:
    return row.code, row.legal_name, row.trade_name, row.siret, row.city, row.email, row.activity


def _missing() -> Grouping:  # type: ignore[misc]
    raise NotFound()
