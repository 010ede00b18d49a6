"""Departures: announced, put to a vote or recorded, effective on their day; the membership ends by the same act."""

from __future__ import annotations

from datetime import date, datetime

from blinker import Signal

from coopter.governance import policies
from coopter.governance.commands.decisions import decide
from coopter.governance.commands.obligations import bear_obligation, drop_obligations
from coopter.governance.models import Departure
from coopter.governance.queries.admission import awaits_vote
from coopter.governance.queries.departure import adopted_departure, departure_under_way, get_departure
from coopter.governance.rules.admission import subject_id
from coopter.governance.rules.departure import (
    DEPARTURE,
    EXCLUSION,
    AnotherDeparture,
    DepartureProposed,
    DepartureUnderWay,
    DepartureVoted,
    ExclusionIsVoted,
    ExclusionUnexplained,
    NotVoted,
    check_days,
    check_open,
    departure_motion,
    describe_departure,
    first_facts,
)
from coopter.governance.rules.kinds import Basis, DepartureKind, DepartureState
from coopter.governance.rules.motions import Decided, Motion, MotionKind, register
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread
from coopter.members.rules import INITIAL, GroupingKind, as_money
from coopter.plumbing import formats, journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line, clean_text

# Declared here, heard by the office in the same transaction: it answers with the debts born before, as plain JSON. Sent
# with the actor, structure_id and on, the first day outside.
debts_asked = Signal()


class NotInside(Refusal):
    """« %(name)s » n'est pas membre à cette date : il n'y a pas de départ à préparer."""


class AlreadyGone(Refusal):
    """« %(name)s » est partie le %(on)s : cela ne s'efface pas. Si elle revient, enregistrez une nouvelle adhésion."""


@command
def prepare_departure(
    actor: Actor,
    *,
    structure_id: int,
    kind: DepartureKind,
    reason: str,
    notice_on: date,
    effective_on: date,
    at: datetime,
) -> int:
    """Write down that a structure leaves or may be excluded; returns its id. `effective_on` is its first day outside.

    Raises NotFound, NotInside, DepartureUnderWay, LeavesBeforeNotice, ExclusionUnexplained.
    """
    require(policies.can_run_admissions(actor))
    structure = members.get_structure(structure_id)
    take_turn()
    why = _checked(kind, reason, notice_on=notice_on, effective_on=effective_on)
    if not any(one.left_on is None for one in members.memberships_of(structure_id)):
        raise NotInside(name=structure.name)
    if departure_under_way(structure_id) is not None:
        raise DepartureUnderWay()
    row = Departure(
        structure_id=structure_id, kind=kind, reason=why, notice_on=notice_on, effective_on=effective_on,
        state=DepartureState.PREPARED, recorded_by=actor.name, recorded_at=at, version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"structure_id": structure_id, "kind": kind, "notice_on": notice_on, "effective_on": effective_on}
    journal.record(actor, "departure.prepared", f"departure:{row.id}", at=at, after=after)
    return row.id


@command
def edit_departure(
    actor: Actor, *, departure_id: int, version: int, reason: str, notice_on: date, effective_on: date, at: datetime
) -> None:
    """Correct what was prepared; raises Conflict (R22), DepartureClosed, DepartureProposed, LeavesBeforeNotice."""
    require(policies.can_run_admissions(actor))
    row = reread(get_departure(departure_id))
    why = _checked(row.kind, reason, notice_on=notice_on, effective_on=effective_on)
    mine = {"reason": why, "notice_on": notice_on, "effective_on": effective_on}
    refuse_stale(row, version=version, mine=mine)
    refuse_departed(row)
    before, after = changes(row, mine)
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    journal.record(actor, "departure.edited", f"departure:{row.id}", at=at, before=before, after=after)


@command
def confirm_departure(actor: Actor, *, departure_id: int, version: int, at: datetime, decided_by: str = "") -> Decided:
    """Make it count: the membership ends on its day, the debts born before are written down, what is to do is born.

    An exclusion names the body that pronounced it. Raises Conflict, DepartureClosed, DepartureProposed,
    ExclusionIsVoted, and StillPlaced (from the office) while somebody works there later.
    """
    require(policies.can_run_admissions(actor))
    row = reread(get_departure(departure_id))
    refuse_stale(row, version=version, mine={"state": DepartureState.EFFECTIVE})
    refuse_departed(row)
    body = clean_line(decided_by)
    if row.kind is DepartureKind.EXCLUSION and not body:
        raise ExclusionIsVoted()
    return decide(actor, motion_of_departure(row), at=at, decided_by=body or INITIAL)


@command
def abandon_departure(actor: Actor, *, departure_id: int, version: int, at: datetime) -> None:
    """The structure stays; raises Conflict, DepartureClosed, DepartureProposed."""
    require(policies.can_run_admissions(actor))
    row = reread(get_departure(departure_id))
    refuse_stale(row, version=version, mine={"state": DepartureState.ABANDONED})
    refuse_departed(row)
    row.state = DepartureState.ABANDONED
    row.version += 1
    journal.record(actor, "departure.abandoned", f"departure:{row.id}", at=at)


def motion_of_departure(row: Departure) -> Motion:
    """The motion that ends the membership of a departure's structure."""
    structure = members.get_structure(row.structure_id)
    return departure_motion(
        departure_id=row.id, kind=row.kind, name=structure.name, siret=structure.siret, reason=row.reason,
        effective_on=row.effective_on,
    )  # fmt: skip


