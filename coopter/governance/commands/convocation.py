"""The convocation: rules frozen, roll drawn on the record date, a mail with a calendar invitation to each one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.commands.agenda_checks import NoAmendmentInWriting, check_method
from coopter.governance.feeds import invitations
from coopter.governance.models import AgendaItem, Assembly, Elector
from coopter.governance.queries.bodies import SeatRecord, get_body, rules_of, seats_of
from coopter.governance.queries.sittings import agenda_of, get_assembly
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm
from coopter.governance.rules.statutes import DUES_UNPAID, NOT_MEMBER, SET_ASIDE, Statutes, to_json
from coopter.members import queries as members
from coopter.members.commands.versions import reread
from coopter.members.models import Person
from coopter.plumbing import files, journal, mail, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor, Role
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal, Words


class AlreadyConvened(Refusal):
    """Cette assemblée est déjà convoquée, tenue ou annulée."""


class AgendaEmpty(Refusal):
    """L’ordre du jour est vide : ajoutez-y au moins un point avant de convoquer."""


class NobodyToConvene(Refusal):
    """Aucun siège de « %(body)s » n’est pourvu à la date d’arrêté de la liste : ajoutez-y des membres."""


class NoticeTooShort(Refusal):
    """Les statuts demandent %(days)s jours entre la convocation et l’assemblée : au plus tôt le %(earliest)s."""


class RemoteVoteForbidden(Refusal):
    """Les statuts ne prévoient pas le vote à distance : réunissez-vous sur place, ou ajoutez d’abord cette clause aux
    règles de l’instance."""


class SeatsWithoutCollege(Refusal):
    """L’instance vote par collèges et ces sièges n’en ont pas : %(names)s. Donnez-leur un collège."""


class SeatsWithoutCategory(Refusal):
    """Une SCIC connaît la catégorie de chaque associé, et ces sièges n’en ont pas : %(names)s. Complétez-les."""


class PersonsSecretThere(Refusal):
    """Les statuts veulent un scrutin secret pour les personnes : « %(title)s » doit être un vote secret."""


@command
def convene(actor: Actor, *, assembly_id: int, at: datetime, base_url: str = "") -> int:
    """Convene: the rules in force become this assembly's, the roll is drawn, mails leave; returns how many electors.

    Raises AlreadyConvened, AgendaEmpty, NoticeTooShort, RemoteVoteForbidden, NobodyToConvene, SeatsWithoutCollege,
    SeatsWithoutCategory, NoRulesYet, PersonsSecretThere, NoAmendmentInWriting.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    if row.state is not AssemblyState.DRAFT:
        raise AlreadyConvened()
    statutes, decided = rules_of(row.body_id, on=paris_day(at))
    _check_agenda(row, statutes)
    check_notice(row, statutes, at=at)
    if row.mode is not AssemblyMode.IN_PERSON and not statutes.remote_vote:
        raise RemoteVoteForbidden()
    electors = _draw_roll(row, statutes)
    row.rules, row.rules_decision = to_json(statutes), decided.number
    row.state, row.convened_by, row.convened_at = AssemblyState.CONVENED, actor.name, at
    row.version += 1
    session().flush()
    after = {"rules_decision": decided.number, "record_on": row.record_on, "electors": len(electors)}
    journal.record(actor, "assembly.convened", f"assembly:{assembly_id}", at=at, after=after)
    _send(row, "convocation", Words("Convocation : %(title)s", title=row.title), at=at, base_url=base_url)
    return len(electors)


@command
def set_right_to_vote(
    actor: Actor, *, assembly_id: int, elector_id: int, may_vote: bool, at: datetime, why_not: str = SET_ASIDE
) -> None:
    """Give or take the right to vote on this roll (dues paid at the door); votes already open keep theirs (R33)."""
    require(policies.can_prepare_governance(actor))
    row = get_assembly(assembly_id)
    if row.state not in (AssemblyState.CONVENED, AssemblyState.OPEN):
        raise AlreadyConvened()
    query = select(Elector).where(Elector.assembly_id == assembly_id, Elector.id == elector_id).with_for_update()
    elector = session().scalars(query).one()
    before = {"may_vote": elector.may_vote, "why_not": elector.why_not}
    elector.may_vote, elector.why_not = may_vote, "" if may_vote else why_not
    after = {"may_vote": may_vote, "why_not": elector.why_not}
    journal.record(actor, "elector.right_set", f"elector:{elector_id}", at=at, before=before, after=after)


def check_notice(row: Assembly, statutes: Statutes, *, at: datetime) -> None:
    """Raise NoticeTooShort when the assembly stands nearer than its statutes allow."""
    earliest = paris_day(at) + timedelta(days=statutes.notice_days)
    if paris_day(row.starts_at) < earliest:
        raise NoticeTooShort(days=statutes.notice_days, earliest=earliest)


def send_moved(row: Assembly, *, at: datetime, notice: bool) -> None:
    """Tell everybody convened of a new day, hour or place; a new day asks for the notice again."""
    if notice:
        check_notice(row, rules_of(row.body_id, on=paris_day(row.convened_at or at))[0], at=at)
    row.calendar_sequence += 1
    _send(row, "moved", Words("Changement : %(title)s", title=row.title), at=at)


