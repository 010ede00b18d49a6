"""The guide's pictures, taken by the stories themselves when COOPTER_PICTURES names a folder; nothing otherwise."""

from __future__ import annotations

import io
import os
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

    def take(self, page: Page, name: str, *, of: Locator | None = None, whole: bool = False) -> None:
        """Write `name-WIDTH.png`: what the screen shows, the whole page, or one part of it."""
        if self.folder is None:
            return
        assert page.viewport_size is not None
        page.evaluate("document.activeElement instanceof HTMLElement && document.activeElement.blur()")
        content = of.screenshot() if of else page.screenshot(full_page=whole)
        self.folder.mkdir(parents=True, exist_ok=True)
        write(content, self.folder / f"{name}-{page.viewport_size['width']}.png")


def write(content: bytes, path: Path) -> None:
    """A picture of a page needs few colours: a fifth of the weight, no visible loss."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
