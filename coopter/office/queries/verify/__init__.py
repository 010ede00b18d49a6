"""Verify: does everything that was made final still stand as it was, to the cent and to the byte (rows R11 to R13)?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coopter.office import policies
from coopter.office.queries.verify.calls import check_calls, check_payments
from coopter.office.queries.verify.chain import Head, announced_head, check_chain, check_strays
from coopter.office.queries.verify.findings import DatabaseDamaged, Finding, Findings
from coopter.office.queries.verify.reading import SPOILED
from coopter.office.queries.verify.seals import check_rows
from coopter.office.queries.verify.store import Documents, check_database, check_documents, check_proofs, check_texts
from coopter.office.queries.verify.totals import check_invoices, check_months, check_numbers
from coopter.plumbing import journal
from coopter.plumbing.transaction import require
from coopter.values.actor import Actor

__all__ = ["Finding", "Head", "Verdict", "head_of", "verify_grouping", "verify_installation"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification saw: the end of the chain (note it elsewhere), how much was compared, and what is wrong."""

    head: Head
    rows: int
    invoices: int
    documents: Documents
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Nothing wrong was found."""
        return not self.findings


def verify_grouping(actor: Actor, *, anchors: tuple[Head, ...] = (), progress: Progress = lambda d, t: None) -> Verdict:
    """Check the grouping in scope: chain, seals, sealed rows, sums, numbers, documents, database.

    `anchors` are heads noted outside the installation: a chain rewritten whole since then is found by them (R13).
    """
    require(policies.can_read_office(actor))
    assert actor.grouping_id is not None
    findings = Findings()
    head, seals = check_chain(actor.grouping_id, anchors=anchors, findings=findings)
    rows = check_rows(seals, findings=findings)
    invoices = _unless_spoiled(check_invoices, findings) or 0
    _unless_spoiled(check_months, findings)
    _unless_spoiled(check_calls, findings)
    _unless_spoiled(check_payments, findings)
    _unless_spoiled(check_numbers, findings)
    documents = check_documents(findings, progress=progress)
    _unless_spoiled(check_texts, findings)
    _unless_spoiled(check_proofs, findings)
    check_database(findings)
    return Verdict(head, rows, invoices, documents, findings.listed)


def head_of(actor: Actor) -> Head:
    """The end of the chain of the grouping in scope as its head announces it, unverified: to be noted elsewhere."""
    require(policies.can_read_office(actor))
    assert actor.grouping_id is not None
    return announced_head(actor.grouping_id)


def verify_installation(actor: Actor, *, chains: frozenset[int]) -> Verdict:
    """Check what belongs to no grouping: the installation's own chain, and that no other chain is a stray.

    `chains` are the ids of all groupings.
    """
    require(actor.is_administrator)
    findings = Findings()
    head, _ = check_chain(journal.INSTALLATION, anchors=(), findings=findings)
    check_strays({journal.INSTALLATION, *chains}, findings=findings)
    check_database(findings)
    return Verdict(head, 0, 0, Documents(0, 0), findings.listed)


def _unless_spoiled(check: Callable[[Findings], int | None], findings: Findings) -> int | None:
    """A sum over a value that is no longer readable cannot be made: that is told, and the other checks go on."""
    try:
        return check(findings)
    except SPOILED as spoiled:
        findings.add(DatabaseDamaged(words=f"{check.__name__} : {spoiled}"), table=check.__name__)
        return None
