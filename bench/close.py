"""How long a month takes, from the file of hours to the documents, beside the bare inserts of the same rows.

`.venv/bin/python bench/close.py --size S|M|L --db sqlite|postgresql` prints one JSON object:

- `import_s`, `import_bare_s`: reading, checking and writing the file of hours; the same rows by one bare statement;
- `close_s`, `close_cpu_s`, `close_bare_s`: split, number, freeze, seal and journal, on the clock and in processor; the
  rows that this wrote, seals and journal included, by bare statements; `…_ratio`: the first beside the last;
- `document_cpu_ms`: processor of one document in its child; `documents_wall_s`: all of them, two children;
- `peak_mb`: the largest this process was during the import or the closing, without the rows that the bench holds.

S is 6 members and 3 employees, M 60 and 200, L 600 and 2,000: up to two lines per person and weekday.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import current_app
from sqlalchemy import Table, insert, update
from stdnum import luhn

from bench.hours_import import (
    AT,
    MONTH,
    a_grouping,
    a_world,
    forget_peak,
    hours_file,
    installation,
    measure_import,
    peak_mb,
)
from coopter.billing.commands import documents
from coopter.costs.models import CostLine
from coopter.costs.rules import CostKind
from coopter.hours import commands as hours
from coopter.members.models import Grouping, Structure
from coopter.office import commands as office
from coopter.plumbing import clock, outbox, tenancy
from coopter.plumbing.database import Base, db, session
from coopter.plumbing.transaction import command
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.money import Money

SIZES = {"S": (6, 3), "M": (60, 200), "L": (600, 2000)}
WRITTEN = (
    "month_lock", "cost_split", "cost_share", "number_series", "invoice", "invoice_line", "journal_entry", "seal",
    "outbox",
)  # fmt: skip
ON = MONTH.next().first


@command
def ready_to_invoice(placed: Mapping[str, Sequence[str]]) -> None:
    """Identities and addresses, then a gross pay per employee and a management cost."""
    here = tenancy.current()
    seller = {"siren": _siret(9_999)[:9], "siret": _siret(9_999), "address": "1 rue du Port", "postcode": "56100",
              "city": "Lorient", "email": "bureau@cap.example", "iban": "FR7630006000011234567890189"}  # fmt: skip
    session().execute(update(Grouping).where(Grouping.id == here).values(**seller))
    for number, structure in enumerate(session().scalars(db.select(Structure)), start=1):
        structure.siret = _siret(number)
        structure.siren, structure.address = structure.siret[:9], f"{number} quai des Indes"
        structure.postcode, structure.city, structure.email = "56100", "Lorient", f"s{number}@structure.example"
    costs = [
        {"grouping_id": here, "month": MONTH, "employee_id": who, "kind": CostKind.GROSS_PAY, "label": "Salaire brut",
         "amount_cents": Money(200_000 + 37 * who), "recorded_by": "banc", "recorded_at": AT, "version": 1}
        for who in staff.employee_ids_by_code().values()
    ]  # fmt: skip
    costs.append({**costs[0], "employee_id": None, "kind": CostKind.MANAGEMENT, "amount_cents": Money(1_234_567)})
    session().execute(insert(CostLine.__table__), costs)


def _siret(number: int) -> str:
    """A SIRET of nobody, its check digits right."""
    siren = f"9999{number:04d}"
    site = f"{siren}{luhn.calc_check_digit(siren)}0001"
    return f"{site}{luhn.calc_check_digit(site)}"


def bare_seconds(tables: Iterable[str]) -> float:
    """Seconds to insert the rows that stand in these tables into twins with the same keys, indexes and checks, and
    commit: by executemany on SQLite, by COPY on PostgreSQL. The rows of the whole closing, seals and journal too."""
    session().commit()
    driver: Any = session().connection().connection.driver_connection
    on_postgresql = db.engine.dialect.name == "postgresql"
    cursor, taken = driver.cursor(), 0.0
    content = {name: _rows(cursor, Base.metadata.tables[name]) for name in tables}
    driver.rollback() if on_postgresql else driver.execute("ROLLBACK")
    for name in content:
        _twin(cursor, name, on_postgresql=on_postgresql)
    if on_postgresql:
        driver.commit()
    started = time.perf_counter()
    if not on_postgresql:
        cursor.execute("BEGIN IMMEDIATE")
    for name, (columns, rows) in content.items():
        _fill(cursor, f"bare_{name}", columns, rows, on_postgresql=on_postgresql)
    driver.commit() if on_postgresql else cursor.execute("COMMIT")
    taken = time.perf_counter() - started
    session().close()
    return taken


def _rows(cursor: Any, table: Table) -> tuple[str, list[tuple[Any, ...]]]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return columns, cursor.execute(f'SELECT {columns} FROM "{table.name}"').fetchall()


def _twin(cursor: Any, name: str, *, on_postgresql: bool) -> None:
    if on_postgresql:
        cursor.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)")  # all but its foreign keys
        keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
        for (key,) in cursor.execute(keys, (name,)).fetchall():
            cursor.execute(f"ALTER TABLE bare_{name} ADD {key}")
        return
    kinds = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL"
    for (sql,) in cursor.execute(kinds, (name,)).fetchall():
        renamed = sql.replace(f"TABLE {name}", f"TABLE bare_{name}").replace(f"ON {name}", f"ON bare_{name}")
        cursor.execute(renamed.replace("INDEX ix_", "INDEX bare_ix_"))


def _fill(cursor: Any, name: str, columns: str, rows: list[tuple[Any, ...]], *, on_postgresql: bool) -> None:
    if on_postgresql:
        with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})", rows)


def render_all() -> tuple[float, float]:
    """Seconds on the clock and milliseconds of processor per document, two children at once."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    seconds: list[float] = []
    press = documents.press()
    render = press.render

    def measured(*args: Any, **kwargs: Any) -> Any:
        rendering = render(*args, **kwargs)
        seconds.append(rendering.cpu_seconds)
        return rendering

    press.render = measured  # type: ignore[method-assign]

    def work() -> None:
        with app.app_context():
            outbox.drain(clock=clock.now, kinds=("document",))

    threads = [threading.Thread(target=work) for _ in range(2)]
    session().commit()
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    press.close()
    return wall, 1000 * sorted(seconds)[len(seconds) // 2] if seconds else 0.0


def measure(size: str, kind: str, *, documents: bool = True) -> dict[str, Any]:
    """One run of the whole month, its documents too unless told otherwise."""
    members, employees = SIZES[size]
    with installation(kind):
        here = a_grouping()
        actor = Actor.command_line(here)
        with tenancy.scope(here):
            placed = a_world(members=members, employees=employees)
            ready_to_invoice(placed)
            imported = measure_import(actor, hours_file(placed, MONTH))
            hours.confirm_month(actor, month=MONTH, reason="banc d'essai", at=AT)
            before = time.perf_counter()
            forget_peak()
            cpu_before = time.process_time()
            closing = office.close_month(actor, month=MONTH, on=ON, at=AT)
            close_cpu_s = time.process_time() - cpu_before
            close_s = time.perf_counter() - before
            peak = max(imported["peak_mb"], peak_mb())
            close_bare_s = bare_seconds(WRITTEN)
            wall, cpu = render_all() if documents else (0.0, 0.0)
    return {
        "size": size,
        "db": kind,
        "entries": imported["lines"],
        "invoices": len(closing.invoices),
        "import_s": imported["import_s"],
        "import_bare_s": imported["import_bare_s"],
        "import_ratio": imported["ratio"],
        "close_s": round(close_s, 3),
        "close_cpu_s": round(close_cpu_s, 3),
        "close_bare_s": round(close_bare_s, 3),
        "close_ratio": round(close_s / close_bare_s, 1),
        "document_cpu_ms": round(cpu, 1),
        "documents_wall_s": round(wall, 2),
        "peak_mb": peak,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure once and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--no-documents", action="store_true", help="leave the PDFs out, which take most of the time")
    chosen = parser.parse_args(argv)
    print(json.dumps(measure(chosen.size, chosen.db, documents=not chosen.no_documents)))


if __name__ == "__main__":
    main()
