"""Take the pictures of README.md and docs/guide anew: `.venv/bin/python docs/make_screenshots.py`.

The stories of tests/browser are played on an empty database, and leave a picture where they say so; those that a page
names are kept in docs/screenshots, and no others. The boxes of files and dates speak the browser's language: for French
ones, install chromium-l10n first.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
NAMED = re.compile(r"screenshots/([\w-]+\.png)")


def named_pictures() -> set[str]:
    """The pictures that pages show."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {name for page in pages for name in NAMED.findall(page.read_text(encoding="utf-8"))}


def main() -> int:
    """Play the stories, keep what is named; 1 when a story failed or a picture was not taken."""
    wanted = named_pictures()
    with tempfile.TemporaryDirectory(prefix="coopter-pictures-") as taken:
        environment = {**os.environ, "COOPTER_PICTURES": taken}
        stories = [sys.executable, "-m", "pytest", "-q", "tests/browser", "-k", "not everybody and not guide"]
        if subprocess.run(stories, cwd=ROOT, env=environment, check=False).returncode:
            return 1
        lacking = sorted(name for name in wanted if not (Path(taken) / name).exists())
        if lacking:
            print(f"no story takes: {', '.join(lacking)}", file=sys.stderr)
            return 1
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        for name in sorted(wanted):
            shutil.copy(Path(taken) / name, FOLDER / name)
    weight = sum(picture.stat().st_size for picture in FOLDER.iterdir())
    print(f"{len(wanted)} pictures, {weight / 1e6:.1f} MB, in {FOLDER.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
