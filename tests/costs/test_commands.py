"""What is done with cost lines, what each act refuses and what the journal keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from coopter.costs import commands, queries, rules
from coopter.costs.rules import CostKind, KeyMethod, Pool
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories as a
from tests.costs.scenes import AT, MARCH, Scene


def entries() -> list[str]:
    return list(session().scalars(select(journal.JournalEntry.action).order_by(journal.JournalEntry.sequence)))


def test_a_line_is_added_edited_and_removed_with_its_trace(scene: Scene) -> None:
    line = scene.add(label="  Salaire   brut ")
    assert (line.label, line.version, line.recorded_by) == ("Salaire brut", 1, "Anne Riou")
    edited = commands.edit_cost_line(
        scene.anne, line_id=line.id, version=1, kind=CostKind.TRAVEL, label="Train", amount=Money(990), at=AT
    )
    assert (edited.kind, edited.amount, edited.version) == (CostKind.TRAVEL, Money(990), 2)
    assert commands.remove_cost_line(scene.anne, line_id=line.id, version=2, at=AT) == MARCH
    assert queries.lines_of(MARCH) == ()
    assert entries() == ["costs.line_added", "costs.line_edited", "costs.line_removed"]
    with pytest.raises(NotFound):
        queries.get_line(line.id)


def test_the_second_of_two_editors_sees_both_values(scene: Scene) -> None:
    """R22: nothing is overwritten."""
    line = scene.add()
    change = {"line_id": line.id, "version": 1, "kind": CostKind.GROSS_PAY, "label": "Salaire brut", "at": AT}
    commands.edit_cost_line(scene.anne, **change, amount=Money(1_000))
    with pytest.raises(Conflict) as clash:
        commands.edit_cost_line(scene.anne, **change, amount=Money(100))
    assert (clash.value.mine["amount"], clash.value.theirs["amount"]) == (Money(100), Money(1_000))
    with pytest.raises(Conflict):
        commands.remove_cost_line(scene.anne, line_id=line.id, version=1, at=AT)
    assert queries.get_line(line.id).amount == Money(1_000)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"label": " "}, rules.LabelMissing),
        ({"amount": Money(0)}, rules.AmountIsZero),
        ({"kind": CostKind.AID}, rules.AidIsPositive),
        ({"kind": CostKind.MANAGEMENT}, rules.ManagementOfOne),
        ({"employee_id": 999_999}, NotFound),
        ({"label": "SALAIRE  BRUT", "amount": Money(1)}, rules.SameCostLine),
    ],
)
def test_lines_refused(scene: Scene, fields: dict[str, Any], refusal: type[Exception]) -> None:
    scene.add()
    with pytest.raises(refusal):
        scene.add(**fields)
    assert len(queries.lines_of(MARCH)) == 1


def test_only_the_coordinator_writes(scene: Scene) -> None:
    line = scene.add()
    acts: list[Callable[[], Any]] = [
        lambda: commands.add_cost_line(
            scene.treasurer, month=MARCH, employee_id=None, kind=CostKind.OTHER, label="x", amount=Money(1), at=AT
        ),
        lambda: commands.edit_cost_line(
            scene.treasurer, line_id=line.id, version=1, kind=CostKind.OTHER, label="x", amount=Money(1), at=AT
        ),
        lambda: commands.remove_cost_line(scene.treasurer, line_id=line.id, version=1, at=AT),
        lambda: commands.import_costs(scene.treasurer, records=(), at=AT),
        lambda: commands.split_month(scene.treasurer, month=MARCH, worked=(), at=AT),
        lambda: commands.set_hourly_price(scene.treasurer, rate=Rate(1), from_on=MARCH.first, at=AT),
        lambda: commands.set_allocation_rule(
            scene.treasurer, pool=Pool.MANAGEMENT, method=KeyMethod.EQUAL, from_on=MARCH.first, at=AT
        ),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_another_grouping_has_none_of_it(scene: Scene) -> None:
    line = scene.add()
    with a.inside(a.a_grouping(slug="ailleurs")) as other:
        stranger = a.actor(other, Role.COORDINATOR)
        assert queries.lines_of(MARCH) == () and not queries.has_costs(MARCH)
        with pytest.raises(NotFound):
            commands.remove_cost_line(stranger, line_id=line.id, version=1, at=AT)
        with pytest.raises(NotFound):
            commands.add_cost_line(
                stranger, month=MARCH, employee_id=scene.nolwenn.id, kind=CostKind.OTHER, label="x", amount=Money(1),
                at=AT,
            )  # fmt: skip
        with pytest.raises(NotFound):
            commands.set_allocation_rule(
                stranger, pool=Pool.MANAGEMENT, method=KeyMethod.WEIGHTS, weights={scene.north.id: 1},
                from_on=MARCH.first, at=AT,
            )  # fmt: skip
