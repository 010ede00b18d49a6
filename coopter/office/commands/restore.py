"""Restore: an archive put back where nothing is yet, checked member by member before anything is shown (R14, R38)."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url

from coopter.office.commands.backup import (
    FILES,
    FORMAT,
    KEY,
    MANIFEST,
    SQLITE_COPY,
    TABLES,
    Manifest,
    Progress,
    fingerprint_of,
)
from coopter.plumbing import quarantine, schema, tenancy
from coopter.plumbing.database import Base
from coopter.plumbing.transaction import require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal

BLOCK = 1 << 20


class NotAnArchive(Refusal):
    """« %(path)s » n'est pas une sauvegarde complète de CoopTer (%(words)s). Prenez une autre sauvegarde."""


class MemberDamaged(Refusal):
    """La sauvegarde est abîmée : « %(name)s » n'est plus ce qui avait été sauvegardé. Prenez une autre sauvegarde."""


class NotEmpty(Refusal):
    """L'installation n'est pas vide (%(where)s) : une restauration ne recouvre jamais rien. Donnez un autre dossier, ou
    une base vide."""


class MadeByNewer(Refusal):
    """Cette sauvegarde vient d'une version plus récente de CoopTer (schéma %(revision)s). Installez cette version, puis
    recommencez."""


class OtherEngine(Refusal):
    """Cette sauvegarde vient de %(engine)s et la base demandée est %(wanted)s. Réglez COOPTER_DATABASE_URL sur une base
    de la même sorte."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. `key` is "restored", "same" (the key already there is the right one), "missing" or "other"."""

    data_dir: Path
    files: int
    revision: str
    made_at: str
    key: str
    heads: dict[str, str]


def restore(
    actor: Actor,
    *,
    archive: Path,
    data_dir: Path,
    database_url: str,
    secret_key: str | None,
    progress: Progress = lambda d, t: None,
) -> Restored:
    """Put an archive back into an empty installation: all of it, or nothing.

    What is put back stands in quarantine until `release` (R101). Raises NotAnArchive, MemberDamaged, NotEmpty,
    MadeByNewer, OtherEngine.
    """
    require(actor.is_administrator)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    refuse_if_used(data_dir, database_url)
    aside = Path(tempfile.mkdtemp(dir=data_dir, prefix=".restauration-"))
    try:
        manifest = _unpack(archive, aside, progress=progress)
        _check(manifest, database_url)
        _put_back(manifest, aside, data_dir=data_dir, database_url=database_url)
        key = _key(manifest, aside, data_dir=data_dir, secret_key=secret_key)
        quarantine.begin(data_dir, made_at=manifest.made_at)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    count = sum(name.startswith(FILES + "/") for name in manifest.members)
    return Restored(data_dir, count, manifest.revision, manifest.made_at, key, manifest.heads)


def refuse_if_used(data_dir: Path, database_url: str) -> None:
    """Raise NotEmpty when there are stored files, or a row in any table."""
    if any((data_dir / FILES).glob("??/*")):
        raise NotEmpty(where=str(data_dir / FILES))
    path = _sqlite_path(database_url)
    if path is not None and not path.exists():
        return
    engine = create_engine(database_url)
    try:
        with tenancy.everywhere("regarder si la base est vide"), engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            for table in Base.metadata.sorted_tables:
                query = text(f'SELECT 1 FROM "{table.name}" LIMIT 1')
                if table.name in there and connection.execute(query).first():
                    raise NotEmpty(where=f"table {table.name}")
    finally:
        engine.dispose()


# ── reading the archive ────────────────────────────────────────────────────────────────────────────────────────────


def _unpack(archive: Path, aside: Path, *, progress: Progress) -> Manifest:
    """Write each member aside while its digest is made, then compare all of them with the manifest."""
    found: dict[str, str] = {}
    size = archive.stat().st_size
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for member in tar:
                if not member.isreg() or not _is_ours(member.name):
                    raise NotAnArchive(path=str(archive), words=f"membre inattendu {member.name[:80]!r}")
                found[member.name] = _extract(tar, member, aside / member.name)
                progress(min(member.offset_data + member.size, size), size)
    except (tarfile.TarError, EOFError) as broken:
        raise NotAnArchive(path=str(archive), words=str(broken)) from broken
    if found.pop(MANIFEST, None) is None:
        raise NotAnArchive(path=str(archive), words="elle n'a pas de manifeste : elle a été coupée")
    return _compared(aside, found, archive=archive)


def _compared(aside: Path, found: dict[str, str], *, archive: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((aside / MANIFEST).read_bytes()))
    except (ValueError, TypeError) as broken:
        raise NotAnArchive(path=str(archive), words="son manifeste est illisible") from broken
    if manifest.format != FORMAT:
        raise MadeByNewer(revision=manifest.revision)
    for name in sorted(manifest.members.keys() | found.keys()):
        if name not in found or name not in manifest.members or manifest.members[name]["sha256"] != found[name]:
            raise MemberDamaged(name=name)
    return manifest


