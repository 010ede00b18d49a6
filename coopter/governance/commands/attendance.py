"""Who is there: arrivals on the spot, by the code at the door or at a distance, and departures."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import Assembly, Attendance, Elector
from coopter.governance.queries.assemblies import get_assembly, get_elector
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, AttendanceMeans
from coopter.members.commands.versions import reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

TOKEN_BYTES = 16


class NotHeldNow(Refusal):
    """On note les arrivées et les départs tant que l’assemblée est convoquée ou ouverte."""


class NobodyAbsent(Refusal):
    """Une consultation écrite n’a pas de feuille de présence : chacun vote de chez soi jusqu’à la clôture."""


class NotHere(Refusal):
    """« %(name)s » n’est pas noté présent : il n’y a pas de départ à enregistrer."""


class NoDistance(Refusal):
    """Cette assemblée ne se suit pas à distance : venez sur place, ou donnez pouvoir."""


class CodeWornOut(Refusal):
    """Ce code d’entrée n’est plus le bon : visez celui qui est à l’écran de la salle, ou faites noter votre arrivée à
    l’accueil."""


class NobodyToSpeakFor(Refusal):
    """Vous ne représentez personne à cette assemblée. Si c’est une erreur, voyez la personne qui tient l’accueil."""


@command
def record_arrival(
    actor: Actor, *, assembly_id: int, elector_id: int, means: AttendanceMeans, person_name: str, at: datetime
) -> None:
    """Somebody is there for an elector; twice is once. It votes alone from the next vote on, whatever power it gave.

    Raises NotHeldNow, NobodyAbsent, NoDistance, NotFound.
    """
    row = get_assembly(assembly_id)
    elector = get_elector(elector_id, assembly_id=assembly_id)
    remotely = means is AttendanceMeans.REMOTE
    require(policies.can_record_attendance(actor, elector, remotely=remotely))
    _held(row)
    if remotely and row.mode not in (AssemblyMode.REMOTE, AssemblyMode.MIXED):
        raise NoDistance()
    _arrive(actor, row, elector, means=means, person_name=person_name, at=at)


@command
def record_departure(actor: Actor, *, assembly_id: int, elector_id: int, at: datetime) -> None:
    """Somebody leaves; a power given before counts again from the next vote on. Raises NotHere, NotHeldNow."""
    row = get_assembly(assembly_id)
    elector = get_elector(elector_id, assembly_id=assembly_id)
    require(policies.can_record_attendance(actor, elector, remotely=True))
    _held(row)
    stay = _stay(row.id, elector.id)
    if stay is None:
        raise NotHere(name=elector.name)
    stay.left_at = at
    session().flush()
    after = {"assembly_id": assembly_id, "elector_id": elector_id}
    journal.record(actor, "attendance.left", f"elector:{elector_id}", at=at, after=after)


@command
def make_door_code(actor: Actor, *, assembly_id: int, at: datetime) -> str:
    """A new code for the door of the room, shown as a QR code; returns its token, of which only the hash is kept."""
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    _held(row)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.door_token_hash = _hash(token)
    row.version += 1
    session().flush()
    journal.record(actor, "assembly.door_code_made", f"assembly:{assembly_id}", at=at)
    return token


@command
def arrive_by_code(actor: Actor, *, token: str, at: datetime) -> int:
    """Whoever scans the code at the door is there for every elector it speaks for; returns the assembly's id.

    Raises CodeWornOut for a code that is not good any more, NobodyToSpeakFor.
    """
    row = session().scalar(select(Assembly).where(Assembly.door_token_hash == _hash(token)))
    if row is None:
        raise CodeWornOut()
    _held(row)
    electors = session().scalars(select(Elector).where(Elector.assembly_id == row.id).order_by(Elector.id)).all()
    mine = [one for one in electors if policies.can_speak_for(actor, one)]
    if not mine:
        raise NobodyToSpeakFor()
    for elector in mine:
        _arrive(actor, row, elector, means=AttendanceMeans.QR_CODE, person_name=actor.name, at=at)
    return row.id


def _arrive(
    actor: Actor, row: Assembly, elector: Elector, *, means: AttendanceMeans, person_name: str, at: datetime
) -> None:
    session().execute(select(Elector.id).where(Elector.id == elector.id).with_for_update(key_share=True))
    if _stay(row.id, elector.id) is not None:
        return
    name = clean_line(person_name) or elector.name
    stay = Attendance(assembly_id=row.id, elector_id=elector.id, person_name=name, means=means, arrived_at=at)
    session().add(stay)
    session().flush()
    after = {"assembly_id": row.id, "elector_id": elector.id, "person_name": name, "means": means}
    journal.record(actor, "attendance.arrived", f"elector:{elector.id}", at=at, after=after)


def _held(row: Assembly) -> None:
    if row.mode is AssemblyMode.CONSULTATION:
        raise NobodyAbsent()
    if row.state not in (AssemblyState.CONVENED, AssemblyState.OPEN):
        raise NotHeldNow()


def _stay(assembly_id: int, elector_id: int) -> Attendance | None:
    query = select(Attendance).where(
        Attendance.assembly_id == assembly_id, Attendance.elector_id == elector_id, Attendance.left_at.is_(None)
    )
    return session().scalar(query)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
