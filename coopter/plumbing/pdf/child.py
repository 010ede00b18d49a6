"""The rendering child: HTML and what goes with it in, PDF/A-3a out; it reaches nothing but our assets.

Run by the renderer as `python -m coopter.plumbing.pdf.child`; it is the only place that imports WeasyPrint.
"""

import contextlib
import hashlib
import io
import json
import logging
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from coopter.plumbing.pdf import wire

VARIANT = "pdf/a-3a"
SCHEME = "coopter:"
ROOT = Path(__file__).resolve().parents[3]
FONTS = ROOT / "coopter" / "static" / "fonts"
TEMPLATES = ROOT / "templates"
ACCESSIBLE_XMP = (Path(__file__).parent / "accessible.xmp").read_bytes().strip()
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


@dataclass(frozen=True, slots=True)
class Page:
    """What one document is made of: its HTML, the name of its stylesheet, pictures, attachments, and its XMP if any."""

    html: str
    when: datetime
    stylesheet: str = ""
    assets: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Sequence[tuple[str, str, str, bytes]] = ()
    """(file name, description, relationship, content) of each."""
    xmp: bytes = ACCESSIBLE_XMP


class Press:
    """The fonts and the stylesheets, each read once for all documents of this process."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._known = {str(path.relative_to(TEMPLATES)): path for path in sorted(TEMPLATES.glob("*/pdf/*.css"))}
        self._styles: dict[str, CSS] = {}
        for name in self._known:
            self._style(name)

    def _style(self, name: str) -> list[CSS]:
        """The stylesheet of this name, if one is asked for; raises KeyError for any name that is not ours."""
        if not name:
            return []
        if name not in self._styles:
            path = str(self._known[name])
            self._styles[name] = CSS(filename=path, font_config=self._fonts, url_fetcher=BundledOnly({}))
        return [self._styles[name]]

    def print(self, page: Page) -> bytes:
        """The PDF of one document: the attachments that it names and no other, one XMP packet, the same bytes twice."""
        html = HTML(string=page.html, base_url=SCHEME, url_fetcher=BundledOnly(page.assets))
        style = self._style(page.stylesheet)
        document = html.render(stylesheets=style, font_config=self._fonts, pdf_variant=VARIANT)
        metadata = document.metadata
        metadata.attachments, metadata.xmp_metadata = [], []
        metadata.created = metadata.modified = page.when.isoformat(timespec="seconds")
        written = metadata.generate_rdf_metadata
        metadata.generate_rdf_metadata = lambda *args: written(*args).replace(_END_OF_RDF, page.xmp + _END_OF_RDF)
        attachments = [
            Attachment(
                file_obj=io.BytesIO(content),
                name=name,
                description=description,
                relationship=relationship,
                created=page.when,
                modified=page.when,
            )
            for name, description, relationship, content in page.attachments
        ]
        pdf: bytes = document.write_pdf(
            finisher=_each_associated_once,
            pdf_variant=VARIANT,
            attachments=attachments,
            pdf_identifier=_identifier(page),
        )
        return pdf


def _identifier(page: Page) -> bytes:
    """The identifier written into the file: of what is attached, otherwise of the page."""
    parts = [content for *_, content in page.attachments] or [page.html.encode("utf-8")]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32].encode()


def _each_associated_once(document: Any, pdf: Any) -> None:
    """WeasyPrint names each attachment twice among the associated files: once is right."""
    if "AF" in pdf.catalog:
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
    press.print(Page("<html lang=fr><title>.</title><p>.", datetime(2000, 1, 1, tzinfo=UTC)))
    _limit(resource.RLIMIT_AS, memory)
    sys.addaudithook(_stay_inside)
    wire.send(answers, [b"ready"])
    while True:
        header, html, xmp, *blobs = wire.receive(jobs)
        job = json.loads(header)
        before = cpu_seconds()
        _limit(resource.RLIMIT_CPU, int(before + job["cpu_seconds"]) + 1)
        try:
            pdf = press.print(_page(job, html, xmp, blobs))
        except (MemoryError, RecursionError):
            wire.send(answers, [b"heavy"])
            return
        except Exception as fault:  # the parent tells; the child stays fit for the next document
            wire.send(answers, [b"fault", f"{type(fault).__name__}: {fault}".encode()])
            continue
        wire.send(answers, [b"done", pdf, f"{(cpu_seconds() - before) * 1_000_000:.0f}".encode()])


def _page(job: Any, html: bytes, xmp: bytes, blobs: Sequence[bytes]) -> Page:
    """The page of a job, its pictures first among the blobs and its attachments after them."""
    pictures = len(job["assets"])
    named = zip(job["attachments"], blobs[pictures:], strict=True)
    return Page(
        html.decode("utf-8"),
        datetime.fromisoformat(job["when"]),
        job["stylesheet"],
        dict(zip(job["assets"], blobs[:pictures], strict=True)),
        [(name, description, relationship, content) for (name, description, relationship), content in named],
        xmp or ACCESSIBLE_XMP,
    )


def main() -> None:
    """Keep the pipe to ourselves, so that nothing a library prints can garble an answer."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(wire.Hungup):
        serve(sys.stdin.buffer, answers, memory=int(sys.argv[1]))


if __name__ == "__main__":
    main()
