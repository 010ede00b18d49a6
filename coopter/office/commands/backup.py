"""Backup: one archive with a consistent copy of the database, every stored file and a manifest of their digests (R14).

The copy is taken while people go on working: SQLite's online backup, or one repeatable-read snapshot on PostgreSQL.
The secret key stays out unless it is asked for; its fingerprint is always there, so that a restore can tell.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from coopter.plumbing import files, tenancy
from coopter.plumbing.database import Base, db
from coopter.plumbing.transaction import end_reads, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal

FORMAT = 1
MANIFEST, KEY, SQLITE_COPY, TABLES, FILES = "manifest.json", "secret-key", "database.sqlite", "tables", "files"
Progress = Callable[[int, int], None]


class ArchiveThere(Refusal):
    """« %(path)s » existe déjà : une sauvegarde n'en remplace pas une autre. Choisissez un autre nom."""


class CopyDamaged(Refusal):
    """La copie de la base est abîmée (%(words)s) : la sauvegarde n'a pas été faite. Lancez « coopter verify »."""


@dataclass
class Manifest:
    """What an archive holds: written last, so that a cut archive has none."""

    engine: str
    revision: str
    made_at: str
    key_fingerprint: str
    has_key: bool
    members: dict[str, dict[str, Any]] = field(default_factory=dict)  # name → sha256, bytes
    columns: dict[str, list[str]] = field(default_factory=dict)  # of each table that is copied row by row
    sequences: dict[str, int] = field(default_factory=dict)  # PostgreSQL's counters
    heads: dict[str, str] = field(default_factory=dict)  # chain → "sequence:hash", an anchor of each journal
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive just made; `damaged` names stored files that no longer are what they were."""

    path: Path
    size: int
    files: int
    revision: str
    has_key: bool
    damaged: tuple[str, ...]


def fingerprint_of(secret_key: str) -> str:
    """A mark by which a key is recognised and from which it cannot be found."""
    return sha256(b"coopter secret key " + secret_key.encode()).hexdigest()[:16]


def backup(
    actor: Actor,
    *,
    to: Path,
    secret_key: str,
    with_key: bool = False,
    at: datetime,
    progress: Progress = lambda d, t: None,
) -> Backup:
    """Write the archive aside, sync it, then rename it: whoever sees the file sees it whole (R16).

    Raises ArchiveThere, CopyDamaged; an OSError (disk full) leaves nothing behind.
    """
    require(actor.is_administrator)
    if to.exists():
        raise ArchiveThere(path=str(to))
    end_reads()
    aside = Path(tempfile.mkdtemp(dir=to.parent, prefix=".sauvegarde-"))
    try:
        parts = aside / "parts"
        parts.mkdir()
        with tenancy.everywhere("une sauvegarde est celle de toute l'installation"):
            manifest = _copy_database(db.engine, parts, at=at)
        manifest.key_fingerprint, manifest.has_key = fingerprint_of(secret_key), with_key
        archive = aside / "archive.tar"
        damaged = _write(archive, parts, manifest, key=secret_key if with_key else None, progress=progress)
        size = archive.stat().st_size
        os.replace(archive, to)
        _sync_folder(to.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    count = sum(name.startswith(FILES + "/") for name in manifest.members)
    return Backup(to, size, count, manifest.revision, with_key, tuple(damaged))


# ── the database ───────────────────────────────────────────────────────────────────────────────────────────────────


def _copy_database(engine: Engine, parts: Path, *, at: datetime) -> Manifest:
    manifest = Manifest(engine.dialect.name, "", at.isoformat(), "", False)
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(engine.url.database or ""), parts / SQLITE_COPY, manifest)
    else:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            _copy_tables(connection, parts / TABLES, manifest)
            connection.rollback()
    return manifest


def _copy_sqlite(source: Path, copy: Path, manifest: Manifest) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as live, closing(sqlite3.connect(copy)) as made:
        live.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")
        words = made.execute("PRAGMA integrity_check").fetchone()[0]
        if words != "ok":
            raise CopyDamaged(words=words)
        manifest.revision = made.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        manifest.heads = _heads(made.execute("SELECT chain, sequence, hash FROM journal_head").fetchall())


def _copy_tables(connection: Connection, folder: Path, manifest: Manifest) -> None:
    folder.mkdir()
    manifest.revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    rows = connection.execute(text("SELECT chain, sequence, hash FROM journal_head"))
    manifest.heads = _heads([tuple(row) for row in rows])
    ours = {f"{table.name}_id_seq" for table in Base.metadata.sorted_tables}
    query = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
    counters = connection.execute(query)
    manifest.sequences = {name: last for name, last in counters if name in ours and last is not None}
    driver: Any = connection.connection.driver_connection
    for place, table in enumerate(Base.metadata.sorted_tables):
        manifest.columns[table.name] = [column.name for column in table.columns]
        columns = ", ".join(f'"{name}"' for name in manifest.columns[table.name])
        copied = f'COPY (SELECT {columns} FROM "{table.name}" ORDER BY 1, 2) TO STDOUT'
        path = folder / f"{place:03d}-{table.name}.copy"
        with path.open("wb") as made, driver.cursor() as cursor, cursor.copy(copied) as lines:
            for block in lines:
                made.write(block)


def _heads(rows: list[Any]) -> dict[str, str]:
    return {str(chain): f"{sequence}:{digest}" for chain, sequence, digest in rows}


# ── the archive ────────────────────────────────────────────────────────────────────────────────────────────────────


def _write(archive: Path, parts: Path, manifest: Manifest, *, key: str | None, progress: Progress) -> list[str]:
    """Every part, every stored file, the key if asked for, the manifest; returns the names of damaged files."""
    chosen = [(path.relative_to(parts).as_posix(), path) for path in sorted(parts.rglob("*")) if path.is_file()]
    stored = [(f"{FILES}/{path.parent.name}/{path.name}", path) for path in _stored()]
    damaged = []
    with archive.open("xb") as raw:
        os.fchmod(raw.fileno(), 0o600)
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for place, (name, path) in enumerate([*chosen, *stored], start=1):
                digest = _add_file(tar, name, path, manifest)
                if name.startswith(FILES + "/") and digest != path.name:
                    damaged.append(path.name)
                progress(place, len(chosen) + len(stored))
            if key is not None:
                _add(tar, KEY, key.encode(), manifest)
            _add(tar, MANIFEST, json.dumps(vars(manifest), sort_keys=True, indent=1).encode(), None)
        raw.flush()
        os.fsync(raw.fileno())
    return damaged


def _stored() -> Iterator[Path]:
    root = files.root()
    if root.is_dir():
        yield from sorted(path for path in root.glob("??/*") if len(path.name) == 64)


def _add_file(tar: tarfile.TarFile, name: str, path: Path, manifest: Manifest) -> str:
    content = _Hashed(path)
    member = tarfile.TarInfo(name)
    member.size, member.mode = path.stat().st_size, 0o600
    with closing(content):
        tar.addfile(member, content)  # type: ignore[arg-type]
    digest = content.digest.hexdigest()
    manifest.members[name] = {"sha256": digest, "bytes": member.size}
    return digest


def _add(tar: tarfile.TarFile, name: str, content: bytes, manifest: Manifest | None) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))
    if manifest is not None:
        manifest.members[name] = {"sha256": sha256(content).hexdigest(), "bytes": len(content)}


class _Hashed:
    """A file that is hashed while it is read, so that it is read once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block

    def close(self) -> None:
        self._file.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
