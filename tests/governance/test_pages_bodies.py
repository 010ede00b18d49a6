"""Pages of bodies and of the desk: a body that ends, the bureau of a sitting, voices noted by hand, quiet polls."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from coopter.governance.models import Assembly, Ballot, Body
from tests.governance.rooms import Scene, electors, items, opened, prepared, scene

__all__ = ["scene"]

LATER_BODY = {"kind": "board", "name": "Comité des champs", "preset": "board", "from_on": "2024-01-01"}


def body(scene: Scene, name: str) -> Body:
    return scene.one(select(Body).where(Body.name == name))


def test_a_body_ends_and_begins_again(scene: Scene) -> None:
    """It leaves the choices of a new assembly; what it decided stays to be read."""
    prepared(scene)
    scene.post("coordinator", "instances", **LATER_BODY)
    bureau = body(scene, "Comité des champs").id
    scene.post("coordinator", f"instances/{bureau}/fin")
    assert "Ne se réunit plus" in scene.get("m1", f"instances/{bureau}")
    assert ">Comité des champs<" not in scene.get("coordinator", "assemblees/nouvelle")
    scene.post("coordinator", f"instances/{bureau}/reprise")
    assert ">Comité des champs<" in scene.get("coordinator", "assemblees/nouvelle")


def test_a_body_that_still_meets_does_not_end(scene: Scene) -> None:
    prepared(scene)
    general = body(scene, "Assemblée générale").id
    scene.post("coordinator", f"instances/{general}/fin")
    assert body(scene, "Assemblée générale").closed_at is None


def test_the_bureau_of_a_sitting_is_corrected(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R22: with the version that the page showed; once the minutes are frozen, no more."""
    number = opened(scene, monkeypatch)
    path = f"assemblees/{number}/bureau"
    version = re.search(r'name="version"[^>]*value="(\d+)"', scene.get("coordinator", path))
    assert version is not None
    scene.post("coordinator", path, version=version[1], chair="Soizic Tanguy", secretary="Yann Le Goff")
    assert scene.one(select(Assembly)).chair == "Soizic Tanguy"
    other = {"chair": "Paul", "secretary": "Yann Le Goff"}
    assert "Soizic Tanguy" in scene.post("coordinator", path, 409, version=version[1], **other)
    scene.post("coordinator", path, 422, version="9", chair="", secretary="Yann")
    scene.post("coordinator", f"assemblees/{number}/clore")
    scene.post("coordinator", f"assemblees/{number}/proces-verbal")
    scene.post("coordinator", f"assemblees/{number}/proces-verbal/figer")
    assert "figé avec ces noms" in scene.post("coordinator", path, 422, version=scene.one(select(Assembly)).version,
                                              **other)  # fmt: skip


def test_a_roll_call_is_noted_at_the_desk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch)
    found, delay = electors(scene), items(scene)[2]
    scene.post("coordinator", f"assemblees/points/{delay}/ouvrir-le-vote")
    assert "Noter chaque réponse" in scene.get("coordinator", f"assemblees/{number}/pupitre?point={delay}")
    said = {f"hand-{found['Membre 1']}": "yes", f"hand-{found['Membre 2']}": "no", f"hand-{found['Membre 3']}": ""}
    scene.post("coordinator", f"assemblees/points/{delay}/mains", **said)
    assert sorted(one.choice for one in scene.rows(select(Ballot))) == ["no", "yes"]


def test_an_election_is_noted_at_the_desk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(scene, monkeypatch, election="show-of-hands")
    election = items(scene)[3]
    scene.post("coordinator", f"assemblees/points/{election}/ouvrir-le-vote")
    assert "jusqu’à 2 noms" in scene.get("coordinator", f"assemblees/{number}/pupitre?point={election}")
    scene.post("coordinator", f"assemblees/points/{election}/mains", 422)
    voice = electors(scene)["Membre 2"]
    scene.post("coordinator", f"assemblees/points/{election}/mains", everybody=["0", "1"], **{f"hand-{voice}": ["2"]})
    chosen = sorted(one.choice for one in scene.rows(select(Ballot)))
    assert chosen == [["Anne", "Yann"], ["Anne", "Yann"], ["Soizic"]]


@pytest.mark.parametrize(("who", "page"), [("m1", "voter"), ("m1", "salle"), ("coordinator", "pupitre")])
def test_a_page_that_asks_again_hears_nothing_while_nothing_moves(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
    page: str,
) -> None:
    """Two hundred phones ask every three seconds: while nothing moved the answer is empty, and costs few statements."""
    number = opened(scene, monkeypatch)
    again = re.search(r'hx-get="[^"]*(\?[^"]*vu=[^"]*)"', scene.get(who, f"assemblees/{number}/{page}"))
    assert again is not None
    asks = f"/cap-cooperation/vie/assemblees/{number}/{page}{html.unescape(again[1])}"
    asked = scene.browser(who).get(asks, headers={"HX-Request": "true"})
    assert (asked.status_code, asked.data) == (204, b"")
    assert scene.browser(who).get(asks).status_code == 200  # without htmx a page is shown
    scene.post("coordinator", f"assemblees/points/{items(scene)[2]}/ouvrir-le-vote")
    moved = scene.browser(who).get(asks, headers={"HX-Request": "true"})
    assert moved.status_code == 200 and "Délai de paiement" in moved.get_data(as_text=True)


def test_members_find_the_ballots_of_an_open_assembly(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R35: anyone recounts, so anyone finds the ballots; preparing stays with whoever prepares."""
    number = opened(scene, monkeypatch)
    page = scene.get("m1", f"assemblees/{number}")
    assert "Bulletins et recompte" in page and "Bureau de séance" not in page
