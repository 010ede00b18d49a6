"""Where this machine's Chromium is: by its name, or where Playwright put the one that it installs itself."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

NAMES = ("chromium", "google-chrome-stable", "google-chrome")


def chromium() -> str | None:
    """The browser of this machine; `run` looks in the same places before it installs one."""
    named = next((path for name in NAMES if (path := shutil.which(name))), None)
    return named or _playwrights_own()


def _playwrights_own() -> str | None:
    home = os.environ.get("HOME") or "/nowhere"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path(home, ".cache", "ms-playwright"))
    found = [path for path in folder.glob("chromium-*/*/chrome") if os.access(path, os.X_OK)]
    return str(max(found, key=_revision)) if found else None


def _revision(path: Path) -> int:
    number = re.search(r"chromium-(\d+)", str(path))
    return int(number[1]) if number else 0
