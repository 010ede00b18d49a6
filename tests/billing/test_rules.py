"""The trade of invoicing: golden cases of the trade, lawful terms, and totals that always add up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.billing.record import InvoiceRecord, Kind, LineKind, Party, VatCategory, VatRegime
from coopter.billing.rules import (
    AlreadyNumbered,
    BadNumber,
    DoesNotAddUp,
    LegalTerms,
    MissingVatRate,
    MixedLines,
    NegativeTotal,
    NotAnInvoice,
    NothingToInvoice,
    PaymentTerms,
    TermLimits,
    TermsTooLong,
    check_record,
    coefficient_price,
    credit_note,
    draft,
    due_date,
    einvoice_address,
    epc_payload,
    hourly_rate,
    invoice_number,
    legal_notes,
    missing_mentions,
    numbered,
    price_line,
    shared_line,
    treatment,
    vat_due,
    vat_lines,
)
from coopter.values.money import Money, total
from coopter.values.rate import Rate
from tests.billing import samples

TAXED = treatment(VatRegime.TAXED, rate=samples.TWENTY)
RATES = [Rate.percent(text) for text in ("20", "10", "5.5", "2.1", "0")]


class TestGoldenA:
    """A year's budget gives the rate; a month's hours give the invoices."""

    budget = total(Money(cents) for cents in (2760000, 897000, 36000, 11800, 64000, 31200))

    def test_the_rate_is_27_23(self) -> None:
        cost = self.budget + self.budget.times(Rate.percent("8"))
        assert cost == Money(4104000)
        assert hourly_rate(cost, hours=Decimal(1507)) == Rate.parse("27.23")

    @pytest.mark.parametrize(
        ("minutes", "net", "tax", "gross"),
        [(3750, 170188, 34038, 204226), (2625, 119131, 23826, 142957), (1275, 57864, 11573, 69437)],
    )
    def test_monthly_invoices(self, minutes: int, net: int, tax: int, gross: int) -> None:
        invoice = samples.an_invoice(samples.hours_at([minutes]))
        assert (invoice.net, invoice.tax, invoice.gross) == (Money(net), Money(tax), Money(gross))

    def test_year_end_shares_become_supplementary_invoices(self) -> None:
        real = Money(3921437)
        shares = (real + real.times(Rate.percent("8"))).split([43410, 30735, 14925])
        assert shares == (Money(2064084), Money(1461406), Money(709662))
        billed = [samples.hours_at([minutes])[0].amount for minutes in (43410, 30735, 14925)]
        due = [share - already for share, already in zip(shares, billed, strict=True)]
        invoices = [samples.an_invoice((shared_line("Régularisation", amount=rest, vat=TAXED),)) for rest in due]
        assert [invoice.net.cents for invoice in invoices] == [93993, 66549, 32316]
        assert [invoice.tax.cents for invoice in invoices] == [18799, 13310, 6463]
        assert [invoice.gross.cents for invoice in invoices] == [112792, 79859, 38779]


def test_golden_b_shares_are_invoiced_to_the_cent() -> None:
    equal = Money(1000000).split([1, 1, 1])
    assert [part.cents for part in equal] == [333334, 333333, 333333]
    by_hours = Money(318745).split([6250, 4375, 2125])
    invoices = [samples.an_invoice((shared_line("Part", amount=part, vat=TAXED),)) for part in by_hours]
    assert [invoice.net.cents for invoice in invoices] == [156248, 109373, 53124]
    assert total(invoice.net for invoice in invoices) == Money(318745)


def test_golden_f2_the_unit_price_printed_is_the_one_used() -> None:
    price = coefficient_price(Rate.parse("13.45"), coefficient=Rate.parse("1.87"))
    assert price == Rate.parse("25.15")
    assert price_line("Heures", minutes=1905, unit_price=price, vat=TAXED).amount == Money(79851)


def test_a_rate_of_exactly_half_a_cent_rounds_up() -> None:
    assert hourly_rate(Money(6), hours=Decimal(12)) == Rate.parse("0.01")
    with pytest.raises(ValueError, match="hours"):
        hourly_rate(Money(6), hours=Decimal(0))


class TestVat:
    def test_once_per_rate_on_the_sum(self) -> None:
        invoice = samples.an_invoice(samples.shares(3333, 3333, 3333))
        assert invoice.tax == Money(2000)

    def test_each_treatment_has_its_line_highest_rate_first(self) -> None:
        lines = samples.shares(1000, rate=Rate.percent("5.5")) + samples.shares(1000, 500)
        found = [(line.vat.rate, line.base.cents, line.tax.cents) for line in vat_lines(lines)]
        assert found == [(samples.TWENTY, 1500, 300), (Rate.percent("5.5"), 1000, 55)]

    def test_regimes(self) -> None:
        exempt, franchise = treatment(VatRegime.EXEMPT_261B), treatment(VatRegime.FRANCHISE_293B)
        assert (exempt.category, exempt.rate, exempt.code) == (VatCategory.EXEMPT, Rate(0), "VATEX-FR-CGI261B")
        assert exempt.reason == "Exonération de TVA, article 261 B du CGI"
        assert (franchise.code, franchise.reason) == (
            "VATEX-FR-FRANCHISE",
            "TVA non applicable, art. 293 B du CGI",
        )
        assert TAXED.category is VatCategory.STANDARD
        assert treatment(VatRegime.TAXED, rate=Rate(0)).category is VatCategory.ZERO
        with pytest.raises(MissingVatRate):
            treatment(VatRegime.TAXED)

    @given(st.integers(0, 10**8), st.sampled_from(RATES))
    def test_half_a_cent_goes_up_on_both_sides(self, cents: int, rate: Rate) -> None:
        exact = Decimal(cents) * rate.decimal
        tax = vat_due(Money(cents), rate=rate)
        assert abs(Decimal(tax.cents) - exact) <= Decimal("0.5")
        if exact % 1 == Decimal("0.5"):
            assert tax.cents == exact + Decimal("0.5")
        assert vat_due(Money(-cents), rate=rate) == -tax


AMOUNTS = st.lists(st.integers(1, 10**7), min_size=1, max_size=12)


@given(AMOUNTS, st.sampled_from(RATES))
@settings(max_examples=60)
def test_totals_add_up_and_a_credit_note_brings_everything_to_zero(amounts: list[int], rate: Rate) -> None:
    invoice = samples.an_invoice(samples.shares(*amounts, rate=rate))
    check_record(invoice)
    assert invoice.net == total(line.amount for line in invoice.lines)
    assert invoice.gross == invoice.net + total(line.tax for line in invoice.vat_lines)
    mirror = samples.its_credit_note(invoice)
    check_record(mirror)
    assert mirror.gross.cents >= 0
    assert invoice.effect + mirror.effect == Money.zero()
    assert (mirror.lines, mirror.vat_lines, mirror.net, mirror.tax) == (
        invoice.lines,
        invoice.vat_lines,
        invoice.net,
        invoice.tax,
    )


@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=8), st.integers(1, 10**6))
@settings(max_examples=60)
def test_what_is_printed_multiplies_up(minutes: list[int], price: int) -> None:
    lines = tuple(price_line("Heures", minutes=one, unit_price=Rate(price), vat=TAXED) for one in minutes)
    for line in lines:
        assert line.unit_price is not None
        exact = line.unit_price.decimal * line.quantity * 100
        assert abs(exact - line.amount.cents) <= Decimal("0.5")
    check_record(samples.an_invoice(lines))


class TestDrafts:
    def test_a_draft_has_no_number_and_takes_one_once(self) -> None:
        issuance = samples.an_issuance()
        record = draft(samples.shares(100), buyer=samples.BUYER, issuance=issuance, due_on=date(2007, 5, 5))
        assert (record.number, record.kind, record.line_kind) == ("", Kind.INVOICE, LineKind.SHARED)
        issued = numbered(record, number="FA-2007-0001")
        with pytest.raises(AlreadyNumbered):
            numbered(issued, number="FA-2007-0002")

    def test_nothing_is_not_invoiced(self) -> None:
        with pytest.raises(NothingToInvoice):
            samples.an_invoice(())

    def test_shares_and_prices_never_mix(self) -> None:
        mixed = samples.shares(100) + samples.hours_at([60])
        with pytest.raises(MixedLines, match=r"Jardins .* 2007-03"):
            samples.an_invoice(mixed)
        with pytest.raises(MixedLines):
            check_record(replace(samples.an_invoice(), lines=mixed))

    def test_an_aid_may_lower_the_total_but_not_below_zero(self) -> None:
        assert samples.an_invoice(samples.shares(5000, -2000)).net == Money(3000)
        with pytest.raises(NegativeTotal):
            samples.an_invoice(samples.shares(5000, -6000))

    @pytest.mark.parametrize(
        "lie",
        [{"net": Money(1)}, {"tax": Money(1)}, {"gross": Money(1)}, {"lines": samples.shares(1)}, {"vat_lines": ()}],
        ids=str,
    )
    def test_a_record_that_lies_is_found(self, lie: dict[str, object]) -> None:
        with pytest.raises(DoesNotAddUp):
            check_record(replace(samples.an_invoice(), **lie))  # type: ignore[arg-type]

    def test_a_line_that_does_not_multiply_up_is_found(self) -> None:
        invoice = samples.an_invoice(samples.hours_at([60]))
        for wrong in (
            {"quantity": Decimal(2)},
            {"unit_price": None},
            {"kind": LineKind.SHARED, "quantity": Decimal(2)},
        ):
            with pytest.raises(DoesNotAddUp):
                check_record(replace(invoice, lines=(replace(invoice.lines[0], **wrong),)))  # type: ignore[arg-type]


class TestCreditNotes:
    def test_it_names_the_invoice_and_asks_for_no_payment(self) -> None:
        invoice = samples.an_invoice()
        mirror = samples.its_credit_note(invoice)
        assert mirror.kind is Kind.CREDIT_NOTE and mirror.is_credit_note
        assert mirror.preceding is not None
        assert (mirror.preceding.number, mirror.preceding.issued_on) == (invoice.number, invoice.issued_on)
        assert (mirror.account, mirror.due_on) == (None, mirror.issued_on)

    def test_only_an_issued_invoice_is_mirrored(self) -> None:
        invoice = samples.an_invoice()
        for wrong in (replace(invoice, number=""), samples.its_credit_note(invoice)):
            with pytest.raises(NotAnInvoice):
                credit_note(wrong, issued_on=date(2007, 5, 1))


class TestTerms:
    @pytest.mark.parametrize(
        ("terms", "due"),
        [
            (PaymentTerms(30), date(2007, 5, 5)),
            (PaymentTerms(0), date(2007, 4, 5)),
            (PaymentTerms(0, end_of_month=True), date(2007, 4, 30)),
            (PaymentTerms(45), date(2007, 5, 20)),
        ],
    )
    def test_the_due_date_is_a_day(self, terms: PaymentTerms, due: date) -> None:
        assert due_date(date(2007, 4, 5), terms=terms) == due

    def test_no_longer_than_the_law(self) -> None:
        with pytest.raises(TermsTooLong, match="20/05/2007"):
            due_date(date(2007, 4, 5), terms=PaymentTerms(46))
        with pytest.raises(TermsTooLong):
            due_date(date(2007, 4, 5), terms=PaymentTerms(30, end_of_month=True))
        assert due_date(date(2007, 4, 5), terms=PaymentTerms(60), periodic=False) == date(2007, 6, 4)
        with pytest.raises(TermsTooLong):
            due_date(date(2007, 4, 5), terms=PaymentTerms(31), limits=TermLimits(periodic=30))

    def test_a_public_body_has_thirty_days_at_most(self) -> None:
        assert due_date(date(2007, 4, 5), terms=PaymentTerms(45), public_body=True) == date(2007, 5, 5)
        assert due_date(date(2007, 4, 5), terms=PaymentTerms(15), public_body=True) == date(2007, 4, 20)

    def test_the_mentions_say_the_figures_in_force(self) -> None:
        notes = legal_notes(LegalTerms(Rate.percent("7.86"), Money(4000)))
        assert "40,00\u00a0€" in notes.recovery
        assert "7,86\u00a0%" in notes.penalties and "(" not in notes.penalties
        assert notes.discount == "Pas d’escompte pour paiement anticipé."
        assert legal_notes(LegalTerms(Rate.percent("7.86"), Money(4000), discount="2 % à dix jours")).discount[0] == "2"


class TestNumbers:
    def test_series_year_sequence(self) -> None:
        assert invoice_number("FA", year=2007, sequence=12) == "FA-2007-0012"
        assert invoice_number("GE+A/b_c", year=2007, sequence=12345) == "GE+A/b_c-2007-12345"

    @pytest.mark.parametrize("series", ["F A", "FÀ", "F\n", "F" * 30, "FA.", "ＦＡ"])
    def test_what_a_platform_refuses_is_refused_here(self, series: str) -> None:
        with pytest.raises(BadNumber):
            invoice_number(series, year=2007, sequence=1)

    def test_a_sequence_starts_at_one(self) -> None:
        with pytest.raises(BadNumber):
            invoice_number("FA", year=2007, sequence=0)


class TestParties:
    def test_the_electronic_address_is_the_siren_under_0225(self) -> None:
        assert einvoice_address(samples.BUYER) == ("0225", "732829320")
        chosen = replace(samples.BUYER, einvoice_address="732829320_ACHATS")
        assert einvoice_address(chosen) == ("0225", "732829320_ACHATS")

    def test_without_siren_it_is_the_mail_address(self) -> None:
        assert einvoice_address(samples.CLUB) == ("EM", "am@club.example")
        nobody = replace(samples.CLUB, email="")
        assert einvoice_address(nobody) is None
        assert missing_mentions(nobody) == ("le SIREN ou une adresse de courriel",)

    def test_what_is_missing_is_named(self) -> None:
        assert missing_mentions(samples.BUYER) == ()
        assert missing_mentions(samples.SELLER, seller=True, regime=VatRegime.TAXED) == ()
        bare: Party = replace(
            samples.SELLER, legal_name=" ", siren="", vat_number="", address=samples.Address((), "", "")
        )
        assert missing_mentions(bare, seller=True, regime=VatRegime.TAXED) == (
            "le nom",
            "l’adresse",
            "le code postal",
            "la commune",
            "le SIREN",
            "le numéro de TVA",
        )
        assert "le numéro de TVA" not in missing_mentions(bare, seller=True, regime=VatRegime.FRANCHISE_293B)


class TestPaymentCode:
    def test_the_lines_of_the_standard(self) -> None:
        payload = epc_payload(samples.an_invoice(samples.shares(123456, regime=VatRegime.EXEMPT_261B)))
        assert payload == (
            "BCD\n002\n1\nSCT\nAGRIFRPP\nGroupement des Rias\nFR7630006000011234567890189\nEUR1234.56\n\n\n"
            "Facture FA-2007-0012"
        )

    def test_nothing_to_pay_no_code(self) -> None:
        invoice = samples.an_invoice()
        huge = replace(invoice, gross=Money(10**11))
        nothing: list[InvoiceRecord] = [samples.its_credit_note(invoice), samples.an_invoice(account=None), huge]
        assert [epc_payload(record) for record in nothing] == [None, None, None]


def test_page_two_counts_all_minutes() -> None:
    hours = samples.some_hours()
    assert samples.an_invoice(hours=hours).minutes == sum(hour.minutes for hour in hours)
