"""Backup and restore: the same rows and the same bytes elsewhere, taken while people go on writing (R14, R16, R38)."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from coopter.billing import commands as billing
from coopter.office import commands as office
from coopter.office.commands.backup import ArchiveThere, Backup, backup
from coopter.office.commands.restore import (
    MadeByNewer,
    MemberDamaged,
    NotAnArchive,
    NotEmpty,
    OtherEngine,
    Restored,
    restore,
)
from coopter.plumbing import files, journal, quarantine, tenancy
from coopter.plumbing.database import Base, db
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked

AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
MARCH = Month(2026, 3)
ROOT = Actor.command_line()
KEY = "a key that opens nothing 0123456789 abcdef"


@pytest.fixture
def me(app: Flask) -> Iterator[Actor]:
    """A closed month with its documents."""
    shutil.rmtree(files.root(), ignore_errors=True)
    with inside(a_grouping()) as grouping:
        coordinator = actor(grouping, Role.COORDINATOR)
        one, other = a_structure("A1"), a_structure("B2", legal_name="L'Été, « vrai »;\t=1+1")
        nolwenn = an_employee(one, other)
        worked(nolwenn, one, date(2026, 3, 2), 480)
        worked(nolwenn, other, date(2026, 3, 3), 240, activity="tabulation\\n et \\N")
        a_cost(MARCH, 100_001, employee=nolwenn)
        a_cost(MARCH, 10_000)
        closing = office.close_month(coordinator, month=MARCH, on=AT.date(), at=AT)
        for invoice in closing.invoices:
            pdf, xml = files.store(f"pdf {invoice.number}".encode()), files.store(b"xml" * 9999)
            billing.attach_document(coordinator, invoice_id=invoice.id, pdf_sha256=pdf, xml_sha256=xml, at=AT)
        yield coordinator


@pytest.fixture
def elsewhere(tmp_path: Path, on_postgresql: bool, database_url: str) -> Iterator[str]:
    """The address of an empty database that is not the one in use; on PostgreSQL row security binds its role."""
    if not on_postgresql:
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'coopter.sqlite'}"
        return
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS elsewhere"))
        connection.execute(text("DROP ROLE IF EXISTS plain"))
        connection.execute(text("CREATE ROLE plain LOGIN NOSUPERUSER PASSWORD 'plain'"))
        connection.execute(text("CREATE DATABASE elsewhere OWNER plain"))
    engine.dispose()
    url = make_url(database_url).set(database="elsewhere", username="plain", password="plain")
    yield url.render_as_string(hide_password=False)


def saved_to(path: Path, *, with_key: bool = False) -> Backup:
    """A backup of what stands."""
    return backup(ROOT, to=path, secret_key=KEY, with_key=with_key, at=AT)


def put_back(archive: Path, data_dir: Path, url: str, *, secret_key: str | None = KEY) -> Restored:
    """The archive restored there."""
    return restore(ROOT, archive=archive, data_dir=data_dir, database_url=url, secret_key=secret_key)


def dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in the order of its key: the canonical dump."""
    engine = create_engine(url)
    with tenancy.everywhere("comparer deux bases"), engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }
        found["alembic_version"] = [tuple(row) for row in connection.execute(text("SELECT * FROM alembic_version"))]
    engine.dispose()
    return found


def store_of(folder: Path) -> dict[str, str]:
    """Each stored file and the digest of its bytes."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("files/??/*")}


def test_what_is_restored_is_byte_identical(me: Actor, elsewhere: str, tmp_path: Path, database_url: str) -> None:
    """R14: same rows in every table, same files, and the journal's chain verifies there."""
    made = saved_to(tmp_path / "one.tar")
    restored = put_back(made.path, tmp_path / "elsewhere", elsewhere)
    assert dump(elsewhere) == dump(database_url)
    assert store_of(tmp_path / "elsewhere") == store_of(files.root().parent)
    assert (made.files, made.damaged, restored.files, restored.key) == (3, (), 3, "same")
    assert set(restored.heads) == {str(me.grouping_id)}
    assert (tmp_path / "elsewhere" / quarantine.NAME).exists()  # R101
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_it_is_taken_while_people_write(me: Actor, elsewhere: str, tmp_path: Path, app: Flask) -> None:
    """R14: what is restored is one moment, whose chain holds, although hours were logged all the while."""
    stop, wrote = threading.Event(), []

    def write() -> None:
        with app.app_context(), tenancy.scope(me.grouping_id or 0):
            while not stop.is_set():
                note(me, place=len(wrote))
                wrote.append(1)

    writer = threading.Thread(target=write)
    db.session.commit()
    writer.start()
    try:
        for place in range(3):
            made = saved_to(tmp_path / f"{place}.tar")
    finally:
        stop.set()
        writer.join()
    put_back(made.path, tmp_path / "elsewhere", elsewhere)
    rows = dump(elsewhere)
    (head,) = rows["journal_head"]
    assert len([row for row in rows["journal_entry"] if row[1] == me.grouping_id]) == head[1]
    assert wrote


def note(me: Actor, *, place: int) -> None:
    """One small act."""
    from coopter.plumbing.transaction import command

    command(lambda: journal.record(me, "test.noted", f"note:{place}", at=AT))()


