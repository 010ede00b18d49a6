"""Commitments of a charter, what each signatory did each year, and what peers say of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from coopter.governance.models import Commitment, CommitmentReport, CommitmentReview
from coopter.governance.queries import signing_bound, texts
from coopter.governance.queries.signing import structure_names
from coopter.governance.queries.texts import Downloaded
from coopter.governance.rules.kinds import PeerOpinion
from coopter.plumbing import files
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """What another structure says of a report."""

    structure: str
    opinion: PeerOpinion
    comment: str
    reviewed_by: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """What one structure did in a year."""

    id: int
    commitment_id: int
    structure_id: int
    structure: str
    year: int
    value: str
    comment: str
    evidence_name: str
    evidence_sha256: str | None
    reported_by: str
    reported_at: datetime
    version: int
    reviews: tuple[ReviewRecord, ...]


@dataclass(frozen=True, slots=True)
class CommitmentYear:
    """A commitment and the reports of one year, by structure; those who signed and said nothing yet are named."""

    commitment: Commitment
    reports: tuple[ReportRecord, ...]
    awaited: tuple[tuple[int, str], ...]


def get_commitment(commitment_id: int) -> Commitment:
    """A commitment of the grouping in scope; raises NotFound."""
    found = session().scalar(select(Commitment).where(Commitment.id == commitment_id))
    if found is None:
        raise NotFound()
    return found


def commitments_of(text_id: int, *, ended: bool = False) -> tuple[Commitment, ...]:
    """The commitments of a text in their order; those no longer followed on demand."""
    query = select(Commitment).where(Commitment.text_id == text_id).order_by(Commitment.position, Commitment.id)
    return tuple(one for one in session().scalars(query) if ended or one.ended_at is None)


def bound_structures(text_id: int, *, on: date) -> dict[int, str]:
    """The structures that a text binds on a day, by id, with their names."""
    return {
        one.structure_id: one.structure
        for one in signing_bound.signatories_of(text_id)
        if one.structure_id is not None and (one.withdrawn_from is None or on < one.withdrawn_from)
    }


def year_of(text_id: int, *, year: int, on: date) -> tuple[CommitmentYear, ...]:
    """Every commitment with the reports of a year and who is still awaited."""
    bound = bound_structures(text_id, on=on)
    found = []
    for commitment in commitments_of(text_id, ended=True):
        reports = _reports(commitment.id, year)
        said = {one.structure_id for one in reports}
        awaited = [] if commitment.ended_at else [(one, name) for one, name in bound.items() if one not in said]
        if reports or commitment.ended_at is None:
            found.append(CommitmentYear(commitment, reports, tuple(sorted(awaited, key=lambda one: one[1].casefold()))))
    return tuple(found)


def find_report(commitment_id: int, *, structure_id: int, year: int) -> ReportRecord | None:
    """What a structure reported for a year, if anything."""
    return next((one for one in _reports(commitment_id, year) if one.structure_id == structure_id), None)


def get_report(report_id: int) -> CommitmentReport:
    """A report of the grouping in scope; raises NotFound."""
    found = session().scalar(select(CommitmentReport).where(CommitmentReport.id == report_id))
    if found is None:
        raise NotFound()
    return found


def evidence_of(report_id: int) -> Downloaded:
    """The file that a structure joined to its report; raises NotFound, FileDamaged."""
    report = get_report(report_id)
    if report.evidence_sha256 is None:
        raise NotFound()
    content = files.read(report.evidence_sha256)
    kind = "application/pdf" if content.startswith(b"%PDF-") else "application/octet-stream"
    return Downloaded(report.evidence_name, kind, content)


def text_of(commitment: Commitment) -> texts.GoverningText:
    """The text that a commitment belongs to."""
    return texts.get_text(commitment.text_id)


def _reports(commitment_id: int, year: int) -> tuple[ReportRecord, ...]:
    query = select(CommitmentReport).where(
        CommitmentReport.commitment_id == commitment_id, CommitmentReport.year == year
    )
    rows = list(session().scalars(query))
    ids = [row.id for row in rows]
    reviews: dict[int, list[CommitmentReview]] = defaultdict(list)
    reviewed = select(CommitmentReview).where(CommitmentReview.report_id.in_(ids)).order_by(CommitmentReview.id)
    for review in session().scalars(reviewed):
        reviews[review.report_id].append(review)
    peers = [review.structure_id for found in reviews.values() for review in found]
    names = structure_names([*(row.structure_id for row in rows), *peers])
    records = [
        ReportRecord(
            row.id, commitment_id, row.structure_id, names.get(row.structure_id, ""), year, row.value, row.comment,
            row.evidence_name, row.evidence_sha256, row.reported_by, row.reported_at, row.version,
            tuple(
                ReviewRecord(names.get(one.structure_id, ""), one.opinion, one.comment, one.reviewed_by,
                             one.reviewed_at)
                for one in reviews[row.id]
            ),
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(records, key=lambda one: one.structure.casefold()))
