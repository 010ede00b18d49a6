"""Files by what they contain: each is stored once under its SHA-256, whole or not at all (row R32)."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from flask import current_app


class FileDamaged(RuntimeError):
    """A stored file is missing, or is not what its name says any more; restore it from a backup."""


def store(content: bytes) -> str:
    """Store the bytes and return their SHA-256; the same bytes again are the same file, or mend a damaged one.

    Written aside, synced, then renamed, and the folder synced: a crash leaves the file whole or absent.
    """
    name = sha256(content).hexdigest()
    path = path_of(name)
    if path.exists() and sha256(path.read_bytes()).hexdigest() == name:
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".aside-")
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name


def sweep(*, before: datetime) -> int:
    """Remove what interrupted writings left aside, untouched since before this instant; returns how many."""
    left = [path for path in root().glob("*/.aside-*") if path.stat().st_mtime < before.timestamp()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def read(name: str) -> bytes:
    """The bytes stored under this SHA-256; raises FileDamaged when they are gone or have changed."""
    try:
        content = path_of(name).read_bytes()
    except FileNotFoundError as gone:
        raise FileDamaged(f"file {name} is missing") from gone
    if sha256(content).hexdigest() != name:
        raise FileDamaged(f"file {name} was altered")
    return content


def root() -> Path:
    """The folder of all stored files."""
    return Path(current_app.config["DATA_DIR"]) / "files"


def path_of(name: str) -> Path:
    """Where the file of this SHA-256 stands."""
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise FileDamaged(f"{name[:80]!r} is no file name of ours")
    return root() / name[:2] / name
