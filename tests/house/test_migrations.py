"""The schema is what the models say, on the database of this run, and every table of a grouping has its wall."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from coopter.plumbing import database, schema


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    """Row R38: nothing to add, nothing to change."""
    with database.db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda o, name, kind, *_: not str(name).startswith("huey")}
        )
        assert compare_metadata(context, database.Base.metadata) == []


def test_downgrading_one_and_upgrading_again_gives_the_same_tables(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Row R38: the way back exists."""
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    database.attach_engine_rules(engine)
    schema.upgrade(engine)
    tables = set(inspect(engine).get_table_names())
    from alembic import command

    config = schema.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables
    engine.dispose()


def test_every_sqlite_table_is_strict(app: Flask, on_postgresql: bool) -> None:
    """A float cannot slip into a column of cents."""
    if on_postgresql:
        with database.db.engine.connect() as connection:
            rows = connection.execute(text("SELECT relname FROM pg_class WHERE relforcerowsecurity")).scalars().all()
        assert {table.name for table in database.tenant_tables()} <= set(rows)
        return
    with database.db.engine.connect() as connection:
        loose = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%STRICT%'")
        ).scalars()
        assert [name for name in loose if not name.startswith("sqlite_")] == []
