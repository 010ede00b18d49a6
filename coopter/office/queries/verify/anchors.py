"""The anchors at the foot of invoices: is the journal still the one that the members' papers speak of (R13)?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.findings import Findings
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry

BLOCK = 500


@dataclass(frozen=True, slots=True)
class Printed:
    """An invoice and the anchor that was printed on it."""

    invoice_id: int
    number: str
    anchor: str


def check_anchors(invoices: Sequence[Printed], *, findings: Findings) -> None:
    """Each invoice's anchor is the hash of the entry of its number, in the grouping's chain as it now stands."""
    wanted = {sequence for one in invoices if (sequence := journal.anchored_at(one.anchor)) is not None}
    standing = {0: journal.anchor_text(0, journal.GENESIS), **dict(_standing(sorted(wanted)))}
    for one in invoices:
        sequence = journal.anchored_at(one.anchor)
        if sequence is None or standing.get(sequence) != one.anchor:
            refusal = found.PaperDisagrees(number=one.number, anchor=one.anchor or "—")
            findings.add(refusal, table="invoice", row_id=one.invoice_id)


def _standing(sequences: Sequence[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(sequences), BLOCK):
        part = sequences[start : start + BLOCK]
        query = select(JournalEntry.sequence, JournalEntry.hash).where(
            JournalEntry.chain == tenancy.current(), JournalEntry.sequence.in_(part)
        )
        for sequence, digest in session().execute(query):
            yield sequence, journal.anchor_text(sequence, str(digest))
