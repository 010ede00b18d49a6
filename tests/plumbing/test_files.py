"""Files by what they contain: whole or absent, and never trusted without a look (row R32)."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from flask import Flask

from coopter.plumbing import files


def test_a_file_is_stored_once_under_what_it_contains(app: Flask) -> None:
    name = files.store(b"une facture")
    assert files.store(b"une facture") == name
    assert files.read(name) == b"une facture"


def test_a_bit_that_flipped_is_seen_and_the_same_bytes_mend_it(app: Flask) -> None:
    """R32: what is stored is checked at each reading; a new rendering heals it."""
    name = files.store(b"un avoir")
    files.path_of(name).write_bytes(b"un aveir")
    with pytest.raises(files.FileDamaged, match="altered"):
        files.read(name)
    assert files.store(b"un avoir") == name
    assert files.read(name) == b"un avoir"


def test_a_crash_while_writing_leaves_nothing_in_sight(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """R16, R32: a full disk or a crash before the renaming: no file, no half of one."""

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            files.store(b"jamais vue")
    assert not any(path.name.startswith(".aside-") for path in files.root().rglob("*"))
    name = files.store(b"jamais vue")
    assert files.read(name) == b"jamais vue"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "a" * 63 + "/"])
def test_a_name_that_is_none_of_ours_is_refused(app: Flask, name: str) -> None:
    with pytest.raises(files.FileDamaged):
        files.path_of(name)


def test_what_an_interrupted_writing_left_is_swept(app: Flask) -> None:
    """A day later it is nobody's; a writing that goes on, and every stored file, stay."""
    name = files.store(b"kept")
    old, fresh = (files.path_of(name).parent / f".aside-{word}" for word in ("old", "fresh"))
    for path, day in ((old, 10), (fresh, 12)):
        path.write_bytes(b"half")
        at = datetime(2026, 10, day, tzinfo=UTC).timestamp()
        os.utime(path, (at, at))
    assert files.sweep(before=datetime(2026, 10, 11, tzinfo=UTC)) == 1
    assert (old.exists(), fresh.exists(), files.read(name)) == (False, True, b"kept")
    fresh.unlink()
