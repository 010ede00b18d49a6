"""What one document costs: our invoice of ten lines against a bare WeasyPrint page of ten lines, in one run.

The bare page is the yardstick of a tuned template: parsed style, fixed table, no flex, PDF/A-3b, one XML attached.
Both run in the same process, turn by turn, and the least processor time of each is kept, as noise only adds.
Prints one JSON object; `python bench/document.py [ROUNDS]`.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from coopter.billing import facturx
from coopter.billing.pdf.page import FACTURX_XMP, STYLESHEET, invoice_assets, invoice_html
from coopter.billing.record import Address, BankAccount, HourLine, InvoiceRecord, Issuance, Party, VatRegime
from coopter.billing.rules import LegalTerms, draft, legal_notes, numbered, shared_line, treatment
from coopter.plumbing.pdf.child import Page, Press
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

WHEN = datetime(2007, 4, 5, 12, tzinfo=UTC)
BARE_STYLE = """
@page { size: A4; margin: 15mm; @bottom-right { content: counter(page); font-size: 8pt } }
body { font: 9pt/1.35 "DejaVu Sans" } h1 { font-size: 18pt } table { width: 100%; border-collapse: collapse;
table-layout: fixed } th, td { text-align: left; padding: 1.4mm; border-bottom: 1px solid #ccc }
td.n, th.n { text-align: right } .s { float: left; width: 80mm } .b { float: right; width: 80mm }
table.t { width: 70mm; margin-left: auto } .l { font-size: 7pt; color: #444 } small { color: #555 }
"""


def an_invoice(*, lines: int, hour_lines: int) -> InvoiceRecord:
    """A credible shared invoice with this many lines, and this many hour lines on page two."""
    vat = treatment(VatRegime.TAXED, rate=Rate.percent("20"))
    parts = tuple(
        shared_line(f"Salariée {n}", amount=Money(34921 + 77 * n), vat=vat, minutes=900 + n, detail="Part du coût réel")
        for n in range(lines)
    )
    days = [day for day in Month(2007, 3).days() if day.weekday() < 5]
    hours = tuple(HourLine(f"Salariée {n // 22}", days[n % 22], 420, "Accueil") for n in range(hour_lines))
    seller = Party(
        "Groupement d’employeurs des Rias",
        Address(("4 rue du Port",), "56100", "Lorient"),
        legal_form="Association loi 1901",
        siren="702042755",
        siret="70204275500240",
        vat_number="FR63702042755",
    )
    buyer = Party("Jardins de l’Étier", Address(("2 quai des Indes",), "56100", "Lorient"), siren="732829320")
    issuance = Issuance(
        seller=seller,
        period=Month(2007, 3),
        issued_on=date(2007, 4, 5),
        vat_regime=VatRegime.TAXED,
        notes=legal_notes(LegalTerms(Rate.percent("12.15"), Money(4000))),
        account=BankAccount("FR7630006000011234567890189", "GE des Rias", "AGRIFRPP"),
    )
    record = draft(parts, buyer=buyer, issuance=issuance, due_on=date(2007, 5, 5), hours=hours)
    return numbered(record, number="FA-2007-0012")


def _bare_html(record: InvoiceRecord) -> str:
    rows = "".join(
        f"<tr><td>{line.label}<br><small>{line.detail}</small></td><td class=n>{line.quantity}</td>"
        f"<td class=n>{line.amount}</td><td class=n>20 %</td><td class=n>{line.amount}</td></tr>"
        for line in record.lines
    )
    return f"""<html lang=fr><title>{record.number}</title><h1>Facture {record.number}</h1>
<div class=s><p>{record.seller.legal_name}<br>4 rue du Port<br>56100 Lorient<br>SIRET {record.seller.siret}</p></div>
<div class=b><p>{record.buyer.legal_name}<br>2 quai des Indes<br>56100 Lorient</p></div>
<p style="clear: both">Période : mars 2007 – échéance : 5 mai 2007 – IBAN FR76 3000 6000 0112 3456 7890 189</p>
<table><thead><tr><th>Désignation</th><th class=n>Quantité</th><th class=n>Prix HT</th><th class=n>TVA</th>
<th class=n>Montant HT</th></tr></thead><tbody>{rows}</tbody></table>
<table class=t><tr><td>Total HT</td><td class=n>{record.net}</td></tr><tr><td>TVA</td><td class=n>{record.tax}</td></tr>
<tr><td>Total TTC</td><td class=n>{record.gross}</td></tr></table>
<p class=l>{record.notes.discount} {record.notes.penalties} {record.notes.recovery}</p>"""


def _bare_press() -> Callable[[str, bytes], bytes]:
    fonts = FontConfiguration()
    style = CSS(string=BARE_STYLE, font_config=fonts)

    def press(html: str, xml: bytes) -> bytes:
        document = HTML(string=html).render(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3b")
        attached = Attachment(
            string=xml.decode(), name="factur-x.xml", relationship="Data", created=WHEN, modified=WHEN
        )
        identifier = hashlib.sha256(xml).hexdigest()[:32].encode()
        pdf: bytes = document.write_pdf(pdf_variant="pdf/a-3b", attachments=[attached], pdf_identifier=identifier)
        return pdf

    return press


def _least(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    least = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds + 1):
        for name, job in jobs.items():
            before = time.process_time()
            job()
            least[name] = min(least[name], time.process_time() - before)
    return least


def measure(rounds: int) -> dict[str, float]:
    """Milliseconds of processor per document and the ratio of ours to the bare page."""
    one, full = an_invoice(lines=10, hour_lines=0), an_invoice(lines=10, hour_lines=66)
    ours, bare = Press(), _bare_press()
    xml, page = facturx.build(one), _bare_html(one)

    def printed(record: InvoiceRecord) -> Callable[[], object]:
        html, assets = invoice_html(record), invoice_assets(record)
        attached = [("factur-x.xml", "Factur-X", "Data", xml)]
        return lambda: ours.print(Page(html, WHEN, STYLESHEET, assets, attached, FACTURX_XMP))

    least = _least(
        {
            "bare": lambda: bare(page, xml),
            "invoice": printed(one),
            "invoice_with_hours": printed(full),
            "xml": lambda: facturx.build(one),
            "html": lambda: (invoice_html(one), invoice_assets(one)),
        },
        rounds,
    )
    figures = {f"{name}_cpu_ms": round(seconds * 1000, 2) for name, seconds in least.items()}
    return figures | {"ratio": round(least["invoice"] / least["bare"], 3)}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)))
