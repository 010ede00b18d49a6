"""The invoice on paper: an archive PDF with one XML, fit for assistive tools, made where nothing else is in reach."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import facturx
import pikepdf
import pytest
from pypdf import PdfReader

from coopter.billing import facturx as einvoice
from coopter.billing.pdf.page import STYLESHEET, invoice_assets, invoice_html, print_invoice
from coopter.billing.pdf.sheet import lay_out
from coopter.billing.record import BuyerReferences, VatRegime
from coopter.plumbing import formats
from coopter.plumbing.pdf.renderer import Renderer
from tests.billing import samples

WHEN = samples.WHEN
INVOICE = samples.an_invoice(
    samples.shares(349211, 27711, 8000), hours=samples.some_hours(3, 20), logo=samples.LOGO, closing_text="Merci."
)
PAGE_POINTS = 841.89


@pytest.fixture(scope="module")
def pdf(renderer: Renderer) -> bytes:
    return print_invoice(INVOICE, renderer=renderer, when=WHEN).pdf


def _text(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _pages(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def _depths(pdf: bytes) -> dict[str, float]:
    """How far from the top of the only page the total, the last remark and the first mention stand, in points."""
    found: dict[str, float] = {}

    def visit(text: str, page: list[float], matrix: list[float], *_: object) -> None:
        for words in ("Total TTC", "fin.", "escompte"):
            if words in text:
                depth = PAGE_POINTS - (page[3] * matrix[5] + page[5])
                found[words] = max(found.get(words, 0.0), depth)

    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 1
    pages[0].extract_text(visitor_text=visit)
    return found


class TestArchive:
    def test_exactly_one_attachment_and_it_is_the_xml(self, pdf: bytes) -> None:
        with pikepdf.open(BytesIO(pdf)) as document:
            assert list(document.attachments) == ["factur-x.xml"]
            assert len(document.Root.AF) == 1
            assert document.Root.AF[0].AFRelationship == "/Data"
            assert len(document.Root.Names.EmbeddedFiles.Names) == 2
        name, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
        assert (name, xml) == ("factur-x.xml", einvoice.build(INVOICE))

    def test_what_it_claims_to_be(self, pdf: bytes) -> None:
        with pikepdf.open(BytesIO(pdf)) as document:
            packet = document.Root.Metadata.read_bytes()
            assert packet.count(b"<rdf:RDF") == 1
            with document.open_metadata() as xmp:
                assert xmp.pdfa_status == "3A"
                claims = {name.split("}")[1]: value for name, value in xmp.items() if "factur-x" in name}
                assert claims == {
                    "DocumentType": "INVOICE",
                    "DocumentFileName": "factur-x.xml",
                    "Version": "1.0",
                    "ConformanceLevel": "EN 16931",
                }
                assert xmp["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert len(document.Root.OutputIntents) == 1
            assert document.trailer.ID

    def test_the_same_bytes_from_two_processes(self, pdf: bytes) -> None:
        with Renderer() as another:
            again = print_invoice(INVOICE, renderer=another, when=WHEN).pdf
        assert hashlib.sha256(again).hexdigest() == hashlib.sha256(pdf).hexdigest()

    def test_fonts_are_ours_and_embedded(self, pdf: bytes) -> None:
        with pikepdf.open(BytesIO(pdf)) as document:
            names = set()
            for item in document.objects:
                if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                    names.add(str(item.FontName))
                    assert any(key in item for key in ("/FontFile2", "/FontFile3"))
        assert names and all("Atkinson" in name for name in names)


class TestAssistiveTools:
    def test_language_title_and_tags(self, pdf: bytes) -> None:
        with pikepdf.open(BytesIO(pdf)) as document:
            assert str(document.Root.Lang) == "fr"
            assert document.Root.MarkInfo.Marked and document.Root.ViewerPreferences.DisplayDocTitle
            assert str(document.docinfo.Title) == "Facture FA-2007-0012 – GE des Rias"
            elements = [
                item
                for item in document.objects
                if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"
            ]
            kinds = {str(element.S) for element in elements}
            assert {"/H1", "/H2", "/Table", "/Caption", "/THead", "/TH", "/TD", "/Figure", "/P"} <= kinds
            figures = [str(element.Alt) for element in elements if element.S == "/Figure"]
            assert any("Logo" in alt for alt in figures) and any("Code QR" in alt for alt in figures)
            assert len(figures) == 2
            cells = [element for element in elements if element.S == "/TD"]
            assert cells and all(len(cell.A.Headers) >= 1 for cell in cells)

    def test_the_page_says_what_the_xml_says(self, pdf: bytes) -> None:
        text = _text(pdf).replace("\u202f", " ").replace("\u00a0", " ")
        for amount in (INVOICE.net, INVOICE.tax, INVOICE.gross, *(line.amount for line in INVOICE.lines)):
            assert formats.money(amount).replace("\u202f", " ").replace("\u00a0", " ") in text
        for words in (
            "05/05/2007",
            "FR76 3000 6000 0112 3456 7890 189",
            "SIRET 702 042 755 00240",
            "12,15 %",
            "40,00 €",
        ):
            assert words in text


class TestLayout:
    def test_twelve_lines_stand_on_one_sheet(self, renderer: Renderer) -> None:
        record = samples.an_invoice(samples.shares(*range(1000, 13000, 1000)), buyer=samples.TOWN)
        assert lay_out(record).one_sheet
        assert _pages(print_invoice(record, renderer=renderer, when=WHEN).pdf) == 1

    @pytest.mark.parametrize("regime", [VatRegime.TAXED, VatRegime.EXEMPT_261B])
    @pytest.mark.parametrize("lines", [1, 7, 8, 9, 10, 11, 12, 13])
    def test_the_mentions_at_the_foot_never_run_into_what_stands_above(
        self, renderer: Renderer, lines: int, regime: VatRegime
    ) -> None:
        record = samples.an_invoice(
            samples.shares(*[1000] * lines, regime=regime), regime=regime, closing_text="Une phrase de fin. " * lines
        )
        wordy = tuple(replace(line, label="Un intitulé un peu long " * 3) for line in record.lines)
        for one in (record, replace(record, lines=wordy)):
            if lay_out(one).one_sheet:
                html, assets = invoice_html(one), invoice_assets(one)
                page = renderer.render(html, when=WHEN, title="x", stylesheet=STYLESHEET, assets=assets)
                depths = _depths(page.pdf)
                assert max(depths["Total TTC"], depths["fin."]) + 10 < depths["escompte"]

    def test_the_hours_stand_on_page_two(self, pdf: bytes) -> None:
        assert _pages(pdf) == 2
        second = PdfReader(BytesIO(pdf)).pages[1].extract_text()
        assert "Heures de mars" in second and "Nolwenn Le Goff" in second

    def test_many_lines_flow_on(self, renderer: Renderer) -> None:
        record = samples.an_invoice(samples.shares(*range(1000, 61000, 1000)))
        assert not lay_out(record).one_sheet
        assert _pages(print_invoice(record, renderer=renderer, when=WHEN).pdf) == 3

    def test_a_credit_note_says_so_and_asks_for_nothing(self, renderer: Renderer) -> None:
        record = samples.its_credit_note(INVOICE)
        html = invoice_html(record)
        assert 'class="credit' in html and "la facture FA-2007-0012 du 5 avril 2007" in html
        assert "code.png" not in html and "À payer" not in html
        assert list(invoice_assets(record)) == ["logo.png"]
        assert "Avoir" in _text(print_invoice(record, renderer=renderer, when=WHEN).pdf)

    def test_each_regime_has_its_mention(self) -> None:
        assert "Exonération de TVA, article 261 B du CGI" in invoice_html(
            samples.an_invoice(regime=VatRegime.EXEMPT_261B)
        )
        assert "TVA non applicable, art. 293 B du CGI" in invoice_html(
            samples.an_invoice(regime=VatRegime.FRANCHISE_293B)
        )
        assert "d’après les débits" in invoice_html(samples.an_invoice(vat_on_invoice=True))

    def test_a_public_body_finds_its_references_and_its_two_addresses(self) -> None:
        order = BuyerReferences("BC 12", "ENG-118", "SRV-FIN")
        html = invoice_html(samples.an_invoice(buyer=samples.TOWN, references=order))
        for words in ("BC 12", "ENG-118", "SRV-FIN", "BP 12", "Siège : Place de la Mairie, 56160 Locmalo"):
            assert words in html

    def test_a_priced_line_shows_its_product(self) -> None:
        html = invoice_html(samples.an_invoice(samples.hours_at([3750])))
        assert "62,50 h × 27,23\u00a0€" in html and "part exacte" not in html

    def test_only_pictures_are_logos(self) -> None:
        for logo in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"\x89PNG\r\n\x1a\n" + b"0" * (1 << 20)):
            record = samples.an_invoice(logo=logo)
            assert list(invoice_assets(record)) == ["code.png"]
            assert '<img src="coopter:job/logo' not in invoice_html(record)

    def test_weeks_run_from_monday_and_add_up(self) -> None:
        sheet = lay_out(samples.an_invoice(hours=samples.some_hours(2, 20)))
        assert sheet.days_in_week == 5
        assert [work.employee for work in sheet.works] == ["Nolwenn Le Goff", "Yann Cariou"]
        first = sheet.works[0]
        assert first.weeks[0].days.startswith("jeu.\u00a01er\t") and first.weeks[0].skipped == 3
        assert sum(week.minutes for week in first.weeks) == first.minutes
        assert sum(work.minutes for work in sheet.works) == sheet.record.minutes

    def test_a_saturday_widens_the_week_and_a_gap_shows(self) -> None:
        hours = samples.some_hours(1, 1)
        saturday = replace(hours[0], day=samples.MARCH.days()[2])
        sheet = lay_out(samples.an_invoice(hours=(*hours, saturday)))
        assert sheet.days_in_week == 7
        assert "ven.\u00a02\t–" in sheet.works[0].weeks[0].days

    @pytest.mark.parametrize("name", ["invoice", "credit-note"])
    def test_the_page_is_the_golden_one(self, name: str, golden: Callable[[str, bytes], None]) -> None:
        record = INVOICE if name == "invoice" else samples.its_credit_note(INVOICE)
        golden(f"{name}.html", invoice_html(record).encode())
