"""Campaigns of figures: opened, corrected, recalled in order, closed by estimating the silent; what is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select

from coopter.contributions.mail import figures as mail
from coopter.contributions.models import Figure, FigureCampaign, FigureReminder
from coopter.contributions.policies import figures as policies
from coopter.contributions.queries.campaigns import (
    CampaignRecord,
    asked_members,
    find_campaign,
    get_campaign,
    member_sheets,
    published_bases,
    silent_members,
)
from coopter.contributions.queries.figures import figures_of
from coopter.contributions.rules.figures import (
    ANSWERED,
    NAMES,
    PUBLICATION,
    YEARS,
    Estimate,
    asked_bases,
    estimate,
    median_change,
)
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.governance.rules.motions import Motion, MotionKind, register
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line, clean_text

MOST_AT_ONCE = 50  # letters of one click: the longest silent come first, the others with the next click


class YearAlreadyAsked(Refusal):
    """Les chiffres de %(year)s sont déjà demandés : ouvrez cette campagne pour la modifier ou relancer."""


class NoSuchYear(Refusal):
    """L'année %(year)s n'est pas une année de chiffres. Écrivez par exemple 2025."""


class NothingAsked(Refusal):
    """Choisissez au moins un chiffre à demander. Les heures utilisées ne se demandent pas : CoopTer les connaît."""


class DueDayPassed(Refusal):
    """Le %(on)s est déjà passé : donnez aux membres un jour à venir."""


class CampaignClosed(Refusal):
    """Cette campagne est close depuis le %(on)s : elle ne se modifie plus et ne relance plus. Un membre peut encore
    déclarer ses chiffres."""


class NobodyToRemind(Refusal):
    """Personne n'est à relancer aujourd'hui : tous ont répondu, ou ont été relancés il y a moins de sept jours."""


class NothingPublished(Refusal):
    """Choisissez au moins un chiffre à publier : aucun chiffre de cette année n'est montré aux membres aujourd'hui."""


@dataclass(frozen=True, slots=True)
class CampaignDetails:
    """What a campaign asks, until which day, with which words."""

    bases: tuple[Base, ...]
    due_on: date
    message: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom a campaign wrote to, and who has no address at all (names of members)."""

    sent: tuple[str, ...]
    without_address: tuple[str, ...]


