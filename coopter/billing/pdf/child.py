"""The rendering child: HTML and XML in, PDF/A-3a with one Factur-X attachment out; it reaches nothing but our assets.

Run by the renderer as `python -m coopter.billing.pdf.child`; it is the only place that imports WeasyPrint.
"""

import contextlib
import hashlib
import json
import logging
import os
import resource
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from coopter.billing.pdf import wire

VARIANT = "pdf/a-3a"
SCHEME = "coopter:"
ROOT = Path(__file__).resolve().parents[3]
FONTS = ROOT / "coopter" / "static" / "fonts"
STYLESHEET = ROOT / "templates" / "billing" / "pdf" / "invoice.css"
FACTURX_XMP = (Path(__file__).parent / "facturx.xmp").read_bytes().strip()
_END_OF_RDF = b"</rdf:RDF>"
_DENIED_EVENTS = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")


class BundledOnly(URLFetcher):  # type: ignore[misc]
    """Answers for the bundled fonts and for what came with the job; everything else does not exist (R24)."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The bytes behind `coopter:fonts/…` or `coopter:job/…`. Raises ValueError for any other address."""
        kind, _, name = url.removeprefix(SCHEME).partition("/")
        if url.startswith(SCHEME) and kind == "job" and name in self._assets:
            return URLFetcherResponse(url, self._assets[name])
        if url.startswith(SCHEME) and kind == "fonts" and name in _FONT_FILES:
            return URLFetcherResponse(url, _FONT_FILES[name].read_bytes())
        raise ValueError("only bundled assets are read")


_FONT_FILES = {path.name: path for path in FONTS.glob("*.ttf")}


class Press:
    """The fonts and the stylesheet, read once for all documents of this process."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._style = CSS(filename=str(STYLESHEET), font_config=self._fonts, url_fetcher=BundledOnly({}))

    def print(self, html: str, xml: bytes, *, when: datetime, assets: Mapping[str, bytes]) -> bytes:
        """The PDF of one document: exactly one attachment, one XMP packet, the same bytes each time."""
        page = HTML(string=html, base_url=SCHEME, url_fetcher=BundledOnly(assets))
        document = page.render(stylesheets=[self._style], font_config=self._fonts, pdf_variant=VARIANT)
        stamp = when.isoformat(timespec="seconds")
        metadata = document.metadata
        metadata.attachments, metadata.xmp_metadata = [], []
        metadata.created = metadata.modified = stamp
        written = metadata.generate_rdf_metadata
        metadata.generate_rdf_metadata = lambda *args: written(*args).replace(_END_OF_RDF, FACTURX_XMP + _END_OF_RDF)
        attachment = Attachment(
            string=xml.decode("utf-8"),
            name="factur-x.xml",
            description="Factur-X",
            relationship="Data",
            created=when,
            modified=when,
        )
        pdf: bytes = document.write_pdf(
            finisher=_one_associated_file,
            pdf_variant=VARIANT,
            attachments=[attachment],
            pdf_identifier=hashlib.sha256(xml).hexdigest()[:32].encode(),
        )
        return pdf


def _one_associated_file(document: Any, pdf: Any) -> None:
    """WeasyPrint names the attachment twice among the associated files: once is right."""
    pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def _stay_inside(event: str, args: tuple[object, ...]) -> None:
    if event.startswith(_DENIED_EVENTS):
        raise PermissionError(f"{event} is denied while rendering")


def _limit(kind: int, soft: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def cpu_seconds() -> float:
    """The processor time this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def serve(jobs: BinaryIO, answers: BinaryIO, *, memory: int) -> None:
    """Answer jobs until the application hangs up; a job too heavy for the memory ends the child."""
    _limit(resource.RLIMIT_CORE, 0)
    press = Press()
    press.print("<html lang=fr><title>.</title><p>.", b"<x/>", when=datetime(2000, 1, 1, tzinfo=UTC), assets={})
    _limit(resource.RLIMIT_AS, memory)
    sys.addaudithook(_stay_inside)
    wire.send(answers, [b"ready"])
    while True:
        header, html, xml, *blobs = wire.receive(jobs)
        job = json.loads(header)
        before = cpu_seconds()
        _limit(resource.RLIMIT_CPU, int(before + job["cpu_seconds"]) + 1)
        assets = dict(zip(job["assets"], blobs, strict=True))
        try:
            pdf = press.print(html.decode("utf-8"), xml, when=datetime.fromisoformat(job["when"]), assets=assets)
        except (MemoryError, RecursionError):
            wire.send(answers, [b"heavy"])
            return
        except Exception as fault:  # the parent tells; the child stays fit for the next document
            wire.send(answers, [b"fault", f"{type(fault).__name__}: {fault}".encode()])
            continue
        wire.send(answers, [b"done", pdf, f"{(cpu_seconds() - before) * 1_000_000:.0f}".encode()])


def main() -> None:
    """Keep the pipe to ourselves, so that nothing a library prints can garble an answer."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(wire.Hungup):
        serve(sys.stdin.buffer, answers, memory=int(sys.argv[1]))


if __name__ == "__main__":
    main()
