"""What a page may never do: read a file, ask a server, or take so much that others wait (R24, R62)."""

import contextlib
import http.server
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from coopter.billing.pdf.page import invoice_html, print_invoice
from coopter.billing.record import BuyerReferences, InvoiceRecord
from coopter.plumbing.pdf import renderer as renderer_module
from coopter.plumbing.pdf.renderer import DocumentFailed, DocumentTooHeavy, Limits, Renderer
from tests.billing import samples

WHEN = samples.WHEN
CANARY = "canary-7f3a91"


@pytest.fixture
def canary_server() -> Iterator[tuple[str, list[str]]]:
    """A server that must never be asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CANARY.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def _vectors(address: str) -> list[str]:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{}</svg>"
    entity = f"<!DOCTYPE svg [<!ENTITY x SYSTEM '{address}'>]>" + svg.format("<text>&x;</text>")
    picture = svg.format(f"<image xlink:href='{address}' width='9' height='9'/>")
    return [
        f'<img src="{address}">',
        f'<link rel="attachment" href="{address}" title="x">',
        f'<a rel="attachment" href="{address}">x</a>',
        f'<style>@import url("{address}");</style>',
        f'<link rel="stylesheet" href="{address}">',
        f'<div style="background: url({address})">x</div>',
        f'<style>@font-face {{ font-family: x; src: url("{address}") }} p {{ font-family: x }}</style><p>x</p>',
        picture,
        f'<img src="data:image/svg+xml;utf8,{picture.replace(chr(34), chr(39))}">',
        f'<img src="data:image/svg+xml;utf8,{entity}">',
        f'<object data="{address}" type="text/html">x</object>',
        f'<embed src="{address}"><iframe src="{address}"></iframe>',
        f'<base href="{address}"><img src="x.png">',
        f'<ul style="list-style-image: url({address})"><li>x</ul>',
        f"<style>@page {{ background: url({address}) }} p::before {{ content: url({address}) }}</style><p>x</p>",
    ]


def _all_bytes(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        streams = [item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)]
    return pdf + b"".join(streams)


class TestFence:
    """R24: the renderer reaches nothing but the bundled assets."""

    def test_no_vector_reaches_a_file_or_a_server(
        self, renderer: Renderer, tmp_path: Path, canary_server: tuple[str, list[str]]
    ) -> None:
        canary = tmp_path / "secret.txt"
        canary.write_text(CANARY)
        address, asked = canary_server
        for target in (canary.as_uri(), str(canary), address, address.replace("http", "ftp")):
            for vector in _vectors(target):
                html = f"<html lang=fr><title>x</title><p>before</p>{vector}<p>after</p>"
                pdf = renderer.render(html, when=WHEN, title="x").pdf
                assert CANARY.encode() not in _all_bytes(pdf), vector
                with pikepdf.open(BytesIO(pdf)) as document:
                    assert list(document.attachments) == [], vector
        assert asked == []

    def test_user_fields_are_text(self, renderer: Renderer, tmp_path: Path) -> None:
        canary = tmp_path / "secret.txt"
        canary.write_text(CANARY)
        for vector in [*_vectors(canary.as_uri()), "{{ 7*7 }}", "{% raw %}", "%(x)s", "</p></main>", "\x00\x0b"]:
            html = invoice_html(_everywhere(vector))
            assert vector not in html or "<" not in vector
            assert vector != "{{ 7*7 }}" or vector in html
        pdf = print_invoice(_everywhere(_vectors(canary.as_uri())[1]), renderer=renderer, when=WHEN).pdf
        assert CANARY.encode() not in _all_bytes(pdf)
        assert PdfReader(BytesIO(pdf)).attachments.keys() == {"factur-x.xml"}

    def test_only_named_assets_exist(self, renderer: Renderer) -> None:
        for name in ("coopter:fonts/../../app.py", "coopter:job/other.png", "coopter:fonts/LICENSE", "COOPTER:job/x"):
            html = f'<html lang=fr><title>x</title><img alt=y src="{name}">'
            assert renderer.render(html, when=WHEN, title="x", assets={"x.png": samples.LOGO}).pdf

    def test_nothing_of_ours_is_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COOPTER_SECRET_KEY", CANARY)
        with Renderer() as pool:
            pool.render("<html lang=fr><title>x</title>x", when=WHEN, title="x")
            child = pool._idle.queue[0]
            assert child is not None
            environment = Path(f"/proc/{child._process.pid}/environ").read_bytes()
        assert CANARY.encode() not in environment


def _everywhere(text: str) -> InvoiceRecord:
    address = replace(samples.BUYER.address, lines=(text,), city=text)
    buyer = replace(samples.BUYER, legal_name=text, address=address, billing_address=address, delivery_address=address)
    lines = tuple(replace(line, label=text, detail=text) for line in samples.shares(349211))
    hours = tuple(replace(hour, employee=text, activity=text) for hour in samples.some_hours(1, 2))
    references = BuyerReferences(text, text, text)
    return samples.an_invoice(
        lines, buyer=buyer, references=references, hours=hours, basis=text, closing_text=text,
        seller=replace(samples.SELLER, legal_name=text, trade_name=text, legal_form=text, email=text, phone=text),
    )  # fmt: skip


LIGHT = "<html lang=fr><title>x</title>x"


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How each child that was stopped had ended: a signal's number, negative, or its exit code."""
    seen: list[int | None] = []
    stop = renderer_module._Child.stop

    def noted(child: renderer_module._Child) -> None:
        stop(child)
        seen.append(child._process.returncode)

    monkeypatch.setattr(renderer_module._Child, "stop", noted)
    return seen


