"""Commitments of a charter: one report a year and a structure, with evidence, read by a peer."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from coopter.governance.commands import commitments as acts
from coopter.governance.queries import commitments as queries
from coopter.governance.rules import commitments as rules
from coopter.governance.rules.kinds import PeerOpinion
from coopter.governance.rules.signing import Signatory
from coopter.members.models import Structure
from coopter.values.actor import Actor, Role
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests.factories import a_person, a_structure, actor, inside, signed_in
from tests.governance.signatures import (
    LATER,
    NOW,
    Charter,
    a_campaign,
    a_charter,
    binding,
    sign_with_code,
)
from tests.governance.signatures import by_link as by_link_of
from tests.governance.test_texts_views import post, words

HEDGES = rules.CommitmentDetails("Biodiversité", "Planter des haies", "Mètres plantés dans l’année", "m", "200 m")
PDF = b"%PDF-1.7 photo des haies"


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A charter that its first structure has signed."""
    found = a_charter()
    with inside(found.grouping):
        a_campaign(found, binding(found))
        sign_with_code(found)
        yield found


@pytest.fixture
def hedges(told: Charter) -> int:
    """A commitment of the charter."""
    return acts.add_commitment(told.coordinator, text_id=told.frozen.text_id, details=HEDGES, at=NOW)


@pytest.fixture
def peer(told: Charter) -> tuple[Actor, Structure]:
    """Another structure that signed, and its representative."""
    structure = a_structure("B")
    person = a_person(Role.REPRESENTATIVE, structure=structure)
    a_campaign(told, Signatory(person.name, person.email, "gérant", structure_id=structure.id))
    sign_with_code(Charter(told.grouping, told.coordinator, structure, person, told.frozen), by_link_of(person.email))
    return actor(told.grouping, Role.REPRESENTATIVE, structure=structure, person_id=person.id), structure


def report(told: Charter, hedges: int, **more: object) -> int:
    """What the structure of the charter did in 2026."""
    values = {
        "commitment_id": hedges, "structure_id": told.structure.id, "year": 2026, "value": "180", "comment": "",
        "version": 0, "at": LATER, **more,
    }  # fmt: skip
    return acts.report_commitment(told.representative, **values)  # type: ignore[arg-type]


def test_a_year_told_with_its_evidence_and_read_by_a_peer(
    told: Charter, hedges: int, peer: tuple[Actor, Structure]
) -> None:
    found = report(told, hedges, evidence=("haies.pdf", PDF))
    who, structure = peer
    acts.review_report(
        who, report_id=found, structure_id=structure.id, opinion=PeerOpinion.ON_TRACK, comment="Vu sur place", at=LATER
    )
    (line,) = queries.year_of(told.frozen.text_id, year=2026, on=LATER.date())
    (one,) = line.reports
    assert (one.value, one.evidence_name) == ("180", "haies.pdf")
    assert [(review.structure, review.opinion) for review in one.reviews] == [("Structure B", PeerOpinion.ON_TRACK)]
    assert line.awaited == ((structure.id, "Structure B"),)
    assert queries.evidence_of(found).content == PDF


