"""Imports on a web page: a file is read, its effect is rehearsed and shown, and only a second click has it (R50)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from flask import Response, current_app, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from coopter.plumbing import clock
from coopter.plumbing.pages import say, written
from coopter.plumbing.transaction import command
from coopter.values.csv_text import csv_lines
from coopter.values.refusal import Faults, Refusal
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table

KEPT_SECONDS = 2 * 3600
SWEPT_SECONDS = 24 * 3600
ROWS_SHOWN = 10
R = TypeVar("R")


@dataclass(frozen=True)
class Imported:
    """What an import did, in rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """All the rows of the file."""
        return self.added + self.changed + self.unchanged


@dataclass(frozen=True)
class Job:
    """One kind of import as its page shows it.

    `read` makes checked records of a file's bytes (raises Faults), a Table or whatever `act` takes; `act` is the
    command that writes them and returns Imported (or anything with added, changed, unchanged); `helps` says in a
    sentence what a column holds; `example` is one row of the template file, by column name; `back` is the list's page.
    """

    kind: str
    title: str
    columns: Sequence[Column]
    read: Callable[[bytes], Any]
    act: Callable[[Any], Any]
    back: str
    lead: str = ""
    helps: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)


class FileGone(Refusal):
    """Le fichier de cet aperçu n'est plus gardé (deux heures au plus). Déposez-le à nouveau."""


class NoFile(Refusal):
    """Choisissez un fichier avant de demander l'aperçu."""


class _Rehearsed(Exception):
    def __init__(self, result: Any) -> None:
        self.result = result


def rehearse(act: Callable[[], R]) -> R:
    """Do it in a transaction that is undone: what it would give, with nothing written (R50); raises what it raises."""

    @command
    def tried() -> None:
        raise _Rehearsed(act())

    try:
        tried()
    except _Rehearsed as over:
        return over.result  # type: ignore[no-any-return]
    raise AssertionError("a rehearsal always ends by being undone")


def page(job: Job) -> Response:
    """The whole of an import's page: GET shows the form (or gives the template file), POST previews, then imports."""
    if request.method == "GET":
        return _template_file(job) if "modele" in request.args else _shown(job)
    try:
        if "token" in request.form:
            return _imported(job, job.read(_kept(job, request.form["token"])))
        return _previewed(job)
    except Faults as faults:
        return _shown(job, status=422, faults=faults, said=say(faults))
    except Refusal as refusal:
        return _shown(job, status=422, said=say(refusal))


def header_of(column: Column) -> str:
    """The French header of a column: its first other name, else its name."""
    return column.aliases[0] if column.aliases else column.name


def _previewed(job: Job) -> Response:
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    if not content:
        raise NoFile()
    read = job.read(content)
    would_be = rehearse(lambda: job.act(read))
    header, rows = _first_rows(job, read)
    name = (sent.filename or "") if sent else ""
    return _shown(
        job, token=_keep(job, content), file_name=name, read=read, would_be=would_be, header=header, rows=rows
    )


def _first_rows(job: Job, read: Any) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    """The first rows as they were understood, with the columns that hold something."""
    records = read.records if isinstance(read, Table) else []
    filled = [column for column in job.columns if any(getattr(row, column.name) is not None for row in records)]
    rows = [(row.line, [_cell(getattr(row, column.name)) for column in filled]) for row in records[:ROWS_SHOWN]]
    return [header_of(column) for column in filled], rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value.value) if isinstance(value, Enum) else written(value)


def _imported(job: Job, read: Any) -> Response:
    done = job.act(read)
    flash(
        gettext(
            "Import fait. Ajouts : %(added)s ; modifications : %(changed)s ; déjà à jour : %(unchanged)s.",
            added=done.added,
            changed=done.changed,
            unchanged=done.unchanged,
        ),
        "success",
    )
    return redirect(job.back, 303)  # type: ignore[return-value]


def _shown(job: Job, *, status: int = 200, **context: Any) -> Response:
    blank: dict[str, Any] = {"faults": None, "said": None, "token": None}
    context = {**blank, "job": job, "most_rows": MOST_ROWS, "header_of": header_of, **context}
    return make_response(render_template("_layout/import.html", **context), status)


def _template_file(job: Job) -> Response:
    header = [header_of(column) for column in job.columns]
    rows = [[job.example.get(column.name, "") for column in job.columns]] if job.example else []
    content = "\ufeff" + "".join(csv_lines(header, rows, delimiter=";"))
    response = make_response(content.encode())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="modele-{job.kind}.csv"'
    return response


# ── Between the preview and the confirmation the file waits aside, under its hash, for its own sender alone ──────────


def _keep(job: Job, content: bytes) -> str:
    folder = _folder()
    _sweep(folder)
    name = sha256(content).hexdigest()
    aside = folder / f".{name}.{os.getpid()}"
    aside.write_bytes(content)
    aside.chmod(0o600)
    aside.replace(folder / name)
    return _signer().dumps([*_owner(job), name])


def _kept(job: Job, token: str) -> bytes:
    try:
        *owner, name = _signer().loads(token, max_age=KEPT_SECONDS)
    except (BadSignature, ValueError) as bad:
        raise FileGone() from bad
    path = _folder() / str(name)
    if owner != _owner(job) or not path.is_file():
        raise FileGone()
    content = path.read_bytes()
    if sha256(content).hexdigest() != name:
        raise FileGone()
    return content


def _owner(job: Job) -> list[Any]:
    return [g.actor.person_id, g.actor.grouping_id, job.kind]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="import preview")


def _folder() -> Path:
    folder = Path(current_app.config["DATA_DIR"]) / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _sweep(folder: Path) -> None:
    too_old = clock.now().timestamp() - SWEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < too_old:
            path.unlink(missing_ok=True)
