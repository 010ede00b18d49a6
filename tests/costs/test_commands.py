"""What is done with costs: lines, keys, prices and the split, with what each refuses and what the journal keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError

from coopter.costs import commands, queries, rules
from coopter.costs.models import CostLine, CostShare, CostSplit, HourlyPrice
from coopter.costs.rules import CostKind, KeyMethod, Pool
from coopter.hours import queries as hours
from coopter.hours.commands import lock_month
from coopter.hours.rules import Worked
from coopter.members.models import Parameter, Structure
from coopter.members.rules import VatStatus
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.staff.models import Employee
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories as a

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
AT = a.AT


@dataclass
class Scene:
    grouping: Any
    north: Structure
    south: Structure
    nolwenn: Employee
    anne: Actor
    treasurer: Actor

    def add(self, **fields: Any) -> rules.CostRecord:
        line = {"month": MARCH, "employee_id": self.nolwenn.id, "kind": CostKind.GROSS_PAY, "label": "Salaire brut"}
        return commands.add_cost_line(self.anne, **{**line, "amount": Money(240_000), "at": AT, **fields})

    def close(self, month: Month = MARCH) -> tuple[queries.ShareRecord, ...]:
        @command
        def closing() -> tuple[queries.ShareRecord, ...]:
            lock_month(self.anne, month=month, at=AT)
            return commands.split_month(self.anne, month=month, worked=hours.worked_minutes(month), at=AT)

        return closing()


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    grouping = a.a_grouping()
    with a.inside(grouping):
        north, south = a.a_structure("PC11"), a.a_structure("PC2")
        nolwenn = a.an_employee(north, south, code="E13")
        anne, treasurer = a.actor(grouping, Role.COORDINATOR), a.actor(grouping, Role.TREASURER)
        yield Scene(grouping, north, south, nolwenn, anne, treasurer)


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


# ── the split ──────────────────────────────────────────────────────────────────────────────────────────────────────


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
        "UPDATE allocation_rule SET number = 9",
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


# ── keys and prices ────────────────────────────────────────────────────────────────────────────────────────────────


def test_rules_are_numbered_and_the_latest_counts(scene: Scene) -> None:
    first = {"pool": Pool.EMPLOYEE, "method": KeyMethod.EQUAL, "from_on": date(2026, 1, 1), "at": AT}
    assert commands.set_allocation_rule(scene.anne, **first) == 1
    assert commands.set_allocation_rule(scene.anne, **{**first, "method": KeyMethod.HEADCOUNT}) == 2
    assert commands.set_allocation_rule(scene.anne, **first, employee_id=scene.nolwenn.id, decided_by=" ") == 3
    assert queries.rule_in_force(Pool.EMPLOYEE, scene.nolwenn.id, MARCH.first).number == 3
    assert queries.rule_in_force(Pool.EMPLOYEE, 12345, MARCH.first).number == 2
    assert queries.rule_in_force(Pool.MANAGEMENT, None, MARCH.first).number == 0
    assert {rule.decided_by for rule in queries.list_rules()} == {"Reprise initiale"}
    assert session().scalar(select(func.count()).select_from(journal.Seal)) == 3


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"from_on": date(2026, 3, 2)}, rules.StartsInsideMonth),
        ({"method": KeyMethod.WEIGHTS}, rules.KeyNeedsWeights),
        ({"weights": {1: 2}}, rules.WeightsUnexpected),
        ({"employee_id": 1}, rules.ManagementOfOne),
        ({"pool": Pool.EMPLOYEE, "employee_id": 999_999}, NotFound),
        ({"method": KeyMethod.WEIGHTS, "weights": {999_999: 2}}, NotFound),
    ],
)
def test_keys_refused(scene: Scene, fields: dict[str, Any], refusal: type[Exception]) -> None:
    key = {"pool": Pool.MANAGEMENT, "method": KeyMethod.EQUAL, "from_on": MARCH.first, "at": AT}
    with pytest.raises(refusal):
        commands.set_allocation_rule(scene.anne, **{**key, **fields})


def test_a_price_from_a_month_on_and_back(scene: Scene) -> None:
    for month, rate in ((1, Rate(272_300)), (4, None)):
        commands.set_hourly_price(scene.anne, rate=rate, from_on=date(2026, month, 1), at=AT, decided_by="CA")
    commands.set_hourly_price(scene.anne, rate=Rate(300_000), from_on=MARCH.first, at=AT, employee_id=scene.nolwenn.id)
    other = a.an_employee(scene.north)
    both = [scene.nolwenn.id, other.id]

    def rates(month: Month) -> dict[int, int]:
        found = queries.prices_in_force(month, both)
        return {who: price.rate.ten_thousandths for who, price in found.items() if price.rate}

    assert rates(Month(2025, 12)) == {}
    assert rates(Month(2026, 2)) == dict.fromkeys(both, 272_300)
    assert rates(MARCH) == {scene.nolwenn.id: 300_000, other.id: 272_300}
    assert rates(APRIL) == {scene.nolwenn.id: 300_000}
    price = queries.price_in_force(other.id, MARCH.first)
    assert price is not None and (price.rate, price.decided_by) == (Rate(272_300), "CA")
    assert queries.price_in_force(other.id, APRIL.first) is None
    a.worked(other, scene.north, date(2026, 3, 2), 90)
    (share,) = queries.preview_split(MARCH, hours.worked_minutes(MARCH))
    assert (share.amount, share.minutes) == (Money(0), 90)


def test_under_261b_there_is_no_price(scene: Scene) -> None:
    """CGI art. 261 B: each member repays exactly its part."""
    commands.set_hourly_price(scene.anne, rate=Rate(272_300), from_on=date(2026, 1, 1), at=AT)
    a.saved(
        Parameter(
            name="vat_regime", value="exempt-261b", from_on=MARCH.first, decided_by="AG", author="Anne", recorded_at=AT
        )
    )
    with pytest.raises(rules.PriceUnderExemption):
        commands.set_hourly_price(scene.anne, rate=Rate(272_300), from_on=APRIL.first, at=AT)
    commands.set_hourly_price(scene.anne, rate=None, from_on=APRIL.first, at=AT)
    assert queries.price_in_force(scene.nolwenn.id, date(2026, 2, 1)) is not None
    assert queries.price_in_force(scene.nolwenn.id, MARCH.first) is None
    assert queries.prices_in_force(MARCH, [scene.nolwenn.id]) == {}
    with pytest.raises(rules.PriceNotPositive):
        commands.set_hourly_price(scene.anne, rate=Rate(0), from_on=APRIL.first, at=AT)
    assert session().scalar(select(func.count()).select_from(HourlyPrice)) == 2


def test_a_large_month_is_split_at_once(scene: Scene) -> None:
    """8,000 shares of 2,000 pools: linear, and well under a second even on a busy machine."""
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
    def closing() -> float:
        lock_month(scene.anne, month=MARCH, at=AT)
        start = time.perf_counter()
        commands.split_month(scene.anne, month=MARCH, worked=worked, at=AT)
        return time.perf_counter() - start

    taken = closing()
    assert session().scalar(select(func.count()).select_from(CostShare)) == 8_000
    shared, cost = (
        session()
        .execute(select(func.sum(CostShare.amount), select(func.sum(CostSplit.amount)).scalar_subquery()))
        .one()
    )
    assert shared == cost
    print(f"split of 8,000 shares: {timedelta(seconds=taken)}")
    assert taken < 3
