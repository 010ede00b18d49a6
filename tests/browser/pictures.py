"""The guide's pictures, taken by the stories themselves when COOPTER_PICTURES names a folder; nothing otherwise."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

COLOURS = 128
TALLEST = 2400


@dataclass(frozen=True)
class Pictures:
    """A folder of pictures, or none."""

    folder: Path | None

    @classmethod
    def from_environment(cls) -> Pictures:
        """The folder that COOPTER_PICTURES names."""
        named = os.environ.get("COOPTER_PICTURES")
        return cls(Path(named) if named else None)

    def take(self, page: Page, name: str, *, at: Locator | None = None, whole: bool = False) -> None:
        """Write `name-WIDTH.png`: what the screen shows, scrolled to a place if one is given, or the whole page."""
        if self.folder is None:
            return
        assert page.viewport_size is not None
        page.wait_for_load_state("networkidle")  # icons come after the page
        if at is not None:
            at.evaluate("place => window.scrollTo(0, place.getBoundingClientRect().top + window.scrollY - 12)")
        if whole:  # a window as tall as the page, so that what is fixed to its foot stands at the page's foot
            before, tall = page.viewport_size, page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": before["width"], "height": min(max(tall, before["height"]), TALLEST)})
        content = page.screenshot(caret="hide")
        if whole:
            page.set_viewport_size(before)
        self.folder.mkdir(parents=True, exist_ok=True)
        write(content, self.folder / f"{name}-{page.viewport_size['width']}.png")

    def of_pdf(self, content: bytes, name: str) -> None:
        """Write the first page of a PDF."""
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            page_of_pdf(content, self.folder / f"{name}.png")


def write(content: bytes, path: Path) -> None:
    """A picture of a page needs few colours: a fifth of the weight, no visible loss."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def page_of_pdf(content: bytes, path: Path) -> None:
    """The first page of a PDF, as a picture of 960 pixels wide."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.pdf"
        source.write_bytes(content)
        asked = ["pdftoppm", "-png", "-f", "1", "-l", "1", "-scale-to-x", "960", "-scale-to-y", "-1", "-singlefile"]
        subprocess.run([*asked, str(source), str(source.with_suffix(""))], check=True)
        write(source.with_suffix(".png").read_bytes(), path)
