"""Pages of bodies and assemblies, through the browser's own forms: from the statutes to the signed minutes."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance.models import AgendaItem, Assembly, Body, BodySeat, Elector, Outcome, Proxy
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.rules.kinds import AssemblyState
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
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


def prepared(scene: Scene) -> int:
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
    scene.post("coordinator", points, title="Conseil", form="election", method="secret", seats="2",
               candidates="Anne\nYann\nSoizic")  # fmt: skip
    return number


def electors(scene: Scene) -> dict[str, int]:
    return {one.name: one.id for one in scene.rows(select(Elector))}


def items(scene: Scene) -> list[int]:
    return [one.id for one in scene.rows(select(AgendaItem).order_by(AgendaItem.position))]


def opened(scene: Scene, monkeypatch: pytest.MonkeyPatch, *, present: tuple[int, ...] = (1, 2, 3)) -> int:
    """Convened in October, open on its day, these members there."""
    from datetime import UTC, datetime

    from coopter.plumbing import clock

    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 17, 40, tzinfo=UTC))
    found = electors(scene)
    for one in present:
        scene.post(
            "coordinator", f"assemblees/{number}/presences", elector_id=found[f"Membre {one}"], means="on-the-spot"
        )
    scene.post("coordinator", f"assemblees/{number}/ouvrir", chair="Anne Riou", secretary="Yann Le Goff")
    return number


def test_a_body_is_created_from_a_model_then_told_in_sentences(scene: Scene) -> None:
    assert "Aucune instance" in scene.get("m1", "instances")
    scene.post("coordinator", "instances", kind="general-assembly", name="AG", preset="scic", from_on="2024-01-01")
    body = scene.one(select(Body.id))
    page = scene.get("m1", f"instances/{body}")
    assert "Collège Bénéficiaires : 30" in page and "au moins le cinquième" in page
    assert "Modifier" not in page, "a member reads"
    form = scene.get("coordinator", f"instances/{body}/regles")
    assert 'value="Bénéficiaires"' in form and "Majorité simple" in form
    assert "Conseil ou bureau" in form and 'value="8"' in scene.get(
        "coordinator", f"instances/{body}/regles?modele=board"
    )
    scene.post("coordinator", f"instances/{body}/regles", **RULES)
    page = scene.get("m1", f"instances/{body}")
    assert "au moins le quart" in page and "Statuts du 12/03/2024" in page and "Collège" not in page
    refused = scene.post("coordinator", f"instances/{body}/regles", 422, **{**RULES, "majorities-0-threshold": "3/2"})
    assert "hors limites" in refused and "Majorité simple" in refused
    refused = scene.post("coordinator", f"instances/{body}/regles", 422, **{**RULES, "quorum_part": "beaucoup"})
    assert "ne se lit pas" in refused


def test_seats_are_given_corrected_and_ended(scene: Scene) -> None:
    scene.post("coordinator", "instances", kind="board", name="Bureau", preset="board", from_on="2024-01-01")
    body = scene.one(select(Body.id))
    scene.post("coordinator", f"instances/{body}/sieges", structure=str(scene.structures[0].id), person="", weight="1",
               starts_on="2025-01-01", office="Présidente", name="")  # fmt: skip
    assert "déjà un siège" in scene.post(
        "coordinator", f"instances/{body}/sieges", 422, structure=str(scene.structures[0].id), weight="1",
        starts_on="2025-06-01",
    )  # fmt: skip
    seat = scene.one(select(BodySeat.id))
    assert "Présidente" in scene.get("coordinator", f"instances/sieges/{seat}")
    data = {"structure": str(scene.structures[0].id), "weight": "1", "starts_on": "2025-01-01", "name": "Membre 1"}
    scene.post("coordinator", f"instances/sieges/{seat}", version="1", office="Trésorière", **data)
    stale = scene.post("coordinator", f"instances/sieges/{seat}", 409, version="1", office="Autre", **data)
    assert "Trésorière" in stale and "Autre" in stale
    assert scene.one(select(BodySeat.office)) == "Trésorière"
    scene.post("coordinator", f"instances/{body}/structures", on="2026-10-01")
    assert len(scene.rows(select(BodySeat))) == 5
    assert "doit être postérieure" in scene.post(
        "coordinator", f"instances/sieges/{seat}/fin", 422, ends_on="2024-01-01"
    )
    scene.post("coordinator", f"instances/sieges/{seat}/fin", ends_on="2026-10-01")
    assert "Mandats terminés" in scene.get("m1", f"instances/{body}")
    scene.post("m1", f"instances/{body}/sieges", 403)


def test_new_rules_may_be_put_to_the_vote(scene: Scene) -> None:
    number = prepared(scene)
    body = scene.one(select(Body.id))
    where = scene.post(
        "coordinator", f"instances/{body}/regles", **{**RULES, "assembly": str(number), "most_proxies": "1"}
    )
    assert where.endswith(f"/assemblees/{number}")
    page = scene.get("coordinator", f"assemblees/{number}")
    assert "Nouvelles règles : Assemblée générale" in page and "Règles de « Assemblée générale »" in page
    assert "2 au plus" in scene.get("m1", f"instances/{body}"), "nothing changes before the vote"


def test_a_draft_is_for_those_who_prepare(scene: Scene) -> None:
    number = prepared(scene)
    scene.get("m1", f"assemblees/{number}", 404)
    assert "AG ordinaire" not in scene.get("m1", "assemblees")
    page = scene.get("coordinator", f"assemblees/{number}")
    assert "Convoquer" in page and "délai" in page.lower() and "45" in page
    assert "À convoquer : AG ordinaire" in scene.get("coordinator", "assemblees")


def test_an_agenda_is_written_moved_and_corrected(scene: Scene) -> None:
    number = prepared(scene)
    first, second, third, _fourth = items(scene)
    scene.post("coordinator", f"assemblees/points/{third}/place", to="1")
    assert items(scene)[0] == third
    form = scene.get("coordinator", f"assemblees/points/{third}")
    assert 'value="45"' in form and 'value="2026-12-01"' in form
    scene.post("coordinator", f"assemblees/points/{second}", version="1", title="Comptes 2025", form="resolution",
               method="show-of-hands", motion="delegate", person="Anne", may="signer le bail", from_on="2026-12-01",
               until_on="2027-12-01")  # fmt: skip
    assert "Anne reçoit délégation" in scene.get("coordinator", f"assemblees/{number}")
    assert "signer le bail" in scene.get("coordinator", f"assemblees/points/{second}")
    both = scene.post("coordinator", f"assemblees/points/{second}", 409, version="1", title="Trop tard",
                      form="resolution", method="show-of-hands")  # fmt: skip
    assert "Comptes 2025" in both
    missing = scene.post("coordinator", f"assemblees/{number}/points", 422, title="Frais", form="resolution",
                         method="show-of-hands", motion="setting", setting="vat_rate", value="5,5")  # fmt: skip
    assert "à partir de quel jour" in missing
    scene.post("coordinator", f"assemblees/points/{first}/enlever")
    assert len(items(scene)) == 3
    scene.post("coordinator", f"assemblees/{number}/points", title="Amendement", form="resolution", method="roll-call",
               amends=str(second), body="Remplacer…")  # fmt: skip
    assert "amende « Comptes 2025 »" in scene.get("coordinator", f"assemblees/{number}")


def test_documents_are_joined_and_fetched(scene: Scene) -> None:
    number = prepared(scene)
    content = b"%PDF-1.4 comptes"
    data = {"document": (io.BytesIO(content), "comptes.pdf"), "item_id": ""}
    scene.post("coordinator", f"assemblees/{number}/documents", **data)
    page = scene.get("coordinator", f"assemblees/{number}")
    where = re.search(r"/vie/assemblees/documents/(\d+)", page)
    assert where
    answer = scene.browser("coordinator").get(f"{BASE}/assemblees/documents/{where[1]}")
    assert answer.data == content and answer.mimetype == "application/pdf"
    scene.get("m1", f"assemblees/documents/{where[1]}", 404)  # a draft's paper is a draft's
    bad = {"document": (io.BytesIO(b"MZ"), "comptes.exe"), "item_id": ""}
    assert "enregistrez-le en PDF" in scene.post("coordinator", f"assemblees/{number}/documents", 422, **bad)
    assert "Choisissez d" in scene.post("coordinator", f"assemblees/{number}/documents", 422)


def test_the_convocation_is_shown_before_it_leaves_and_carries_an_invitation(scene: Scene) -> None:
    number = prepared(scene)
    look = scene.get("coordinator", f"assemblees/{number}/convocation")
    assert "Voix1 Un" in look and "Ordre du jour" in look and "Salle du port" in look
    scene.post("coordinator", f"assemblees/{number}/convocation")
    rows = scene.rows(select(OutboxRow))
    mails = [one.payload if isinstance(one.payload, dict) else json.loads(one.payload) for one in rows]
    assert len(mails) == 5
    assert all("Salle du port" in one["text"] and "vie/assemblees/" in one["text"] for one in mails)
    assert all(one["attachments"][0][0] == "assemblee.ics" for one in mails)
    assert "déjà convoquée" in scene.get("coordinator", f"assemblees/{number}/convocation")
    assert "AG ordinaire" in scene.get("m1", "assemblees")


def test_too_late_is_told_before_and_refused_after(scene: Scene) -> None:
    number = prepared(scene)
    data = {"body_id": str(scene.one(select(Body.id))), "title": "AG ordinaire", "mode": "in-person", "clock": "18h30",
            "place": "Salle du port", "record_on": "2026-10-01"}  # fmt: skip
    scene.post("coordinator", f"assemblees/{number}/modifier", version="1", day="2026-10-20", **data)
    assert "trop court" in scene.get("coordinator", f"assemblees/{number}/convocation")
    assert "15 jours" in scene.post("coordinator", f"assemblees/{number}/convocation", 422)
    assert scene.one(select(Assembly.state)) is AssemblyState.DRAFT
    assert "ne se lit pas" in scene.post(
        "coordinator", f"assemblees/{number}/modifier", 422, version="2", day="2026-11-20", **{**data, "clock": "tard"}
    )


def test_questions_are_asked_and_answered(scene: Scene) -> None:
    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    found = electors(scene)
    scene.post("m1", f"assemblees/{number}/questions", elector_id=str(found["Membre 1"]), question="Et le loyer ?")
    scene.post("m1", f"assemblees/{number}/questions", 422, elector_id=str(found["Membre 2"]), question="Pour eux ?")
    assert "Une question écrite attend" in scene.get("coordinator", "assemblees")
    page = scene.get("coordinator", f"assemblees/{number}")
    where = re.search(r"assemblees/questions/(\d+)", page)
    assert where
    scene.post("coordinator", f"assemblees/questions/{where[1]}", 422, answer=" ")
    scene.post("coordinator", f"assemblees/questions/{where[1]}", answer="Il est stable.")
    assert "Il est stable." in scene.get("m2", f"assemblees/{number}")


def test_a_power_is_given_told_and_taken_back(scene: Scene) -> None:
    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    found = electors(scene)
    assert "Donner pouvoir" in scene.get("m4", f"assemblees/{number}/pouvoirs")
    scene.post("m4", f"assemblees/{number}/pouvoirs", giver_id=found["Membre 4"], holder_id=found["Membre 1"])
    assert "pouvoir de Membre 4" in scene.get("m1", f"assemblees/{number}/pouvoirs")
    assert "Pouvoir donné à Membre 1" in scene.get("m4", f"assemblees/{number}/pouvoirs")
    scene.post("m5", f"assemblees/{number}/pouvoirs", 403, giver_id=found["Membre 2"], holder_id=found["Membre 1"])
    scene.post("m4", f"assemblees/{number}/pouvoirs", 422, giver_id=found["Membre 4"], holder_id=found["Membre 2"])
    proxy = scene.one(select(Proxy.id))
    scene.post("m1", f"assemblees/pouvoirs/{proxy}/retirer", 403)
    scene.post("m4", f"assemblees/pouvoirs/{proxy}/retirer")
    scene.post("m4", f"assemblees/{number}/pouvoirs", giver_id=found["Membre 4"], holder_id="")
    scene.post("coordinator", f"assemblees/{number}/presences", elector_id=found["Membre 2"], means="on-the-spot")
    scene.post("coordinator", f"assemblees/{number}/pouvoirs/attribuer")
    with tenancy.scope(scene.grouping.id):
        given = {one.name: one.gave_to for one in roll_of(number)}
    session().commit()
    assert given["Membre 4"] == "Membre 2"
    assert "représenté·e par Membre 2" in scene.get("coordinator", f"assemblees/{number}/presences")


def test_the_code_of_the_room_lets_in_whoever_has_a_seat(scene: Scene) -> None:
    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    where = scene.post("coordinator", f"assemblees/{number}/code")
    code = where.partition("code=")[2]
    screen = scene.browser("coordinator").get(where).get_data(as_text=True)
    assert "data:image/svg+xml" in screen and "Bienvenue" in screen
    page = scene.get("m1", f"assemblees/{number}/entrer?code={code}")
    assert "Membre 1" in page and "J’entre" in page
    assert scene.post("m1", f"assemblees/{number}/entrer", code=code).endswith(f"/assemblees/{number}/voter")
    assert "par le code de la salle" in scene.get("coordinator", f"assemblees/{number}/presences")
    scene.browser("m2").post(f"{BASE}/assemblees/{number}/entrer", data={"code": "x" * 22})
    assert "1 sur 5" in scene.get("coordinator", f"assemblees/{number}/presences")


def test_a_whole_assembly_by_its_pages(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch, present=(1, 2, 3, 4))
    _report, accounts, delay, election = items(scene)
    found = electors(scene)
    scene.post("m5", f"assemblees/{number}/pouvoirs", giver_id=found["Membre 5"], holder_id=found["Membre 1"])
    desk = scene.get("coordinator", f"assemblees/{number}/pupitre?point={accounts}")
    assert "Ouvrir le vote" in desk and 'data-key="o"' in desk
    assert "data-keys" not in scene.get("coordinator", f"assemblees/{number}/pupitre?raccourcis=non")

    scene.post("coordinator", f"assemblees/points/{accounts}/ouvrir-le-vote")
    assert "main levée" in scene.get("m1", f"assemblees/{number}/voter")
    scene.post("coordinator", f"assemblees/points/{accounts}/mains", everybody="yes",
               **{f"hand-{found['Membre 3']}": "no"})  # fmt: skip
    assert "5 votes reçus sur 5" in scene.get("coordinator", f"assemblees/{number}/pupitre?point={accounts}")
    scene.post("coordinator", f"assemblees/points/{accounts}/notes", version="2", notes="Chacun s’est exprimé.")
    scene.post("coordinator", f"assemblees/points/{accounts}/clore-le-vote")
    closed = scene.get("m2", f"assemblees/{number}/voter")
    assert "Adoptée" in closed and "4 voix" in closed

    scene.post("coordinator", f"assemblees/points/{delay}/ouvrir-le-vote")
    booth = scene.get("m1", f"assemblees/{number}/voter")
    assert "Vous votez pour 2 voix" in booth and "par pouvoir" in booth and "Délai de paiement" in booth
    assert "Faites un choix" in scene.post("m1", f"assemblees/points/{delay}/relire", 422)
    look = scene.post("m1", f"assemblees/points/{delay}/relire", 200, choice="yes",
                      **{f"choice-{found['Membre 5']}": "no"})  # fmt: skip
    assert "Pour" in look and "Contre" in look and f"choice-{found['Membre 5']}" in look
    done = scene.post("m1", f"assemblees/points/{delay}/voter", 200, choice="yes",
                      **{f"choice-{found['Membre 5']}": "no"})  # fmt: skip
    assert "Vos 2 votes sont enregistrés" in done
    assert "Vous avez voté" in scene.get("m1", f"assemblees/{number}/voter")
    assert "Choisissez une réponse" in scene.post("m1", f"assemblees/points/{delay}/voter", 422, choice="no")
    for who in ("m2", "m3", "m4"):
        scene.post(who, f"assemblees/points/{delay}/voter", 200, choice="yes")
    scene.post("coordinator", f"assemblees/points/{delay}/clore-le-vote")
    assert "Décision n°" in scene.get("m2", f"assemblees/{number}")

    scene.post("coordinator", f"assemblees/points/{election}/ouvrir-le-vote")
    assert "5 votes reçus" not in scene.get("m2", f"assemblees/{number}/salle")
    too_many = scene.post("m1", f"assemblees/points/{election}/relire", 422, choice=["0", "1", "2"])
    assert "3 noms pour 2 sièges" in too_many
    look = scene.post("m1", f"assemblees/points/{election}/relire", 200, choice=["0", "2"])
    assert "Anne, Soizic" in look
    done = scene.post("m1", f"assemblees/points/{election}/voter", 200, choice=["0", "2"])
    receipts = re.findall(r"<code>([a-z0-9-]{10,})</code>", done)
    assert len(receipts) == 2 and "Ces reçus ne seront plus montrés" in done
    for who in ("m2", "m3", "m4"):
        scene.post(who, f"assemblees/points/{election}/voter", 200, choice=["0"])
    scene.post("coordinator", f"assemblees/points/{election}/clore-le-vote")
    room = scene.get("m2", f"assemblees/{number}/salle")
    assert "Pourvue" in room and "Anne" in room
    assert "est dans la liste" in scene.get("m1", f"assemblees/{number}/bulletins?q={receipts[0]}")
    assert "Aucun bulletin" in scene.get("m1", f"assemblees/{number}/bulletins?q=faux")

    where = scene.post("coordinator", f"assemblees/{number}/clore")
    assert where.endswith("/proces-verbal")
    assert "close" in scene.get("m1", f"assemblees/{number}/voter")
    _after(scene, number, election)


def _after(scene: Scene, number: int, election: int) -> None:
    """Minutes, signatures, register, recount."""
    assert "Pas encore de procès-verbal" in scene.get("m1", f"assemblees/{number}/proces-verbal")
    preview = scene.get("coordinator", f"assemblees/{number}/proces-verbal")
    assert "Commencer le procès-verbal" in preview and "Chacun s’est exprimé." in preview
    scene.post("coordinator", f"assemblees/{number}/proces-verbal")
    scene.post("coordinator", f"assemblees/{number}/proces-verbal", 422)
    page = scene.get("coordinator", f"assemblees/{number}/proces-verbal")
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version and "Figer le procès-verbal" in page
    scene.post("coordinator", f"assemblees/{number}/proces-verbal/brouillon", version=version[1],
               body="## Séance\n\nCorrigé.")  # fmt: skip
    stale = scene.post("coordinator", f"assemblees/{number}/proces-verbal/brouillon", 409, version=version[1], body="x")
    assert "Corrigé." in stale
    scene.get("m1", f"assemblees/{number}/proces-verbal.pdf", 404)
    scene.post("coordinator", f"assemblees/{number}/proces-verbal/figer")
    pdf = scene.browser("m1").get(f"{BASE}/assemblees/{number}/proces-verbal.pdf")
    assert pdf.data.startswith(b"%PDF")
    scene.post("coordinator", f"assemblees/{number}/proces-verbal/signatures", 422, chair="Anne Riou", chair_email="",
               secretary="Yann", secretary_email="yann@exemple.fr")  # fmt: skip
    scene.post("coordinator", f"assemblees/{number}/proces-verbal/signatures", chair="Anne Riou",
               chair_email="anne@exemple.fr", secretary="Yann", secretary_email="yann@exemple.fr")  # fmt: skip
    assert "Présidence de séance" in scene.get("m1", f"assemblees/{number}/proces-verbal")
    sheet = scene.browser("m1").get(f"{BASE}/assemblees/{number}/feuille-de-presence.pdf")
    assert sheet.data.startswith(b"%PDF")
    register = scene.get("m1", "deliberations")
    assert "n° 1 · Approuver les comptes" in register and "n° 3 · Conseil" in register
    table = scene.browser("m1").get(f"{BASE}/deliberations.csv").data.decode("utf-8-sig")
    assert table.count("\r\n") == 4 and ";Adoptée;4;1;0;" in table
    assert scene.browser("m1").get(f"{BASE}/deliberations.pdf").data.startswith(b"%PDF")
    packed = scene.browser("coordinator").get(f"{BASE}/assemblees/points/{election}/belenios.zip")
    assert sorted(zipfile.ZipFile(io.BytesIO(packed.data)).namelist()) == ["electeurs.txt", "election.json"]
    assert len(scene.rows(select(Outcome))) == 3


def test_anyone_recounts_what_was_downloaded(scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """R35: the two files of the page are all that it takes."""
    number = opened(scene, monkeypatch)
    accounts = items(scene)[1]
    scene.post("coordinator", f"assemblees/points/{accounts}/ouvrir-le-vote")
    scene.post("coordinator", f"assemblees/points/{accounts}/mains", everybody="yes")
    scene.post("coordinator", f"assemblees/points/{accounts}/clore-le-vote")
    for name, path in (("votes.json", f"assemblees/{number}/bulletins.json"), ("r.py", "assemblees/recompte.py")):
        (tmp_path / name).write_bytes(scene.browser("m4").get(f"{BASE}/{path}").data)
    asked = [sys.executable, "-I", str(tmp_path / "r.py"), str(tmp_path / "votes.json")]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert "n° 1" in told.stdout


def test_a_tie_asks_the_chair(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "casting_vote", "y")
    number = opened(scene, monkeypatch, present=(1, 2))
    accounts, found = items(scene)[1], electors(scene)
    scene.post("coordinator", f"assemblees/points/{accounts}/ouvrir-le-vote")
    scene.post("coordinator", f"assemblees/points/{accounts}/mains", everybody="yes",
               **{f"hand-{found['Membre 2']}": "no"})  # fmt: skip
    tie = scene.post("coordinator", f"assemblees/points/{accounts}/clore-le-vote", 422)
    assert "Voix de la présidence" in tie and "Partage égal" in tie
    scene.post("coordinator", f"assemblees/points/{accounts}/clore-le-vote", casting="no")
    assert "a départagé, contre" in scene.get("m1", f"assemblees/{number}")


def test_without_quorum_a_second_call_is_prepared(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch, present=(1,))
    accounts = items(scene)[1]
    assert "Le quorum n’est pas atteint" in scene.post(
        "coordinator", f"assemblees/points/{accounts}/ouvrir-le-vote", 422
    )
    where = scene.post("coordinator", f"assemblees/{number}/seconde-convocation", day="2026-12-20", clock="18:00")
    page = scene.browser("coordinator").get(where).get_data(as_text=True)
    assert "seconde convocation" in page and "Approuver les comptes" in page


def test_calling_off_asks_why_and_tells_everybody(scene: Scene) -> None:
    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    scene.post("coordinator", f"assemblees/{number}/annulation", 422, reason=" ")
    scene.post("coordinator", f"assemblees/{number}/annulation", reason="La salle est inondée")
    assert "La salle est inondée" in scene.get("m1", f"assemblees/{number}")
    rows = scene.rows(select(OutboxRow))
    assert sum("annul" in json.dumps(one.payload, ensure_ascii=False).lower() for one in rows) >= 5


def test_an_auditor_reads_and_votes_nowhere(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch)
    for path in ("assemblees", f"assemblees/{number}", f"assemblees/{number}/pouvoirs", f"assemblees/{number}/voter",
                 "deliberations", "instances", f"assemblees/{number}/bulletins"):  # fmt: skip
        _head, _main, page = scene.get("auditor", path).partition("<main")
        assert 'method="post"' not in page.partition("</main>")[0], path
    scene.get("auditor", f"assemblees/{number}/pupitre", 403)


def test_days_are_those_of_paris(scene: Scene) -> None:
    prepared(scene)
    starts_at = scene.one(select(Assembly.starts_at))
    assert starts_at.isoformat() == "2026-11-20T17:30:00+00:00"
    assert starts_at.date() == date(2026, 11, 20)
