"""Pages of bodies and of assemblies that are prepared: statutes, seats, agenda, papers, convocation, questions."""

from __future__ import annotations

import io
import json
import re

from sqlalchemy import select

from coopter.governance.models import Assembly, Body, BodySeat
from coopter.governance.rules.kinds import AssemblyState
from coopter.plumbing.outbox import OutboxRow
from tests.governance.rooms import BASE, RULES, Scene, electors, items, prepared, scene

__all__ = ["scene"]


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
