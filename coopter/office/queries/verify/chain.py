"""The journal's chain: every entry as it was written, none missing, none added, the tail where the head says (R12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select

from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.findings import Findings
from coopter.office.queries.verify.reading import SPOILED, ids_of, rows_of
from coopter.plumbing import journal
from coopter.plumbing.database import session

ENTRIES: Table = journal.JournalEntry.__table__  # type: ignore[assignment]
SEALS: Table = journal.Seal.__table__  # type: ignore[assignment]
HEADS: Table = journal.JournalHead.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the number of its last entry and the hash over all of them. Note it elsewhere: it is an
    anchor (row R13). An anchor may have the beginning of a hash alone, as invoices print it."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


def check_chain(chain: int, *, anchors: tuple[Head, ...], findings: Findings) -> tuple[Head, list[Row[Any]]]:
    """Walk a chain from its first entry; returns its real end and the seals that belong to it, in order."""
    seals = _seals(chain, findings)
    end = Head(0, journal.GENESIS)
    wanted = {anchor.sequence: anchor for anchor in anchors}
    kept: list[Row[Any]] = []
    query = select(ENTRIES.c.id).where(ENTRIES.c.chain == chain).order_by(ENTRIES.c.sequence, ENTRIES.c.id)
    for entry in rows_of(ENTRIES, list(session().scalars(query)), findings=findings, size=500):
        _check_entry(entry, after=end, findings=findings)
        kept.extend(_check_seals(entry, seals.pop(entry.sequence, []), findings))
        end = Head(entry.sequence, entry.hash)
        anchor = wanted.pop(entry.sequence, None)
        if anchor is not None and not str(entry.hash).startswith(anchor.hash):
            findings.add(found.AnchorBroken(sequence=anchor.sequence), table=ENTRIES.name, row_id=entry.id)
    for anchor in wanted.values():
        findings.add(found.AnchorBroken(sequence=anchor.sequence), table=ENTRIES.name)
    for seal in (seal for stray in seals.values() for seal in stray):
        refusal = found.SealStray(sequence=seal.sequence, position=seal.position)
        findings.add(refusal, table=SEALS.name, row_id=seal.id)
    _check_head(chain, end, findings)
    return end, kept


def check_strays(known: set[int], *, findings: Findings) -> None:
    """No entry, seal or head belongs to a chain that is nobody's."""
    for table in (ENTRIES, SEALS, HEADS):
        for chain in session().scalars(select(table.c.chain).where(table.c.chain.not_in(known)).distinct()):
            findings.add(found.ChainStray(chain=chain), table=table.name)


def announced_head(chain: int) -> Head:
    """Where a chain ends, by its own word."""
    head = session().execute(select(HEADS).where(HEADS.c.chain == chain)).one_or_none()
    return Head(head.sequence, head.hash) if head else Head(0, journal.GENESIS)


def _check_entry(entry: Row[Any], *, after: Head, findings: Findings) -> None:
    if entry.sequence != after.sequence + 1:
        refusal = found.EntryMissing(expected=after.sequence + 1, found=entry.sequence)
        findings.add(refusal, table=ENTRIES.name, row_id=entry.id)
    if entry.previous != after.hash:
        findings.add(found.EntryUnlinked(sequence=entry.sequence), table=ENTRIES.name, row_id=entry.id)
    try:
        holds = journal.entry_hash(entry) == entry.hash  # type: ignore[arg-type]
    except SPOILED:
        holds = False
    if not holds:
        findings.add(found.EntryAltered(sequence=entry.sequence), table=ENTRIES.name, row_id=entry.id)


def _seals(chain: int, findings: Findings) -> dict[int, list[Row[Any]]]:
    by_entry: dict[int, list[Row[Any]]] = {}
    ids = ids_of(SEALS, SEALS.c.chain == chain)
    for seal in rows_of(SEALS, ids, findings=findings, size=50):
        by_entry.setdefault(seal.sequence, []).append(seal)
    return by_entry


def _check_seals(entry: Row[Any], seals: list[Row[Any]], findings: Findings) -> list[Row[Any]]:
    """The seals that an entry announces, each checked against its digest there; the others are told."""
    announced = dict(enumerate(entry.seals if isinstance(entry.seals, list) else (), start=1))
    kept = []
    for seal in sorted(seals, key=lambda seal: (seal.position, seal.id)):
        expected = announced.pop(seal.position, None)
        facts = {"sequence": entry.sequence, "position": seal.position}
        if expected is None:
            findings.add(found.SealStray(**facts), table=SEALS.name, row_id=seal.id)
        elif journal.seal_digest(seal.table_name, seal.rows) != expected:
            findings.add(found.SealAltered(**facts), table=SEALS.name, row_id=seal.id)
        else:
            kept.append(seal)
    for position in announced:
        findings.add(found.SealMissing(sequence=entry.sequence, position=position), table=SEALS.name)
    return kept


def _check_head(chain: int, end: Head, findings: Findings) -> None:
    announced = announced_head(chain)
    if announced != end:
        findings.add(found.TailCut(announced=announced.sequence, found=end.sequence), table=HEADS.name)
