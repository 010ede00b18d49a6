"""R13: the papers in members' hands, and the heads noted elsewhere, tell a journal that was rewritten whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from coopter.billing import commands as billing
from coopter.billing.models import Invoice
from coopter.cli import coopter
from coopter.cli.upkeep import NotAnAnchor, read_anchor
from coopter.office import commands as office
from coopter.office.queries.verify import head_of, verify_grouping
from coopter.office.queries.verify.anchors import Printed, check_anchors
from coopter.office.queries.verify.findings import Findings
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked
from tests.office.tampering import behind_the_back, found
from tests.office.test_verify import rewrite

AT = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
ON = date(2026, 5, 5)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A month closed for two structures, then a credit note and the invoice issued again."""
    with inside(a_grouping()) as grouping:
        me = actor(grouping, Role.COORDINATOR)
        one, other = a_structure("A1"), a_structure("B2")
        nolwenn = an_employee(one, other)
        for place in (one, other):
            worked(nolwenn, place, date(2026, 3, 2), 240)
        a_cost(Month(2026, 3), 100_001, employee=nolwenn)
        first = office.close_month(me, month=Month(2026, 3), on=ON, at=AT).invoices[0].id
        billing.issue_credit_note(me, invoice_id=first, reason="erreur", on=ON, at=AT)
        billing.issue_again(me, invoice_id=first, on=ON, at=AT)
        yield me


def papers() -> list[tuple[str, str]]:
    """Number and anchor of each invoice, as it was printed."""
    return [(one.number, one.record["anchor"]) for one in session().scalars(select(Invoice).order_by(Invoice.id))]


def test_each_invoice_carries_the_journal_as_it_stood_before(coordinator: Actor) -> None:
    """One anchor for all of a closing, another one for each act after it; each is an entry of the chain."""
    anchors = [anchor for _, anchor in papers()]
    assert len(anchors) == 4 and len(set(anchors)) == 3 and anchors[0] == anchors[1]
    entries = select(journal.JournalEntry).where(journal.JournalEntry.chain == coordinator.grouping_id)
    standing = {one.sequence: journal.anchor_text(one.sequence, one.hash) for one in session().scalars(entries)}
    assert all(standing[journal.anchored_at(anchor) or 0] == anchor for anchor in anchors)
    assert not {"PaperDisagrees"} & {kind for kind, _, _ in found(verify_grouping(coordinator))}


def test_a_chain_recomputed_after_a_change_disagrees_with_every_invoice(coordinator: Actor) -> None:
    """Consistent with itself, seals and all: the invoices' feet alone tell, and the first is named."""
    printed = papers()
    with behind_the_back():
        rewrite(coordinator)
        verdict = verify_grouping(coordinator)
        assert {kind for kind, _, _ in found(verdict)} == {"PaperDisagrees"}
        (finding,) = (one for one in verdict.findings if one.kind == "PaperDisagrees")
        assert finding.others == 3
        assert all(words in str(finding) for words in printed[0])


def test_one_paper_is_enough(coordinator: Actor) -> None:
    """Even where the invoices in the database are made to follow: what a member reads at the foot of a page."""
    sequence, digits = papers()[0][1].removeprefix("Journal n° ").split(" · ")
    head = read_anchor(f"{sequence}:{digits}")
    assert "AnchorBroken" not in {kind for kind, _, _ in found(verify_grouping(coordinator, anchors=(head,)))}
    with behind_the_back():
        rewrite(coordinator)
        assert "AnchorBroken" in {kind for kind, _, _ in found(verify_grouping(coordinator, anchors=(head,)))}
    for text in (sequence, f"{sequence}:", f"{sequence}:{digits[:-1]}", f"{sequence}:{digits[:-1]}g", f"x:{digits}"):
        with pytest.raises(NotAnAnchor):
            read_anchor(text)


@pytest.mark.parametrize("anchor", ["", "Journal n° 7", "Journal n° 99999 · 0000 0000 0000 0000"])
def test_an_anchor_erased_or_invented_is_a_wrong_one(coordinator: Actor, anchor: str) -> None:
    findings = Findings()
    check_anchors([Printed(1, "FA-2026-0001", anchor)], findings=findings)
    assert [one.kind for one in findings.listed] == ["PaperDisagrees"]


def test_the_head_is_printed_to_be_kept_elsewhere(coordinator: Actor) -> None:
    """`coopter journal anchor` says what the next invoice will carry, and verify takes it back."""
    head = head_of(coordinator)
    printed = journal.anchor(coordinator.grouping_id or 0)
    assert printed == journal.anchor_text(head.sequence, head.hash) and journal.anchored_at(printed) == head.sequence
    assert printed.replace(" ", "").endswith(head.hash[:16])
    assert journal.anchor(987_654) == "Journal n° 0 · 0000 0000 0000 0000"
    told = CliRunner().invoke(coopter, ["journal", "anchor", "--grouping", "cap-cooperation", "--json"])
    facts = json.loads(told.stdout)
    assert (facts["head"], facts["printed"]) == (str(head), printed)
    assert read_anchor(facts["head"]) == head
