"""Whole months against shares computed apart: the shared year of real hours, and the project's own pack."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from coopter.costs.rules import CostPool, Member, MonthInputs, Pool, split_pools
from coopter.values.durations import parse_minutes
from coopter.values.month import Month
from coopter.values.numbers import parse_amount

PACK = Path(__file__).parent / "pack"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
FOLDERS = [(PACK, "hours.csv"), (SHARED, "hours-2007.csv")]


@dataclass(frozen=True)
class Worked:
    employee_id: int
    structure_id: int
    minutes: int


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("folder", "hours_file"), FOLDERS, ids=["pack", "shared"])
def test_every_month_is_split_to_the_cent(folder: Path, hours_file: str) -> None:
    """Expected: month, employee (empty = management), structure, minutes, euros."""
    if not folder.is_dir():
        pytest.skip("the shared year is not beside this checkout")
    codes = [line["code"] for line in lines(folder / "structures.csv")]
    people = [line["code"] for line in lines(folder / "employees.csv")]
    members = tuple(Member(place, code) for place, code in enumerate(codes))
    minutes: dict[Month, Counter[tuple[int, int]]] = defaultdict(Counter)
    for line in lines(folder / hours_file):
        key = people.index(line["employee"]) + 1, codes.index(line["structure"])
        minutes[Month.parse(line["date"][:7])][key] += parse_minutes(line["hours"])
    pools: dict[Month, list[CostPool]] = defaultdict(list)
    for line in lines(folder / "costs.csv"):
        person = people.index(line["employee"]) + 1 if line["employee"] else None
        kind = Pool.EMPLOYEE if person else Pool.MANAGEMENT
        pools[Month.parse(line["month"])].append(CostPool(kind, person, parse_amount(line["amount"])))
    found = [
        (str(month), people[split.employee_id - 1] if split.employee_id else "", codes[share.structure_id],
         str(share.minutes), f"{share.amount.decimal}")
        for month, costs in pools.items()
        for split in split_pools(
            MonthInputs(month, tuple(costs), members=members),
            worked=[Worked(*pair, count) for pair, count in minutes[month].items()],
        )
        for share in split.shares
    ]  # fmt: skip
    expected = [tuple(line.values()) for line in lines(folder / "expected-shares.csv")]
    assert sorted(found) == sorted(expected)