def send_cancelled(row: Assembly, *, at: datetime) -> None:
    """Tell everybody convened that the assembly is called off; calendars drop it."""
    row.calendar_sequence += 1
    _send(row, "cancelled", Words("Annulation : %(title)s", title=row.title), at=at, cancelled=True)


def _check_agenda(row: Assembly, statutes: Statutes) -> None:
    items = session().scalars(select(AgendaItem).where(AgendaItem.assembly_id == row.id)).all()
    if not items:
        raise AgendaEmpty()
    for item in items:
        if item.form is ItemForm.RESOLUTION:
            statutes.majority(item.majority)
        if item.amends_id is not None and row.mode is AssemblyMode.CONSULTATION:
            raise NoAmendmentInWriting()
        check_method(row, item, item.method)
        if item.form is ItemForm.ELECTION and statutes.persons_secret and item.method is not BallotMethod.SECRET:
            raise PersonsSecretThere(title=item.title)


def _draw_roll(row: Assembly, statutes: Statutes) -> list[Elector]:
    """Who holds a seat on the record date, with the right to vote that the statutes give on that day."""
    seats = seats_of(row.body_id, on=row.record_on)
    if not seats:
        raise NobodyToConvene(body=get_body(row.body_id).name)
    lacking = [one.name for one in seats if statutes.colleges and statutes.college(one.college) is None]
    if lacking:
        raise SeatsWithoutCollege(names=lacking[:10])
    lacking = [one.name for one in seats if statutes.scic and one.category not in statutes.categories]
    if lacking:
        raise SeatsWithoutCategory(names=lacking[:10])
    inside = members.member_ids(row.record_on) if statutes.membership_needed else frozenset()
    electors = [_elector(row, seat, statutes, why_not(seat, statutes, inside, row.record_on)) for seat in seats]
    session().add_all(electors)
    session().flush()
    return electors


def why_not(seat: SeatRecord, statutes: Statutes, inside: frozenset[int], on: date) -> str:
    """Why a seat may not vote, or "" when it may: member on the record date, dues paid to that day."""
    if statutes.membership_needed and seat.structure_id is not None and seat.structure_id not in inside:
        return NOT_MEMBER
    if statutes.dues_needed and (seat.dues_paid_to is None or seat.dues_paid_to < on):
        return DUES_UNPAID
    return ""


def _elector(row: Assembly, seat: SeatRecord, statutes: Statutes, reason: str) -> Elector:
    return Elector(
        assembly_id=row.id, seat_id=seat.id, structure_id=seat.structure_id, person_id=seat.person_id, name=seat.name,
        category=seat.category, college=seat.college if statutes.colleges else "",
        weight=1 if statutes.one_head_one_vote else seat.weight, may_vote=not reason, why_not=reason,
    )  # fmt: skip


def recipients(assembly_id: int) -> dict[str, list[str]]:
    """Mail addresses of those who speak for the electors of an assembly, with the electors' names."""
    electors = session().scalars(select(Elector).where(Elector.assembly_id == assembly_id).order_by(Elector.name)).all()
    people = {one.person_id for one in electors if one.person_id is not None}
    query = select(Person.id, Person.email).where(Person.id.in_(people), Person.active.is_(True))
    emails = {one.id: one.email for one in session().execute(query)} if people else {}
    speakers: dict[int, list[str]] = {}
    for holder in members.list_holders():
        if holder.role is Role.REPRESENTATIVE and holder.active and holder.structure_id is not None:
            speakers.setdefault(holder.structure_id, []).append(holder.email)
    found: dict[str, list[str]] = {}
    for one in electors:
        own = [emails[one.person_id]] if one.person_id in emails else []
        for email in speakers.get(one.structure_id, []) if one.structure_id is not None else own:
            found.setdefault(email, []).append(one.name)
    return found


def _send(
    row: Assembly, template: str, subject: Words, *, at: datetime, base_url: str = "", cancelled: bool = False
) -> None:
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    sequence = row.calendar_sequence
    invitation = invitations.build(
        uid=f"assemblee-{grouping.slug}-{row.id}@coopter", title=row.title, starts_at=row.starts_at,
        ends_at=row.ends_at, place=row.place, link=row.link, sequence=sequence, at=at,
        organiser=grouping.email or mail.sender(), cancelled=cancelled,
    )  # fmt: skip
    attachments = (("assemblee.ics", files.store(invitation)),)
    shared: dict[str, Any] = {
        "grouping_name": grouping.name, "assembly": row, "agenda": agenda_of(row.id),
        "page": f"{base_url}/{grouping.slug}/vie/assemblees/{row.id}" if base_url else "",
    }  # fmt: skip
    for email, names in recipients(row.id).items():
        mail.post(
            to=email,
            subject=subject,
            template=f"governance/mail/{template}",
            context={**shared, "names": names},
            key=f"assembly:{row.id}:{template}:{sequence}:{email}",
            grouping_id=grouping.id,
            at=at,
            language=members.language_of(email),
            attachments=attachments,
        )
