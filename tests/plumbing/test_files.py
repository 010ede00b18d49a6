"""Files by what they contain: whole or absent, and never trusted without a look (row R32)."""

from __future__ import annotations

import os

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
