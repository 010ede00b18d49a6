"""The agreement of a placement, filled from what the rooms know of it (domain.md §1.11)."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance import commands as governance
from coopter.governance.models import GoverningText, TextVersion
from coopter.governance.queries import texts
from coopter.governance.rules.admission import AdmissionDetails
from coopter.governance.rules.kinds import TextKind
from coopter.office.commands.agreements import prepare_agreement
from coopter.office.commands.joining import list_on_contracts
from coopter.planning.models import ShiftPattern
from coopter.plumbing import operations
from coopter.plumbing.database import session
from coopter.staff.models import Placement
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed, NotFound
from tests.factories import AT, a_grouping, a_person, a_siret, a_structure, actor, an_employee, inside, saved, signed_in


def test_it_is_filled_and_found_again(app: Flask) -> None:
    """Parties, person, job, dates, hours, timetable, price and terms; twice is the same text."""
    with inside(a_grouping()) as grouping:
        structure = a_structure("A", ape="94.99Z")
        employee = an_employee(structure)
        placement = session().scalars(select(Placement).where(Placement.employee_id == employee.id)).one()
        saved(
            ShiftPattern(
                placement_id=placement.id, weekday=1, starts_minute=480, ends_minute=750, from_on=date(2026, 1, 1),
                until_on=date(2027, 1, 1),
            )
        )  # fmt: skip
        coordinator = actor(grouping, Role.COORDINATOR)
        text_id = prepare_agreement(coordinator, placement_id=placement.id, at=AT)
        assert prepare_agreement(coordinator, placement_id=placement.id, at=AT) == text_id
        text = texts.get_text(text_id)
        assert (text.kind, text.subject) == (TextKind.PLACEMENT_AGREEMENT, f"placement:{placement.id}")
        draft = texts.find_draft(text_id)
        assert draft is not None
        expected = {
            "salarie": "Nolwenn Le Goff", "emploi": "Comptable", "structure": "Structure A", "structure_ape": "94.99Z",
            "heures_semaine": "7 h", "horaires": "mardi 8 h–12 h 30", "fin": "durée indéterminée",
            "delai_paiement": "30 jours", "conditions": "Aucune.", "debut": "1er janvier 2020",
        }  # fmt: skip
        assert {name: draft.fields.get(name) for name in expected} == expected
        assert draft.fields["prix"].startswith("La structure paie sa part exacte du coût réel")
        assert session().scalars(select(GoverningText.id)).all() == [text_id]


def test_for_the_coordinator_alone(app: Flask) -> None:
    with inside(a_grouping()) as grouping:
        employee = an_employee(a_structure("A"))
        placement = session().scalars(select(Placement.id).where(Placement.employee_id == employee.id)).one()
        with pytest.raises(NotAllowed):
            prepare_agreement(actor(grouping, Role.TREASURER), placement_id=placement, at=AT)
        with pytest.raises(NotFound):
            prepare_agreement(actor(grouping, Role.COORDINATOR), placement_id=placement + 1000, at=AT)


def test_from_the_page_of_the_placement(app: Flask) -> None:
    """One button; a double click makes one text (R4)."""
    with inside(a_grouping(slug="rias")):
        employee = an_employee(a_structure("A"))
        placement = session().scalars(select(Placement.id).where(Placement.employee_id == employee.id)).one()
        client = signed_in(app.test_client(), a_person(Role.COORDINATOR))
        page = client.get(f"/rias/mises-a-disposition/{placement}").get_data(as_text=True)
        assert "Préparer la convention" in page
        path = f"/rias/mises-a-disposition/{placement}/convention"
        key = operations.new_key()
        for _ in range(2):
            client.post(path, data={"operation_key": key})
        assert len(session().scalars(select(TextVersion)).all()) == 1
        there = client.post(path, data={"operation_key": operations.new_key()})
        page = client.get(there.location).get_data(as_text=True)
        assert "Nolwenn Le Goff" in page and "Qui représente la structure" in page


def test_the_amendment_of_a_contract_is_filled_and_found_again(app: Flask) -> None:
    """L1253-9: once a contract names the newcomer, the paper to sign is written from it, once, from the checklist."""
    with inside(a_grouping(slug="cap")) as grouping:
        employee = an_employee(a_structure("A"))
        coordinator = actor(grouping, Role.COORDINATOR)
        asked = AdmissionDetails("Book Hémisphères", a_siret(55), "Iris", "iris@book.example")
        number = governance.request_admission(coordinator, details=asked, at=AT)
        governance.admit(coordinator, admission_id=number, version=1, joins_on=date(2026, 11, 1), at=AT)
        desk = signed_in(app.test_client(), a_person(Role.COORDINATOR))
        where = f"/cap/vie/admissions/{number}/avenants/{employee.id}"
        assert desk.post(where).status_code == 404, "the contract does not name it yet"
        list_on_contracts(
            coordinator, admission_id=number, employee_ids=[employee.id], from_on=date(2026, 11, 1), at=AT
        )
        assert "Rédiger l’avenant" in desk.get(f"/cap/vie/admissions/{number}/suites").text
        first, again = desk.post(where), desk.post(where)
        assert first.status_code == 303 and first.headers["Location"] == again.headers["Location"]
        page = desk.get(first.headers["Location"]).text
        for words in ("Nolwenn Le Goff", "1er\xa0novembre\xa02026", "Book Hémisphères", "L1253-9"):
            assert words in page or words.replace("\xa0", " ") in page
        assert [one.kind for one in session().scalars(select(GoverningText))] == [TextKind.AMENDMENT]
