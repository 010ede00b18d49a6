"""The yearly report of cooperation: each figure exact, beside its definition, on the page and on paper (§5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from coopter.contributions.queries.report import cooperation_report
from coopter.contributions.rules.kinds import Unit
from coopter.contributions.rules.report import density, full_time_equivalents, pairs_by_employee, percentage
from tests import factories as a
from tests.contributions.gifts_scene import agreed, called, given_by
from tests.contributions.members_scene import Scene, scene_of

PAGE = "/cap-cooperation/contributions/rapport/2026"


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def test_a_full_time_year_is_1607_hours() -> None:
    """Labour code L3121-41; two decimals, half up."""
    assert full_time_equivalents(1_607 * 60) == Decimal("1.00")
    assert full_time_equivalents(0) == Decimal("0.00")
    assert full_time_equivalents(803 * 60 + 30) == Decimal("0.50")


@given(st.integers(0, 60), st.integers(2, 60))
def test_density_is_a_share_of_all_pairs(linked: int, members: int) -> None:
    """Between 0 and 100 %; pairs with somebody from outside do not count."""
    everyone = frozenset(range(members))
    pairs = [frozenset((one % members, (one + 1) % members)) for one in range(linked)] + [frozenset((1, 999))]
    found = density(1, members=everyone, pairs=pairs)
    assert 0 <= found.linked <= found.possible and found.percent == percentage(found.linked, found.possible)


def test_one_member_makes_no_pair() -> None:
    """Nothing of nothing is not zero."""
    assert density(1, members=frozenset({1}), pairs=[]).percent is None


def test_whoever_worked_at_two_ties_them() -> None:
    """Three members make three pairs."""
    assert len(pairs_by_employee({7: [1, 2, 3], 8: [1, 1]})) == 3


def test_the_report_of_a_year(scene: Scene) -> None:
    """Hours shared, who gives and receives, density by quarter; nothing of another year, no euro, nothing guessed."""
    north, south = scene.members["north"], scene.members["south"]
    for month in (1, 2, 3):
        a.worked(scene.nolwenn, north, date(2026, month, 2), 1_440)
    a.worked(scene.nolwenn, south, date(2026, 2, 3), 60)
    a.worked(scene.nolwenn, north, date(2025, 12, 30), 999)
    agreed(scene, "north", "east", given_on=date(2026, 5, 5))
    agreed(scene, "north", None, unit=Unit.EUROS, quantity=5_00)
    given_by(scene, "south", "west")
    called(scene, "west", 500_00)
    report = cooperation_report(2026, on=date(2026, 12, 31))
    values = {str(one.name): None if one.value is None else str(one.value) for one in report.measures}
    assert values == {
        "Équivalents temps plein créés": "0,05 ETP",
        "Heures partagées": "73\u00a0h",
        "Personnes partagées": "1 personne, 73\u00a0h",
        "Membres qui donnent et reçoivent": "1 sur 4 (25 %)",
        "Membres qui donnent": "1 sur 4",
        "Échanges confirmés": "2",
        "Dépense locale": None,
    }
    assert all(one.definition for one in report.measures)
    assert [(one.linked, one.possible) for one in report.densities] == [(1, 6), (1, 6), (0, 6), (0, 6)]
    assert [unit for unit, _words in report.given] == [Unit.HOURS, Unit.ADVICE]


def test_an_empty_year_says_so(scene: Scene) -> None:
    """Nobody is accused: the page explains what would be counted."""
    assert cooperation_report(2019, on=date(2026, 12, 31)).given == ()
    page = scene.browser("north").get("/cap-cooperation/contributions/rapport/2019")
    assert page.status_code == 200 and "Rien cette année-là" in page.text


def test_the_page_and_the_paper(scene: Scene) -> None:
    """One click; the employee has no door; a year beyond reason does not exist."""
    a.worked(scene.nolwenn, scene.members["north"], date(2026, 1, 2), 60)
    page = scene.browser("north").get(PAGE)
    assert page.status_code == 200 and "1\u202f607 heures" in page.text and "non connu" in page.text
    paper = scene.browser("treasurer").get(f"{PAGE}.pdf")
    assert paper.status_code == 200 and paper.data.startswith(b"%PDF-")
    assert scene.browser("employee").get(PAGE).status_code == 403
    assert scene.browser("north").get("/cap-cooperation/contributions/rapport/99999").status_code == 404
