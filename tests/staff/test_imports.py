"""Employees and placements from files: taken over once, refused with remedies, the same file again changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.staff import commands, imports, queries
from coopter.staff.commands import Imported
from coopter.staff.models import Contract, Placement, PotentialUser
from coopter.values.actor import Actor, Role
from coopter.values.refusal import Faults, NotAllowed
from tests import factories

AT = datetime(2026, 10, 15, 9, tzinfo=UTC)
PEOPLE = b"""code,first_name,last_name,email,job_title,starts_on,weekly_hours
E13,Nolwenn,Le Goff,e13@salaries.example,Comptable,2006-01-01,35
E24,Yann,Cariou,e24@salaries.example,Secr\xc3\xa9taire,2006-01-01,17.5
"""
FRENCH = (
    "Matricule;Prénom;Nom;Courriel;Emploi;Date d'embauche;Heures par semaine\r\n"
    "E13;Nolwenn;Le Goff;E13@salaries.example;Comptable;01/01/2006;35\r\n"
    "E24;Yann;Cariou;e24@salaries.example;Secrétaire;01/01/2006;17,5\r\n"
).encode("cp1252")
PLACES = b"""employee,structure,starts_on,ends_on,weekly_hours
E13,PC2,2007-01-01,,7
E13,PC9,2007-01-01,2007-06-30,7
E24,PC2,2007-01-01,,7
"""


def _people(who: Actor, content: bytes) -> Imported:
    return commands.import_employees(who, records=imports.read_employees(content), at=AT)


def _places(who: Actor, content: bytes) -> Imported:
    return commands.import_placements(who, records=imports.read_placements(content), at=AT)


def _count(row: type) -> int:
    return session().scalar(select(func.count()).select_from(row)) or 0


def _scene() -> Actor:
    factories.a_structure("PC2", joined_on=date(2000, 1, 1))
    factories.a_structure("PC9", joined_on=date(2000, 1, 1))
    return factories.actor(session().scalars(select(factories.Grouping)).one(), Role.COORDINATOR)


def test_the_same_file_again_changes_nothing_whatever_its_dialect(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        assert _people(who, PEOPLE) == Imported(2, 0, 0)
        entries = _count(JournalEntry)
        assert _people(who, PEOPLE) == _people(who, FRENCH) == Imported(0, 0, 2)
        assert _count(JournalEntry) == entries
        yann = queries.find_employee_by_code("E24")
        assert yann is not None
        contract = queries.contract_on(yann.id, date(2026, 1, 1))
        assert contract is not None and (contract.weekly_minutes, contract.job_title) == (1050, "Secrétaire")


def test_taking_over_gives_the_lists_of_potential_users_once(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        _people(who, PEOPLE)
        assert _places(who, PLACES) == Imported(3, 0, 0)
        assert _count(PotentialUser) == 3
        taken = session().scalars(select(JournalEntry).where(JournalEntry.action == "potential_users.taken_over")).one()
        assert sorted(map(sorted, taken.after["by_contract"].values())) == [["PC2"], ["PC2", "PC9"]]
        assert _places(who, PLACES) == Imported(0, 0, 3)
        ended = session().scalars(select(Placement).where(Placement.ends_on.is_not(None))).one()
        assert ended.ends_on == date(2007, 7, 1), "a last day in a file is included"
        with pytest.raises(Faults) as refused:
            _places(who, PLACES + b"E24,PC9,2008-01-01,,7\n")
        (fault,) = refused.value.faults
        assert (fault.line, fault.column, fault.value) == (5, "structure", "PC9")
        assert "L1253-9" in fault.remedy and "avenant" in fault.remedy
        assert _count(Placement) == 3


def test_all_faults_at_once_and_nothing_written(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        _people(who, PEOPLE)
        bad = b"""salarie;structure;debut;fin;heures hebdo
