"""A copy put back from a backup stands apart until somebody says that it is the one: it sends nothing, opens no link.

The mails that waited when the backup was made may have left since, and links of that day may have been used or taken
back since (row R101). The mark is a file of the data folder, which a restore leaves and `coopter release` takes away.
"""

from __future__ import annotations

from pathlib import Path

from flask import current_app

NAME = "quarantaine"
INDOORS = ("document",)  # effects that stay in the house


def begin(data_dir: Path, *, made_at: str) -> None:
    """Mark an installation as a copy of what was backed up at `made_at`."""
    (data_dir / NAME).write_text(made_at + "\n", encoding="ascii")


def stands() -> bool:
    """Whether this installation is such a copy."""
    return _mark().exists()


def end() -> bool:
    """Take the mark away; whether there was one."""
    there = stands()
    _mark().unlink(missing_ok=True)
    return there


def _mark() -> Path:
    return Path(current_app.config["DATA_DIR"]) / NAME
