"""Commands on people's roles: given, taken back with effect at their next click (R43), and all of them at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from coopter.members import policies, queries
from coopter.members.commands.versions import one_at_a_time, reread
from coopter.members.models import InstallationRole, Invitation, Person, RoleGrant
from coopter.members.rules import AlreadyHolds, LastCoordinator, check_role
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor, Role
from coopter.values.refusal import NotFound


@command
def grant_role(
    actor: Actor,
    *,
    person_id: int,
    role: Role,
    at: datetime,
    structure_id: int | None = None,
    employee_id: int | None = None,
    can_validate_hours: bool = False,
    can_see_invoices: bool = False,
) -> RoleGrant:
    """Give one more role to somebody of this grouping; raises NotFound, AlreadyHolds, AuditorStandsAlone and others."""
    require(policies.can_grant_role(actor))
    one_at_a_time(actor)
    person = queries.get_person(person_id)
    if structure_id is not None:
        queries.get_structure(structure_id)
    held = roles_held(person.id)
    check_role(role, structure_id=structure_id, employee_id=employee_id, held={grant.role for grant in held})
    if any((grant.role, grant.structure_id) == (role, structure_id) for grant in held):
        raise AlreadyHolds()
    return give_role(
        actor,
        person,
        role,
        structure_id=structure_id,
        employee_id=employee_id,
        can_validate_hours=can_validate_hours,
        can_see_invoices=can_see_invoices,
        at=at,
    )


@command
def revoke_role(actor: Actor, *, grant_id: int, at: datetime) -> None:
    """Take a role back; it ends at the person's next request, and their pending invitations with it (R43).

    Raises NotFound, LastCoordinator.
    """
    require(policies.can_revoke_role(actor))
    one_at_a_time(actor)
    grant = reread(queries.get_grant(grant_id))
    if grant.revoked_at is not None:
        raise NotFound()
    if grant.role is Role.COORDINATOR:
        refuse_last_coordinator(without=grant.person_id)
    _revoke(actor, grant, at=at)
    _withdraw_invitations(actor, queries.get_person(grant.person_id).email, at=at)


@command
def deactivate_person(actor: Actor, *, person_id: int, at: datetime) -> None:
    """Take back all of somebody's roles here and end their sessions; without a role elsewhere, the account closes too.

    Raises NotFound, LastCoordinator.
    """
    require(policies.can_deactivate_person(actor, person_id))
    one_at_a_time(actor)
    person = queries.get_person(person_id)
    held = roles_held(person_id)
    if any(grant.role is Role.COORDINATOR for grant in held):
        refuse_last_coordinator(without=person_id)
    for grant in held:
        _revoke(actor, grant, at=at)
    _withdraw_invitations(actor, person.email, at=at)
    person.fs_uniquifier = secrets.token_hex(32)
    if not _has_role_anywhere(person_id) and not person.roles:
        person.active = False
    journal.record(actor, "person.deactivated", f"person:{person_id}", at=at, after={"active": person.active})


@command
def make_administrator(actor: Actor, *, email: str, at: datetime) -> Person:
    """Give somebody who has an account the right to run the installation; raises NotFound."""
    require(policies.can_make_administrator(actor))
    person = queries.find_person_by_email(email)
    if person is None:
        raise NotFound()
    role = session().scalar(select(InstallationRole).where(InstallationRole.name == queries.ADMINISTRATOR))
    if role is None:
        role = InstallationRole(name=queries.ADMINISTRATOR)
        session().add(role)
    if role not in person.roles:
        person.roles.append(role)
    session().flush()
    journal.record(actor, "person.made_administrator", f"person:{person.id}", at=at)
    return person


@command
def change_language(actor: Actor, *, language: str, at: datetime) -> None:
    """The language of somebody's pages and mails: fr or en."""
    require(actor.person_id is not None and language in {"fr", "en"})
    person = session().get(Person, actor.person_id)
    require(person is not None)
    assert person is not None
    before, person.language = person.language, language
    journal.record(
        actor,
        "person.language_changed",
        f"person:{person.id}",
        at=at,
        before={"language": before},
        after={"language": language},
    )


def give_role(
    actor: Actor,
    person: Person,
    role: Role,
    *,
    structure_id: int | None,
    employee_id: int | None,
    can_validate_hours: bool,
    can_see_invoices: bool,
    at: datetime,
) -> RoleGrant:
    """Write a role that was judged fit, with its line in the journal."""
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        structure_id=structure_id,
        employee_id=employee_id,
        can_validate_hours=can_validate_hours and structure_id is not None,
        can_see_invoices=can_see_invoices and structure_id is not None,
        granted_at=at,
    )
    session().add(grant)
    flush_or_unknown()
    after = {"role": role, "structure_id": structure_id, "employee_id": employee_id}
    journal.record(actor, "role.granted", f"person:{person.id}", at=at, after=after)
    return grant


def flush_or_unknown() -> None:
    """Write what waits; what it points at and is not in this grouping raises NotFound, as any unknown id (R7)."""
    try:
        session().flush()
    except IntegrityError as foreign:
        if "foreign key" in str(foreign.orig).lower():
            raise NotFound() from foreign
        raise


def roles_held(person_id: int) -> Sequence[RoleGrant]:
    """Somebody's roles in force in the grouping in scope."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    return session().scalars(query).all()


def refuse_last_coordinator(*, without: int) -> None:
    """Raise LastCoordinator when nobody else would coordinate the grouping in scope."""
    others = select(RoleGrant.id).where(
        RoleGrant.role == Role.COORDINATOR, RoleGrant.revoked_at.is_(None), RoleGrant.person_id != without
    )
    if session().scalars(others).first() is None:
        raise LastCoordinator()


def _revoke(actor: Actor, grant: RoleGrant, *, at: datetime) -> None:
    grant.revoked_at = at
    before = {"role": grant.role, "structure_id": grant.structure_id, "employee_id": grant.employee_id}
    journal.record(actor, "role.revoked", f"person:{grant.person_id}", at=at, before=before)


def _withdraw_invitations(actor: Actor, email: str, *, at: datetime) -> None:
    pending = select(Invitation).where(
        Invitation.email == email, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
    )
    for invitation in session().scalars(pending):
        invitation.revoked_at = at
        journal.record(actor, "invitation.withdrawn", f"invitation:{invitation.id}", at=at)


def _has_role_anywhere(person_id: int) -> bool:
    session().flush()
    with tenancy.everywhere("an account stays open as long as one grouping knows its person"):
        query = select(func.count()).select_from(RoleGrant)
        return bool(session().scalar(query.where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))))