def test_the_restored_database_takes_new_rows(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """Counters go on where they were, triggers and walls stand again."""
    put_back(saved_to(tmp_path / "one.tar").path, tmp_path / "elsewhere", elsewhere)
    engine = create_engine(elsewhere)
    with tenancy.everywhere("essai"), engine.begin() as connection:
        highest = connection.execute(text("SELECT max(id) FROM employee")).scalar_one()
        made = connection.execute(
            text(
                "INSERT INTO employee (grouping_id, code, first_name, last_name, email, phone, version) "
                f"VALUES ({me.grouping_id}, 'NEW', 'a', 'b', '', '', 1) RETURNING id"
            )
        ).scalar_one()
        assert made > highest
    with tenancy.everywhere("essai"), pytest.raises(Exception, match="insert-only"), engine.begin() as connection:
        connection.execute(text("UPDATE invoice SET number = 'x'"))
    engine.dispose()


def test_the_keys_plan(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """The key is left out unless asked for; a restore says whether the right one is there."""
    made = saved_to(tmp_path / "without.tar")
    assert KEY.encode() not in made.path.read_bytes()
    assert put_back(made.path, tmp_path / "elsewhere", elsewhere, secret_key=None).key == "missing"


def test_the_key_comes_back_when_it_was_asked_for(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """With --with-key, the file is made anew with mode 0600."""
    made = saved_to(tmp_path / "with.tar", with_key=True)
    assert put_back(made.path, tmp_path / "elsewhere", elsewhere, secret_key=None).key == "restored"
    path = tmp_path / "elsewhere" / "secret-key"
    assert (path.read_text(), path.stat().st_mode & 0o777) == (KEY, 0o600)


def test_another_key_is_told(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """Sign-ins and second factors of the old key would not work with the new one."""
    made = saved_to(tmp_path / "one.tar")
    assert put_back(made.path, tmp_path / "elsewhere", elsewhere, secret_key="another " * 5).key == "other"


def test_nothing_is_ever_covered(me: Actor, elsewhere: str, tmp_path: Path, database_url: str) -> None:
    """A backup replaces no file, a restore no row and no document."""
    made = saved_to(tmp_path / "one.tar")
    with pytest.raises(ArchiveThere):
        saved_to(tmp_path / "one.tar")
    before = dump(database_url)
    with pytest.raises(NotEmpty):
        put_back(made.path, tmp_path / "fresh", database_url)
    (tmp_path / "used" / "files" / "ab").mkdir(parents=True)
    (tmp_path / "used" / "files" / "ab" / "x").touch()
    with pytest.raises(NotEmpty):
        put_back(made.path, tmp_path / "used", elsewhere)
    assert dump(database_url) == before


def altered(archive: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of the archive with each member's bytes changed, or the member left out."""
    made = archive.with_name("altered.tar")
    with tarfile.open(archive) as old, tarfile.open(made, "w") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())  # type: ignore[union-attr]
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return made


def flipped(content: bytes) -> bytes:
    """One bit changed in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_damaged_archive_is_refused_and_nothing_is_left(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """One bit in any member, a member lacking or too many, an archive cut short, a path that climbs."""
    archive = saved_to(tmp_path / "one.tar").path
    with tarfile.open(archive) as tar:
        names = [name for name in tar.getnames() if name != "manifest.json"]
        biggest = max((member.size, member.name) for member in tar)[1]
    for name in {names[0], names[-1], biggest}:
        for change in (
            lambda n, c, name=name: flipped(c) if n == name and c else (c + b"x" if n == name else c),
            lambda n, c, name=name: None if n == name else c,
        ):
            with pytest.raises(MemberDamaged):
                put_back(altered(archive, change), tmp_path / "elsewhere", elsewhere)
    cut = tmp_path / "cut.tar"
    for size in (0, 100, archive.stat().st_size // 2):
        cut.write_bytes(archive.read_bytes()[:size])
        with pytest.raises((NotAnArchive, MemberDamaged)):
            put_back(cut, tmp_path / "elsewhere", elsewhere)
    with tarfile.open(cut, "w") as tar:
        member = tarfile.TarInfo("files/../../escaped")
        tar.addfile(member, io.BytesIO())
    with pytest.raises(NotAnArchive):
        put_back(cut, tmp_path / "elsewhere", elsewhere)
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]
    assert put_back(archive, tmp_path / "elsewhere", elsewhere).files == 3


def test_a_newer_or_other_archive_is_refused(me: Actor, elsewhere: str, tmp_path: Path) -> None:
    """R38: a schema that this program does not know; a database of the other kind."""
    archive = saved_to(tmp_path / "one.tar").path

    def with_manifest(**facts: object) -> Path:
        return altered(
            archive, lambda n, c: json.dumps({**json.loads(c), **facts}).encode() if n == "manifest.json" else c
        )

    with pytest.raises(MadeByNewer):
        put_back(with_manifest(revision="9999"), tmp_path / "elsewhere", elsewhere)
    with pytest.raises(OtherEngine):
        put_back(with_manifest(engine="oracle"), tmp_path / "elsewhere", elsewhere)


def test_a_full_disk_leaves_no_half_archive(me: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R16: the old state is kept, and nothing that looks like a backup is there."""

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(OSError, match="No space"):
        saved_to(tmp_path / "one.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told_and_kept(me: Actor, tmp_path: Path) -> None:
    """One bad document must not stop the others from being saved."""
    name = files.store(b"will be spoiled")
    files.path_of(name).write_bytes(b"spoiled")
    try:
        assert saved_to(tmp_path / "one.tar").damaged == (name,)
    finally:
        files.path_of(name).unlink()
