"""What the billing tests share: golden files, rewritten only when asked; a closed month and who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from coopter.billing.commands import documents
from coopter.billing.pdf.page import Printed
from coopter.billing.record import InvoiceRecord
from coopter.plumbing.pdf.renderer import Renderer
from tests.billing.desk import Desk
from tests.billing.months import Told, a_closed_month
from tests.factories import inside

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a golden file; `--update-golden` writes it instead."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, found: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.write_bytes(found)
        assert path.is_file(), f"{name} is missing: run with --update-golden"
        assert found == path.read_bytes()

    return compare


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One rendering child for all tests that have nothing against sharing it."""
    with Renderer() as pool:
        yield pool


@pytest.fixture
def told(app: Flask) -> Iterator[Told]:
    """A closed month, its grouping in scope."""
    found = a_closed_month()
    with inside(found.grouping):
        yield found


@pytest.fixture
def desk(app: Flask, told: Told) -> Desk:
    """The same, with a browser for each person who reads it."""
    return Desk(app, told)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A press that prints at once, the same bytes for the same invoice; the numbers it printed."""
    printed: list[str] = []

    def print_invoice(record: InvoiceRecord, **rest: Any) -> Printed:
        printed.append(record.number)
        return Printed(f"%PDF {record.number} {record.gross}".encode(), f"<x>{record.number}</x>".encode(), 0)

    monkeypatch.setattr(documents, "print_invoice", print_invoice)
    return printed
