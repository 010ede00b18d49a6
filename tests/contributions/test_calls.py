"""Calls: by the formula in force on the members' figures, once, with all that makes the amount; then differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select

from coopter.contributions.commands.calls import call_contribution, call_voluntary
from coopter.contributions.models import Call, CallRun, Figure
from coopter.contributions.queries.calls import called_for, get_run, list_calls
from coopter.contributions.queries.calls_planned import plan_call
from coopter.contributions.rules.calls import (
    AgreementMissing,
    AlreadyCalled,
    AmountNotPositive,
    FiguresMissing,
    NoFormulaYet,
    NoSuchYearToCall,
    NotCalledYet,
    NothingToCorrect,
)
from coopter.contributions.rules.formulas import BasisYear, Formula
from coopter.contributions.rules.kinds import Base, CallKind
from coopter.governance.queries.decisions import get_decision
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.refusal import NotAllowed, NotFound
from tests import factories as a
from tests.contributions.calls_scene import AT, LATER, ON, RATE, TWICE, a_called_cluster, in_force, restated
from tests.contributions.study_scene import Cluster, a_cluster, declared


@pytest.fixture
def cluster(app: Flask) -> Iterator[Cluster]:
    with a_called_cluster() as made:
        yield made


def call(cluster: Cluster, *, kind: CallKind = CallKind.YEAR, at: object = AT, on: date = ON, year: int = 2026) -> int:
    return call_contribution(cluster.anne, contribution_id=cluster.contribution, year=year, on=on, at=AT, kind=kind)


def amounts(run_id: int) -> list[int]:
    return [one.amount.cents for one in list_calls(run_id)]


def test_each_member_is_called_by_the_formula_on_its_figures(cluster: Cluster) -> None:
    """Golden D: 0,1 % of last year's turnover, at least 50 €; who joined in July pays by the day."""
    run = get_run(call(cluster))
    assert amounts(run.id) == [74_232, 25_000, 18_240, 9_642, 8_000, 5_000, 5_000, 2_521]
    assert (run.year, run.kind, run.turn, run.total.cents) == (2026, CallKind.YEAR, 1, 147_635)
    assert run.decided_by == "Assemblée du 14/03/2026" and not run.is_taxed
    first = list_calls(run.id)[0]
    assert first.figures == (("Chiffre d’affaires 2025", "742\u202f318,55\u00a0€"),)
    assert [words for words, _value in first.steps] == [
        "Chiffre d’affaires : 742\u202f318,55\u00a0€", "0,1 % sur 742\u202f318,55\u00a0€", "Dû pour 2026",
    ]  # fmt: skip
    assert first.sentences[0].startswith("Chaque membre paie 0,1 %") and first.due_on == date(2026, 12, 2)
    row = session().scalars(select(Call).where(Call.id == first.id)).one()
    assert row.detail["measured"] == {"turnover": 74_231_855} and row.detail["days"] == 365


def test_the_second_coordinator_is_told_who_called_and_when(cluster: Cluster) -> None:
    """R4: called once, whoever asks again."""
    call(cluster)
    with pytest.raises(AlreadyCalled) as refused:
        call(cluster)
    assert refused.value.facts["by"] == cluster.anne.name and refused.value.facts["at"] == AT
    assert len(session().scalars(select(CallRun)).all()) == 1


def test_a_figure_that_nobody_knows_blocks_with_names(cluster: Cluster) -> None:
    @command
    def forget(actor: object) -> None:
        session().execute(delete(Figure).where(Figure.structure_id == cluster.structures[2].id))

    forget(cluster.anne)
    assert plan_call(cluster.contribution, year=2026, kind=CallKind.YEAR, on=ON).unknown == ("Menuiserie Bois Clair",)
    with pytest.raises(FiguresMissing, match=r"Menuiserie Bois Clair"):
        call(cluster)
    assert not session().scalars(select(CallRun)).all()


def test_instalments_share_each_amount(app: Flask) -> None:
    with a_called_cluster(replace(RATE, instalments=TWICE)) as cluster:
        run = call(cluster)
        mine = [one for one in list_calls(run) if one.structure_id == cluster.structures[0].id]
        assert [(one.instalment, one.instalments, one.due_on, one.amount.cents) for one in mine] == [
            (1, 2, date(2026, 11, 30), 37_116), (2, 2, date(2026, 12, 31), 37_116),
        ]  # fmt: skip
        assert all(one.owed.cents == 74_232 for one in mine)


