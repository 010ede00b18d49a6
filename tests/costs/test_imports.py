"""Costs from a file: what is accepted, what is told of a faulty one, and that twice is once (R45 to R50)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.costs import commands, imports, queries
from coopter.costs.forms import KINDS
from coopter.costs.rules import FRENCH_KINDS, CostKind
from coopter.hours.commands import lock_month
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Faults
from tests import factories as a

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
FRENCH = """Mois;Salarié;Nature;Libellé;Montant
03/2026;E13;Salaire brut;Salaire brut;2 574,16 €
2026-03;E13;charges patronales;Cotisations;835,05
2026-03;e13;AIDE;"Aide ""poste"" 2026";-500
2026-03;;Frais de gestion;"Loyer; logiciels";820,78
"""


@dataclass
class Scene:
    anne: Actor
    nolwenn: Any

    def take(self, text: str, *, encoding: str = "utf-8") -> commands.Imported:
        return commands.import_costs(self.anne, records=imports.read_costs(text.encode(encoding)), at=a.AT)


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    grouping = a.a_grouping()
    with a.inside(grouping):
        yield Scene(a.actor(grouping, Role.COORDINATOR), a.an_employee(code="E13"))


def counts(done: commands.Imported) -> tuple[int, int, int]:
    return done.added, done.changed, done.unchanged


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_french_headers_commas_and_encodings(scene: Scene, encoding: str) -> None:
    assert counts(scene.take(FRENCH, encoding=encoding)) == (4, 0, 0)
    lines = queries.lines_of(MARCH)
    assert [(line.kind, line.label, line.amount.cents) for line in lines] == [
        (CostKind.GROSS_PAY, "Salaire brut", 257_416),
        (CostKind.EMPLOYER_CONTRIBUTIONS, "Cotisations", 83_505),
        (CostKind.AID, 'Aide "poste" 2026', -50_000),
        (CostKind.MANAGEMENT, "Loyer; logiciels", 82_078),
    ]
    assert [line.employee_id for line in lines] == [scene.nolwenn.id] * 3 + [None]


def test_the_same_file_again_changes_nothing(scene: Scene) -> None:
    """R50, also when a month was closed in between."""
    scene.take(FRENCH)
    before, entries = queries.lines_of(MARCH), session().scalar(select(func.count(journal.JournalEntry.id)))
    assert counts(scene.take(FRENCH.replace("Salaire brut;2", "SALAIRE  BRUT;2"))) == (0, 0, 4)
    lock_month(scene.anne, month=MARCH, at=a.AT)
    assert counts(scene.take(FRENCH)) == (0, 0, 4)
    assert queries.lines_of(MARCH) == before
    assert session().scalar(select(func.count(journal.JournalEntry.id))) == (entries or 0) + 1  # the lock alone


def test_another_amount_updates_an_open_month(scene: Scene) -> None:
    scene.take(FRENCH)
    assert counts(scene.take(FRENCH.replace("835,05", "900.00") + "04/2026;E13;autre;;1\n")) == (1, 1, 3)
    changed = queries.lines_of(MARCH)[1]
    assert (changed.amount, changed.version) == (Money(90_000), 2)
    assert queries.lines_of(APRIL)[0].label == "Autre"
    entry = session().scalars(select(journal.JournalEntry).order_by(journal.JournalEntry.id.desc())).first()
    assert entry is not None and entry.before["amounts"] == {str(changed.id): 83_505}


def test_all_faults_at_once_and_nothing_written(scene: Scene) -> None:
    with pytest.raises(Faults) as wrong:
        scene.take("month,employee,kind,label,amount\n2026-13,E13,pourboire,x,NaN\n2026-03,E13,other,x,1e4\n")
    assert [(fault.line, fault.column) for fault in wrong.value.faults] == [
        (2, "month"), (2, "kind"), (2, "amount"), (3, "amount"),
    ]  # fmt: skip
    lock_month(scene.anne, month=APRIL, at=a.AT)
    with pytest.raises(Faults) as refused:
        scene.take(
            "month,employee,kind,label,amount\n"
            "2026-03,E99,other,x,1\n2026-03,E13,aid,x,1\n2026-03,E13,management,x,1\n2026-03,E13,other,y,0\n"
            "2026-04,E13,other,z,1\n2026-03,E13,other,w,1\n2026-03,e13,Autre,W,2\n"
        )
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (2, "employee"), (3, "amount"), (4, "amount"), (5, "amount"), (6, "month"), (8, "label"),
    ]  # fmt: skip
    assert all(fault.remedy.endswith(".") for fault in refused.value.faults)
    assert not queries.has_costs(MARCH) and not queries.has_costs(APRIL)


def test_cells_codes_and_closed_months_are_told_in_one_go(scene: Scene) -> None:
    lock_month(scene.anne, month=APRIL, at=a.AT)
    with pytest.raises(Faults) as refused:
        scene.take(
            "Mois;Matricule;Nature;Libellé;Montant\n"
            "2026-04;E13;autre;z;1\n2026-13;E98;pourboire;x;NaN\n2026-04;E99;autre;x;1\n2026-03;E13;autre;w;1\n"
            "2026-03;E13;autre;w;2\n2026-03;E13;autre;v;1e4\n"
        )
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (2, "Mois"), (3, "Mois"), (3, "Nature"), (3, "Montant"), (3, "Matricule"), (4, "Matricule"), (4, "Mois"),
        (6, "Libellé"), (7, "Montant"),
    ]  # fmt: skip
    assert not queries.has_costs(MARCH)


def test_every_kind_is_read_in_both_languages_and_named_alike() -> None:
    for kind in CostKind:
        for word in (kind.value, kind.value.upper(), kind.value.replace("_", " "), *FRENCH_KINDS[kind]):
            assert imports.parse_kind(word) is kind
        assert str(KINDS[kind]) == FRENCH_KINDS[kind][0]
    with pytest.raises(imports.UnknownKind, match="Salaire brut, Cotisations patronales"):
        imports.parse_kind("pourboire")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared year is not beside this checkout")
def test_the_shared_year_is_taken(scene: Scene) -> None:
    content = (SHARED / "costs.csv").read_bytes()
    known = {line.split(",")[0] for line in (SHARED / "employees.csv").read_text().splitlines()[1:]}
    for code in known - {"E13"}:
        a.an_employee(code=code)
    assert counts(commands.import_costs(scene.anne, records=imports.read_costs(content), at=a.AT)) == (451, 0, 0)
    assert counts(commands.import_costs(scene.anne, records=imports.read_costs(content), at=a.AT)) == (0, 0, 451)
    months = queries.list_months()
    assert len(months) == 12
    assert sum(len(queries.lines_of(month)) for month in months) == 451
    assert total(line.amount for line in queries.lines_of(Month(2007, 1))) > Money(0)
