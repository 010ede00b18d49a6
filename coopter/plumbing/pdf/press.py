"""The rendering children of this process, and the one call that prints an official document."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from coopter.plumbing.parallel import workers
from coopter.plumbing.pdf.renderer import Attached, Renderer

_LOCK = threading.Lock()
_presses: dict[int, Renderer] = {}
_NOTHING: Mapping[str, bytes] = {}


def press() -> Renderer:
    """The rendering children of this process, shared by all threads and stopped with it."""
    size = workers()
    with _LOCK:
        if size not in _presses:
            _presses[size] = Renderer(workers=size)
            atexit.register(_presses[size].close)
        return _presses[size]


def print_page(
    html: str,
    *,
    title: str,
    stylesheet: str,
    when: datetime,
    assets: Mapping[str, bytes] = _NOTHING,
    attachments: Sequence[Attached] = (),
) -> bytes:
    """The PDF/A-3a of a page, accessible and the same bytes for the same arguments.

    Call it outside any transaction: a child works for a second or more. Raises DocumentTooHeavy (a Refusal, R62),
    DocumentFailed.
    """
    return press().render(
        html, when=when, title=title, stylesheet=stylesheet, assets=assets, attachments=attachments
    ).pdf  # fmt: skip
