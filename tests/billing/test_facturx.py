"""The XML of every kind of invoice passes the three checks of a platform, and the checks have teeth."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from coopter.billing.facturx import NotIssued, build
from coopter.billing.record import BuyerReferences, InvoiceRecord, VatRegime
from coopter.billing.rules import DoesNotAddUp
from coopter.values.money import Money
from coopter.values.rate import Rate
from tests.billing import samples
from tests.billing.einvoice_check import faults

NAMES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
}
ORDER = BuyerReferences(public_order_ref="ENG-2007-118", service_code="SRV-FIN")
TAX = "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax"
SUMMED = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation"


def _credit(regime: VatRegime) -> InvoiceRecord:
    return samples.its_credit_note(samples.an_invoice(regime=regime))


KINDS: dict[str, InvoiceRecord] = {
    "shared": samples.an_invoice(hours=samples.some_hours()),
    "priced": samples.an_invoice(samples.hours_at([3750, 2625, 1275])),
    "priced-four-decimals": samples.an_invoice(samples.hours_at([209], price="18.4375")),
    "exempt-261b": samples.an_invoice(regime=VatRegime.EXEMPT_261B),
    "franchise": samples.an_invoice(regime=VatRegime.FRANCHISE_293B, seller=replace(samples.SELLER, vat_number="")),
    "credit-note": _credit(VatRegime.TAXED),
    "credit-note-exempt": _credit(VatRegime.EXEMPT_261B),
    "public-body": samples.an_invoice(buyer=samples.TOWN, references=ORDER),
    "no-siren": samples.an_invoice(buyer=samples.CLUB),
    "two-rates": samples.an_invoice(samples.shares(3333, 3333) + samples.shares(995, rate=Rate.percent("5.5"))),
    "aid": samples.an_invoice(samples.shares(5000, -2000)),
    "zero": samples.an_invoice(samples.shares(5000, -5000)),
    "debits": samples.an_invoice(vat_on_invoice=True),
    "no-account": samples.an_invoice(account=None),
    "delivered": samples.an_invoice(buyer=replace(samples.BUYER, delivery_address=samples.TOWN.billing_address)),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_platform_accepts(name: str) -> None:
    assert faults(build(KINDS[name])) == []


@pytest.mark.parametrize("name", ["shared", "priced", "exempt-261b", "credit-note"])
def test_the_document_is_the_golden_one(name: str, golden: Callable[[str, bytes], None]) -> None:
    golden(f"invoice-{name}.xml", build(KINDS[name]))


def _value(record: InvoiceRecord, path: str) -> list[str]:
    return [node.text or "" for node in etree.fromstring(build(record)).iterfind(f".//{path}", NAMES)]


def test_amounts_are_those_of_the_record() -> None:
    record = KINDS["two-rates"]
    assert _value(record, "ram:GrandTotalAmount") == [f"{record.gross.decimal}"]
    assert _value(record, "ram:TaxBasisTotalAmount") == [f"{record.net.decimal}"]
    assert _value(record, "ram:CalculatedAmount") == [f"{line.tax.decimal}" for line in record.vat_lines]


def test_buyers_with_a_siren_are_addressed_under_0225() -> None:
    for record in KINDS.values():
        node = etree.fromstring(build(record)).find(".//ram:BuyerTradeParty//ram:URIID", NAMES)
        assert node is not None
        expected = ("0225", record.buyer.siren) if record.buyer.siren else ("EM", record.buyer.email)
        assert (node.get("schemeID"), node.text) == expected


def test_a_public_body_reads_its_order_and_its_service() -> None:
    assert _value(KINDS["public-body"], "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == ["ENG-2007-118"]
    assert _value(KINDS["public-body"], "ram:BuyerReference") == ["SRV-FIN"]


def test_a_credit_note_names_its_invoice_with_positive_amounts() -> None:
    assert _value(KINDS["credit-note"], "ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["FA-2007-0012"]
    assert _value(KINDS["credit-note"], "ram:TypeCode")[0] == "381"
    assert float(_value(KINDS["credit-note"], "ram:GrandTotalAmount")[0]) > 0


def test_the_option_for_invoicing_moves_the_point_of_tax() -> None:
    assert _value(KINDS["debits"], "ram:DueDateTypeCode") == ["5"]
    assert _value(KINDS["shared"], "ram:DueDateTypeCode") == ["72"]
    assert _value(KINDS["exempt-261b"], "ram:DueDateTypeCode") == []


def test_same_record_same_bytes() -> None:
    assert build(KINDS["shared"]) == build(samples.an_invoice(hours=samples.some_hours()))


def test_drafts_and_lies_have_no_document() -> None:
    with pytest.raises(NotIssued):
        build(replace(samples.an_invoice(), number=""))
    with pytest.raises(DoesNotAddUp):
        build(replace(samples.an_invoice(), net=Money(1)))


def test_text_that_xml_cannot_carry_is_cleaned() -> None:
    buyer = replace(samples.BUYER, legal_name="A\x00B\x0bC\ud800 <&>\n  D￾")
    record = samples.an_invoice(buyer=buyer)
    assert _value(record, "ram:BuyerTradeParty/ram:Name") == ["A B C <&> D"]
    assert faults(build(record)) == []


MUTANTS: dict[str, tuple[str, str, str]] = {
    "wrong total": (f"{SUMMED}/ram:GrandTotalAmount", "4523.19", "BR-CO-15"),
    "wrong due amount": (f"{SUMMED}/ram:DuePayableAmount", "4523.19", "BR-CO-16"),
    "wrong net": (f"{SUMMED}/ram:TaxBasisTotalAmount", "3769.23", "BR-CO-13"),
    "VAT at 19 %": (f"{TAX}/ram:RateApplicablePercent", "19.00", "BR-FR-16"),
    "no PMT note": ("//ram:SubjectCode[.='PMT']", "AAI", "BR-FR-05"),
    "SIREN of 8 digits": ("//ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID", "73282932", "BR-FR-32"),
    "SIRET of another": ("//ram:SellerTradeParty/ram:GlobalID", "73282932000074", "BR-FR-09"),
    "number with a space": ("//rsm:ExchangedDocument/ram:ID", "FA 2007", "BR-FR-02"),
    "unknown process": ("//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", "X1", "BR-FR-08"),
    "due before issue": ("//ram:DueDateDateTime/*", "20070404", "BR-FR-CO-07"),
    "not a date": ("//ram:DueDateDateTime/*", "2007-05-05", "BR-FR-03"),
    "unknown element": ("//ram:TypeCode", "", "XSD"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_checks_have_teeth(mutant: str) -> None:
    path, value, rule = MUTANTS[mutant]
    document = etree.fromstring(build(KINDS["shared"]))
    node = document.xpath(path, namespaces=NAMES)[0]
    node.text = value
    if not value:
        node.tag = f"{{{NAMES['ram']}}}Nonsense"
    assert any(rule in fault for fault in faults(etree.tostring(document, encoding="UTF-8", xml_declaration=True)))


def test_an_exemption_needs_its_reason_and_a_credit_note_its_invoice() -> None:
    for name, path, rule in (
        ("exempt-261b", "//ram:ExemptionReason | //ram:ExemptionReasonCode", "BR-E-10"),
        ("credit-note", "//ram:InvoiceReferencedDocument", "BR-FR-CO-05"),
    ):
        document = etree.fromstring(build(KINDS[name]))
        for node in document.xpath(path, namespaces=NAMES):
            node.getparent().remove(node)
        assert any(rule in fault for fault in faults(etree.tostring(document)))


LINES = st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from(["20", "10", "5.5"])), min_size=1, max_size=60)


@given(LINES, st.sampled_from(list(VatRegime)), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_generated_invoices_pass(lines: list[tuple[int, str]], regime: VatRegime, credited: bool) -> None:
    shares = tuple(
        line for cents, rate in lines for line in samples.shares(cents, regime=regime, rate=Rate.percent(rate))
    )
    invoice = samples.an_invoice(shares, regime=regime)
    assert faults(build(samples.its_credit_note(invoice) if credited else invoice)) == []


@pytest.mark.parametrize(("rate", "cents"), [("20", 762), ("10", 5), ("10", 1015), ("5.5", 100), ("5.5", 700)])
def test_half_cents_pass_both_ways(rate: str, cents: int) -> None:
    invoice = samples.an_invoice(samples.shares(cents, rate=Rate.percent(rate)))
    assert faults(build(invoice)) == [] and faults(build(samples.its_credit_note(invoice))) == []
