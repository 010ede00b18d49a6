"""Two hundred phones wait in the room for the next vote: what do their questions cost, every three seconds?

`.venv/bin/python bench/poll.py [--seconds 60]` prints one JSON object. The real app is served by `coopter serve`, over
SQLite; each phone asks for the voting page as htmx does, with the moment that it already shows. Nothing moves.

- `polls`, `per_s`: questions asked, and how many a second; `unmoved`: those answered 204, with nothing at all;
- `server_cpu_ms`, `cores`: processor of the server for one question, and the part of one core that it used;
- `p50_s`, `p95_s`, `max_s`: from the first byte sent to the last one read.
"""

from __future__ import annotations

import argparse
import html
import http.client
import json
import random
import re
import secrets
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from bench.voters import (
    PORT,
    SLUG,
    VOTERS,
    Voter,
    a_grouping,
    a_phone,
    an_assembly,
    processor_s,
    serve,
    two_hundred_members,
)
from coopter.app import create_app
from coopter.governance.models import AgendaItem
from coopter.governance.rules.kinds import BallotMethod
from coopter.plumbing import clock, tenancy
from coopter.plumbing.database import db, session
from coopter.settings import Settings
from coopter.values.actor import Actor

EVERY_S = 3.0
AGAIN = re.compile(rb'hx-get="([^"]*vu=[^"]*)"')


def ask(voter: Voter, path: str) -> tuple[int, bytes, float]:
    """One question; the status and content of the answer, and the seconds it took."""
    headers = {"Cookie": f"session={voter.cookie}", "HX-Request": "true", "Connection": "close"}
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, time.perf_counter() - started


def everybody_waits(voters: list[Voter], path: str, *, seconds: float) -> tuple[list[float], list[int]]:
    """Each phone asks every three seconds, from an instant of its own; seconds and statuses of every answer."""
    times: list[float] = []
    statuses: list[int] = []
    begin = time.perf_counter()

    def phone(number: int) -> None:
        here = path
        time.sleep(random.Random(number).uniform(0, EVERY_S))
        while time.perf_counter() - begin < seconds:
            status, content, taken = ask(voters[number], here)
            times.append(taken)
            statuses.append(status)
            if found := AGAIN.search(content):
                here = html.unescape(found[1].decode())
            time.sleep(max(0.0, EVERY_S - taken))

    threads = [threading.Thread(target=phone, args=(number,)) for number in range(len(voters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, statuses


def measure(settings: Settings, stack: ExitStack, *, seconds: float) -> dict[str, Any]:
    """The whole bench on one installation."""
    app = create_app(settings)
    with app.app_context():
        stack.callback(db.engine.dispose)
        app.config["OUTBOX_BY_HAND"] = True
        at = datetime.now(UTC)  # noqa: TID251  (the bench lives in real time)
        grouping_id = a_grouping(at)
        with tenancy.scope(grouping_id):
            actor, people = Actor.command_line(grouping_id), two_hundred_members(at)
            items, electors = an_assembly(actor, method=BallotMethod.SECRET, votes=3, at=clock.now())
            voters = [a_phone(app, person, electors) for person in people]
            assembly = session().scalar(select(AgendaItem.assembly_id).where(AgendaItem.id == items[0]))
            db.session.commit()
            db.session.remove()
    pid, path = serve(settings, stack), f"/{SLUG}/vie/assemblees/{assembly}/voter"
    for voter in voters[:10]:  # the first pages compile templates
        ask(voter, path)
    before, begin = processor_s(pid), time.perf_counter()
    times, statuses = everybody_waits(voters, path, seconds=seconds)
    used, passed, cuts = processor_s(pid) - before, time.perf_counter() - begin, statistics.quantiles(times, n=100)
    return {
        "how": "HTTP, coopter serve (waitress), one process", "voters": VOTERS, "every_s": EVERY_S, "polls": len(times),
        "per_s": round(len(times) / passed, 1), "unmoved": statuses.count(204),
        "server_cpu_ms": round(1000 * used / len(times), 1), "cores": round(used / passed, 2),
        "p50_s": round(cuts[49], 3), "p95_s": round(cuts[94], 3), "max_s": round(max(times), 3),
    }  # fmt: skip


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coopter-poll-")))
        url = f"sqlite:///{folder / 'coopter.sqlite'}"
        settings = Settings(data_dir=folder, database_url=url, secret_key=secrets.token_hex(32),
                            base_url=f"http://127.0.0.1:{PORT}")  # fmt: skip
        print(json.dumps(measure(settings, stack, seconds=asked.seconds), ensure_ascii=False))


if __name__ == "__main__":
    main()
