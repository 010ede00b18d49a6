"""The parent's side of rendering: a pool of children with limits, so that one heavy document blocks nobody (R62)."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import cast

from coopter.plumbing.pdf import wire
from coopter.values.refusal import Refusal

_ROOT = Path(__file__).resolve().parents[3]
_NOTHING: Mapping[str, bytes] = {}


class DocumentTooHeavy(Refusal):
    """La mise en page de « %(title)s » demande trop de temps ou de mémoire. Réduisez le nombre de lignes ou la longueur
    des textes, puis recommencez."""


class DocumentFailed(Exception):
    """The child could not make the document: a fault of ours, with its words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: seconds of processor, seconds on the clock, bytes of memory."""

    cpu_seconds: int = 20
    wall_seconds: float = 25.0
    memory: int = 1 << 30
    start_seconds: float = 60.0
    documents: int = 500
    """After so many documents a child is replaced, so that what libraries leak is given back."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished PDF and the processor seconds that it took."""

    pdf: bytes
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes inside the PDF, and how it stands to the page (ISO 32000-2: Data, Source, Supplement…)."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Supplement"


class Renderer:
    """A pool of rendering children, started when first needed; safe to call from several threads at once."""

    def __init__(self, *, workers: int = 1, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._idle: LifoQueue[_Child | None] = LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._workers = workers

    def render(
        self,
        html: str,
        *,
        when: datetime,
        title: str,
        stylesheet: str = "",
        assets: Mapping[str, bytes] = _NOTHING,
        attachments: Sequence[Attached] = (),
        xmp: bytes = b"",
    ) -> Rendering:
        """PDF/A-3a of the page, with what is attached to it; the same arguments give the same bytes.

        `when` is the instant written into the document; `stylesheet` one of templates/*/pdf/*.css by its name;
        `assets` are the pictures that the page names as `coopter:job/…`; `xmp` descriptions that take the place of
        the plain ones. Waits for a free child. Raises DocumentTooHeavy past the limits, DocumentFailed otherwise.
        """
        header = {
            "when": when.isoformat(),
            "stylesheet": stylesheet,
            "assets": list(assets),
            "attachments": [[one.name, one.description, one.relationship] for one in attachments],
            "cpu_seconds": self._limits.cpu_seconds,
        }
        contents = [one.content for one in attachments]
        blobs = [json.dumps(header).encode(), html.encode("utf-8"), xmp, *assets.values(), *contents]
        child = self._idle.get()
        try:
            child = child or _Child(self._limits)
            return child.do(blobs, title=title)
        except BaseException:
            if child is not None:
                child.stop()
            child = None
            raise
        finally:
            self._idle.put(None if child is None or child.is_worn else child)
            if child is not None and child.is_worn:
                child.stop()

    def close(self) -> None:
        """Stop the children that wait; those at work end by themselves when their pipe closes."""
        idle = [self._idle.get() for _ in range(self._workers)]
        for child in idle:
            if child is not None:
                child.stop()
            self._idle.put(None)

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Child:
    """One rendering process with nothing of ours in its environment: no secret, no proxy, no database address."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._done = 0
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coopter.plumbing.pdf.child", str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=kept | {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
        )
        try:
            self._answer(limits.start_seconds)
        except wire.Hungup as gone:
            self.stop()
            raise DocumentFailed("the rendering child did not start: is Pango installed?") from gone

    @property
    def is_worn(self) -> bool:
        return self._done >= self._limits.documents or self._process.poll() is not None

    def do(self, blobs: list[bytes], *, title: str) -> Rendering:
        self._done += 1
        try:
            answer = self._answer(self._limits.wall_seconds, blobs)
        except wire.Hungup as gone:
            raise DocumentTooHeavy(title=title) from gone
        if answer[0] == b"heavy":
            raise DocumentTooHeavy(title=title)
        if answer[0] == b"fault":
            raise DocumentFailed(answer[1].decode("utf-8", "replace"))
        return Rendering(answer[1], int(answer[2]) / 1_000_000)

    def _answer(self, seconds: float, blobs: list[bytes] | None = None) -> list[bytes]:
        """Send and wait; past the time the child is killed, which ends the wait."""
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            if blobs is not None:
                wire.send(cast("wire.BinaryIO", self._process.stdin), blobs)
            return wire.receive(cast("wire.BinaryIO", self._process.stdout))
        finally:
            alarm.cancel()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
