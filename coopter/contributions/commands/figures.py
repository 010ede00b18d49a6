"""Figures of members: declared with what proves them, accepted, sent back with a reason, imported from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coopter.contributions.imports.figures import FigureRow, FiguresPlan, plan_figures
from coopter.contributions.mail import figures as mail
from coopter.contributions.models import Figure
from coopter.contributions.policies import figures as policies
from coopter.contributions.queries.campaigns import CampaignRecord, MemberSheet, get_campaign, member_sheet
from coopter.contributions.rules.figures import (
    ANSWERED,
    IMPORTED,
    NAMES,
    Change,
    ChangeUnexplained,
    NotAskedThisYear,
    NothingDeclared,
    SourceMissing,
    figure_words,
)
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.governance.rules.obligations import check_proof
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.importing import Imported
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Conflict, NotFound, Refusal
from coopter.values.texts import clean_line

NO_PROOF: tuple[bytes, str] | None = None


class NothingToReview(Refusal):
    """Aucun chiffre de cette structure n'attend de relecture : elle n'a rien déclaré depuis la dernière."""


class SentBackUnexplained(Refusal):
    """Dites pourquoi ces chiffres sont renvoyés : la structure doit savoir quoi corriger."""


@command
def declare_figures(
    actor: Actor,
    *,
    structure_id: int,
    year: int,
    version: int,
    figures: Mapping[Base, int],
    at: datetime,
    source: str = "",
    comment: str = "",
    proof: tuple[bytes, str] | None = NO_PROOF,
) -> int:
    """Say a member's figures of a year, in each base's own unit; returns how many changed. What is left out stays.

    `proof` is a file (bytes, name), `source` the official accounts that say it: one of them is needed. A change over
    30 % from the year before needs `comment`. Raises Conflict (R22), SourceMissing, ChangeUnexplained, NothingDeclared,
    NotAskedThisYear, ProofTooLarge, NotAProof, NotFound. An accepted figure that changes waits for review again.
    """
    if not policies.can_read_figures_of(actor, structure_id=structure_id):
        raise NotFound()
    require(policies.can_declare_figures(actor, structure_id=structure_id))
    take_turn()
    campaign, rows = get_campaign(year), _rows(structure_id, year)
    sheet = member_sheet(campaign, structure_id)
    _check_version(rows, version=version, mine=figures)
    _check_figures(campaign, sheet, figures, comment=clean_line(comment, most=500))
    ground = _ground(rows, proof, source=clean_line(source, most=300), comment=clean_line(comment, most=500))
    written = [base for base in figures if _differs(rows.get(base), figures[base], ground)]
    for base in written:
        row = rows.get(base) or Figure(structure_id=structure_id, year=year, base=base, version=0)
        _declare(actor, row, figures[base], ground, at=at)
    session().flush()
    after = {base.value: figures[base] for base in written} | {"evidence": ground.sha256, "source": ground.source}
    journal.record(actor, "figures.declared", f"structure:{structure_id}", at=at, after={"year": year, **after})
    return len(written)


@command
def accept_figures(actor: Actor, *, structure_id: int, year: int, version: int, at: datetime) -> None:
    """Accept what a member declared; raises Conflict (R22), NothingToReview, NotFound."""
    require(policies.can_run_campaigns(actor))
    waiting = _to_review(structure_id, year, version=version)
    for row in waiting:
        row.state, row.checked_by, row.checked_at, row.version = FigureState.CHECKED, actor.name, at, row.version + 1
    after = {"year": year, "bases": [row.base.value for row in waiting]}
    journal.record(actor, "figures.accepted", f"structure:{structure_id}", at=at, after=after)


@command
def send_back_figures(actor: Actor, *, structure_id: int, year: int, version: int, reason: str, at: datetime) -> None:
    """Send a member's figures back with a reason, and tell it by mail; they do not count meanwhile.

    Raises Conflict (R22), SentBackUnexplained, NothingToReview, NotFound.
    """
    require(policies.can_run_campaigns(actor))
    why = clean_line(reason, most=500)
    if not why:
        raise SentBackUnexplained()
    waiting = _to_review(structure_id, year, version=version)
    for row in waiting:
        row.state, row.sent_back_because, row.version = FigureState.SENT_BACK, why, row.version + 1
        row.checked_by, row.checked_at = actor.name, at
    mail.tell_sent_back(members.get_structure(structure_id), year=year, reason=why, by=actor.name, at=at)
    after = {"year": year, "bases": [row.base.value for row in waiting], "reason": why}
    journal.record(actor, "figures.sent_back", f"structure:{structure_id}", at=at, after=after)


@command
def import_figures(actor: Actor, *, records: Iterable[FigureRow], at: datetime) -> Imported:
    """Write the figures of a file (imports.figures.read_figures), reviewed by whoever brings them; all or nothing.

    The same file again changes nothing (R50). Raises Faults with all that is wrong.
    """
    require(policies.can_run_campaigns(actor))
    take_turn()
    plan = plan_figures(records)
    done = Imported(len(plan.added), len(plan.changed), plan.unchanged)
    if done.added or done.changed:
        _write_plan(actor, plan, at=at)
        years = sorted({one.year for one in (*plan.added, *plan.changed)})
        after = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged, "years": years}
        journal.record(actor, "figures.imported", "figures", at=at, after=after)
    return done


def _write_plan(actor: Actor, plan: FiguresPlan, *, at: datetime) -> None:
    for new in (*plan.added, *plan.changed):
        row = _rows(new.structure_id, new.year).get(new.base)
        if row is None:
            row = Figure(structure_id=new.structure_id, year=new.year, base=new.base, version=0)
            session().add(row)
        row.amount, row.comment, row.method = new.amount, new.comment, new.source or str(IMPORTED)
        row.state, row.sent_back_because = FigureState.CHECKED, ""
        row.evidence_sha256, row.evidence_name = None, ""
        row.written_by, row.written_at, row.checked_by, row.checked_at = actor.name, at, actor.name, at
        row.version += 1
    session().flush()


def _rows(structure_id: int, year: int) -> dict[Base, Figure]:
    query = select(Figure).where(Figure.structure_id == structure_id, Figure.year == year)
    return {row.base: row for row in session().scalars(query.execution_options(populate_existing=True))}


def _check_version(rows: Mapping[Base, Figure], *, version: int, mine: Mapping[Base, int]) -> None:
    """Refuse a form that was opened before somebody else wrote; both sides in words (R22)."""
    if sum(row.version for row in rows.values()) == version:
        return

    def said(base: Base, amount: int | None) -> str:
        return "" if amount is None else figure_words(base, amount)

    differing = [base for base in rows if base not in mine or rows[base].amount != mine[base]]
    raise Conflict(
        mine={f"base_{base.value}": said(base, mine[base]) for base in differing if base in mine},
        theirs={f"base_{base.value}": said(base, rows[base].amount) for base in differing},
    )


def _check_figures(campaign: CampaignRecord, sheet: MemberSheet, figures: Mapping[Base, int], *, comment: str) -> None:
    if not figures:
        raise NothingDeclared()
    for base in figures:
        if base not in campaign.bases:
            raise NotAskedThisYear(year=campaign.year, what=NAMES[base])
    before = {line.base: line.before for line in sheet.lines}
    moved = [NAMES[base] for base, now in figures.items() if Change(before[base], now).is_large]
    if moved and not comment:
        raise ChangeUnexplained(what=moved)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What declared figures rest on: official accounts in words, a file, and a word of explanation."""

    source: str
    comment: str
    sha256: str | None = None
    name: str = ""