def test_a_difference_asks_more_or_gives_back(cluster: Cluster) -> None:
    """Decision 0008: up, one more call; down, the earlier call is named and lowered; then nothing is left."""
    call(cluster)
    rose, fell = cluster.structures[1], cluster.structures[0]
    restated(cluster.anne, rose, 30_000_000)
    restated(cluster.anne, fell, 60_000_000)
    run = call(cluster, kind=CallKind.CORRECTION)
    moved = {one.structure_id: one for one in list_calls(run) if one.amount}
    assert {key: one.amount.cents for key, one in moved.items()} == {rose.id: 5_000, fell.id: -14_232}
    (earlier,) = [one for one in list_calls(1) if one.structure_id == fell.id]
    assert moved[fell.id].lowers == earlier.id and moved[rose.id].lowers is None
    assert moved[fell.id].steps[-2:] == (("Déjà appelé", Money(74_232)), ("Différence", Money(-14_232)))
    assert called_for(cluster.contribution, 2026)[fell.id].cents == 60_000
    with pytest.raises(NothingToCorrect):
        call(cluster, kind=CallKind.CORRECTION)
    restated(cluster.anne, fell, 0)
    assert min(amounts(call(cluster, kind=CallKind.CORRECTION))) == -55_000  # 600 € called and left, the floor stands
    assert get_run(3).turn == 2


def test_the_difference_of_a_corrected_base_counts_the_years_own_figures(app: Flask) -> None:
    """Domain §2.6 D: base N−1, corrected in N+1."""
    with a_called_cluster(replace(RATE, basis_year=BasisYear.PREVIOUS_CORRECTED)) as cluster:
        call(cluster)
        for structure in cluster.structures:
            declared(structure, Base.TURNOVER, 50_000_000, year=2026)
        in_force(cluster, Formula(fixed=Money(1_00)), year=2027)
        run = call(cluster, kind=CallKind.CORRECTION, on=date(2027, 5, 3))
        assert amounts(run)[:2] == [50_000 - 74_232, 50_000 - 25_000]
        assert get_run(run).decision_id == get_run(1).decision_id  # the formula first called by, not next year's


def test_nothing_is_called_without_a_formula_nor_corrected_before_a_call(app: Flask) -> None:
    with a_cluster() as cluster:
        with pytest.raises(NoFormulaYet):
            call(cluster)
        with pytest.raises(NotCalledYet):
            call(cluster, kind=CallKind.CORRECTION)
        with pytest.raises(NotFound):
            call_contribution(cluster.anne, contribution_id=999, year=2026, on=ON, at=AT)


def test_only_a_coordinator_calls(cluster: Cluster) -> None:
    treasurer = a.actor(cluster.grouping, Role.TREASURER)
    with pytest.raises(NotAllowed):
        call_contribution(treasurer, contribution_id=cluster.contribution, year=2026, on=ON, at=AT)


def test_an_amount_agreed_with_a_member_is_a_decision_that_the_call_cites(cluster: Cluster) -> None:
    facts = {"contribution_id": cluster.contribution, "structure_id": cluster.structures[3].id, "year": 2026, "on": ON}
    with pytest.raises(AmountNotPositive):
        call_voluntary(cluster.anne, amount=Money(0), agreed="Courrier", at=AT, **facts)  # type: ignore[arg-type]
    with pytest.raises(AgreementMissing):
        call_voluntary(cluster.anne, amount=Money(10), agreed="  ", at=AT, **facts)  # type: ignore[arg-type]
    with pytest.raises(NoSuchYearToCall):
        call_voluntary(cluster.anne, amount=Money(10), agreed="Courrier", at=AT, **{**facts, "year": 20_266})  # type: ignore[arg-type]
    run = get_run(call_voluntary(cluster.anne, amount=Money(50_000), agreed="Courrier du 12/10", at=AT, **facts))  # type: ignore[arg-type]
    assert (run.kind, run.total.cents, run.decided_by) == (CallKind.VOLUNTARY, 50_000, "Courrier du 12/10")
    assert get_decision(run.decision_id).value["cents"] == 50_000
    assert amounts(call(cluster))[3] == 9_642  # what is given freely is not taken off what is due
    assert LATER > AT
