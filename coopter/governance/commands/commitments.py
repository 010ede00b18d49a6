"""Commitments of a charter: promised with an indicator, reported each year with evidence, read by a peer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from coopter.governance import policies
from coopter.governance.models import Commitment, CommitmentReport, CommitmentReview
from coopter.governance.queries import commitments as queries
from coopter.governance.queries import texts
from coopter.governance.rules.commitments import (
    MOST_COMMITMENTS,
    CommitmentDetails,
    CommitmentOver,
    NotASignatory,
    OwnReport,
    TooManyCommitments,
    ValueMissing,
    check_details,
    check_year,
)
from coopter.governance.rules.kinds import PeerOpinion
from coopter.governance.rules.texts import check_annex
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import refuse_stale, reread
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.texts import clean_line, clean_text

MOST_COMMENT = 2_000


@command
def add_commitment(actor: Actor, *, text_id: int, details: CommitmentDetails, at: datetime) -> int:
    """Add what signatories promise to follow; raises CommitmentIncomplete, TooManyCommitments."""
    require(policies.can_prepare_governance(actor))
    text = texts.get_text(text_id)
    take_turn()
    clean = check_details(details)
    if len(queries.commitments_of(text_id)) >= MOST_COMMITMENTS:
        raise TooManyCommitments(most=MOST_COMMITMENTS)
    last = session().scalar(select(func.max(Commitment.position)).where(Commitment.text_id == text_id)) or 0
    row = Commitment(
        text_id=text.id, position=last + 1, theme=clean.theme, title=clean.title, indicator=clean.indicator,
        unit=clean.unit, target=clean.target,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"title": clean.title, "indicator": clean.indicator, "target": clean.target}
    journal.record(actor, "commitment.added", f"commitment:{row.id}", at=at, after=after)
    return row.id


@command
def end_commitment(actor: Actor, *, commitment_id: int, at: datetime) -> None:
    """Follow it no more; its reports stay."""
    require(policies.can_prepare_governance(actor))
    row = reread(queries.get_commitment(commitment_id))
    if row.ended_at is None:
        row.ended_at = at
        journal.record(actor, "commitment.ended", f"commitment:{commitment_id}", at=at)


@command
def report_commitment(
    actor: Actor, *, commitment_id: int, structure_id: int, year: int, value: str, comment: str, version: int,
    at: datetime, evidence: tuple[str, bytes] | None = None,
) -> int:  # fmt: skip
    """Say what a structure did in a year, with a file as evidence; `version` is 0 for a first report (R22).

    Raises NotASignatory, YearNotReportable, ValueMissing, CommitmentOver, Conflict, and what annexes are refused for.
    """
    require(policies.can_report_commitment(actor, structure_id=structure_id))
    commitment = queries.get_commitment(commitment_id)
    _refuse_stranger(commitment, structure_id, at=at)
    if commitment.ended_at is not None:
        raise CommitmentOver()
    check_year(year, this_year=paris_day(at).year)
    mine = {"value": clean_line(value, most=200), "comment": clean_text(comment, most=MOST_COMMENT)}
    if not mine["value"]:
        raise ValueMissing()
    take_turn()
    row = _report(commitment_id, structure_id, year)
    before = {"value": row.value, "comment": row.comment} if row.id is not None else None
    refuse_stale(row, version=version, mine=mine)
    row.value, row.comment, row.version = mine["value"], mine["comment"], version + 1
    if evidence is not None:
        row.evidence_name, _ = check_annex(evidence[0], evidence[1], already=0)
        row.evidence_sha256 = files.store(evidence[1])
    row.reported_by, row.reported_at = actor.name, at
    session().add(row)
    session().flush()
    after = mine | {"year": year, "structure": structure_id, "evidence": row.evidence_sha256}
    journal.record(actor, "commitment.reported", f"commitment:{commitment_id}", at=at, before=before, after=after)
    return row.id


@command
def review_report(
    actor: Actor, *, report_id: int, structure_id: int, opinion: PeerOpinion, comment: str, at: datetime
) -> None:
    """Say, for another signatory structure, what one thinks of a report; once a structure, and the last word stands.

    Raises OwnReport, NotASignatory.
    """
    report = reread(queries.get_report(report_id))
    if structure_id == report.structure_id:
        raise OwnReport()
    require(structure_id in actor.represents)
    require(policies.can_review_commitment(actor, structure_id=report.structure_id))
    _refuse_stranger(queries.get_commitment(report.commitment_id), structure_id, at=at)
    words = clean_text(comment, most=MOST_COMMENT)
    query = select(CommitmentReview).where(
        CommitmentReview.report_id == report_id, CommitmentReview.structure_id == structure_id
    )
    row = session().scalar(query) or CommitmentReview(report_id=report_id, structure_id=structure_id)
    row.opinion, row.comment, row.reviewed_by, row.reviewed_at = opinion, words, actor.name, at
    session().add(row)
    session().flush()
    after = {"structure": structure_id, "opinion": opinion, "year": report.year}
    journal.record(actor, "commitment.reviewed", f"commitment:{report.commitment_id}", at=at, after=after)


def _report(commitment_id: int, structure_id: int, year: int) -> CommitmentReport:
    """The report of a structure's year, or a blank one at version 0, not written yet."""
    query = select(CommitmentReport).where(
        CommitmentReport.commitment_id == commitment_id, CommitmentReport.structure_id == structure_id,
        CommitmentReport.year == year,
    )  # fmt: skip
    found = session().scalar(query)
    if found is not None:
        return reread(found)  # type: ignore[no-any-return]
    return CommitmentReport(
        commitment_id=commitment_id, structure_id=structure_id, year=year, value="", comment="", evidence_name="",
        version=0,
    )  # fmt: skip


def _refuse_stranger(commitment: Commitment, structure_id: int, *, at: datetime) -> None:
    if structure_id not in queries.bound_structures(commitment.text_id, on=paris_day(at)):
        raise NotASignatory()
