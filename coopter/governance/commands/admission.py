"""Requests to join: received, talked over, decided; accepted, the structure is a member by the same act."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.commands.decisions import decide
from coopter.governance.commands.obligations import bear_obligation, drop_obligations
from coopter.governance.mail.admission import tell_decided, tell_received
from coopter.governance.models import Admission, AdmissionOpinion
from coopter.governance.queries.admission import (
    admission_terms,
    awaits_vote,
    find_by_siret,
    find_opinion,
    get_admission,
)
from coopter.governance.rules.admission import (
    ADMISSION,
    DETAILS,
    AdmissionDetails,
    AlreadyProposed,
    AnotherAdmission,
    ReasonNeeded,
    admission_motion,
    check_amounts,
    check_open,
    checked_request,
    describe_admission,
    new_code,
    subject_id,
)
from coopter.governance.rules.capital import issues_shares
from coopter.governance.rules.kinds import AdmissionState, OpinionOnAdmission
from coopter.governance.rules.motions import Decided, Motion, MotionKind, register
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread, values_of
from coopter.members.models import Structure
from coopter.members.rules import INITIAL, GroupingKind, StructureDetails
from coopter.plumbing import formats, journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.mail import check_address
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.money import Money
from coopter.values.refusal import NotFound, Refusal, Words
from coopter.values.texts import clean_line, clean_text

EDITED = (*DETAILS, "entrance_fee", "deposit", "joins_on")
VISITOR = "Demande en ligne"


class AlreadyInside(Refusal):
    """« %(name)s » est déjà membre du groupement sous ce SIRET : il n'y a rien à admettre."""


class AlreadyArrived(Refusal):
    """« %(name)s » est membre depuis le %(joined_on)s : cela ne s'efface pas. Préparez plutôt son départ."""


class StructureElsewhere(Refusal):
    """Vous ne représentez pas cette structure : donnez l'avis de la vôtre."""


@command
def request_admission(actor: Actor, *, details: AdmissionDetails, at: datetime) -> int:
    """Receive a request, typed online by the structure or by the coordinator; returns its id.

    Raises NotFound when nobody may ask online, and what a field refuses (SIRET: R76).
    """
    require(policies.can_request_admission(actor))
    terms, by_themselves = admission_terms(paris_day(at)), not policies.can_run_admissions(actor)
    if by_themselves and not terms.online:
        raise NotFound()
    checked = checked_request(details, by_themselves=by_themselves)
    row = Admission(
        entrance_fee=terms.entrance_fee, deposit=terms.deposit, state=AdmissionState.REQUESTED, requested_at=at,
        version=1, **{**values_of(checked, DETAILS), "email": check_address(checked.email)},
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"name": row.name, "siret": row.siret, "online": by_themselves}
    journal.record(actor, "admission.requested", f"admission:{row.id}", at=at, after=after)
    tell_received(row, online=by_themselves, at=at)
    return row.id


@command
def edit_admission(
    actor: Actor,
    *,
    admission_id: int,
    version: int,
    details: AdmissionDetails,
    entrance_fee: Money,
    deposit: Money,
    joins_on: date | None,
    at: datetime,
) -> None:
    """Complete a request, and say what will be asked and from when; raises Conflict (R22), AdmissionClosed,
    AlreadyProposed, AmountNegative."""
    require(policies.can_run_admissions(actor))
    row = reread(get_admission(admission_id))
    checked = checked_request(details, by_themselves=False)
    check_amounts(entrance_fee, deposit)
    mine = {**values_of(checked, DETAILS), "entrance_fee": entrance_fee, "deposit": deposit, "joins_on": joins_on}
    mine["email"] = check_address(checked.email)
    refuse_stale(row, version=version, mine=mine)
    refuse_decided(row)
    before, after = changes(row, mine)
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    told = set(after) & {"name", "siret", "entrance_fee", "deposit", "joins_on"}
    journal.record(
        actor, "admission.edited", f"admission:{row.id}", at=at,
        before={name: before[name] for name in told}, after={name: after[name] for name in told},
    )  # fmt: skip