class TestHeavyDocuments:
    """R62: a huge document is refused with a sentence once its share of work is spent; the next one is served.

    The bounds are the kernel's (processor, memory) and one alarm; how long a refusal takes is measured by
    bench/heavy.py, not asserted here.
    """

    @pytest.mark.parametrize(
        "heavy",
        [
            "<table>" + "<tr><td>a<td>b<td>c" * 5000,
            "<table>" + "<tr><td colspan=1000>x" * 3000,
            "<p>" + "mot " * 250_000,
        ],
        ids=["rows", "colspans", "text"],
    )
    def test_the_kernel_ends_what_takes_too_much_processor_time(self, heavy: str, ends: list[int | None]) -> None:
        """The alarm is an hour away: it is not what stops these."""
        with Renderer(limits=Limits(cpu_seconds=1, wall_seconds=3600)) as pool:
            _refused(pool, f"<html lang=fr><title>x</title>{heavy}")
            assert ends == [-signal.SIGXCPU]

    def test_too_deep_is_told_by_the_child_itself(self) -> None:
        with Renderer(limits=Limits(wall_seconds=3600)) as pool:
            _refused(pool, "<html lang=fr><title>x</title>" + "<div>" * 5000 + "x")

    def test_an_alarm_ends_what_does_not_answer(self, ends: list[int | None], monkeypatch: pytest.MonkeyPatch) -> None:
        """One alarm a document, set to the limit of the clock, whatever the child waits for; it kills."""
        with Renderer(limits=Limits(wall_seconds=17.5)) as pool:
            assert pool.render(LIGHT, when=WHEN, title="FA-0").pdf
            alarms: list[float] = []

            class Now(threading.Timer):
                def __init__(self, seconds: float, kill: Callable[[], None]) -> None:
                    alarms.append(seconds)
                    super().__init__(0, kill)

                def start(self) -> None:
                    self.function()

            with monkeypatch.context() as patch:
                patch.setattr(renderer_module.threading, "Timer", Now)
                with pytest.raises(DocumentTooHeavy, match="FA-1"):
                    pool.render(LIGHT, when=WHEN, title="FA-1")
            assert (alarms, ends) == ([17.5], [-signal.SIGKILL])
            assert pool.render(LIGHT, when=WHEN, title="FA-2").pdf

    def test_too_much_memory(self) -> None:
        """The child's address space has the limit's size, and a page that needs more is refused."""
        with Renderer(limits=Limits(memory=400 << 20, cpu_seconds=3600, wall_seconds=3600)) as pool:
            assert pool.render(LIGHT, when=WHEN, title="FA-0").pdf
            child = pool._idle.queue[-1]
            assert child is not None
            assert resource.prlimit(child._process.pid, resource.RLIMIT_AS)[0] == 400 << 20
            _refused(pool, "<html lang=fr><title>x</title>" + "x" * (120 << 20))

    def test_one_huge_colspan_blocks_nobody(self) -> None:
        with Renderer(limits=Limits(wall_seconds=5)) as pool:
            huge = "<html lang=fr><title>x</title><table><tr><td colspan=100000>x</table>"
            with contextlib.suppress(DocumentTooHeavy):
                pool.render(huge, when=WHEN, title="FA-1")
            assert pool.render(LIGHT, when=WHEN, title="FA-2").pdf

    def test_a_fault_of_ours_is_not_a_refusal(self, renderer: Renderer) -> None:
        with pytest.raises(DocumentFailed):
            renderer.render("<html lang=fr><title>x</title>", when=WHEN, title="x", stylesheet="/etc/passwd")
        assert renderer.render("<html lang=fr><title>x</title>", when=WHEN, title="x").pdf

    def test_several_threads_share_two_children_which_are_replaced(self) -> None:
        done: list[bytes] = []
        with Renderer(workers=2, limits=Limits(documents=3)) as pool:

            def one() -> None:
                rendering = pool.render("<html lang=fr><title>x</title>x", when=WHEN, title="x")
                assert rendering.cpu_seconds > 0
                done.append(rendering.pdf)

            threads = [threading.Thread(target=one) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(done) == 8 and len(set(done)) == 1


def _refused(pool: Renderer, heavy: str) -> None:
    with pytest.raises(DocumentTooHeavy, match="FA-1"):
        pool.render(heavy, when=WHEN, title="FA-1")
    assert pool.render(LIGHT, when=WHEN, title="FA-2").pdf
