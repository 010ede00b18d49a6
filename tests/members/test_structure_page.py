"""A structure's page shows what every room knows of it, to each reader what is theirs."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient

from coopter.hours.rules import EntryState
from coopter.values.actor import Role
from tests import factories as make


def test_people_hours_and_invoices_are_on_the_page(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    with make.inside(grouping):
        structure, other = make.a_structure("PC2"), make.a_structure("PC8")
        nolwenn = make.an_employee(structure, other)
        make.worked(nolwenn, structure, date(2026, 10, 5), 450)
        make.worked(nolwenn, structure, date(2026, 10, 6), 60, state=EntryState.SUBMITTED)
        make.worked(nolwenn, other, date(2026, 9, 6), 61)
        boss = make.a_person(Role.COORDINATOR)
        member = make.a_person(Role.REPRESENTATIVE, structure=structure, invoices=False)
        structure_id = structure.id
    page = make.signed_in(client, boss).get(f"/cap/structures/{structure_id}").text
    for shown in ("Nolwenn Le Goff", "Comptable", "octobre 2026", "8\u00a0h\u00a030", "1 ligne", "Aucune facture"):
        assert shown in page
    assert "septembre 2026" not in page, "another structure's hours are not here"
    own = make.signed_in(client, member).get(f"/cap/structures/{structure_id}").text
    assert "octobre 2026" in own and "Dernières factures" not in own
