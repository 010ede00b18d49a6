"""The app as it is served: waitress on a free port of this machine, its worker draining the outbox beside it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask
from waitress.server import create_server

from coopter.app import create_app
from coopter.members.access import sign_ins
from coopter.members.models import Person
from coopter.plumbing import clock, jobs
from coopter.settings import Settings


class Site:
    """An app that listens; `url` is its address."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.url = url

    def cookie(self, person: Person) -> dict[str, Any]:
        """The session of somebody who has just signed in."""
        client = self.app.test_client()
        with client.session_transaction(base_url=self.url) as cookie:
            cookie[sign_ins.KEY] = sign_ins.a_new_one(strict=False)
            cookie.update(_user_id=person.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=clock.now().timestamp())
        kept = client.get_cookie("session", domain="localhost")
        assert kept is not None
        return {"name": "session", "value": kept.value, "url": self.url, "httpOnly": True, "sameSite": "Lax"}


@contextmanager
def served(settings: Settings, *, worker: bool = True) -> Iterator[Site]:
    """Serve an app with these settings on `localhost`, the only name that passkeys accept without TLS."""
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{door.getsockname()[1]}"
    app = create_app(replace(settings, base_url=url))
    server = create_server(app, sockets=[door], threads=6, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    stop: Callable[[], None] = jobs.start_worker(app) if worker else lambda: None
    try:
        yield Site(app, url)
    finally:
        stop()
        server.close()
        thread.join(5)
