"""Bodies and their seats; their rules are decisions in force, which a vote may change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.commands.decisions import write_decision
from coopter.governance.commands.obligations import bear_officers_changed
from coopter.governance.models import Assembly, Body, BodySeat
from coopter.governance.queries.bodies import (
    BODY_RULES,
    find_rules,
    get_body,
    get_seat,
    rules_subject,
    seats_of,
)
from coopter.governance.rules.kinds import AssemblyState, Basis, BodyKind
from coopter.governance.rules.motions import Motion, MotionKind, register
from coopter.governance.rules.statutes import Statutes, check_statutes, from_json, to_json
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread, values_of
from coopter.members.rules import INITIAL
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

MOST_WEIGHT = 1_000_000


class BodyNameMissing(Refusal):
    """Donnez un nom à cette instance, par exemple « Assemblée générale »."""


class BodyNameTaken(Refusal):
    """Une instance s’appelle déjà « %(name)s » : prenez un autre nom, ou complétez celle-ci."""


class BodyStillMeets(Refusal):
    """« %(title)s » se prépare ou se tient encore : menez-la à son terme, ou annulez-la d’abord."""


class SeatWithoutHolder(Refusal):
    """Dites qui occupe ce siège : une structure adhérente, ou une personne."""


class SeatTaken(Refusal):
    """« %(name)s » a déjà un siège dans cette instance à cette date. Mettez fin au premier, ou corrigez-le."""


class WeightOutside(Refusal):
    """Le poids d’un siège est un nombre entier à partir de 1."""


class TermUpsideDown(Refusal):
    """Le mandat commence le %(starts_on)s : sa fin doit être postérieure."""


class CollegeUnknown(Refusal):
    """« %(college)s » n’est pas un collège de cette instance. Choisissez-en un de ses règles."""


class CategoryUnknown(Refusal):
    """« %(category)s » n’est pas une catégorie d’associés de cette instance. Choisissez-en une de ses règles."""


@dataclass(frozen=True, slots=True)
class SeatDetails:
    """What is typed of a seat: a structure's or a person's, its term [starts_on, ends_on), its place in the votes."""

    starts_on: date
    structure_id: int | None = None
    person_id: int | None = None
    name: str = ""  # "" takes the structure's, or the person's
    category: str = ""
    college: str = ""
    weight: int = 1
    office: str = ""
    dues_paid_to: date | None = None
    ends_on: date | None = None


SEAT_FIELDS = tuple(SeatDetails.__slots__)


@command
def create_body(
    actor: Actor,
    *,
    kind: BodyKind,
    name: str,
    statutes: Statutes,
    from_on: date,
    at: datetime,
    decided_by: str = INITIAL,
) -> int:
    """Write down a body and the rules that its statutes give it from a day on; returns its id.

    Raises BodyNameMissing, BodyNameTaken and whatever the rules refuse.
    """
    require(policies.can_prepare_governance(actor))
    take_turn()
    title = clean_line(name, most=80)
    if not title:
        raise BodyNameMissing()
    if session().scalar(select(Body.id).where(Body.name == title)) is not None:
        raise BodyNameTaken(name=title)
    body = Body(kind=kind, name=title, created_at=at)
    session().add(body)
    session().flush()
    journal.record(actor, "body.created", f"body:{body.id}", at=at, after={"kind": kind, "name": title})
    motion = Motion(BODY_RULES, rules_subject(body.id), to_json(statutes), from_on)
    write_decision(actor, motion, basis=Basis.INITIAL, decided_by=clean_line(decided_by) or INITIAL, at=at)
    return body.id


@command
def close_body(actor: Actor, *, body_id: int, at: datetime) -> None:
    """A body that meets no more; its assemblies stay, and so do its seats, for the record. Raises BodyStillMeets."""
    require(policies.can_prepare_governance(actor))
    take_turn()
    body = reread(get_body(body_id))
    live = (AssemblyState.DRAFT, AssemblyState.CONVENED, AssemblyState.OPEN)
    query = select(Assembly.title).where(Assembly.body_id == body_id, Assembly.state.in_(live))
    if title := session().scalar(query.order_by(Assembly.starts_at).limit(1)):
        raise BodyStillMeets(title=title)
    if body.closed_at is None:
        body.closed_at = at
        journal.record(actor, "body.closed", f"body:{body_id}", at=at)


@command
def reopen_body(actor: Actor, *, body_id: int, at: datetime) -> None:
    """A body that was closed by mistake, or that meets again."""
    require(policies.can_prepare_governance(actor))
    body = reread(get_body(body_id))
    if body.closed_at is not None:
        body.closed_at = None
        journal.record(actor, "body.reopened", f"body:{body_id}", at=at)


@command
def add_seat(actor: Actor, *, body_id: int, details: SeatDetails, at: datetime) -> int:
    """Give a seat to a structure or a person; returns its id.

    Raises SeatWithoutHolder, SeatTaken, WeightOutside, TermUpsideDown, CollegeUnknown, CategoryUnknown, NotFound.
    """
    require(policies.can_prepare_governance(actor))
    take_turn()
    get_body(body_id)
    checked = _checked(body_id, details)
    _refuse_twice(body_id, checked)
    return _add(actor, body_id, checked, at=at)


@command
def edit_seat(actor: Actor, *, seat_id: int, version: int, details: SeatDetails, at: datetime) -> None:
    """Change a seat; assemblies already convened keep their roll. Raises Conflict (R22) and what `add_seat` raises."""
    require(policies.can_prepare_governance(actor))
    take_turn()
    seat = reread(get_seat(seat_id))
    checked = _checked(seat.body_id, details)
    mine = values_of(checked, SEAT_FIELDS)
    refuse_stale(seat, version=version, mine=mine)
    _refuse_twice(seat.body_id, checked, but=seat_id)
    before, after = changes(seat, mine)
    if not after:
        return
    for name, value in after.items():
        setattr(seat, name, value)
    seat.version += 1
    journal.record(actor, "seat.edited", f"seat:{seat_id}", at=at, before=before, after=after)
    if "office" in after or ("name" in after and seat.office):
        _officers(actor, seat, on=paris_day(at), at=at)


@command
def end_seat(actor: Actor, *, seat_id: int, ends_on: date, at: datetime) -> None:
    """End a term; `ends_on` is the first day without it. Raises TermUpsideDown, NotFound."""
    require(policies.can_prepare_governance(actor))
    seat = reread(get_seat(seat_id))
    if ends_on <= seat.starts_on:
        raise TermUpsideDown(starts_on=seat.starts_on)
    before, seat.ends_on = seat.ends_on, ends_on
    seat.version += 1
    after = {"ends_on": ends_on}
    journal.record(actor, "seat.ended", f"seat:{seat_id}", at=at, before={"ends_on": before}, after=after)
    _officers(actor, seat, on=ends_on, at=at)


@command
def seat_all_members(actor: Actor, *, body_id: int, on: date, at: datetime) -> int:
    """Give a seat from `on` to each member structure that has none; returns how many were added.

    With one college or one category in the rules they take it; with several they are to be completed one by one.
    """
    require(policies.can_prepare_governance(actor))
    take_turn()
    get_body(body_id)
    seated = {seat.structure_id for seat in seats_of(body_id, on=on)}
    missing = [one for one in members.list_structures(on=on) if one.id not in seated]
    for structure in missing:
        _add(actor, body_id, SeatDetails(starts_on=on, structure_id=structure.id, name=structure.name), at=at)
    return len(missing)


def _add(actor: Actor, body_id: int, details: SeatDetails, *, at: datetime) -> int:
    seat = BodySeat(body_id=body_id, version=1, **values_of(details, SEAT_FIELDS))
    session().add(seat)
    session().flush()
    after = {"body_id": body_id, **values_of(details, SEAT_FIELDS)}
    journal.record(actor, "seat.added", f"seat:{seat.id}", at=at, after=after)
    _officers(actor, seat, on=seat.starts_on, at=at)
    return seat.id


def _officers(actor: Actor, seat: BodySeat, *, on: date, at: datetime) -> None:
    bear_officers_changed(actor, seat_id=seat.id, name=seat.name, office=seat.office, on=on, at=at)


def _checked(body_id: int, details: SeatDetails) -> SeatDetails:
    if (details.structure_id is None) == (details.person_id is None):
        raise SeatWithoutHolder()
    if not 1 <= details.weight <= MOST_WEIGHT:
        raise WeightOutside()
    if details.ends_on is not None and details.ends_on <= details.starts_on:
        raise TermUpsideDown(starts_on=details.starts_on)
    if details.structure_id is not None:
        named = members.get_structure(details.structure_id).name
    else:
        named = members.get_person(details.person_id).name  # type: ignore[arg-type]
    checked = replace(
        details, name=clean_line(details.name) or named, category=clean_line(details.category),
        college=clean_line(details.college), office=clean_line(details.office),
    )  # fmt: skip
    found = find_rules(body_id, on=details.starts_on)
    if found is not None:
        statutes = found[0]
        if checked.college and statutes.college(checked.college) is None:
            raise CollegeUnknown(college=checked.college)
        if checked.category and checked.category not in statutes.categories:
            raise CategoryUnknown(category=checked.category)
    return checked


def _refuse_twice(body_id: int, details: SeatDetails, *, but: int | None = None) -> None:
    """One seat at a time for a structure or a person in a body: one vote each."""
    for seat in seats_of(body_id):
        same = (seat.structure_id, seat.person_id) == (details.structure_id, details.person_id)
        apart = (seat.ends_on is not None and seat.ends_on <= details.starts_on) or (
            details.ends_on is not None and details.ends_on <= seat.starts_on
        )
        if same and not apart and seat.id != but:
            raise SeatTaken(name=seat.name)


# ── the rules of a body are a parameter like any other: a resolution may set them ──────────────────────────────────


def _check(motion: Motion) -> None:
    check_statutes(from_json(motion.value))
    kind, _, number = motion.subject.partition(":")
    if kind != "body" or not number.isdecimal():
        raise BodyNameMissing()
    get_body(int(number))


def _describe(motion: Motion) -> Words:
    statutes = from_json(motion.value)
    name = get_body(int(motion.subject.removeprefix("body:"))).name
    source = f" ({statutes.source})" if statutes.source else ""
    return Words("Règles de « %(body)s »%(source)s", body=name, source=source)


register(MotionKind(BODY_RULES, Words("Règles d’une instance"), _check, _describe))