def mark_departure_proposed(actor: Actor, row: Departure, *, item_id: int, at: datetime) -> None:
    """Part of a command: the departure is on an agenda."""
    row.state, row.item_id = DepartureState.PROPOSED, item_id
    row.version += 1
    journal.record(actor, "departure.proposed", f"departure:{row.id}", at=at, after={"item": item_id})


def _checked(kind: DepartureKind, reason: str, *, notice_on: date, effective_on: date) -> str:
    why = clean_text(reason, most=2_000)
    if kind is DepartureKind.EXCLUSION and not why:
        raise ExclusionUnexplained()
    check_days(notice_on=notice_on, effective_on=effective_on)
    return why


def refuse_departed(row: Departure) -> None:
    """Raise DepartureClosed once it is decided, DepartureProposed while an assembly has it on its agenda."""
    check_open(row.state)
    if row.state is DepartureState.PROPOSED and awaits_vote(row.item_id):
        raise DepartureProposed()
    decided = adopted_departure(row.id)
    if decided is not None:
        raise DepartureVoted(number=decided.number)


def _departure_of(motion: Motion) -> Departure:
    row: Departure = reread(get_departure(subject_id(motion, "departure")))
    return row


def _check(motion: Motion) -> None:
    row = _departure_of(motion)
    check_open(row.state)
    structure = members.get_structure(row.structure_id)
    wanted = EXCLUSION if row.kind is DepartureKind.EXCLUSION else DEPARTURE
    if motion.kind != wanted or (motion.value or {}).get("siret") != structure.siret:
        raise AnotherDeparture(name=structure.name)


@command
def finish_departure(actor: Actor, *, departure_id: int, version: int, at: datetime) -> None:
    """Make a departure count that was voted while something still tied the structure.

    Raises Conflict, DepartureClosed, NotVoted, and StillPlaced (from the office) while something ties it still.
    """
    require(policies.can_run_admissions(actor))
    row = reread(get_departure(departure_id))
    refuse_stale(row, version=version, mine={"state": DepartureState.EFFECTIVE})
    check_open(row.state)
    decided = adopted_departure(departure_id)
    if decided is None:
        raise NotVoted()
    _take_effect(actor, row, decided, at=at)


def _adopt(actor: Actor, decided: Decided, at: datetime) -> None:
    """Recorded by hand, a departure waits until nothing ties the structure; voted, the vote stands and it waits."""
    row = _departure_of(decided.motion)
    row.effective_on = decided.from_on
    if decided.basis is Basis.RESOLUTION and _is_tied(actor, row):
        row.version += 1
        name = members.get_structure(row.structure_id).name
        subject = f"departure:{row.id}"
        bear_obligation(actor, kind="finish-departure", subject=subject, title=name, due_on=row.effective_on, at=at)
        return
    _take_effect(actor, row, decided, at=at)


def _is_tied(actor: Actor, row: Departure) -> bool:
    """Whether a room above would refuse that the membership ends; asking changes nothing."""
    try:
        members_commands.membership_ending.send(actor, structure_id=row.structure_id, left_on=row.effective_on)
    except Refusal:
        return True
    return False


def _take_effect(actor: Actor, row: Departure, decided: Decided, *, at: datetime) -> None:
    answers = debts_asked.send(actor, structure_id=row.structure_id, on=decided.from_on)
    row.debts = first_facts(answer for _, answer in answers) or None
    members_commands.leave_grouping(actor, structure_id=row.structure_id, left_on=decided.from_on, at=at)
    row.state = DepartureState.EFFECTIVE
    row.version += 1
    after = {"state": row.state, "effective_on": row.effective_on, "decision": decided.number}
    journal.record(actor, "departure.took_effect", f"departure:{row.id}", at=at, after=after)
    _bear(actor, row, at=at)


def _bear(actor: Actor, row: Departure, *, at: datetime) -> None:
    subject, day = f"departure:{row.id}", row.effective_on
    name = members.get_structure(row.structure_id).name
    kinds = ["settle-debts"]
    if members.get_grouping_by_id(tenancy.grouping_in_scope()).kind is GroupingKind.EMPLOYER_GROUP:
        kinds += ["inspectorate-leaving"]
    for kind in kinds:
        bear_obligation(actor, kind=kind, subject=subject, title=name, from_on=day, at=at)
    deposit = as_money(members.parameter("member_deposit", on=day))
    if deposit:
        title = clean_line(f"{name} · {formats.money(deposit)}")
        bear_obligation(actor, kind="return-deposit", subject=subject, title=title, from_on=day, at=at)


def _annul(actor: Actor, decided: Decided, at: datetime) -> None:
    """A departure is annulled before its day only: after it, the structure was outside."""
    row = _departure_of(decided.motion)
    if row.state is DepartureState.EFFECTIVE:
        if row.effective_on <= paris_day(at):
            raise AlreadyGone(name=members.get_structure(row.structure_id).name, on=row.effective_on)
        members_commands.stay_in_grouping(actor, structure_id=row.structure_id, left_on=row.effective_on, at=at)
    drop_obligations(actor, subject=f"departure:{row.id}", reason="Départ annulé", at=at)
    row.state, row.item_id, row.debts = DepartureState.PREPARED, None, None
    row.version += 1
    journal.record(actor, "departure.annulled", f"departure:{row.id}", at=at, after={"decision": decided.number})


for _name, _label in (
    (DEPARTURE, Words("Départ d’une structure")),
    (EXCLUSION, Words("Exclusion d’une structure")),
):
    register(MotionKind(_name, _label, check=_check, describe=describe_departure, adopt=_adopt, annul=_annul))
