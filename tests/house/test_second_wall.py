"""The second wall, on PostgreSQL: a role that is no superuser sees one grouping, whatever statement it sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

from coopter.plumbing import database
from tests.house.world import House, a_house

LEFT_TO_THE_INSTALLATION = {"outbox"}  # effects are drained for all groupings; a page counts them by grouping


@pytest.fixture
def houses(app: Flask, on_postgresql: bool) -> tuple[House, House]:
    """Two groupings with one of everything."""
    if not on_postgresql:
        pytest.skip("SQLite has the first wall alone")
    return a_house("ici"), a_house("la-bas")


@pytest.fixture
def plain(houses: tuple[House, House], database_url: str) -> Iterator[Engine]:
    """The same database for a role that row-level security binds."""
    with database.db.engine.begin() as connection:
        for statement in (
            "DROP ROLE IF EXISTS bound",
            "CREATE ROLE bound LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'bound'",
            "GRANT USAGE ON SCHEMA public TO bound",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO bound",
        ):
            connection.execute(text(statement))
    engine = create_engine(make_url(database_url).set(username="bound", password="bound"))
    yield engine
    engine.dispose()
    with database.db.engine.begin() as connection:
        connection.execute(text("DROP OWNED BY bound"))
        connection.execute(text("DROP ROLE bound"))


def enter(connection: Connection, scope: object) -> None:
    """What `tenancy` says to the server at the start of a transaction."""
    connection.execute(text("SELECT set_config('coopter.grouping', :scope, true)"), {"scope": str(scope)})


def groupings_seen(connection: Connection) -> dict[str, set[int]]:
    """For each table behind the wall, the groupings whose rows come."""
    return {
        table.name: set(connection.execute(text(f'SELECT DISTINCT grouping_id FROM "{table.name}"')).scalars())
        for table in database.tenant_tables()
    }


def test_rows_of_the_other_grouping_do_not_come(houses: tuple[House, House], plain: Engine) -> None:
    """R9: hand-written SQL without any condition gives one grouping's rows, and none at all without a scope."""
    with database.db.engine.connect() as connection:
        ids = sorted(connection.execute(text("SELECT id FROM grouping")).scalars())
    with plain.connect() as connection:
        assert not any(groupings_seen(connection).values())
        for one in ids:
            enter(connection, one)
            seen = groupings_seen(connection)
            assert set().union(*seen.values()) == {one}
        assert sum(bool(rows) for rows in seen.values()) >= 10, "the houses of this test are too empty to prove it"


def test_rows_of_the_other_grouping_cannot_be_written(houses: tuple[House, House], plain: Engine) -> None:
    """R7, R9: an UPDATE or DELETE finds nothing there, and a row cannot be moved over the wall."""
    with database.db.engine.connect() as connection:
        here, there = sorted(connection.execute(text("SELECT id FROM grouping")).scalars())[:2]
    with plain.connect() as connection:
        enter(connection, here)
        for statement in ("UPDATE employee SET last_name = 'x'", "DELETE FROM employee"):
            done = connection.execute(text(f"{statement} WHERE grouping_id = :there"), {"there": there})
            assert done.rowcount == 0
        with pytest.raises(Exception, match="row-level security"):
            connection.execute(text("UPDATE shift SET grouping_id = :there"), {"there": there})
        connection.rollback()


def test_every_table_with_a_grouping_is_behind_it(houses: tuple[House, House]) -> None:
    """No column called grouping_id without a policy that is forced on the table's owner too."""
    query = """SELECT c.table_name FROM information_schema.columns c JOIN pg_class p ON p.relname = c.table_name
               WHERE c.table_schema = 'public' AND c.column_name = 'grouping_id'
               AND NOT (p.relrowsecurity AND p.relforcerowsecurity)"""
    with database.db.engine.connect() as connection:
        assert set(connection.execute(text(query)).scalars()) == LEFT_TO_THE_INSTALLATION