def _is_ours(name: str) -> bool:
    """Only the names that a backup writes: nothing can be put elsewhere."""
    if name in (MANIFEST, KEY, SQLITE_COPY):
        return True
    folder, _, rest = name.partition("/")
    plain = all(part and set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.") for part in rest.split("/"))
    return folder in (TABLES, FILES) and plain and ".." not in name


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    content = tar.extractfile(member)
    with path.open("xb") as made:
        while content is not None and (block := content.read(BLOCK)):
            digest.update(block)
            made.write(block)
        made.flush()
        os.fsync(made.fileno())
    if path.stat().st_size != member.size:
        raise MemberDamaged(name=member.name)
    return digest.hexdigest()


def _check(manifest: Manifest, database_url: str) -> None:
    wanted = make_url(database_url).get_backend_name()
    if manifest.engine != wanted:
        raise OtherEngine(engine=manifest.engine, wanted=wanted)
    if manifest.revision not in schema.known_revisions():
        raise MadeByNewer(revision=manifest.revision)


# ── putting it back ────────────────────────────────────────────────────────────────────────────────────────────────


def _put_back(manifest: Manifest, aside: Path, *, data_dir: Path, database_url: str) -> None:
    """The files first, the database last: what is seen is whole."""
    store = data_dir / FILES
    (aside / FILES).mkdir(exist_ok=True)
    if store.exists():
        _remove_empty(store)
    os.replace(aside / FILES, store)
    try:
        path = _sqlite_path(database_url)
        if path is not None:
            _check_copy(aside / SQLITE_COPY)
            path.parent.mkdir(parents=True, exist_ok=True)
            _place(aside / SQLITE_COPY, path)
        else:
            engine = create_engine(database_url)
            try:
                _fill(engine, manifest, aside / TABLES)
            finally:
                engine.dispose()
    except BaseException:
        shutil.rmtree(store, ignore_errors=True)
        raise


def _place(copy: Path, path: Path) -> None:
    """The database may stand on another disk than the data folder: copied beside its place, synced, renamed."""
    beside = path.with_name(path.name + ".aside")
    try:
        shutil.copyfile(copy, beside)
        with beside.open("rb") as made:
            os.fsync(made.fileno())
        os.chmod(beside, 0o600)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _check_copy(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise MemberDamaged(name=SQLITE_COPY)


def _fill(engine: Engine, manifest: Manifest, folder: Path) -> None:
    """Make the archive's schema, then copy every table in, with triggers and row security off for the while."""
    schema.upgrade(engine, to=manifest.revision)
    parts = sorted(folder.glob("*.copy"))
    with tenancy.everywhere("une restauration est celle de toute l'installation"), engine.begin() as connection:
        for path in parts:
            name = path.name.removesuffix(".copy").partition("-")[2]
            _copy_in(connection, name, columns=manifest.columns[name], path=path)
        for name, last in manifest.sequences.items():
            connection.execute(
                text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": f'"{name}"', "last": last}
            )


def _copy_in(connection: Any, name: str, *, columns: list[str], path: Path) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    query = text("SELECT relforcerowsecurity FROM pg_class WHERE oid = CAST(:name AS regclass)")
    walled = connection.execute(query, {"name": f'"{name}"'}).scalar_one()
    connection.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
    if walled:  # COPY refuses a table whose rows are guarded from its owner too
        connection.execute(text(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY'))
    copied, driver = f'COPY "{name}" ({listed}) FROM STDIN', connection.connection.driver_connection
    with path.open("rb") as lines, driver.cursor() as cursor, cursor.copy(copied) as into:
        while block := lines.read(BLOCK):
            into.write(block)
    if walled:
        connection.execute(text(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY'))
    connection.execute(text(f'ALTER TABLE "{name}" ENABLE TRIGGER USER'))


def _key(manifest: Manifest, aside: Path, *, data_dir: Path, secret_key: str | None) -> str:
    """The keys plan: the key of the archive if it holds one and none is set here; else whether the one here fits."""
    path = data_dir / KEY
    if secret_key is None and path.exists():
        secret_key = path.read_text(encoding="ascii").strip()
    if secret_key is None and manifest.has_key:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as made:
            made.write((aside / KEY).read_bytes())
        return "restored"
    if secret_key is None:
        return "missing"
    return "same" if fingerprint_of(secret_key) == manifest.key_fingerprint else "other"


def _remove_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def _sqlite_path(database_url: str) -> Path | None:
    url = make_url(database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
