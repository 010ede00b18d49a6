"""Official documents on paper: a template of templates/governance/pdf under the grouping's letterhead, as PDF/A-3a."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coopter.members import queries as members
from coopter.plumbing import files, formats, markdown, tenancy
from coopter.plumbing.pdf.press import print_page

STYLESHEET = "governance/pdf/document.css"
_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_FILTERS = ("money", "number", "hours", "day", "weekday", "short_day", "month", "instant", "rate_percent", "siret")
_PICTURES = {b"\x89PNG\r\n\x1a\n": "logo.png", b"\xff\xd8\xff": "logo.jpg"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: name, the lines under it, and the logo's file name and bytes."""

    name: str
    lines: str
    picture: str = ""
    logo: bytes = b""


def letterhead() -> Letterhead:
    """The letterhead of the grouping in scope."""
    house = members.get_grouping_by_id(tenancy.grouping_in_scope())
    place = " ".join(part for part in (house.postcode, house.city) if part)
    numbers = f"SIRET {formats.siret(house.siret)}" if house.siret else ""
    rna = f"RNA {house.rna}" if house.rna else ""
    written = (house.legal_form, house.address, house.address_more, place, numbers, rna, house.email)
    logo = files.read(house.logo_sha256) if house.logo_sha256 else b""
    picture = next((name for start, name in _PICTURES.items() if logo.startswith(start)), "")
    return Letterhead(house.name, "\n".join(line for line in written if line), picture, logo if picture else b"")


def page_of(template: str, *, title: str, head: Letterhead, foot: str = "", **context: Any) -> str:
    """The HTML of a document; every text of a user is escaped, or Markdown by the filter of that name (R25, R26)."""
    return environment().get_template(template).render(title=title, head=head, foot=foot, **context)


def print_document(template: str, *, title: str, when: datetime, foot: str = "", **context: Any) -> bytes:
    """The PDF of `templates/<template>`, which extends governance/pdf/_document.html, for the grouping in scope.

    `when` is the instant written into the file: give the one of the act, and the same facts make the same bytes. Call
    it before the command that stores it: a child works for a second or more. Raises DocumentTooHeavy, DocumentFailed.
    """
    head = letterhead()
    html = page_of(template, title=title, head=head, foot=foot, **context)
    assets = {head.picture: head.logo} if head.picture else {}
    return print_page(html, title=title, stylesheet=STYLESHEET, when=when, assets=assets)


@cache
def environment() -> Environment:
    """The templates of documents: escaped, strict, with the writers of the trade in French."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(formats, name) for name in _FILTERS}
    made.filters["markdown"] = markdown.as_html
    return made
