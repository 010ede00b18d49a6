"""Dues on paper and as data: outside VAT they stand alone (category O), as a price they are taxed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from lxml import etree

from coopter.billing import commands, queries
from coopter.billing.commands.credit import AlreadyLowered
from coopter.billing.facturx import build
from coopter.billing.pdf.page import invoice_html
from coopter.billing.queries import NothingToLower, Standing
from coopter.billing.record import Due, InvoiceRecord, Kind, VatRegime
from coopter.billing.rules import (
    OUTSIDE_VAT,
    MixedVat,
    correcting_note,
    draft,
    due_line,
    freeze,
    numbered,
    thaw,
    treatment,
)
from coopter.contributions.commands.calls import call_contribution
from coopter.contributions.queries.calls import list_calls
from coopter.contributions.rules.formulas import Instalment, VatRule
from coopter.contributions.rules.kinds import CallKind
from coopter.office.queries.verify import verify_grouping
from coopter.values.actor import Role
from coopter.values.money import Money, total
from coopter.values.rate import Rate
from tests.billing import samples
from tests.billing.einvoice_check import faults
from tests.contributions.calls_scene import AT, ON, RATE, TWICE, a_called_cluster, restated
from tests.contributions.study_scene import Cluster
from tests.factories import a_person, signed_in

DUE = Due(
    "Contribution", "Quote-part des bénéfices", 2027, 1, 2, ("2 % du bénéfice.",), (("Bénéfice 2026", "42 350,00 €"),),
    (("2 % sur 42 350,00 €", "847,00 €"), ("Dû pour 2027", "847,00 €")),
)  # fmt: skip
SETTLED = ".//ram:ApplicableHeaderTradeSettlement"
NAMES = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def a_due(*, regime: VatRegime | None = None, cents: int = 42_350, number: str = "FA-2027-0012") -> InvoiceRecord:
    """The document of a call, outside VAT or taxed under a regime."""
    vat = OUTSIDE_VAT if regime is None else treatment(regime, rate=samples.TWENTY)
    record = draft(
        (due_line(DUE.title, amount=Money(cents), vat=vat, detail="Bénéfice 2026"),),
        buyer=samples.BUYER, issuance=samples.an_issuance(regime=regime or VatRegime.TAXED, basis="Résolution n° 1"),
        due_on=date(2007, 12, 5), due=DUE,
    )  # fmt: skip
    return numbered(record, number=number) if number else record


KINDS = {
    "outside": a_due(),
    "outside, cancelled": samples.its_credit_note(a_due()),
    "outside, lowered": numbered(
        correcting_note(a_due(number="", cents=4_000), lowers=a_due(), reason="Correction"), number="AV-2027-0001"
    ),
    "taxed": a_due(regime=VatRegime.TAXED),
    "taxed, lowered": numbered(
        correcting_note(
            a_due(regime=VatRegime.TAXED, number="", cents=4_001), lowers=a_due(regime=VatRegime.TAXED), reason="Moins"
        ),
        number="AV-2027-0002",
    ),
    "exempt 261 B": a_due(regime=VatRegime.EXEMPT_261B),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_platform_accepts(name: str) -> None:
    """R18, R19: XSD, EN 16931 (BR-O-*) and the French rules."""
    assert faults(build(KINDS[name])) == []


def test_outside_vat_there_is_neither_rate_nor_vat_number() -> None:
    """BR-O-02, BR-O-05: and the mention says why; what is taxed keeps them."""
    outside, taxed = (etree.fromstring(build(KINDS[name])) for name in ("outside", "taxed"))
    assert outside.findall(".//ram:RateApplicablePercent", NAMES) == []
    assert outside.findall(".//ram:ID[@schemeID='VA']", NAMES) == []
    assert {node.text for node in outside.iterfind(".//ram:CategoryCode", NAMES)} == {"O"}
    (reason,) = outside.findall(".//ram:ExemptionReason", NAMES)
    assert reason.text == "Cotisation hors champ d’application de la TVA"
    assert len(taxed.findall(".//ram:ID[@schemeID='VA']", NAMES)) == 2
    period = [node[0].text for node in outside.iterfind(f"{SETTLED}/ram:BillingSpecifiedPeriod/*", NAMES)]
    assert period == ["20270101", "20271231"]


def test_the_rules_on_what_is_outside_vat_have_teeth() -> None:
    document = etree.fromstring(build(KINDS["outside"]))
    (category,) = document.findall(f"{SETTLED}/ram:ApplicableTradeTax/ram:CategoryCode", NAMES)
    rate = etree.SubElement(category.getparent(), f"{{{NAMES['ram']}}}RateApplicablePercent")
    rate.text = "0.00"
    (line,) = document.findall(".//ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax", NAMES)
    line.append(etree.fromstring(etree.tostring(rate)))
    assert any("BR-O-05" in fault for fault in faults(etree.tostring(document)))


def test_what_is_outside_vat_is_never_on_the_same_document_as_what_is_not() -> None:
    """BR-O-11: split calls are two documents."""
    lines = (
        due_line("Cotisation", amount=Money(100), vat=OUTSIDE_VAT),
        due_line("Service", amount=Money(100), vat=treatment(VatRegime.TAXED, rate=Rate.percent("20"))),
    )
    with pytest.raises(MixedVat):
        draft(lines, buyer=samples.BUYER, issuance=samples.an_issuance(), due_on=date(2007, 5, 5), due=DUE)


@pytest.mark.parametrize("name", KINDS)
def test_it_freezes_and_thaws(name: str) -> None:
    record = replace(KINDS[name], logo=None)
    assert thaw(freeze(record), lines=record.lines, hours=(), logo=None) == record


def test_the_paper_says_what_the_amount_is_made_of() -> None:
    """Issue 4 §4: base, formula, figures of that member, decision cited."""
    page = invoice_html(KINDS["outside"])
    for words in (
        "Contribution", "2 % du bénéfice.", "Bénéfice 2026", "42 350,00 €", "Dû pour 2027", "Résolution n° 1",
        "Cotisation hors champ", "échéance 1 sur 2",
    ):  # fmt: skip
        assert words in page, words
    assert "TTC" not in page and "FR63702042755" not in page
    assert "Baisse en partie" in invoice_html(KINDS["outside, lowered"])
    assert "Annule en totalité" in invoice_html(KINDS["outside, cancelled"])


@pytest.fixture
def cluster(app: Flask) -> Iterator[Cluster]:
    with a_called_cluster() as made:
        yield made


def called(cluster: Cluster, *, kind: CallKind = CallKind.YEAR, on: date = ON) -> int:
    return call_contribution(
        cluster.anne, contribution_id=cluster.contribution, year=2026, on=on, at=AT, kind=kind
    )  # fmt: skip


def test_calls_become_one_document_each_sealed_and_ordered(cluster: Cluster) -> None:
    """R10: 1…n in the invoice series; verify follows each call to its document."""
    run = called(cluster)
    issued = commands.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)
    assert [one.number for one in issued] == [f"FA-2026-{number:04d}" for number in range(1, 9)]
    assert total(one.gross for one in issued) == total(one.amount for one in list_calls(run))
    record = queries.invoice_record(issued[0].id)
    assert record.is_outside_vat and record.due is not None and record.name == "Contribution"
    assert record.basis == "Assemblée du 14/03/2026" and record.due_on == date(2026, 12, 2)
    assert faults(build(record)) == []
    (line,) = queries.list_lines(issued[0].id)
    assert line.call_id == list_calls(run)[0].id and line.decision_id
    assert verify_grouping(cluster.anne).findings == ()
    assert commands.issue_calls(cluster.anne, run_id=run, on=ON, at=AT) == ()  # R4: nothing a second time
    assert queries.progress_of_run(run).total == 8 and queries.invoices_of_month(record.period) == ()


def test_a_wrong_document_is_mirrored_and_made_again(cluster: Cluster) -> None:
    """R19: invoice and credit note together are zero; the call leads to the new document."""
    run = called(cluster)
    first = commands.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)[0]
    note = commands.issue_credit_note(cluster.anne, invoice_id=first.id, reason="Adresse", on=ON, at=AT)
    assert queries.invoice_record(note.id).effect + queries.invoice_record(first.id).effect == Money(0)
    assert faults(build(queries.invoice_record(note.id))) == []
    again = commands.issue_again(cluster.anne, invoice_id=first.id, on=ON, at=AT)
    record = queries.invoice_record(again.id)
    assert record.due == queries.invoice_record(first.id).due and record.is_outside_vat
    assert queries.documents_of_calls([run])[list_calls(run)[0].id].invoice_id == again.id
    summary = queries.get_summary(cluster.anne, first.id)
    assert summary.standing is Standing.CREDITED and summary.title == "Quote-part d’activité 2026"
    assert verify_grouping(cluster.anne).findings == ()


def test_a_fall_lowers_the_document_and_leaves_it_in_force(cluster: Cluster) -> None:
    """Decision 0008."""
    first = commands.issue_calls(cluster.anne, run_id=called(cluster), on=ON, at=AT)[0]
    restated(cluster.anne, cluster.structures[0], 60_000_000)
    run = called(cluster, kind=CallKind.CORRECTION)
    (note,) = commands.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)
    record = queries.invoice_record(note.id)
    assert (record.kind, record.gross.cents, note.number) == (Kind.CREDIT_NOTE, 14_232, "AV-2026-0001")
    assert record.preceding is not None and record.preceding.number == first.number and record.is_partial
    assert faults(build(record)) == []
    assert queries.get_summary(cluster.anne, first.id).standing is Standing.ISSUED
    assert queries.get_summary(cluster.anne, note.id).credits == first.number
    with pytest.raises(AlreadyLowered):
        commands.issue_credit_note(cluster.anne, invoice_id=first.id, reason="Tout", on=ON, at=AT)
    assert verify_grouping(cluster.anne).findings == ()


def test_a_cancelled_document_cannot_be_lowered(cluster: Cluster) -> None:
    first = commands.issue_calls(cluster.anne, run_id=called(cluster), on=ON, at=AT)[0]
    commands.issue_credit_note(cluster.anne, invoice_id=first.id, reason="Adresse", on=ON, at=AT)
    restated(cluster.anne, cluster.structures[0], 60_000_000)
    run = called(cluster, kind=CallKind.CORRECTION)
    with pytest.raises(NothingToLower):
        commands.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)


def test_a_price_is_taxed_and_its_far_instalments_wait(app: Flask) -> None:
    """An invoice is payable within 60 days (art. L441-10): a later instalment is issued when its time comes."""
    far = (Instalment(11, 30, 50), Instalment(12, 31, 50))
    with a_called_cluster(replace(RATE, vat=VatRule.GROUPING, instalments=far)) as cluster:
        on = date(2026, 10, 15)
        run = called(cluster, on=on)
        issued = commands.issue_calls(cluster.anne, run_id=run, on=on, at=AT)
        record = queries.invoice_record(issued[0].id)
        assert len(issued) == 8 and record.name == "Facture" and record.tax.cents == 7_423
        assert faults(build(record)) == []
        assert queries.calls_to_issue(on=on) == () and verify_grouping(cluster.anne).findings == ()
        ((waiting, count),) = queries.calls_to_issue(on=date(2026, 11, 2))
        assert (waiting.id, count) == (run, 8)
        assert len(commands.issue_calls(cluster.anne, run_id=run, on=date(2026, 11, 2), at=AT)) == 8


def test_why_this_amount_walks_to_the_figures_the_rule_and_the_decision(cluster: Cluster, app: Flask) -> None:
    first = commands.issue_calls(cluster.anne, run_id=called(cluster), on=ON, at=AT)[0]
    member = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=cluster.structures[0]))
    page = member.get(f"/cap-cooperation/factures/{first.id}/lignes/1/pourquoi").text.replace("\u202f", " ")
    for words in ("742 318,55", "Chaque membre paie 0,1 %", "Assemblée du 14/03/2026", "#decision-", "Dû pour 2026"):
        assert words in page, words
    other = queries.list_invoices(cluster.anne)[0]
    assert member.get(f"/cap-cooperation/factures/{other.id}/lignes/1/pourquoi").status_code == 404
    assert "Quote-part d’activité 2026" in member.get("/cap-cooperation/factures").text
    assert member.get(f"/cap-cooperation/factures/{first.id}").status_code == 200
    assert TWICE
