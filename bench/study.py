"""How long the study of a contribution takes, for three hundred members, through the page that people open.

`.venv/bin/python bench/study.py [--members 300] [--rounds 60] [--db sqlite|postgresql]` prints one JSON object:

- `p95_ms`, `median_ms`: the fragment that comes back each time that the formula changes, two saved variants beside it
  and one in force, at a different rate each time so that nothing could be kept from before;
- `page_p95_ms`: the whole page with its form, as somebody without a script gets it;
- `cpu_median_ms`: processor of one fragment, which a busy machine does not change;
- `html_kb`: the size of the fragment; `members`, `rounds`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import Flask, current_app, g
from flask.testing import FlaskClient
from sqlalchemy import insert

from bench.hours_import import AT, a_grouping, installation
from coopter.contributions.commands import formulas as contributions
from coopter.contributions.commands import variants
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.models import Figure
from coopter.contributions.rules.formulas import Formula, ProRata, Tier
from coopter.contributions.rules.kinds import Base, FigureState, Product
from coopter.members.access import sign_ins
from coopter.members.models import Membership, Person, RoleGrant, Structure
from coopter.members.rules import VatStatus
from coopter.plumbing import clock, tenancy
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.money import Money

YEAR = AT.year - 1


@command
def a_cluster(count: int, *, seed: int = 7) -> str:
    """Members whose turnovers are as unequal as in life, and a coordinator; returns the session key of the latter."""
    dice, here = random.Random(seed), tenancy.current()
    for number in range(1, count + 1):
        row = Structure(code=f"S{number:04d}", legal_name=f"Structure {number:04d}", vat_status=VatStatus.LIABLE)
        session().add(row)
        session().flush()
        joined = date(AT.year, 7, 1) if number % 20 == 0 else date(2015, 1, 1)
        session().add(Membership(structure_id=row.id, joined_on=joined))
        figure = {
            "grouping_id": here, "structure_id": row.id, "year": YEAR, "base": Base.TURNOVER,
            "amount": int(dice.paretovariate(1.1) * 2_000_000), "state": FigureState.CHECKED, "written_by": "banc",
            "written_at": AT, "version": 1, "method": "", "comment": "", "evidence_name": "", "checked_by": "",
        }  # fmt: skip
        session().execute(insert(Figure.__table__).values(figure))
    person = Person(
        email="anne@banc.example", first_name="Anne", last_name="Riou", active=True, fs_uniquifier="b" * 32,
        tf_primary_method="authenticator",
    )  # fmt: skip
    session().add(person)
    session().flush()
    session().add(RoleGrant(person_id=person.id, role=Role.COORDINATOR, granted_at=AT))
    return person.fs_uniquifier


def studied(anne: Actor) -> tuple[int, list[int]]:
    """A contribution with a formula in force since this year, and two saved variants; their ids."""
    made = contributions.create_contribution(anne, name="Quote-part", product=Product.PROPORTIONAL, at=AT)
    tiers = (Tier(3000, 10_000_000), Tier(2000, 50_000_000), Tier(1000))
    kept = {
        "Forfait": Formula(fixed=Money(15_000)),
        "Par tranches": Formula(base=Base.TURNOVER, tiers=tiers, cap=Money(300_000), pro_rata=ProRata.DAYS),
        "Budget": Formula(
            base=Base.TURNOVER, budget=Money(9_000_000), floor=Money(5_000), cap=Money(300_000), pro_rata=ProRata.DAYS
        ),
    }
    ids = [
        variants.save_variant(anne, contribution_id=made, details=VariantDetails(name, formula), at=AT)
        for name, formula in kept.items()
    ]
    variants.decide_variant(anne, variant_id=ids[0], from_on=date(AT.year, 1, 1), at=AT)
    return made, ids[1:]


def signed_in(app: Flask, key: str) -> FlaskClient:
    """A browser with the coordinator's session."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[sign_ins.KEY] = sign_ins.a_new_one(strict=False)
        cookie.update(_user_id=key, _fresh=True, fs_cc="set", fs_paa=AT.timestamp())
    return client


def measure(client: FlaskClient, address: str, beside: list[int], *, rounds: int, fragment: bool) -> dict[str, Any]:
    """Milliseconds of each request at another rate and cap, the first three thrown away."""
    taken, burnt, size = [], [], 0
    for number in range(rounds + 3):
        typed = {
            "mode": "rate", "base": "turnover", "basis_year": "previous", "period": "year", "pro_rata": "days",
            "rounding": "cent", "vat": "outside", "upto_0": "100000", "rate_0": f"0,{3000 + number}",
            "rate_last": "0,1", "floor": "50", "cap": str(2000 + number), "avec": beside, "annee": AT.year, "tous": "1",
        }  # fmt: skip
        db.session.remove()
        g.pop("_login_user", None)  # this context outlives a request
        started, before = time.perf_counter(), time.process_time()
        answer = client.get(address, query_string=typed, headers={"HX-Request": "true"} if fragment else {})
        elapsed, burn = time.perf_counter() - started, time.process_time() - before
        assert answer.status_code == 200 and answer.text.count('class="cell-head"') > 200, answer.text[:400]
        size = len(answer.data)
        if number >= 3:
            taken.append(elapsed * 1000)
            burnt.append(burn * 1000)
    taken.sort()
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[min(len(taken) - 1, -(-95 * len(taken) // 100) - 1)], 1),
        "cpu_median_ms": round(statistics.median(burnt), 1),
        "html_kb": size // 1024,
    }


def main(arguments: argparse.Namespace) -> dict[str, Any]:
    """One installation, one cluster, the fragment and the page."""
    clock.now = lambda: AT
    with installation(arguments.db):
        here = a_grouping()
        with tenancy.scope(here):
            key = a_cluster(arguments.members)
            made, beside = studied(Actor.command_line(here))
        db.session.remove()
        client = signed_in(current_app._get_current_object(), key)  # type: ignore[attr-defined]
        address = f"/bench/contributions/{made}/etude"
        part = measure(client, address, beside, rounds=arguments.rounds, fragment=True)
        page = measure(client, address, beside, rounds=max(10, arguments.rounds // 3), fragment=False)
    return {**part, "page_p95_ms": page["p95_ms"], "members": arguments.members, "rounds": arguments.rounds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    print(json.dumps(main(parser.parse_args())))
