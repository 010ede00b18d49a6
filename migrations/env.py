"""How Alembic reaches the database: on the connection it is given, never by itself."""

from alembic import context

import coopter.app  # noqa: F401  (every room's rows are in the metadata)
from coopter.plumbing.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
