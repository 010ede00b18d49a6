"""The split of a month for good: stored as previewed, once, closed to every path (R17, R23), and fast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError

from coopter.costs import commands, queries, rules
from coopter.costs.models import CostLine, CostShare, CostSplit
from coopter.costs.rules import CostKind, KeyMethod, Pool
from coopter.hours import queries as hours
from coopter.hours.commands import lock_month
from coopter.hours.rules import Worked
from coopter.members.models import Structure
from coopter.members.rules import VatStatus
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.staff.models import Employee
from coopter.values.money import Money
from coopter.values.rate import Rate
from tests import factories as a
from tests.costs.scenes import APRIL, AT, MARCH, Scene


def a_month(scene: Scene) -> None:
    a.worked(scene.nolwenn, scene.north, date(2026, 3, 2), 60)
    a.worked(scene.nolwenn, scene.south, date(2026, 3, 3), 60)
    scene.add(amount=Money(10_001))
    scene.add(employee_id=None, kind=CostKind.MANAGEMENT, label="Loyer", amount=Money(101))


def test_a_month_is_split_and_stored_as_previewed(scene: Scene) -> None:
    a_month(scene)
    worked = hours.worked_minutes(MARCH)
    preview = queries.preview_split(MARCH, worked)
    assert [(s.share_id, s.structure_id, s.amount.cents) for s in preview] == [
        (0, scene.south.id, 5_001), (0, scene.north.id, 5_000), (0, scene.south.id, 51), (0, scene.north.id, 50),
    ]  # fmt: skip
    shares = scene.close()
    assert shares == queries.shares_of(MARCH)
    assert [(s.structure_id, s.amount, s.weight, s.minutes) for s in shares] == [
        (s.structure_id, s.amount, s.weight, s.minutes) for s in preview
    ]
    stored, common = queries.splits_of(MARCH)
    assert (stored.amount, stored.total_weight, stored.key.number) == (Money(10_001), 120, 0)
    assert common.key.decided_by == rules.DEFAULT_KEY
    assert queries.is_split(MARCH) and not queries.is_split(APRIL)
    assert queries.preview_pools(MARCH, worked)[0].shares == stored.shares


def test_the_rule_and_its_weights_are_stored(scene: Scene) -> None:
    a_month(scene)
    number = commands.set_allocation_rule(
        scene.anne, pool=Pool.MANAGEMENT, method=KeyMethod.WEIGHTS, from_on=date(2026, 1, 1), at=AT,
        weights={scene.north.id: 3, scene.south.id: 1}, decided_by="AG du 12/12/2025",
    )  # fmt: skip
    scene.close()
    common = queries.splits_of(MARCH)[1]
    assert (number, common.key.number, common.key.decided_by, common.total_weight) == (1, 1, "AG du 12/12/2025", 4)
    assert [(s.weight, s.amount.cents) for s in common.shares] == [(1, 25), (3, 76)]


def test_a_split_needs_a_locked_month_and_happens_once(scene: Scene) -> None:
    a_month(scene)
    with pytest.raises(rules.MonthStillOpen):
        commands.split_month(scene.anne, month=MARCH, worked=(), at=AT)
    scene.close()
    with pytest.raises(rules.MonthAlreadySplit):
        commands.split_month(scene.anne, month=MARCH, worked=hours.worked_minutes(MARCH), at=AT)


def test_what_cannot_be_split_writes_nothing(scene: Scene) -> None:
    a.worked(scene.nolwenn, scene.north, date(2026, 3, 2), 60)
    with pytest.raises(rules.CostsMissing, match="Nolwenn Le Goff"):
        scene.close()
    assert not hours.is_locked(MARCH) and not queries.is_split(MARCH)
    assert [type(one) for one in queries.obstacles(MARCH, hours.worked_minutes(MARCH))] == [rules.CostsMissing]
    scene.add(month=APRIL)
    with pytest.raises(rules.CostsWithoutHours):
        scene.close(APRIL)


def test_a_closed_month_is_closed_to_every_path(scene: Scene) -> None:
    """R23: commands refuse with a sentence, the database refuses behind them."""
    a_month(scene)
    line = queries.lines_of(MARCH)[0]
    scene.close()
    before = queries.lines_of(MARCH), queries.shares_of(MARCH)
    edit = {"line_id": line.id, "version": 1, "kind": line.kind, "label": "x", "amount": Money(1), "at": AT}
    rule = {"pool": Pool.MANAGEMENT, "method": KeyMethod.EQUAL, "at": AT}
    acts: list[tuple[type[Exception], Callable[[], Any]]] = [
        (rules.CostsLocked, lambda: scene.add(label="Oubli")),
        (rules.CostsLocked, lambda: commands.edit_cost_line(scene.anne, **edit)),
        (rules.CostsLocked, lambda: commands.remove_cost_line(scene.anne, line_id=line.id, version=1, at=AT)),
        (
            rules.RuleReachesClosedMonth,
            lambda: commands.set_allocation_rule(scene.anne, **rule, from_on=date(2026, 3, 1)),
        ),
        (
            rules.RuleReachesClosedMonth,
            lambda: commands.set_allocation_rule(scene.anne, **rule, from_on=date(2025, 1, 1)),
        ),
        (
            rules.RuleReachesClosedMonth,
            lambda: commands.set_hourly_price(scene.anne, rate=Rate(1), from_on=date(2026, 2, 1), at=AT),
        ),
    ]
    for refusal, act in acts:
        with pytest.raises(refusal):
            act()
    commands.set_allocation_rule(scene.anne, **rule, from_on=APRIL.first)
    for statement in (
        "UPDATE cost_line SET amount_cents = 1",
        "DELETE FROM cost_line",
        "UPDATE cost_share SET amount_cents = 1",
        "DELETE FROM cost_split",
        "UPDATE decision SET number = 9",
    ):
        with pytest.raises(DatabaseError):
            command(lambda statement=statement: session().execute(text(statement)))()
    assert (queries.lines_of(MARCH), queries.shares_of(MARCH)) == before


def test_the_change_since_the_month_before(scene: Scene) -> None:
    a_month(scene)
    scene.close()
    assert all(one.before is None for one in queries.compare_with_previous(MARCH))
    assert queries.compare_with_previous(APRIL) == ()
    a.worked(scene.nolwenn, scene.north, date(2026, 4, 2), 60)
    scene.add(month=APRIL, amount=Money(20_000))
    changes = {one.structure_id: one.change for one in queries.compare_with_previous(APRIL)}
    assert changes == {scene.south.id: Money(-5_052), scene.north.id: Money(14_950)}


def test_a_large_month_is_split_at_once(scene: Scene) -> None:
    """8,000 shares of 2,000 pools add up to the cent."""
    places, people = [], []

    @command
    def fill() -> None:
        for n in range(100):
            structure = Structure(code=f"M{n}", legal_name=f"M{n}", legal_form="association", siren=None,
                                  vat_status=VatStatus.LIABLE, headcount=1)  # fmt: skip
            session().add(structure)
            places.append(structure)
        for n in range(2_000):
            employee = Employee(code=f"N{n}", first_name="N", last_name=str(n))
            session().add(employee)
            people.append(employee)
        session().flush()
        session().execute(
            insert(CostLine.__table__),
            [
                {"grouping_id": scene.grouping.id, "month": MARCH, "employee_id": employee.id, "label": "Brut",
                 "kind": CostKind.GROSS_PAY, "amount_cents": Money(250_000 + employee.id), "recorded_by": "t",
                 "recorded_at": AT, "version": 1}
                for employee in people
            ],
        )  # fmt: skip

    fill()
    worked = [
        Worked(employee.id, places[(rank + step) % 100].id, 1_000 + 7 * step)
        for rank, employee in enumerate(people)
        for step in range(4)
    ]

    @command
    def closing() -> None:
        lock_month(scene.anne, month=MARCH, at=AT)
        commands.split_month(scene.anne, month=MARCH, worked=worked, at=AT)

    closing()
    assert session().scalar(select(func.count()).select_from(CostShare)) == 8_000
    shared, cost = (
        session()
        .execute(select(func.sum(CostShare.amount), select(func.sum(CostSplit.amount)).scalar_subquery()))
        .one()
    )
    assert shared == cost
