"""What stands beside the rows: documents of invoices and texts, one outbox row each, a sound database (⑤⑧⑨)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from coopter.billing.models import Invoice, InvoiceDocument
from coopter.contributions.models import Figure
from coopter.governance.models import AssemblyDocument, CommitmentReport, FrozenText, Obligation
from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.findings import Findings
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow

# What people joined: its table, the column of its SHA-256, the column of its file's name.
PROOFS: tuple[tuple[Any, Any, Any], ...] = (
    (Obligation, Obligation.proof_sha256, Obligation.proof_name),
    (CommitmentReport, CommitmentReport.evidence_sha256, CommitmentReport.evidence_name),
    (AssemblyDocument, AssemblyDocument.sha256, AssemblyDocument.name),
    (Figure, Figure.evidence_sha256, Figure.evidence_name),
)
CLOSED_MONTHS = ("time_entry", "cost_line")
INSERT_ONLY = ("journal_entry", "seal", "parameter")


@dataclass(frozen=True, slots=True)
class Documents:
    """How many invoices have their document, and how many still wait for it."""

    made: int
    waiting: int


def check_documents(findings: Findings, *, progress: Callable[[int, int], None]) -> Documents:
    """Each invoice has asked for its document once, and has it (or it is on its way), byte for byte."""
    asked = {
        row.key: row.done_at is not None
        for row in session().execute(select(OutboxRow.key, OutboxRow.done_at).where(OutboxRow.kind == "document"))
    }
    query = (
        select(Invoice.id, Invoice.grouping_id, Invoice.number, InvoiceDocument.pdf_sha256, InvoiceDocument.xml_sha256)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .order_by(Invoice.id)
    )
    rows = session().execute(query).all()
    waiting = 0
    for place, (invoice_id, grouping_id, number, *digests) in enumerate(rows, start=1):
        done = asked.get(f"document:{grouping_id}:{invoice_id}")
        if done is None:
            findings.add(found.EffectMissing(number=number), table="outbox", row_id=None)
        if None in digests:
            waiting += 1
            if done is not False:
                findings.add(found.DocumentMissing(number=number), table="invoice_document")
            continue
        for digest in digests:
            _check_file(digest, invoice_id=invoice_id, number=number, findings=findings)
        progress(place, len(rows))
    return Documents(len(rows) - waiting, waiting)


def check_texts(findings: Findings) -> None:
    """Each frozen version has its document and its annexes, byte for byte: what was signed is still there (R36)."""
    query = select(FrozenText.id, FrozenText.title, FrozenText.number, FrozenText.pdf_sha256, FrozenText.annexes)
    for frozen_id, title, number, digest, annexes in session().execute(query.order_by(FrozenText.id)).all():
        for name in (digest, *(one["sha256"] for one in annexes)):
            try:
                files.read(name)
            except files.FileDamaged:
                refusal = found.TextDamaged(title=title, number=number, name=name[:80])
                findings.add(refusal, table="frozen_text", row_id=frozen_id)


def check_proofs(findings: Findings) -> None:
    """What was joined is still there, byte for byte: proofs of obligations, of commitments and of figures, documents
    of convocations (R12)."""
    for table, digest, name in PROOFS:
        row_id = table.__table__.c.id
        query = select(row_id, digest, name).where(digest.is_not(None)).order_by(row_id)
        for found_id, sha256, said in session().execute(query).all():
            try:
                files.read(sha256)
            except files.FileDamaged:
                refusal = found.ProofDamaged(name=said or sha256[:12], digest=sha256[:80])
                findings.add(refusal, table=table.__tablename__, row_id=found_id)


def _check_file(digest: str, *, invoice_id: int, number: str, findings: Findings) -> None:
    try:
        files.read(digest)
    except files.FileDamaged:
        refusal = found.DocumentDamaged(number=number, name=digest[:80])
        findings.add(refusal, table="invoice_document", row_id=invoice_id)


def check_database(findings: Findings) -> None:
    """The engine's own checks of pages and references, and the triggers that hold what is final."""
    if session().get_bind().dialect.name == "postgresql":
        _check_postgresql(findings)
    else:
        _check_sqlite(findings)


def triggers(dialect: str) -> frozenset[str]:
    """The names of the triggers that must stand (migrations/walls.py)."""
    frozen = (journal.PROTECTED.keys() - set(CLOSED_MONTHS)) | set(INSERT_ONLY)
    names = {f"no_{verb}_{table}" for table in frozen for verb in ("update", "delete")}
    verbs = [""] if dialect == "postgresql" else ["insert_", "update_", "delete_"]
    return frozenset(names | {f"closed_month_{verb}{table}" for table in CLOSED_MONTHS for verb in verbs})


def _check_sqlite(findings: Findings) -> None:
    for words in session().execute(text("PRAGMA integrity_check")).scalars():
        if words != "ok":
            findings.add(found.DatabaseDamaged(words=words), table="sqlite")
    for table, row_id, parent, _ in session().execute(text("PRAGMA foreign_key_check")):
        findings.add(found.ReferenceBroken(table=table, row_id=row_id, parent=parent), table=table, row_id=row_id)
    there = session().execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    _check_triggers(set(there), "sqlite", findings)


def _check_postgresql(findings: Findings) -> None:
    query = "SELECT conrelid::regclass::text FROM pg_constraint WHERE NOT convalidated"
    for table in session().execute(text(query)).scalars():
        findings.add(found.DatabaseDamaged(words=f"contrainte non vérifiée sur {table}"), table=table)
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    _check_triggers(set(session().execute(text(query)).scalars()), "postgresql", findings)


def _check_triggers(there: set[str], dialect: str, findings: Findings) -> None:
    for name in sorted(triggers(dialect) - there):
        findings.add(found.WallMissing(name=name), table="schema")