E99;PC2;01/01/2007;;7
E13;PC77;01/01/2007;;7
E13;PC2;01/01/2005;;7
E13;PC2;01/03/2007;01/02/2007;7
E24;PC2;01/01/2007;;7
E24;PC2;01/01/2007;;7
"""
        with pytest.raises(Faults) as refused:
            _places(who, bad)
        assert [(f.line, f.column) for f in refused.value.faults] == [
            (2, "salarie"), (3, "structure"), (4, "debut"), (5, "fin"), (7, "debut"),
        ]  # fmt: skip
        assert _count(Placement) == _count(PotentialUser) == 0


def test_cells_codes_and_days_are_told_in_one_go(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        _people(who, PEOPLE)
        head = b"employee,structure,starts_on,ends_on,weekly_hours\n"
        lines = (
            b"E13,PC2,2007-03-01,2007-02-01,7\nE99,PC77,32/01/2007,,7\nE24,PC2,2005-01-01,,7\nE24,PC9,2007-01-01,,x\n"
        )
        with pytest.raises(Faults) as refused:
            _places(who, head + lines)
        assert [(f.line, f.column) for f in refused.value.faults] == [
            (2, "ends_on"), (3, "starts_on"), (3, "employee"), (3, "structure"), (4, "starts_on"), (5, "weekly_hours"),
        ]  # fmt: skip
        head = b"code,first_name,last_name,starts_on,ends_on,weekly_hours\n"
        lines = (
            b"E13,N,L,2005-01-01,,x\nE50,A,B,2007-03-01,2007-02-01,35\nE50,A,B,2007-03-01,,35\nE51,A,,2007-01-01,,35\n"
        )
        with pytest.raises(Faults) as refused:
            _people(who, head + lines)
        assert [(f.line, f.column) for f in refused.value.faults] == [
            (2, "weekly_hours"), (2, "starts_on"), (3, "ends_on"), (4, "code"), (5, "last_name"),
        ]  # fmt: skip
        assert _count(Placement) == 0 and _count(Contract) == 2


def test_a_later_date_is_an_amendment_and_the_past_stays(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        _people(who, PEOPLE)
        _places(who, PLACES)
        later = PEOPLE.replace(b"Comptable,2006-01-01,35", b"Cheffe comptable,2010-01-01,28")
        assert _people(who, later) == Imported(0, 1, 1)
        nolwenn = queries.find_employee_by_code("E13")
        assert nolwenn is not None
        now, before = queries.contracts_of(nolwenn.id)
        assert (before.ends_on, before.weekly_minutes) == (date(2010, 1, 1), 2100)
        assert (now.starts_on, now.weekly_minutes, now.job_title) == (date(2010, 1, 1), 1680, "Cheffe comptable")
        assert len(queries.potential_users(now.id)) == 2, "the list goes on"
        assert _people(who, later) == Imported(0, 0, 2)
        earlier = PEOPLE.replace(b"Comptable,2006-01-01", b"Comptable,2005-01-01")
        with pytest.raises(Faults) as refused:
            _people(who, earlier)
        assert refused.value.faults[0].line == 2
        assert _count(Contract) == 3


def test_names_and_mail_are_corrected_by_a_file(app: Flask) -> None:
    with factories.inside(factories.a_grouping()):
        who = _scene()
        _people(who, PEOPLE)
        assert _people(who, PEOPLE.replace(b"Le Goff,e13@", b"Le Goff-Madec,n13@")) == Imported(0, 1, 1)
        nolwenn = queries.find_employee_by_code("E13")
        assert nolwenn is not None
        assert (nolwenn.last_name, nolwenn.email, nolwenn.version) == ("Le Goff-Madec", "n13@salaries.example", 2)


def test_only_the_coordinator_imports(app: Flask) -> None:
    grouping = factories.a_grouping()
    with factories.inside(grouping):
        for role in (Role.AUDITOR, Role.TREASURER, Role.EMPLOYEE, Role.REPRESENTATIVE):
            with pytest.raises(NotAllowed):
                _people(factories.actor(grouping, role), PEOPLE)
            with pytest.raises(NotAllowed):
                _places(factories.actor(grouping, role), PLACES)
