"""Differences that wait: told once the figures are known, gone once called; nothing to call is said as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.contributions.commands.calls import call_contribution
from coopter.contributions.queries.calls_differences import difference_waiting, differences_waiting
from coopter.contributions.rules.formulas import BasisYear
from coopter.contributions.rules.kinds import Base, CallKind
from coopter.members.models import Structure
from coopter.values.actor import Role
from tests import factories as a
from tests.contributions.calls_scene import AT, LATER, ON, RATE, a_called_cluster, restated
from tests.contributions.study_scene import Cluster, declared


@pytest.fixture
def cluster(app: Flask) -> Iterator[Cluster]:
    with a_called_cluster() as made:
        call_contribution(made.anne, contribution_id=made.contribution, year=2026, on=ON, at=AT)
        yield made


def waiting(cluster: Cluster, *, on: date = ON) -> tuple[int, int] | None:
    found = difference_waiting(cluster.contribution, year=2026, on=on)
    return None if found is None else (found.members, found.total.cents)


def browser_of(app: Flask, role: Role, **facts: Structure) -> FlaskClient:
    return a.signed_in(app.test_client(), a.a_person(role, **facts))


def test_a_figure_restated_after_the_call_waits_until_it_is_called(cluster: Cluster) -> None:
    """Issue 4 §3: correction as a difference, up and down; nobody has to remember it."""
    assert waiting(cluster) is None
    restated(cluster.anne, cluster.structures[1], 30_000_000)
    restated(cluster.anne, cluster.structures[0], 60_000_000)
    assert waiting(cluster) == (2, 5_000 - 14_232)
    assert [(one.year, one.members) for one in differences_waiting(on=ON)] == [(2026, 2)]
    assert not list(differences_waiting(on=date(2030, 1, 1)))  # no longer looked at by itself
    call_contribution(
        cluster.anne, contribution_id=cluster.contribution, year=2026, on=ON, at=AT, kind=CallKind.CORRECTION
    )
    assert waiting(cluster) is None


def test_the_years_own_figures_wait_for_its_end(app: Flask) -> None:
    """N−1 then corrected: nothing is proposed in December on eleven months, nor while somebody is silent."""
    with a_called_cluster(replace(RATE, basis_year=BasisYear.PREVIOUS_CORRECTED)) as cluster:
        call_contribution(cluster.anne, contribution_id=cluster.contribution, year=2026, on=ON, at=AT)
        for structure in cluster.structures[:-1]:
            declared(structure, Base.TURNOVER, 50_000_000, year=2026)
        assert waiting(cluster, on=LATER.date()) is None
        declared(cluster.structures[-1], Base.TURNOVER, 50_000_000, year=2026)
        assert waiting(cluster) is None and waiting(cluster, on=LATER.date()) is not None


def test_the_pages_say_that_a_difference_waits_and_that_nothing_does(cluster: Cluster, app: Flask) -> None:
    """Nothing to call is no obstacle to settle; whoever only pays is told nothing of the others."""
    here = f"/{cluster.grouping.slug}/contributions"
    page = f"{here}/{cluster.contribution}/appel/2026"
    coordinator = browser_of(app, Role.COORDINATOR)
    nothing = coordinator.get(f"{page}?difference=1").text
    assert "Rien à appeler" in nothing and "Un point bloque" not in nothing and "Réglez d’abord" not in nothing
    assert "Des chiffres ont changé" not in coordinator.get(page).text
    restated(cluster.anne, cluster.structures[1], 30_000_000)
    assert "Des chiffres ont changé" in coordinator.get(page).text
    assert "Corriger « " in coordinator.get(here).text
    member = browser_of(app, Role.REPRESENTATIVE, structure=cluster.structures[0])
    assert "Corriger « " not in member.get(here).text


def test_a_call_on_a_year_under_way_says_that_its_figures_move(app: Flask) -> None:
    with a_called_cluster(replace(RATE, basis_year=BasisYear.CURRENT)) as cluster:
        for structure in cluster.structures:
            declared(structure, Base.TURNOVER, 50_000_000, year=2026)
        page = f"/{cluster.grouping.slug}/contributions/{cluster.contribution}/appel/2026"
        browser = browser_of(app, Role.COORDINATOR)
        assert "bougent encore" in browser.get(page).text