@command
def open_campaign(actor: Actor, *, year: int, details: CampaignDetails, at: datetime) -> Sent:
    """Ask every member for its figures of a year, and write to each once.

    Raises YearAlreadyAsked, NoSuchYear, NothingAsked, DueDayPassed.
    """
    require(policies.can_run_campaigns(actor))
    take_turn()
    _check(details, at=at)
    if year not in YEARS:
        raise NoSuchYear(year=year)
    if find_campaign(year) is not None:
        raise YearAlreadyAsked(year=year)
    row = FigureCampaign(
        year=year, bases=[base.value for base in details.bases], due_on=details.due_on,
        message=clean_text(details.message), opened_by=actor.name, opened_at=at, version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    record = get_campaign(year)
    sent = _write_to(record, sorted(asked_members(record)), again=False, at=at)
    after = {"year": year, "bases": row.bases, "due_on": row.due_on, "to": list(sent.sent)}
    journal.record(actor, "figures.asked", f"figures:{year}", at=at, after=after)
    return sent


@command
def edit_campaign(actor: Actor, *, year: int, version: int, details: CampaignDetails, at: datetime) -> None:
    """Correct what is asked, until when, with which words; raises Conflict (R22), CampaignClosed and as opening."""
    require(policies.can_run_campaigns(actor))
    row = _open_row(year)
    mine = {
        "bases": [base.value for base in details.bases], "due_on": details.due_on,
        "message": clean_text(details.message),
    }  # fmt: skip
    refuse_stale(row, version=version, mine=mine)
    _check(details, at=at)
    before, after = changes(row, mine)
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    journal.record(actor, "figures.campaign_edited", f"figures:{year}", at=at, before=before, after=after)


@command
def remind_silent(actor: Actor, *, year: int, at: datetime) -> Sent:
    """Write again to those who have not answered everything, the longest silent first, never twice within seven days.

    Raises NobodyToRemind, CampaignClosed.
    """
    require(policies.can_run_campaigns(actor))
    take_turn()
    _open_row(year)
    record = get_campaign(year)
    due = [one.structure_id for one in silent_members(record, at=at) if one.may_be_reminded]
    if not due:
        raise NobodyToRemind()
    sent = _write_to(record, due[:MOST_AT_ONCE], again=True, at=at)
    after = {"to": list(sent.sent), "without_address": list(sent.without_address)}
    journal.record(actor, "figures.reminded", f"figures:{year}", at=at, after=after)
    return sent


@command
def close_campaign(actor: Actor, *, year: int, at: datetime) -> int:
    """Stop asking, and estimate what nobody said, each figure with the method that found it; returns how many.

    A figure that was sent back and not declared again is estimated too. Raises CampaignClosed.
    """
    require(policies.can_run_campaigns(actor))
    take_turn()
    row = _open_row(year)
    record, written = get_campaign(year), 0
    now, before = _declared(record), figures_of(year - 1)
    trends = {base: _trend(base, now, before) for base in record.bases}
    rows = {(one.structure_id, one.base): one for one in _rows(year)}
    for sheet in member_sheets(record):
        for line in sheet.lines:
            if line.state in (*ANSWERED, FigureState.ESTIMATED):
                continue
            guess = estimate(line.base, before=line.before, year=year, trend=trends[line.base])
            if guess is not None:
                key = (sheet.structure_id, line.base)
                _estimate(actor, rows.get(key), guess, key=(*key, year), at=at)
                written += 1
    row.closed_at, row.version = at, row.version + 1
    journal.record(actor, "figures.campaign_closed", f"figures:{year}", at=at, after={"estimated": written})
    return written


def publication_motion(year: int, *, bases: Iterable[Base], from_on: date) -> Motion:
    """The motion that shows these figures of a year to members, with names; no base at all takes them back."""
    value = {"year": year, "bases": [base.value for base in bases]}
    return Motion(PUBLICATION, f"figures:{year}", value, from_on)


def _check(details: CampaignDetails, *, at: datetime) -> None:
    if not details.bases or Base.HOURS_USED in details.bases:
        raise NothingAsked()
    if details.due_on < paris_day(at):
        raise DueDayPassed(on=details.due_on)


def _open_row(year: int) -> FigureCampaign:
    get_campaign(year)  # NotFound for a year that was never asked
    row: FigureCampaign = reread(session().scalars(select(FigureCampaign).where(FigureCampaign.year == year)).one())
    if row.closed_at is not None:
        raise CampaignClosed(on=paris_day(row.closed_at))
    return row


def _write_to(record: CampaignRecord, structure_ids: Iterable[int], *, again: bool, at: datetime) -> Sent:
    """Write to these members in this order, and note it: what is noted keeps the next reminder seven days away."""
    sent: list[str] = []
    lacking: list[str] = []
    structures = members.structures_by_id()
    for structure_id in structure_ids:
        structure = structures[structure_id]
        if mail.ask(record, structure, again=again, at=at):
            session().add(FigureReminder(campaign_id=record.id, structure_id=structure_id, sent_at=at))
            sent.append(structure.name)
        else:
            lacking.append(structure.name)
    session().flush()
    return Sent(tuple(sent), tuple(lacking))


def _rows(year: int) -> list[Figure]:
    return list(session().scalars(select(Figure).where(Figure.year == year).execution_options(populate_existing=True)))


def _declared(record: CampaignRecord) -> dict[Base, dict[int, int]]:
    """What members themselves said this year, by base: the only ground of a trend."""
    found: dict[Base, dict[int, int]] = {base: {} for base in record.bases}
    for row in _rows(record.year):
        if row.base in found and row.state in ANSWERED and row.amount is not None:
            found[row.base][row.structure_id] = row.amount
    return found


def _trend(
    base: Base, now: Mapping[Base, Mapping[int, int]], before: Mapping[int, Mapping[Base, int]]
) -> tuple[Fraction, int] | None:
    then = {structure: figures[base] for structure, figures in before.items() if base in figures}
    return median_change(now[base], then)


def _estimate(actor: Actor, row: Figure | None, guess: Estimate, *, key: tuple[int, Base, int], at: datetime) -> None:
    structure_id, base, year = key
    if row is None:
        row = Figure(structure_id=structure_id, year=year, base=base, version=0)
        session().add(row)
    row.amount, row.method, row.state = guess.amount, guess.method, FigureState.ESTIMATED
    row.comment, row.evidence_sha256, row.evidence_name = "", None, ""
    row.written_by, row.written_at, row.checked_by, row.checked_at = actor.name, at, "", None
    row.version += 1
    session().flush()


def _check_publication(motion: Motion) -> None:
    bases, year = asked_bases(motion.value["bases"]), motion.value["year"]
    if year not in YEARS or motion.subject != f"figures:{year}":
        raise NoSuchYear(year=clean_line(str(year)))
    if len(bases) != len(motion.value["bases"]) or not (bases or published_bases(year, on=motion.from_on)):
        raise NothingPublished()


def _describe_publication(motion: Motion) -> Words:
    bases, year = asked_bases(motion.value["bases"]), motion.value["year"]
    if not bases:
        return Words(
            "Les chiffres de %(year)s ne sont plus publiés à partir du %(day)s.", year=year, day=motion.from_on
        )
    what = [NAMES[base] for base in bases]
    return Words(
        "Les chiffres de %(year)s sont montrés aux membres, nom par nom, à partir du %(day)s : %(what)s.",
        year=year, day=motion.from_on, what=what,
    )  # fmt: skip


register(MotionKind(PUBLICATION, Words("Publication de chiffres"), _check_publication, _describe_publication))
