"""The wall between two groupings (rows R6, R7, R9)."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from coopter.members.models import Structure
from coopter.plumbing.database import session
from coopter.plumbing.tenancy import NoGroupingInScope, everywhere
from coopter.plumbing.transaction import WriteOutsideCommand, command
from coopter.staff.models import Placement
from tests.factories import a_grouping, a_structure, an_employee, inside, saved


@pytest.fixture
def two_groupings(app: Flask) -> tuple[int, int, int, int]:
    """Two groupings with a structure each."""
    with inside(a_grouping(slug="ici")) as here:
        ours = a_structure("A")
    with inside(a_grouping(slug="ailleurs")) as elsewhere:
        theirs = a_structure("B")
    return here.id, elsewhere.id, ours.id, theirs.id


def test_a_query_without_a_grouping_raises(two_groupings: tuple[int, ...]) -> None:
    """R9: forgetting the grouping is an error, never a leak."""
    with pytest.raises(NoGroupingInScope):
        session().scalars(select(Structure)).all()
    with pytest.raises(NoGroupingInScope):
        session().execute(select(func.count()).select_from(Structure.__table__))


def test_a_query_sees_its_own_grouping_alone(two_groupings: tuple[int, int, int, int]) -> None:
    """R6: what another grouping owns does not exist here."""
    from coopter.plumbing.tenancy import scope

    here, elsewhere, _, theirs = two_groupings
    with scope(here):
        assert [s.code for s in session().scalars(select(Structure))] == ["A"]
        assert session().scalar(select(Structure).where(Structure.id == theirs)) is None
        assert session().scalar(select(func.count(Structure.id))) == 1
    with scope(elsewhere):
        assert [s.code for s in session().scalars(select(Structure))] == ["B"]
    with everywhere("the test looks at both"):
        assert len(session().scalars(select(Structure)).all()) == 2


def test_a_core_statement_names_its_grouping_or_raises(two_groupings: tuple[int, int, int, int]) -> None:
    """R9: set statements of the hot paths are under the same law."""
    from coopter.plumbing.tenancy import scope

    here, elsewhere, _, _ = two_groupings
    table = Structure.__table__
    with scope(here):
        with pytest.raises(NoGroupingInScope):
            session().execute(select(table.c.code))
        with pytest.raises(NoGroupingInScope):
            session().execute(select(table.c.code).where(table.c.grouping_id == elsewhere))
        assert session().execute(select(table.c.code).where(table.c.grouping_id == here)).scalars().all() == ["A"]


def test_an_update_stays_inside(two_groupings: tuple[int, int, int, int]) -> None:
    """R7: a statement that would rename everybody renames our own alone."""
    from coopter.plumbing.tenancy import scope

    here, _, _, _ = two_groupings

    @command
    def rename_all() -> None:
        session().execute(update(Structure).values(trade_name="x"))

    with scope(here):
        rename_all()
    with everywhere("the test looks at both"):
        assert {(s.code, s.trade_name) for s in session().scalars(select(Structure))} == {("A", "x"), ("B", "")}


def test_a_reference_into_another_grouping_is_refused_by_the_database(two_groupings: tuple[int, int, int, int]) -> None:
    """R7: the pair of keys holds even when every check above it was forgotten."""
    from coopter.plumbing.tenancy import scope

    here, _, _, theirs = two_groupings
    with scope(here):
        employee = an_employee()
        with pytest.raises(IntegrityError):
            saved(Placement(employee_id=employee.id, structure_id=theirs, starts_on=date(2026, 1, 1)))


def test_nothing_is_written_outside_a_command(two_groupings: tuple[int, int, int, int]) -> None:
    """House rule 4: a page cannot write."""
    from coopter.plumbing.tenancy import scope

    here, _, _, _ = two_groupings
    with scope(here):
        session().add(Structure(code="Z", legal_name="Z", vat_status="vat_liable"))
        with pytest.raises(WriteOutsideCommand):
            session().flush()
        session().rollback()