@command
def give_opinion(
    actor: Actor,
    *,
    admission_id: int,
    structure_id: int | None,
    opinion: OpinionOnAdmission,
    comment: str,
    at: datetime,
) -> None:
    """Say what a member (or the office, `structure_id` None) thinks; said again, it replaces what was said.

    Raises NotFound, NotAllowed, AdmissionClosed.
    """
    require(policies.can_give_opinion(actor, structure_id))
    row = get_admission(admission_id)
    take_turn()
    check_open(reread(row).state)
    said = find_opinion(admission_id, structure_id, given_by=actor.name)
    before = {"opinion": said.opinion} if said is not None else None
    if said is None:
        said = AdmissionOpinion(admission_id=admission_id, structure_id=structure_id)
        session().add(said)
    said.opinion, said.comment = opinion, clean_text(comment, most=2_000)
    said.given_by, said.given_at = actor.name, at
    session().flush()
    after = {"opinion": opinion, "structure_id": structure_id}
    journal.record(actor, "admission.opinion_given", f"admission:{row.id}", at=at, before=before, after=after)


@command
def admit(
    actor: Actor, *, admission_id: int, version: int, joins_on: date, at: datetime, decided_by: str = INITIAL
) -> Decided:
    """Write down an admission decided outside an assembly held here, with its author; it counts from its day.

    Raises Conflict, AdmissionClosed, AlreadyProposed, AlreadyInside.
    """
    require(policies.can_run_admissions(actor))
    row = reread(get_admission(admission_id))
    refuse_stale(row, version=version, mine={"joins_on": joins_on})
    refuse_decided(row)
    return decide(actor, motion_of(row, joins_on=joins_on), at=at, decided_by=decided_by)


@command
def close_admission(
    actor: Actor, *, admission_id: int, version: int, state: AdmissionState, reason: str, at: datetime
) -> None:
    """Refuse a request, or note that it was withdrawn, with the reason; a request on an agenda awaits its vote.

    Raises Conflict, AdmissionClosed, AlreadyProposed, ReasonNeeded.
    """
    require(policies.can_run_admissions(actor) and state in {AdmissionState.REFUSED, AdmissionState.WITHDRAWN})
    row = reread(get_admission(admission_id))
    refuse_stale(row, version=version, mine={"state": state})
    refuse_decided(row)
    if not (why := clean_text(reason, most=1_000)):
        raise ReasonNeeded()
    row.state, row.closed_because = state, why
    row.version += 1
    after = {"state": state, "reason": why}
    journal.record(actor, "admission.closed", f"admission:{row.id}", at=at, after=after)
    tell_decided(row, outcome=state.value, at=at)


def motion_of(row: Admission, *, joins_on: date) -> Motion:
    """The motion that admits the structure of a request."""
    return admission_motion(
        admission_id=row.id, name=row.name, siret=row.siret, joins_on=joins_on, entrance_fee=row.entrance_fee,
        deposit=row.deposit,
    )  # fmt: skip


def mark_proposed(actor: Actor, row: Admission, *, item_id: int, at: datetime) -> None:
    """Part of a command: the request is on an agenda."""
    row.state, row.item_id = AdmissionState.PROPOSED, item_id
    row.version += 1
    journal.record(actor, "admission.proposed", f"admission:{row.id}", at=at, after={"item": item_id})


def refuse_decided(row: Admission) -> None:
    """Raise AdmissionClosed once it is decided, AlreadyProposed while an assembly has it on its agenda."""
    check_open(row.state)
    if row.state is AdmissionState.PROPOSED and awaits_vote(row.item_id):
        raise AlreadyProposed()


def _check(motion: Motion) -> None:
    """The request is still open, and is the one that the motion tells of."""
    row = reread(get_admission(subject_id(motion, ADMISSION)))
    check_open(row.state)
    if (motion.value or {}).get("siret") != row.siret:
        raise AnotherAdmission(name=row.name)
    known = find_by_siret(row.siret)
    if known is not None and any(one.left_on is None for one in members.memberships_of(known.id)):
        raise AlreadyInside(name=known.name)


