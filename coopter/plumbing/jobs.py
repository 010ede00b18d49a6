"""The bell: huey wakes the drain of the outbox, and nothing else; what has to be done stands in the outbox itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, has_app_context
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer

Drain = Callable[[], object]


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON: the queue's table is data, and data must not be able to run (no pickle)."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(list(data)).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


def install(app: Flask, drain: Drain) -> None:
    """Give the app its bell: `wake` rings it, and every minute it rings by itself."""
    queue = _queue(app)
    lock = threading.Lock()

    def ring() -> None:
        with lock, app.app_context():
            drain()

    app.extensions["huey"] = queue
    app.extensions["wake"] = queue.task(name="drain_outbox")(ring)
    queue.periodic_task(crontab(minute="*"), name="drain_outbox_each_minute")(ring)


def wake() -> None:
    """Ring the bell; a bell that cannot ring is no harm, since the outbox is drained every minute."""
    if has_app_context() and "wake" in current_app.extensions and not current_app.config.get("OUTBOX_BY_HAND"):
        current_app.extensions["wake"]()
        current_app.extensions["huey"].storage.close()  # a thread of the server keeps no connection of the queue's


def start_worker(app: Flask) -> Callable[[], None]:
    """Start the consumer's threads in this process; returns the function that stops them."""
    consumer = app.extensions["huey"].create_consumer(
        workers=1, worker_type="thread", max_delay=1, check_worker_health=True
    )
    consumer.start()
    return consumer.stop


def _queue(app: Flask) -> Huey:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if urlsplit(url).scheme.startswith("postgresql"):
        return PostgresHuey(
            "coopter", dsn=url.replace("postgresql+psycopg", "postgresql"), results=False, serializer=JsonSerializer()
        )
    return SqliteHuey(
        "coopter",
        filename=str(app.config["DATA_DIR"] / "jobs.sqlite"),
        journal_mode="delete",  # huey's own default is WAL, which an affected SQLite can lose (row R15)
        results=False,
        serializer=JsonSerializer(),
    )
