"""Groupings, structures, people: what commands write, refuse and tell the journal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.members import commands, queries, rules
from coopter.members.commands.groupings import AlreadySetThatDay, SlugTaken
from coopter.members.commands.structures import AlreadyMember, CodeTaken, LeavesBeforeJoining, NotMember, SiretTaken
from coopter.members.models import Grouping, Membership, Parameter, Structure
from coopter.members.rules import StructureDetails, VatRegime, VatStatus
from coopter.members.rules.accounts import SlugNotValid, SlugReserved
from coopter.members.rules.identity import SirenAndSiretDiffer
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.identifiers import SiretNotValid
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories as make

AT = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
DAY = date(2026, 10, 1)
ROOT = Actor.command_line()


def founded(slug: str = "cap", **details: Any) -> Grouping:
    return commands.create_grouping(ROOT, slug=slug, name="Cap", kind="employer-group", at=AT, **details)


def entries(chain: int) -> list[str]:
    query = select(journal.JournalEntry).where(journal.JournalEntry.chain == chain).order_by(journal.JournalEntry.id)
    return [entry.action for entry in session().scalars(query)]


def details_of(row: Any) -> StructureDetails:
    return StructureDetails(**{name: getattr(row, name) for name in rules.STRUCTURE_FIELDS})


def test_a_grouping_is_founded_with_its_regime_and_journal(app: Flask) -> None:
    siret = make.a_siret(1)
    grouping = founded(
        siret=siret, address="1 rue du Port", postcode="56100", city="Lorient",
        iban="FR76 3000 6000 0112 3456 7890 189",
        vat_regime="exempt-261b", vat_from=date(2007, 1, 1), phone=None,
    )  # fmt: skip
    assert (grouping.siren, grouping.iban, grouping.country) == (siret[:9], "FR7630006000011234567890189", "FR")
    with tenancy.scope(grouping.id):
        assert queries.vat_regime(date(2006, 12, 31)) is VatRegime.TAXED
        assert queries.vat_regime(date(2007, 1, 1)) is VatRegime.EXEMPT_261B
        assert session().scalars(select(Parameter)).one().decided_by == "Reprise initiale"
    assert entries(journal.INSTALLATION) == ["grouping.created"]
    assert entries(grouping.id) == ["grouping.created", "parameter.set"]


@pytest.mark.parametrize(
    ("slug", "refusal"),
    [("cap", SlugTaken), ("Cap", SlugNotValid), ("c", SlugNotValid), ("compte", SlugReserved), ("a/b", SlugNotValid)],
)
def test_a_slug_is_free_plain_and_not_ours(app: Flask, slug: str, refusal: type[Exception]) -> None:
    founded("cap")
    with pytest.raises(refusal):
        founded(slug)


def test_only_administrators_found_groupings(app: Flask) -> None:
    with pytest.raises(NotAllowed):
        commands.create_grouping(
            Actor(1, "X", None, frozenset({Role.COORDINATOR})), slug="x1", name="X", kind="ptce", at=AT
        )


def test_parameters_are_dated_and_never_rewritten(app: Flask) -> None:
    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    with make.inside(grouping):
        commands.set_parameter(actor, name="vat_rate", value="20 %", from_on=date(2014, 1, 1), at=AT)
        commands.set_parameter(
            actor, name="vat_rate", value="19,6", from_on=date(2000, 4, 1), at=AT, decided_by="Loi de finances"
        )
        assert rules.as_rate(queries.parameter("vat_rate", on=date(2007, 3, 1))).ten_thousandths == 1960
        assert rules.as_rate(queries.parameter("vat_rate", on=date(2020, 3, 1))).ten_thousandths == 2000
        commands.set_parameter(actor, name="vat_rate", value="20,00", from_on=date(2014, 1, 1), at=AT)
        with pytest.raises(AlreadySetThatDay):
            commands.set_parameter(actor, name="vat_rate", value="21", from_on=date(2014, 1, 1), at=AT)
        with pytest.raises(rules.UnknownParameter):
            commands.set_parameter(actor, name="price_of_tea", value="1", from_on=DAY, at=AT)
        with pytest.raises(rules.NotInTheList):
            commands.set_parameter(actor, name="vat_regime", value="none", from_on=DAY, at=AT)


def test_a_structure_is_completed_from_its_siret(app: Flask) -> None:
    grouping = founded()
    siret = make.a_siret(7)
    with make.inside(grouping):
        structure = commands.add_structure(
            make.actor(grouping, Role.COORDINATOR),
            details=StructureDetails(code="PC1", legal_name="Épicerie", siret=siret),
            joined_on=DAY,
            at=AT,
        )
        assert (structure.siren, structure.einvoice_address) == (siret[:9], siret[:9])
        assert structure.vat_number == f"FR{(12 + 3 * (int(siret[:9]) % 97)) % 97:02d}{siret[:9]}"
        assert queries.is_member(structure.id, DAY)
    assert entries(grouping.id)[-2:] == ["structure.added", "structure.joined"]


def test_codes_and_siret_are_one_structures(app: Flask) -> None:
    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    with make.inside(grouping):
        known = make.a_structure("PC1")
        for details, refusal in (
            (StructureDetails("PC1", "Autre"), CodeTaken),
            (StructureDetails("PC2", "Autre", siret=known.siret), SiretTaken),
            (StructureDetails("PC2", "Autre", siret="12345678901234"), SiretNotValid),
            (StructureDetails("PC2", "Autre", siret=make.a_siret(8), siren=known.siren), SirenAndSiretDiffer),
        ):
            with pytest.raises(refusal):
                commands.add_structure(actor, details=details, joined_on=None, at=AT)


def test_the_second_editor_sees_both_values(app: Flask) -> None:
    """R22 for structures and groupings."""
    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    with make.inside(grouping):
        row = make.a_structure("PC1", city="Lorient")
        opened, version = details_of(row), row.version
        first = StructureDetails(**{**opened.__dict__, "city": "Vannes"})
        commands.edit_structure(actor, structure_id=row.id, version=version, details=first, at=AT)
        second = StructureDetails(**{**opened.__dict__, "city": "Lanester"})
        with pytest.raises(Conflict) as conflict:
            commands.edit_structure(actor, structure_id=row.id, version=version, details=second, at=AT)
        assert (conflict.value.mine, conflict.value.theirs) == ({"city": "Lanester"}, {"city": "Vannes"})
        assert queries.get_structure(row.id).city == "Vannes"
        commands.edit_structure(actor, structure_id=row.id, version=version + 1, details=second, at=AT)

        known = rules.GroupingDetails(**{name: getattr(grouping, name) for name in rules.GROUPING_FIELDS})
        commands.edit_grouping(actor, version=1, details=known, at=AT)
        with pytest.raises(Conflict):
            commands.edit_grouping(
                actor, version=1, details=rules.GroupingDetails(**{**known.__dict__, "city": "X"}), at=AT
            )


def test_memberships_follow_one_another(app: Flask) -> None:
    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    with make.inside(grouping):
        row = make.a_structure("PC1", joined_on=date(2020, 1, 1))
        with pytest.raises(AlreadyMember):
            commands.join_grouping(actor, structure_id=row.id, joined_on=DAY, at=AT)
        with pytest.raises(LeavesBeforeJoining):
            commands.leave_grouping(actor, structure_id=row.id, left_on=date(2020, 1, 1), at=AT)
        commands.leave_grouping(actor, structure_id=row.id, left_on=date(2024, 1, 1), at=AT)
        assert queries.is_member(row.id, date(2023, 12, 31)) and not queries.is_member(row.id, date(2024, 1, 1))
        with pytest.raises(NotMember):
            commands.leave_grouping(actor, structure_id=row.id, left_on=date(2025, 1, 1), at=AT)
        commands.join_grouping(actor, structure_id=row.id, joined_on=DAY, at=AT)
        assert len(session().scalars(select(Membership)).all()) == 2


def test_another_groupings_structure_does_not_exist(app: Flask) -> None:
    """R6, R7."""
    mine, other = founded("mine"), founded("other")
    with make.inside(other):
        theirs = make.a_structure("PC1")
    with make.inside(mine):
        with pytest.raises(NotFound):
            queries.get_structure(theirs.id)
        with pytest.raises(NotFound):
            commands.invite(
                make.actor(mine, Role.COORDINATOR), email="a@b.example", role=Role.REPRESENTATIVE,
                structure_id=theirs.id, base_url="http://localhost", at=AT,
            )  # fmt: skip
        with pytest.raises(NotFound):
            commands.invite(
                make.actor(mine, Role.COORDINATOR), email="a@b.example", role=Role.EMPLOYEE, employee_id=99,
                base_url="http://localhost", at=AT,
            )  # fmt: skip


def test_an_audit_that_fails_stops_the_act(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """R44."""
    grouping = founded()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("no journal")

    monkeypatch.setattr(journal, "record", broken)
    with make.inside(grouping):
        with pytest.raises(OSError):
            commands.add_structure(
                make.actor(grouping, Role.COORDINATOR), details=StructureDetails("PC1", "X"), joined_on=DAY, at=AT
            )
        assert session().scalars(select(Structure)).all() == []


CSV = (
    "code;nom;SIRET;forme juridique;situation TVA;adresse;code postal;ville;courriel;effectif\n"
    "PC2;Jardins;{a};scic;redevable;2 quai;56100;Lorient;a@pc2.example;5\n"
    "PC8;Habitat;{b};association;non assujettie;8 quai;56100;Lorient;;\n"
)


def read(text: str) -> Any:
    from coopter.members.imports import read_structures

    return read_structures(text.encode())


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    """R50."""
    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    text = CSV.format(a=make.a_siret(2), b=make.a_siret(8))
    with make.inside(grouping):
        done = commands.import_structures(actor, read(text), at=AT)
        assert (done.added, done.changed, done.unchanged) == (2, 0, 0)
        written = len(entries(grouping.id))
        again = commands.import_structures(actor, read(text), at=AT + timedelta(days=1))
        assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
        assert len(entries(grouping.id)) == written
        moved = commands.import_structures(actor, read(text.replace("8 quai", "9 quai")), at=AT)
        assert (moved.added, moved.changed, moved.unchanged) == (0, 1, 1)
        second = queries.find_structure_by_code("PC8")
        assert second is not None
        assert (second.address, second.vat_status, second.headcount) == ("9 quai", VatStatus.NOT_TAXABLE, None)
        assert queries.is_member(second.id, date(2007, 1, 1))


def test_every_fault_of_a_file_is_told_and_nothing_written(app: Flask) -> None:
    from coopter.values.refusal import Faults

    grouping = founded()
    actor = make.actor(grouping, Role.COORDINATOR)
    bad = CSV.format(a="99990002000011", b="12") + "PC9;X;;;peut-être;;;;;\n"
    with make.inside(grouping):
        with pytest.raises(Faults) as faults:
            commands.import_structures(actor, read(bad), at=AT)
        told = [(fault.line, fault.column, fault.value) for fault in faults.value.faults]
        assert told == [(2, "SIRET", "99990002000011"), (3, "SIRET", "12"), (4, "situation TVA", "peut-être")]
        assert all("SIRET" in fault.remedy for fault in faults.value.faults[:2])
        siret = make.a_siret(2)
        twice = CSV.format(a=siret, b=siret) + "PC2;Encore;;;;;;;;\n"
        with pytest.raises(Faults) as faults:
            commands.import_structures(actor, read(twice), at=AT)
        assert [(fault.line, fault.column) for fault in faults.value.faults] == [(3, "SIRET"), (4, "code")]
        both = CSV.format(a=siret, b=siret).replace("non assujettie", "peut-être") + "PC2;Encore;12;;;;;;;\n"
        with pytest.raises(Faults) as faults:
            commands.import_structures(actor, read(both), at=AT)
        told_at_once = [(fault.line, fault.column) for fault in faults.value.faults]
        assert told_at_once == [(3, "situation TVA"), (3, "SIRET"), (4, "SIRET"), (4, "code")]
        assert session().scalars(select(Structure)).all() == []