def _adopt(actor: Actor, decided: Decided, at: datetime) -> None:
    row = reread(get_admission(subject_id(decided.motion, ADMISSION)))
    value = decided.value
    structure = _joined(actor, row, decided, at=at)
    row.state, row.structure_id, row.joins_on = AdmissionState.ADMITTED, structure.id, decided.from_on
    row.entrance_fee, row.deposit = Money(value["entrance_fee_cents"]), Money(value["deposit_cents"])
    row.version += 1
    after = {"state": row.state, "structure_id": structure.id, "joins_on": decided.from_on}
    journal.record(actor, "admission.accepted", f"admission:{row.id}", at=at, after=after)
    tell_decided(row, outcome=row.state.value, decided_by=decided.decided_by, at=at)
    _bear(actor, row, structure, at=at)


def _joined(actor: Actor, row: Admission, decided: Decided, *, at: datetime) -> Structure:
    """The structure, a member from the day decided: made now, or a former member that comes back."""
    note = f"Décision n° {decided.number}"
    known = find_by_siret(row.siret)
    if known is not None:
        members_commands.join_grouping(actor, structure_id=known.id, joined_on=decided.from_on, note=note, at=at)
        return known
    code = new_code(row.name, session().scalars(select(Structure.code)))
    details = StructureDetails(
        code=code, legal_name=row.name, siret=row.siret, legal_form=row.legal_form, activity=row.activity,
        headcount=row.headcount, headcount_on=paris_day(row.requested_at) if row.headcount is not None else None,
        address=row.address, postcode=row.postcode, city=row.city, email=row.email, phone=row.phone,
    )  # fmt: skip
    return members_commands.add_structure(actor, details=details, joined_on=decided.from_on, note=note, at=at)


def _bear(actor: Actor, row: Admission, structure: Structure, *, at: datetime) -> None:
    """What is to be done once a structure is in (Code du travail; what the grouping asks)."""
    subject, day, name = f"admission:{row.id}", row.joins_on, structure.name
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    kinds = ["sign-charter"]
    if grouping.kind is GroupingKind.EMPLOYER_GROUP:
        kinds += ["inspectorate-joining", "staff-informed", "staff-register"]
    if issues_shares(grouping.kind, grouping.legal_form):
        kinds += ["subscribe-shares"]
    for kind in kinds:
        bear_obligation(actor, kind=kind, subject=subject, title=name, from_on=day, at=at)
    for kind, amount in (("entrance-fee", row.entrance_fee), ("member-deposit", row.deposit)):
        if amount:
            title = clean_line(f"{name} · {formats.money(amount)}")
            bear_obligation(actor, kind=kind, subject=subject, title=title, from_on=day, at=at)


def _annul(actor: Actor, decided: Decided, at: datetime) -> None:
    """Before its day, an annulled admission leaves nothing; after it, the structure leaves as others do."""
    row = reread(get_admission(subject_id(decided.motion, ADMISSION)))
    if row.structure_id is None or row.joins_on is None:
        return
    structure = members.get_structure(row.structure_id)
    if row.joins_on <= paris_day(at):
        raise AlreadyArrived(name=structure.name, joined_on=row.joins_on)
    members_commands.cancel_membership(actor, structure_id=structure.id, joined_on=row.joins_on, at=at)
    drop_obligations(actor, subject=f"admission:{row.id}", reason="Admission annulée", at=at)
    row.state, row.item_id = AdmissionState.REQUESTED, None
    row.version += 1
    after = {"state": row.state, "decision": decided.number}
    journal.record(actor, "admission.annulled", f"admission:{row.id}", at=at, after=after)
    tell_decided(row, outcome="annulled", at=at)


register(
    MotionKind(
        ADMISSION,
        Words("Admission d’une structure"),
        check=_check,
        describe=describe_admission,
        adopt=_adopt,
        annul=_annul,
    )
)
