"""A grouping with five members, before the pages of its assemblies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance.models import AgendaItem, Body, Elector
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests import factories as a

BASE = "/cap-cooperation/vie"
ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "notice_days": "15", "quorum_part": "1/4", "quorum_on": "heads", "quorum_with_proxies": "y", "second": "free",
    "majorities-0-label": "Majorité simple", "majorities-0-threshold": "1/2", "majorities-0-strictly": "y",
    "majorities-0-base": "cast", "most_proxies": "2", "open_proxies": "y", "membership_needed": "y",
    "one_head_one_vote": "y", "college_method": "proportional", "empty_college": "redistributed",
    "from_on": "2024-01-01", "decided_by": "Statuts du 12/03/2024",
}  # fmt: skip


@dataclass
class Scene:
    """A grouping with five members, each with somebody who speaks for it."""

    app: Flask
    grouping: Any
    structures: list[Any]
    people: dict[str, Any]
    ids: dict[str, int] = field(default_factory=dict)

    def browser(self, who: str) -> FlaskClient:
        g.pop("_login_user", None)
        return a.signed_in(self.app.test_client(), self.people[who])

    def post(self, who: str, path: str, status: int = 303, **data: Any) -> str:
        answer = self.browser(who).post(f"{BASE}/{path}", data=data)
        assert answer.status_code == status, (path, answer.status_code, _words(answer.get_data(as_text=True)))
        return answer.get_data(as_text=True) if status != 303 else answer.headers["Location"]

    def get(self, who: str, path: str, status: int = 200) -> str:
        answer = self.browser(who).get(f"{BASE}/{path}")
        assert answer.status_code == status, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def rows(self, query: Any) -> list[Any]:
        with tenancy.scope(self.grouping.id):
            found = list(session().scalars(query))
        session().commit()
        return found

    def one(self, query: Any) -> Any:
        (found,) = self.rows(query)
        return found


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2]))[:1500]


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    grouping = a.a_grouping()
    with a.inside(grouping):
        structures = [a.a_structure(f"M{number}", legal_name=f"Membre {number}") for number in range(1, 6)]
        people = {"coordinator": a.a_person(Role.COORDINATOR), "auditor": a.a_person(Role.AUDITOR)}
        for number, structure in enumerate(structures, start=1):
            person = a.a_person(Role.REPRESENTATIVE, structure=structure, first_name=f"Voix{number}", last_name="Un")
            people[f"m{number}"] = person
    yield Scene(app, grouping, structures, people)


def prepared(scene: Scene, *, election: str = "secret") -> int:
    """A body with its rules and members, an assembly with four points; returns the assembly's id."""
    scene.post("coordinator", "instances", kind="general-assembly", name="Assemblée générale", preset="association",
               from_on="2024-01-01", decided_by="Statuts")  # fmt: skip
    body = scene.one(select(Body.id))
    scene.post("coordinator", f"instances/{body}/regles", **RULES)
    scene.post("coordinator", f"instances/{body}/structures", on="2024-02-01")
    where = scene.post(
        "coordinator", "assemblees/nouvelle", body_id=str(body), title="AG ordinaire", mode="in-person",
        day="2026-11-20", clock="18:30", place="Salle du port", record_on="2026-11-01", message="Venez **nombreux**.",
    )  # fmt: skip
    number = int(where.rpartition("/")[2])
    points = f"assemblees/{number}/points"
    scene.post("coordinator", points, title="Rapport moral", form="report", method="show-of-hands")
    scene.post("coordinator", points, title="Approuver les comptes", form="resolution", method="show-of-hands",
               body="L’assemblée approuve les comptes.")  # fmt: skip
    scene.post("coordinator", points, title="Délai de paiement", form="resolution", method="roll-call",
               motion="setting", setting="payment_days", value="45", from_on="2026-12-01")  # fmt: skip
    scene.post("coordinator", points, title="Conseil", form="election", method=election, seats="2",
               candidates="Anne\nYann\nSoizic")  # fmt: skip
    return number


def electors(scene: Scene) -> dict[str, int]:
    return {one.name: one.id for one in scene.rows(select(Elector))}


def items(scene: Scene) -> list[int]:
    return [one.id for one in scene.rows(select(AgendaItem).order_by(AgendaItem.position))]


def opened(scene: Scene, monkeypatch: pytest.MonkeyPatch, *, present: tuple[int, ...] = (1, 2, 3), **how: str) -> int:
    """Convened in October, open on its day, these members there."""
    from datetime import UTC, datetime

    from coopter.plumbing import clock

    number = prepared(scene, **how)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 17, 40, tzinfo=UTC))
    found = electors(scene)
    for one in present:
        scene.post(
            "coordinator", f"assemblees/{number}/presences", elector_id=found[f"Membre {one}"], means="on-the-spot"
        )
    scene.post("coordinator", f"assemblees/{number}/ouvrir", chair="Anne Riou", secretary="Yann Le Goff")
    return number
