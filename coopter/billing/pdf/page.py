"""The page of an invoice: the record put into its template, and the pictures that go with it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coopter.billing import facturx
from coopter.billing.pdf.sheet import below, lay_out, multiplied
from coopter.billing.record import InvoiceRecord
from coopter.billing.rules import epc_payload
from coopter.plumbing import formats
from coopter.plumbing.pdf.renderer import Attached, Renderer, Rendering

STYLESHEET = "billing/pdf/invoice.css"
FACTURX_XMP = (Path(__file__).parent / "facturx.xmp").read_bytes().strip()
_TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
_FILTERS = ("money", "number", "hours", "day", "short_day", "month", "rate_percent", "unit_price")
_PICTURES = {b"\x89PNG\r\n\x1a\n": "logo.png", b"\xff\xd8\xff": "logo.jpg"}
_MOST_LOGO_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document: the PDF, the XML inside it, and the processor seconds of its rendering."""

    pdf: bytes
    xml: bytes
    cpu_seconds: float


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(formats, name) for name in _FILTERS}
    environment.filters |= {"below": below, "multiplied": multiplied}
    return environment


def invoice_html(record: InvoiceRecord) -> str:
    """The page of an invoice or a credit note as HTML; every text of a user is escaped (R25, R26)."""
    template = _environment().get_template("billing/pdf/invoice.html")
    return template.render(sheet=lay_out(record), record=record, logo=_logo_name(record))


def invoice_assets(record: InvoiceRecord) -> dict[str, bytes]:
    """The pictures that the page names: the payment code, and the logo if it is a PNG or a JPEG of at most 1 MiB."""
    assets: dict[str, bytes] = {}
    name = _logo_name(record)
    if name and record.logo:
        assets[name] = record.logo
    payload = epc_payload(record)
    if payload:
        assets["code.png"] = _code(payload)
    return assets


def print_invoice(record: InvoiceRecord, *, renderer: Renderer, when: datetime) -> Printed:
    """The document of an issued record; `when` is written into it, so give the instant of issue: same bytes each time.

    Raises NotIssued, DoesNotAddUp, DocumentTooHeavy, DocumentFailed.
    """
    xml = facturx.build(record)
    rendering = print_invoice_html(
        invoice_html(record), xml, renderer=renderer, when=when, title=record.number, assets=invoice_assets(record)
    )
    return Printed(rendering.pdf, xml, rendering.cpu_seconds)


def print_invoice_html(
    html: str, xml: bytes, *, renderer: Renderer, when: datetime, title: str, assets: Mapping[str, bytes]
) -> Rendering:
    """The page in the invoice's style, its Factur-X XML inside as the standard names it."""
    attached = Attached("factur-x.xml", xml, "Factur-X", "Data")
    return renderer.render(
        html, when=when, title=title, stylesheet=STYLESHEET, assets=assets, attachments=[attached], xmp=FACTURX_XMP
    )


def _logo_name(record: InvoiceRecord) -> str | None:
    logo = record.logo
    if not logo or len(logo) > _MOST_LOGO_BYTES:
        return None
    return next((name for start, name in _PICTURES.items() if logo.startswith(start)), None)


def _code(payload: str) -> bytes:
    """The payment code as PNG, one bit a dot: correction level M, at most version 13 (EPC069-12)."""
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    out = io.BytesIO()
    code.save(out, kind="png", border=2, scale=4)
    return out.getvalue()