def test_what_is_refused(told: Charter, hedges: int, peer: tuple[Actor, Structure]) -> None:
    stranger = a_structure("C")
    other = actor(told.grouping, Role.REPRESENTATIVE, structure=stranger, person_id=5)
    values = {"commitment_id": hedges, "value": "1", "comment": "", "version": 0, "at": LATER, "year": 2026}
    with pytest.raises(rules.NotASignatory):
        acts.report_commitment(other, structure_id=stranger.id, **values)
    with pytest.raises(NotAllowed):
        acts.report_commitment(other, structure_id=told.structure.id, **values)
    for year in (1999, 2027):
        with pytest.raises(rules.YearNotReportable):
            report(told, hedges, year=year)
    with pytest.raises(rules.ValueMissing):
        report(told, hedges, value=" ")
    found = report(told, hedges)
    opinion = {"report_id": found, "opinion": PeerOpinion.EXEMPLARY, "comment": "", "at": LATER}
    with pytest.raises(rules.OwnReport):
        acts.review_report(told.representative, structure_id=told.structure.id, **opinion)
    with pytest.raises(rules.NotASignatory):
        acts.review_report(other, structure_id=stranger.id, **opinion)
    with pytest.raises(NotAllowed):
        acts.review_report(other, structure_id=peer[1].id, **opinion)
    with pytest.raises(rules.CommitmentIncomplete):
        acts.add_commitment(
            told.coordinator, text_id=told.frozen.text_id, details=rules.CommitmentDetails("", "x", ""), at=NOW
        )
    acts.end_commitment(told.coordinator, commitment_id=hedges, at=LATER)
    with pytest.raises(rules.CommitmentOver):
        report(told, hedges, version=1)


def test_two_who_report_see_both(told: Charter, hedges: int) -> None:
    """R22."""
    report(told, hedges)
    report(told, hedges, value="190", version=1)
    with pytest.raises(Conflict) as conflict:
        report(told, hedges, value="170", version=1)
    assert (conflict.value.mine, conflict.value.theirs) == ({"value": "170"}, {"value": "190"})
    with pytest.raises(Conflict):
        report(told, hedges, value="160")


def test_the_last_word_of_a_peer_stands(told: Charter, hedges: int, peer: tuple[Actor, Structure]) -> None:
    found = report(told, hedges)
    who, structure = peer
    for opinion in (PeerOpinion.TO_WATCH, PeerOpinion.EXEMPLARY):
        acts.review_report(who, report_id=found, structure_id=structure.id, opinion=opinion, comment="", at=LATER)
    one = queries.find_report(hedges, structure_id=told.structure.id, year=2026)
    assert one is not None and [review.opinion for review in one.reviews] == [PeerOpinion.EXEMPLARY]


def test_the_pages(app: Flask, told: Charter, hedges: int, peer: tuple[Actor, Structure]) -> None:
    """The representative reports, a peer reviews, an employee reads and may do neither."""
    mine = signed_in(app.test_client(), told.person)
    listed = f"/rias/vie/textes/{told.frozen.text_id}/engagements"
    path = f"/rias/vie/engagements/{hedges}/{told.structure.id}/2026"
    assert "Pas encore renseigné" in words(mine.get(listed)) and path in mine.get(listed).get_data(as_text=True)
    done = post(mine, path, value="180", comment="Avec l’école", version=0, evidence=(io.BytesIO(PDF), "haies.pdf"))
    assert done.status_code == 303 and "Avec l’école" in words(mine.get(path))
    found = queries.find_report(hedges, structure_id=told.structure.id, year=2026)
    assert found is not None
    assert mine.get(f"/rias/vie/engagements/bilans/{found.id}/preuve").data == PDF
    assert "Donner mon avis" not in words(mine.get(path))
    other = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=peer[1]))
    assert "Donner mon avis" in words(other.get(path))
    post(
        other, f"/rias/vie/engagements/bilans/{found.id}/avis", opinion="on-track", comment="Bien",
        structure_id=peer[1].id,
    )  # fmt: skip
    employee = signed_in(app.test_client(), a_person(Role.EMPLOYEE))
    page = words(employee.get(path))
    assert "En bonne voie" in page and "Enregistrer" not in page
    assert employee.get(f"{listed}?annee=2025").status_code == 200
    assert employee.get(f"{listed}?annee=2050").status_code == 404
    assert mine.get(f"/rias/vie/engagements/{hedges}/987654/2026").status_code == 404


def test_another_grouping_has_none_of_it(told: Charter, hedges: int) -> None:
    """R9."""
    other = a_charter("autre")
    with inside(other.grouping):
        with pytest.raises(NotFound):
            queries.get_commitment(hedges)
        assert queries.commitments_of(told.frozen.text_id) == ()
