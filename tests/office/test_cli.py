"""The command line: French sentences, exit codes 0, 1 and 2, JSON on each, and no traceback for a no (issue 2, §7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import select

from coopter.billing.commands import issue_credit_note as credit
from coopter.billing.models import Invoice
from coopter.cli import coopter
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.members import queries as members
from coopter.members.models import Grouping, Structure
from coopter.plumbing.database import session
from coopter.plumbing.health import Level, examine, injects_headers
from coopter.staff.models import Employee
from coopter.values.actor import Role
from coopter.values.month import Month
from tests.factories import AT, a_cost, a_grouping, a_siret, a_structure, actor, an_employee, inside, worked
from tests.office.commands import Line

ROOT = Path(__file__).parents[2]
MARCH = Month(2026, 3)


@pytest.fixture
def line(app: Flask, capsys: pytest.CaptureFixture[str]) -> Line:
    """The command line of the app under test."""
    return Line(capsys)


@pytest.fixture
def month(app: Flask) -> Iterator[Grouping]:
    """A grouping with a month of submitted hours and its costs."""
    grouping = a_grouping(slug="cap")
    with inside(grouping):
        one, other = a_structure("A1"), a_structure("B2")
        nolwenn = an_employee(one, other, code="E1")
        worked(nolwenn, one, date(2026, 3, 2), 480, state=EntryState.SUBMITTED)
        worked(nolwenn, other, date(2026, 3, 3), 240)
        a_cost(MARCH, 100_001, employee=nolwenn)
        a_cost(MARCH, 10_000)
    yield grouping


def test_a_month_from_its_hours_to_its_files(line: Line, month: Grouping, tmp_path: Path) -> None:
    """Confirm, look, close, render, export, verify; what is already done is a refusal that says so."""
    blocked = line("month", "close", "2026-03", "--grouping", "cap", "--on", "2026-04-05")
    assert (blocked.code, "Structure A1" in blocked.err) == (1, True)
    confirmed = line("hours", "confirm", "2026-03", "--grouping", "cap", "--reason", "vu au téléphone")
    assert "1 lignes confirmées" in confirmed.out
    seen = line("month", "preview", "2026-03", "--grouping", "cap", "--on", "05/04/2026")
    assert "1 100,01 €" in seen.out.replace("\u202f", " ").replace("\xa0", " ")
    closed = line("month", "close", "2026-03", "--grouping", "cap", "--on", "2026-04-05")
    assert (closed.code, "FA-2026-0001 à FA-2026-0002" in closed.out) == (0, True)
    assert line.done("documents", "render", "--grouping", "cap") == {"ok": True, "made": 2, "failed": []}
    assert line.done("documents", "render", "--grouping", "cap")["made"] == 0
    files = line.done("export", "month", "2026-03", "--grouping", "cap", "--to", tmp_path / "out")["files"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(files)
    assert line("verify", "--grouping", "cap").code == 0
    again = line("month", "close", "2026-03", "--grouping", "cap")
    assert (again.code, "Traceback" in again.err) == (1, False)


def test_two_months_do_not_share_a_folder(line: Line, month: Grouping, tmp_path: Path) -> None:
    """The same month again, and again after a credit note, is the same export; another month is refused with exit 2."""
    with inside(month):
        nolwenn = session().scalars(select(Employee)).one()
        one = session().scalars(select(Structure)).first()
        worked(nolwenn, one, date(2026, 2, 3), 240)  # type: ignore[arg-type]
        a_cost(Month(2026, 2), 50_000, employee=nolwenn)
    line("hours", "confirm", "2026-03", "--grouping", "cap", "--reason", "vu")
    for when, on in (("2026-02", "2026-03-05"), ("2026-03", "2026-04-05")):
        assert line("month", "close", when, "--grouping", "cap", "--on", on).code == 0
    folder = tmp_path / "out"

    def export(when: str) -> Any:
        return line("export", "month", when, "--grouping", "cap", "--to", folder)

    assert (export("2026-02").code, export("2026-02").code) == (0, 0)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    taken = export("2026-03")
    assert taken.code == 2 and "mars 2026" in taken.err and str(folder / "2026-03") in taken.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with inside(month):
        invoice = session().scalars(select(Invoice.id).order_by(Invoice.id)).first()
        boss = actor(month, Role.COORDINATOR)
        credit(boss, invoice_id=invoice or 0, reason="Erreur", on=date(2026, 4, 6), at=AT)
    assert export("2026-02").code == 0 and b"AV-2026-0001" in (folder / "invoices.csv").read_bytes()
    (folder / "shares.csv").write_text("my own table\n", "utf-8")
    assert export("2026-02").code == 2 and (folder / "shares.csv").read_text("utf-8") == "my own table\n"


def test_an_export_needs_a_closed_month(line: Line, month: Grouping, tmp_path: Path) -> None:
    """And writes nothing before."""
    refused = line("export", "month", "2026-03", "--grouping", "cap", "--to", tmp_path / "out")
    assert (refused.code, "n'est pas clos" in refused.err) == (1, True)
    assert not (tmp_path / "out").exists()


def test_a_faulty_file_tells_everything_and_writes_nothing(line: Line, month: Grouping, tmp_path: Path) -> None:
    """R50: exit code 2, each fault with line, column, value and remedy, all at once."""
    path = tmp_path / "heures.csv"
    path.write_text("date;salarié;structure;heures\n31/02/2026;E1;A1;7\n2026-03-04;E9;A1;7,5\n2026-03-04;E1;A1;25h\n")
    refused = line("import", "hours", path, "--grouping", "cap", "--json")
    assert refused.code == 2
    assert refused.facts["count"] == 3
    assert [(f["line"], f["column"]) for f in refused.facts["faults"]] == [(2, "date"), (3, "salarié"), (4, "heures")]
    assert all(fault["value"] and fault["remedy"] for fault in refused.facts["faults"])
    spoken = line("import", "hours", path, "--grouping", "cap")
    assert "ligne 3, colonne « salarié », valeur « E9 »" in spoken.err
    with inside(month):
        assert len(session().query(TimeEntry).all()) == 2


def test_a_rehearsal_judges_everything_and_writes_nothing(line: Line, month: Grouping, tmp_path: Path) -> None:
    """--dry-run says what would be added."""
    path = tmp_path / "structures.csv"
    path.write_text(f"code;nom;siret\nC3;Les Genêts;{a_siret(777)}\n")
    assert line.done("import", "structures", path, "--grouping", "cap", "--dry-run")["added"] == 1
    with inside(month):
        assert session().query(Structure).count() == 2
    assert line.done("import", "structures", path, "--grouping", "cap")["added"] == 1


def test_columns_left_aside_are_told(line: Line, month: Grouping, tmp_path: Path) -> None:
    """A note on stderr for a person, a list for a program; a header alone is nothing to import."""
    path = tmp_path / "file.csv"
    files = {
        "structures": "code;nom;Couleur\nC3;Les Genêts;vert\n",
        "hours": "date;salarié;structure;heures;Couleur\n2026-03-04;E1;A1;1;vert\n",
        "costs": "mois;nature;montant;Couleur\n2026-03;frais de gestion;12;vert\n",
    }
    for kind, text in files.items():
        path.write_text(text)
        told = line("import", kind, path, "--grouping", "cap", "--dry-run")
        assert (told.code, told.err) == (0, "Colonnes laissées de côté : Couleur.\n")
        assert line.done("import", kind, path, "--grouping", "cap", "--dry-run")["ignored"] == ["Couleur"]
        path.write_text(text.splitlines()[0] + "\n")
        nothing = line("import", kind, path, "--grouping", "cap")
        assert (nothing.code, "rien à importer" in nothing.err) == (2, True)


def test_people_are_invited_by_a_link(line: Line, month: Grouping) -> None:
    """The link is printed; a representative needs a structure that exists."""
    invited = line.done("user", "invite", "rep@a1.example", "--grouping", "cap", "--role", "representative",
                        "--structure", "A1", "--first-name", "Gaëlle")  # fmt: skip
    assert invited["link"].startswith("http://localhost/invitation/")
    unknown = line("user", "invite", "x@y.example", "--grouping", "cap", "--role", "representative", "--structure", "Z")
    assert (unknown.code, "Aucune structure n'a le code « Z »" in unknown.err) == (1, True)
    nobody = line("user", "administrator", "nobody@y.example")
    assert (nobody.code, "coopter user invite" in nobody.err) == (1, True)


def test_a_grouping_is_founded_with_its_regime(line: Line) -> None:
    """The VAT regime counts from 2000 unless told otherwise, so that past months can be closed."""
    made = line.done("grouping", "create", "les-rives", "--name", "Les Rives", "--kind", "ptce", "--siret", a_siret(9),
                     "--vat-regime", "exempt-261b")  # fmt: skip
    assert (made["vat_regime"], made["vat_from"]) == ("exempt-261b", "2000-01-01")
    with inside(members.get_grouping("les-rives")):
        assert members.vat_regime(date(2007, 1, 31)).value == "exempt-261b"
    taken = line("grouping", "create", "les-rives", "--name", "Autre", "--kind", "ptce")
    assert (taken.code, taken.out) == (1, "")
    assert [one["slug"] for one in line.done("grouping", "list")["groupings"]] == ["les-rives"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Commandes :"),
        (("month",), "preview"),
        (("frobnicate",), "La commande « frobnicate » n'existe pas"),
        (("month", "close"), "Il manque"),
        (("month", "close", "2026-13", "--grouping", "cap"), "2026-13"),
        (("month", "close", "2026-03", "--grouping", "cap", "--on", "hier"), "hier"),
        (("month", "close", "2026-03", "--grouping", "cap", "--of", "x"), "L'option --of n'existe pas"),
        (("month", "close", "2026-03", "2026-04", "--grouping", "cap"), "un argument de trop"),
        (("month", "close", "2026-03", "--grouping"), "L'option --grouping attend une valeur"),
        (("import", "hours", "/nowhere/at/all.csv", "--grouping", "cap"), "n'existe pas"),
        (("grouping", "create", "x", "--name", "X", "--kind", "club"), "n'est pas dans la liste"),
        (("grouping", "create", "x", "--name", "X", "--kind", "ptce", "--siret", "123"), "SIRET"),
        (("verify", "--anchor", "12"), "tête de journal"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_told_in_french(line: Line, words: tuple[str, ...], sentence: str) -> None:
    """Exit code 2, one sentence, where to read more; the same in JSON."""
    outcome = line(*words)
    assert (outcome.code, sentence in outcome.err, outcome.out) == (2, True, ""), outcome.err
    assert "Traceback" not in outcome.err
    told = line(*words, "--json")
    if told.out:
        assert (told.code, told.facts["ok"]) == (2, False)


def test_an_unknown_grouping_names_those_there_are(line: Line, month: Grouping) -> None:
    """The remedy is in the sentence."""
    refused = line("verify", "--grouping", "cpa")
    assert (refused.code, "Groupements connus : cap" in refused.err) == (1, True)


def test_every_command_answers_in_json_and_helps_in_french() -> None:
    """Walk the tree: each leaf has --json and a sentence of help."""
    leaves = list(walk(coopter, ()))
    assert len(leaves) >= 21
    for words, command in leaves:
        assert any("--json" in option.opts for option in command.params), words
        assert command.help, words
        with click.Context(command, info_name=words[-1]) as ctx:
            assert "Show this message" not in command.get_help(ctx)


def walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command under a group, with its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))
        else:
            yield (*path, name), command


def test_the_doctor_looks_at_this_machine(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions with known holes, Pango, the folder; what is bad makes the exit code 1."""
    monkeypatch.setenv("COOPTER_DATA_DIR", str(tmp_path / "data"))
    told = line("doctor", "--json").facts
    assert {"Python", "SQLite", "WeasyPrint", "Pango", "Courriel"} <= {one["name"] for one in told["remarks"]}
    assert all(one["remedy"] for one in told["remarks"] if one["level"] != "good")
    assert isinstance(injects_headers(), bool)


