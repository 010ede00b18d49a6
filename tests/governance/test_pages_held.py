"""Pages of an assembly that is held: powers, presence, votes on phones, the desk, minutes, register, recount."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from coopter.governance.models import Assembly, Body, Outcome, Proxy
from coopter.governance.queries.assemblies import roll_of
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from tests.governance.rooms import BASE, RULES, Scene, electors, items, opened, prepared, scene

__all__ = ["scene"]


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
    assert ";'" not in table  # an empty cell stays empty
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


def test_a_deliberation_is_annulled_with_its_reason(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch)
    accounts = items(scene)[1]
    scene.post("coordinator", f"assemblees/points/{accounts}/ouvrir-le-vote")
    scene.post("coordinator", f"assemblees/points/{accounts}/mains", everybody="yes")
    scene.post("coordinator", f"assemblees/points/{accounts}/clore-le-vote")
    outcome = scene.one(select(Outcome.id))
    scene.post("coordinator", f"deliberations/{outcome}/annulation", reason=" ")
    assert "annulée" not in scene.get("m1", "deliberations").lower()
    scene.post("coordinator", f"deliberations/{outcome}/annulation", reason="Convocation irrégulière")
    assert "annulée : Convocation irrégulière" in scene.get("m1", "deliberations")
    assert "Annuler cette délibération" not in scene.get("coordinator", f"assemblees/{number}/bulletins")


def test_a_member_is_there_at_a_distance_by_itself(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "remote_vote", "y")
    number = prepared(scene)
    data = {"body_id": str(scene.one(select(Body.id))), "title": "AG ordinaire", "mode": "mixed", "clock": "18:30",
            "place": "Salle du port", "record_on": "2026-11-01", "day": "2026-11-20"}  # fmt: skip
    scene.post("coordinator", f"assemblees/{number}/modifier", version="1", **data)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    mine = electors(scene)["Membre 1"]
    assert "Je suis là, à distance" in scene.get("m1", f"assemblees/{number}/voter")
    scene.post("m2", f"assemblees/{number}/presences", 403, elector_id=mine, means="remote")
    scene.post("m1", f"assemblees/{number}/presences", elector_id=mine, means="remote", person_name="Voix1")
    assert "Je suis là" not in scene.get("m1", f"assemblees/{number}/voter")
    assert "Voix1, à distance" in scene.get("coordinator", f"assemblees/{number}/presences")


def test_dues_paid_at_the_door_give_the_vote_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "dues_needed", "y")
    number = prepared(scene)
    scene.post("coordinator", f"assemblees/{number}/convocation")
    mine = electors(scene)["Membre 1"]
    assert "Cotisation non réglée" in scene.get("coordinator", f"assemblees/{number}/presences")
    scene.post("coordinator", f"assemblees/{number}/presences/droit-de-vote", elector_id=mine, may_vote="1")
    with tenancy.scope(scene.grouping.id):
        able = {one.name: one.may_vote for one in roll_of(number)}
    session().commit()
    assert able["Membre 1"] and not able["Membre 2"]
    scene.post("coordinator", f"assemblees/{number}/presences/droit-de-vote", 404, elector_id=987, may_vote="1")


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
