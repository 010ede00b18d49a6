"""The guide shows what exists: each picture it names is there, each one that is there is shown, links lead on."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = ROOT / "docs" / "screenshots"
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
MOST_BYTES = 6_000_000


def test_pictures_and_pages_agree() -> None:
    named = {
        name for page in PAGES for name in re.findall(r"screenshots/([\w-]+\.png)", page.read_text(encoding="utf-8"))
    }
    kept = {picture.name for picture in PICTURES.glob("*")}
    assert named == kept, "take them anew: .venv/bin/python docs/make_screenshots.py"
    assert sum(picture.stat().st_size for picture in PICTURES.glob("*")) < MOST_BYTES


def test_links_lead_somewhere() -> None:
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not lost, "\n".join(lost)