def test_the_doctor_names_a_wal_that_loses_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R15: affected SQLite and WAL asked for is bad; without WAL it is told and good."""
    monkeypatch.setattr("coopter.plumbing.health.wal_is_safe", lambda: False)
    levels = {
        mode: next(one for one in examine(data_dir=tmp_path, journal_mode=mode) if one.name == "SQLite").level
        for mode in ("WAL", "DELETE")
    }
    assert levels == {"WAL": Level.BAD, "DELETE": Level.GOOD}


def test_without_any_setting_a_command_works_at_once(tmp_path: Path) -> None:
    """A new home: SQLite in the data folder, a key with mode 0600, the schema there; then backup and restore."""
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def coopter(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "coopter", *words], cwd=ROOT, env=environ | more, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    made = coopter("grouping", "create", "cap", "--name", "Cap", "--kind", "employer-group", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout)["slug"] == "cap"
    data = home / ".local" / "share" / "coopter"
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (data / "coopter.sqlite").exists()
    assert coopter("backup", str(tmp_path / "one.tar")).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    back = coopter("restore", str(tmp_path / "one.tar"), "--to", str(elsewhere), "--json")
    assert (json.loads(back.stdout)["key"], json.loads(back.stdout)["files"]) == ("missing", 0)
    verified = coopter("verify", COOPTER_DATA_DIR=str(elsewhere))
    assert (verified.returncode, "cap : tout est en ordre" in verified.stdout) == (0, True)
    twice = coopter("restore", str(tmp_path / "one.tar"), "--to", str(elsewhere))
    assert (twice.returncode, "n'est pas vide" in twice.stderr, "Traceback" in twice.stderr) == (1, True, False)
    for name, value, words in (
        ("COOPTER_SECRET_KEY", "changeme", "est trop faible"),
        ("COOPTER_DATABASE_URL", "mysql://x", "COOPTER_DATABASE_URL n'est pas l'adresse d'une base"),
        ("COOPTER_LISTEN", "nonsense", "127.0.0.1:8000"),
        ("COOPTER_PDF_WORKERS", "deux", "COOPTER_PDF_WORKERS=deux"),
        ("COOPTER_SQLITE_JOURNAL_MODE", "OFF", "COOPTER_SQLITE_JOURNAL_MODE"),
        ("COOPTER_DATABASE_URL", "postgresql+psycopg://u:p@127.0.0.1:1/x", "ne répond pas"),
    ):
        refused = coopter("verify", **{name: value})
        assert (refused.returncode, words in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
