"""The schema: brought up to date from the migrations, refused when it is newer than the program (row R38)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


class SchemaTooNew(RuntimeError):
    """The database was made by a newer CoopTer; install that version, or restore a backup made by this one."""


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Apply the migrations that lack, in one transaction each; does nothing when all are there."""
    config = configuration()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise SchemaTooNew(SchemaTooNew.__doc__)
    if to == "head" and found == scripts.get_current_head():
        return
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def known_revisions() -> frozenset[str]:
    """Every revision that this program can read; a backup of any other was made by a newer one."""
    scripts = ScriptDirectory.from_config(configuration())
    return frozenset(script.revision for script in scripts.walk_revisions())


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
