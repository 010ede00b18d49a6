"""What this machine runs: versions with known holes, what is lacking, and what to do about it."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sqlite3
import stat
import sys
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from enum import Enum
from importlib.metadata import version
from pathlib import Path

from coopter.plumbing.database import wal_is_safe

LEAST_WEASYPRINT = (70, 0)
LEAST_FREE = 500 * 1024 * 1024
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")


class Level(Enum):
    """How bad a remark is: good, worth knowing, or to be put right before going on."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at, and what to do when it is not good."""

    name: str
    level: Level
    words: str
    remedy: str = ""


def examine(
    *, data_dir: Path, journal_mode: str = "DELETE", base_url: str = "", listen: str = ""
) -> tuple[Remark, ...]:
    """Look at Python, SQLite, WeasyPrint, Pango, the data folder and the public address."""
    return (
        _python(),
        _mail_headers(),
        _sqlite(journal_mode),
        _weasyprint(),
        _pango(),
        _folder(data_dir),
        _disk(data_dir),
        _address(base_url, listen),
    )


def injects_headers() -> bool:
    """Whether this Python's mail library turns an encoded word with line ends into a header of its own (L11)."""
    message = EmailMessage()
    message["To"] = Address(display_name="=?utf-8?q?x=0D=0ABcc:_evil=40example.com?=", addr_spec="a@example.com")
    return any(line.lower().startswith(b"bcc:") for line in bytes(message).splitlines())


def _python() -> Remark:
    return Remark("Python", Level.GOOD, f"version {'.'.join(map(str, sys.version_info[:3]))}")


def _mail_headers() -> Remark:
    try:
        hole = injects_headers()
    except ValueError:  # the library refuses such a name by itself
        hole = False
    if hole:
        words = "cette version laisse injecter des en-têtes de courriel ; CoopTer nettoie lui-même chaque en-tête"
        return Remark("Courriel", Level.WARNING, words, "mettez Python à jour dès que possible")
    return Remark("Courriel", Level.GOOD, "pas d'injection d'en-têtes")


def _sqlite(journal_mode: str) -> Remark:
    found = sqlite3.sqlite_version
    if wal_is_safe():
        return Remark("SQLite", Level.GOOD, f"version {found}, journal {journal_mode}")
    words = f"version {found} : le mode WAL peut y perdre des données"
    if journal_mode == "WAL":
        remedy = "retirez COOPTER_SQLITE_JOURNAL_MODE, ou installez SQLite 3.51.3, 3.50.7 ou 3.44.6"
        return Remark("SQLite", Level.BAD, words, remedy)
    return Remark("SQLite", Level.GOOD, f"{words} ; CoopTer ne l'emploie pas (journal {journal_mode})")


def _weasyprint() -> Remark:
    found = version("weasyprint")
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if numbers < LEAST_WEASYPRINT:
        remedy = "relancez ./run pour refaire l'environnement"
        return Remark("WeasyPrint", Level.BAD, f"version {found}, qui a des failles connues", remedy)
    return Remark("WeasyPrint", Level.GOOD, f"version {found}")


def _pango() -> Remark:
    for name in PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            remedy = "installez les paquets libpango-1.0-0 et libpangoft2-1.0-0"
            return Remark("Pango", Level.BAD, f"{name} manque : aucun PDF ne peut être fait", remedy)
    return Remark("Pango", Level.GOOD, "présent")


def _folder(data_dir: Path) -> Remark:
    for path, most in ((data_dir, 0o750), (data_dir / "secret-key", 0o600)):
        if path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & ~most:
                remedy = f"chmod {0o600 if path.is_file() else 0o700:o} {path}"
                return Remark("Dossier", Level.WARNING, f"{path} est lisible par d'autres ({mode:o})", remedy)
    if not os.access(data_dir, os.W_OK):
        return Remark("Dossier", Level.BAD, f"{data_dir} ne peut pas être écrit", "donnez ce dossier à l'utilisateur")
    return Remark("Dossier", Level.GOOD, str(data_dir))


def _disk(data_dir: Path) -> Remark:
    free = shutil.disk_usage(data_dir).free
    words = f"{free // 1_000_000} Mo libres"
    if free < LEAST_FREE:
        return Remark("Disque", Level.WARNING, words, "faites de la place avant la prochaine clôture")
    return Remark("Disque", Level.GOOD, words)


def _address(base_url: str, listen: str) -> Remark:
    local = listen.startswith(("127.", "localhost", "[::1]"))
    if base_url.startswith("https:") or (local and not base_url) or "//127.0.0.1" in base_url:
        return Remark("Adresse", Level.GOOD, base_url or listen)
    words = f"{base_url or listen} n'est pas chiffré"
    return Remark("Adresse", Level.WARNING, words, "mettez un serveur TLS devant, et COOPTER_BASE_URL=https://…")
