"""What people receive by mail in a story: the worker of the site writes each letter as a file."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

from playwright.sync_api import Page

from coopter.plumbing import clock, outbox
from tests.browser.serving import Site


def found_in_letter(site: Site, address: str, pattern: str, *, waiting: Page) -> str:
    """What a pattern finds in the latest letter to somebody that holds it; the site's own worker may be writing it
    right now, so the page is asked again until it is there."""
    for _ in range(100):
        with site.app.app_context():
            outbox.drain(clock=clock.now)
        for path in sorted((site.app.config["DATA_DIR"] / "mail").glob("*.eml"), reverse=True):
            letter = message_from_bytes(path.read_bytes(), policy=default)
            text = letter.get_body(("plain",)).get_content() if letter["To"] == address else ""  # type: ignore[union-attr]
            if found := re.search(pattern, text, re.MULTILINE):
                return found[0]
        waiting.reload()
    raise AssertionError(f"no letter to {address} says {pattern}")