def _ground(rows: Mapping[Base, Figure], proof: tuple[bytes, str] | None, *, source: str, comment: str) -> _Ground:
    """The file sent now, else the one joined before; raises SourceMissing, ProofTooLarge, NotAProof."""
    if proof is not None:
        check_proof(proof[0])
        return _Ground(source, comment, files.store(proof[0]), clean_line(proof[1], most=120))
    kept = next((row for row in rows.values() if row.evidence_sha256), None)
    if not source and kept is None:
        raise SourceMissing()
    return _Ground(source, comment, kept.evidence_sha256, kept.evidence_name) if kept else _Ground(source, comment)


def _differs(row: Figure | None, amount: int, ground: _Ground) -> bool:
    """Whether a declaration says something else than what stands there already."""
    if row is None or row.state not in ANSWERED:
        return True
    stands = (row.amount, row.method, row.comment, row.evidence_sha256, row.evidence_name)
    return stands != (amount, ground.source, ground.comment, ground.sha256, ground.name)


def _declare(actor: Actor, row: Figure, amount: int, ground: _Ground, *, at: datetime) -> None:
    row.amount, row.method, row.comment = amount, ground.source, ground.comment
    row.evidence_sha256, row.evidence_name = ground.sha256, ground.name
    row.state, row.sent_back_because, row.checked_by, row.checked_at = FigureState.DECLARED, "", "", None
    row.written_by, row.written_at, row.version = actor.name, at, row.version + 1
    session().add(row)


def _to_review(structure_id: int, year: int, *, version: int) -> list[Figure]:
    take_turn()
    member_sheet(get_campaign(year), structure_id)
    rows = _rows(structure_id, year)
    _check_version(rows, version=version, mine={})
    waiting = [row for row in rows.values() if row.state is FigureState.DECLARED]
    if not waiting:
        raise NothingToReview()
    return waiting
