"""Invitations: a link in a mail, good once and for seven days, that gives a role to that mailbox's reader (R37)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NoReturn

from flask_security.utils import hash_password

from coopter.members import policies, queries
from coopter.members.commands.people import flush_or_unknown, give_role, roles_held
from coopter.members.commands.versions import one_at_a_time, reread
from coopter.members.models import Invitation, Person
from coopter.members.rules import INVITATION_DAYS, AlreadyHolds, check_password, check_role
from coopter.plumbing import journal, mail, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor, Role
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

TOKEN_BYTES = 32
PREFIX = "inv_"


class PasswordMissing(Refusal):
    """Choisissez un mot de passe : il ouvrira votre compte la prochaine fois."""


@dataclass(frozen=True)
class Invited:
    """An invitation that was sent, and its link, which is kept nowhere else than in the mail."""

    invitation_id: int
    email: str
    token: str
    link: str
    expires_at: datetime


@command
def invite(
    actor: Actor,
    *,
    email: str,
    role: Role,
    base_url: str,
    at: datetime,
    first_name: str = "",
    last_name: str = "",
    structure_id: int | None = None,
    employee_id: int | None = None,
    can_validate_hours: bool = False,
    can_see_invoices: bool = False,
    language: str = "fr",
) -> Invited:
    """Send a single-use link that gives one role; `base_url` is the configured address of the installation (R28).

    Raises NotAnAddress, RoleNeedsStructure, RoleNeedsEmployee, AuditorStandsAlone, AlreadyHolds.
    """
    require(policies.can_invite(actor))
    one_at_a_time(actor)
    address = mail.check_address(email).lower()
    if structure_id is not None:
        queries.get_structure(structure_id)
    known = queries.find_person_by_email(address)
    held = roles_held(known.id) if known else ()
    check_role(role, structure_id=structure_id, employee_id=employee_id, held={grant.role for grant in held})
    if any((grant.role, grant.structure_id) == (role, structure_id) for grant in held):
        raise AlreadyHolds()
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation(
        token_hash=hash_of(token),
        email=address,
        first_name=clean_line(first_name, most=80),
        last_name=clean_line(last_name, most=80),
        role=role,
        structure_id=structure_id,
        employee_id=employee_id,
        can_validate_hours=can_validate_hours and structure_id is not None,
        can_see_invoices=can_see_invoices and structure_id is not None,
        invited_by=actor.name,
        created_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    session().add(invitation)
    flush_or_unknown()
    after = {"email": address, "role": role, "structure_id": structure_id, "employee_id": employee_id}
    journal.record(actor, "invitation.sent", f"invitation:{invitation.id}", at=at, after=after)
    link = f"{base_url}/invitation/{token}"
    _send(invitation, actor, link, language=language, at=at)
    return Invited(invitation.id, address, token, link, invitation.expires_at)


@command
def withdraw_invitation(actor: Actor, *, invitation_id: int, at: datetime) -> None:
    """Make an invitation's link worthless; raises NotFound when it was used, withdrawn or is another grouping's."""
    require(policies.can_invite(actor))
    invitation = reread(queries.get_invitation(invitation_id))
    queries.refuse_spent(invitation)
    invitation.revoked_at = at
    journal.record(actor, "invitation.withdrawn", f"invitation:{invitation.id}", at=at)


@command
def accept_invitation(
    token: str,
    *,
    at: datetime,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    language: str = "fr",
) -> Person:
    """Use a link: the account is made (or found by its address) and gets the role; the link is worth nothing after.

    A password is asked of whoever has no account in use, and never changes one that is. Raises NotFound for any link
    that is not good any more (R27), PasswordMissing, PasswordTooShort, PasswordTooEasy.
    """
    invitation = queries.find_invitation(token, at=at)
    with tenancy.scope(invitation.grouping_id):
        reread(invitation)
        queries.refuse_spent(invitation)
        person = queries.find_person_by_email(invitation.email)
        names = (clean_line(first_name or invitation.first_name), clean_line(last_name or invitation.last_name))
        if person is None:
            person = Person(email=invitation.email, fs_uniquifier=secrets.token_hex(32), language=language)
            session().add(person)
        if not (person.active and person.password):
            person.first_name, person.last_name = names
            phrase = password or _asked()
            check_password(phrase, about=[person.email, *names])
            person.password, person.active = hash_password(phrase), True
            person.fs_uniquifier = secrets.token_hex(32)
        session().flush()
        invitation.used_at = at
        actor = Actor(person_id=person.id, name=person.name, grouping_id=invitation.grouping_id)
        journal.record(actor, "invitation.accepted", f"invitation:{invitation.id}", at=at)
        give_role(
            actor,
            person,
            invitation.role,
            structure_id=invitation.structure_id,
            employee_id=invitation.employee_id,
            can_validate_hours=invitation.can_validate_hours,
            can_see_invoices=invitation.can_see_invoices,
            at=at,
        )
    return person


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256."""
    return sha256(token.encode()).hexdigest()


def _asked() -> NoReturn:
    raise PasswordMissing()


def _send(invitation: Invitation, actor: Actor, link: str, *, language: str, at: datetime) -> None:
    grouping = queries.get_grouping_by_id(invitation.grouping_id)
    mail.post(
        to=invitation.email,
        subject=Words("%(grouping)s : votre accès", grouping=grouping.name),
        template="members/mail/invitation",
        context={
            "first_name": invitation.first_name,
            "grouping_name": grouping.name,
            "invited_by": actor.name if actor.person_id else "",
            "link": link,
            "expires_at": invitation.expires_at,
        },
        key=f"invitation:{invitation.id}",
        grouping_id=invitation.grouping_id,
        at=at,
        language=language,
    )
