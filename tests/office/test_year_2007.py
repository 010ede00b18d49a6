"""A year of real hours, from its files to its invoices, typed on the command line; and a small pack of our own."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from coopter.billing import facturx
from coopter.billing import queries as billing
from coopter.members import queries as members
from coopter.office.commands.export import share_rows
from coopter.office.export import shares_csv
from coopter.plumbing import tenancy
from coopter.values.actor import Actor
from coopter.values.month import Month
from tests.billing import einvoice_check
from tests.factories import a_siret
from tests.office.commands import Line

HERE = Path(__file__).parent
OURS = HERE.parent / "costs" / "pack"
SHARED = HERE.parents[2] / "shared" / "data"
GROUPING = ("--grouping", "cap")


@dataclass(frozen=True)
class Pack:
    """Files of a grouping, its months in their order, and what each structure is expected to owe."""

    files: dict[str, Path]
    expected: Path
    lines: int

    @property
    def months(self) -> list[Month]:
        """The months of the expected shares."""
        with self.expected.open(encoding="utf-8", newline="") as lines:
            return sorted({Month.parse(line["month"]) for line in csv.DictReader(lines)})


PACKS = {
    "ours": Pack(
        {
            **{name: HERE / "pack" / f"{name}.csv" for name in ("structures", "employees", "placements")},
            **{name: OURS / f"{name}.csv" for name in ("hours", "costs")},
        },
        OURS / "expected-shares.csv",
        8,
    ),
    "shared": Pack(
        {
            **{name: SHARED / f"{name}.csv" for name in ("structures", "employees", "placements", "costs")},
            "hours": SHARED / "hours-2007.csv",
        },
        SHARED / "expected-shares.csv",
        2460,
    ),
}


@pytest.fixture
def line(app: Flask, capsys: pytest.CaptureFixture[str]) -> Line:
    """The command line of the app under test."""
    return Line(capsys)


@pytest.mark.parametrize("name", list(PACKS))
def test_a_year_is_closed_from_the_command_line(name: str, line: Line, tmp_path: Path) -> None:
    """R17, R50: every month closes, shares are the expected ones to the cent, verify finds nothing."""
    pack = PACKS[name]
    if not pack.expected.exists():
        pytest.skip("the shared year is not beside this checkout")
    fill(line, pack)
    invoices = sum(close(line, month) for month in pack.months)
    verdict = line.done("verify")["checked"]
    assert verdict["cap"]["holds"]
    assert verdict["installation"]["holds"]
    assert verdict["cap"]["invoices"] == invoices
    first = pack.months[0]
    exported = line.done("export", "month", first, *GROUPING, "--to", tmp_path / "files")
    assert exported["invoices"] == len([name for name in exported["files"] if name.endswith(".pdf")])
    check_folder(tmp_path / "files", month=first, pack=pack)
    with in_scope():
        found = "".join(shares_csv(share_rows(month)).partition("\n")[2] for month in pack.months)
        assert found == pack.expected.read_text(encoding="utf-8").partition("\n")[2]
        faults = {number: found for number, xml in xmls() if (found := einvoice_check.faults(xml))}
    assert faults == {}
    assert line.done("verify", *GROUPING)["checked"]["cap"]["documents"] == exported["invoices"]


def fill(line: Line, pack: Pack) -> None:
    """The grouping and its five files, each a second time without any effect."""
    line.done(
        "grouping", "create", "cap", "--name", "Cap Coopération", "--kind", "employer-group", "--siret", a_siret(9001),
        "--address", "1 quai des Indes", "--postcode", "56100", "--city", "Lorient", "--legal-form", "association",
        "--email", "bureau@cap.example", "--iban", "FR76 3000 6000 0112 3456 7890 189",
    )  # fmt: skip
    for name, path in pack.files.items():
        tried = line.done("import", name, path, *GROUPING, "--dry-run")
        made = line.done("import", name, path, *GROUPING)
        again = line.done("import", name, path, *GROUPING)
        assert (tried["added"], made["added"]) == (made["added"], made["added"])
        assert made["added"] > 0
        assert (again["added"], again["changed"]) == (0, 0)
        if name == "hours":
            assert made["added"] == pack.lines


def close(line: Line, month: Month) -> int:
    """Confirm a month's hours, look at what its closing would do, close it; returns how many invoices it makes."""
    line.done("hours", "confirm", month, *GROUPING, "--reason", "reprise de l'année")
    on = month.end + timedelta(days=4)
    seen = line.done("month", "preview", month, *GROUPING, "--on", on)
    assert seen["can_close"], seen["blocks"]
    closed = line.done("month", "close", month, *GROUPING, "--on", on)
    assert closed["net"] == seen["net"]
    again = line("month", "close", month, *GROUPING, "--on", on)
    assert again.code == 1
    assert "Traceback" not in again.err
    return len(closed["invoices"])


def check_folder(folder: Path, *, month: Month, pack: Pack) -> None:
    """shares.csv is the expected file's month, invoices.csv balances, each PDF is an archive with its own XML."""
    expected = [row for row in pack.expected.read_text(encoding="utf-8").splitlines(True)
                if row.startswith(("month", str(month)))]  # fmt: skip
    assert (folder / "shares.csv").read_text(encoding="utf-8") == "".join(expected)
    rows = list(csv.DictReader(io.StringIO((folder / "invoices.csv").read_text(encoding="utf-8"))))
    shares = list(csv.DictReader(expected))
    cents = sum(round(float(row["amount"]) * 100) for row in shares)
    assert sum(round(float(row["net"]) * 100) for row in rows) == cents
    for row in rows:
        with pikepdf.open(folder / f"{row['number']}.pdf") as pdf:
            assert list(pdf.attachments) == ["factur-x.xml"]
            attached = pdf.attachments["factur-x.xml"].get_file().read_bytes()
            assert attached == (folder / f"{row['number']}.xml").read_bytes()
            metadata = pdf.open_metadata()
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang).startswith("fr")
    assert not list(folder.glob(".*"))


def in_scope() -> tenancy.scope:  # type: ignore[valid-type]
    """The grouping of the pack."""
    return tenancy.scope(members.get_grouping("cap").id)


def xmls() -> list[tuple[str, bytes]]:
    """Every invoice's XML, as its document would hold it."""
    actor = Actor.command_line(members.get_grouping("cap").id)
    found = billing.list_invoices(actor)
    return [(one.number, facturx.build(billing.invoice_record(one.id))) for one in found]
