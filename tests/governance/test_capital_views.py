"""The pages of the capital: the register, its certificate and table, the reserves of a surplus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance.models import Body, BodySeat
from coopter.governance.rules.kinds import BodyKind
from coopter.members import commands as members_commands
from coopter.members.models import Grouping, Structure
from coopter.members.rules import GroupingKind
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests.factories import AT, a_grouping, a_person, a_structure, actor, inside, saved, signed_in


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A cooperative."""
    with inside(a_grouping(slug="cap", kind=GroupingKind.COOPERATIVE)) as made:
        yield made


@pytest.fixture
def desk(client: FlaskClient, grouping: Grouping) -> FlaskClient:
    """Its coordinator's browser."""
    return signed_in(client, a_person(Role.COORDINATOR))


@pytest.fixture
def associate(grouping: Grouping) -> Structure:
    """One associate, by its seat in the assembly."""
    structure = a_structure("A1", legal_name="Maison du vélo")
    body = saved(Body(kind=BodyKind.GENERAL_ASSEMBLY, name="AG", created_at=AT))
    saved(BodySeat(body_id=body.id, structure_id=structure.id, name="Maison du vélo", starts_on=date(2026, 1, 1)))
    return structure


def seat() -> int:
    """Its seat."""
    return session().scalars(select(BodySeat.id)).one()


def test_before_the_first_share_the_page_says_what_to_do(desk: FlaskClient, grouping: Grouping) -> None:
    """No value of a share, no form; nothing to download."""
    page = desk.get("/cap/vie/capital").text
    assert "Une part n’a pas encore de valeur" in page and "Aucune part souscrite" in page
    assert "Inscrire au registre" not in page


def test_a_share_is_taken_certified_and_exported(
    app: Flask, desk: FlaskClient, grouping: Grouping, associate: Structure
) -> None:
    """The form writes one line; the certificate is the associate's and the office's; the table is a CSV."""
    coordinator = actor(grouping, Role.COORDINATOR)
    members_commands.set_parameter(
        coordinator, name="share_nominal", value="50", from_on=date(2026, 1, 1), at=AT
    )  # fmt: skip
    taken = {"act": "subscription", "receiver": str(seat()), "giver": "", "shares": "20", "on": "2026-10-01",
             "paid_on": "2026-10-01"}  # fmt: skip
    assert desk.post("/cap/vie/capital", data=taken).status_code == 303
    page = desk.get("/cap/vie/capital").text
    assert "1\u202f000,00" in page and "Maison du vélo" in page
    refused = desk.post("/cap/vie/capital", data={**taken, "act": "redemption", "giver": str(seat()), "receiver": "",
                                                  "shares": "21"})  # fmt: skip
    assert refused.status_code == 422 and "il lui en reste 20" in refused.text
    table = desk.get("/cap/vie/capital/registre.csv")
    assert table.mimetype == "text/csv" and "Maison du vélo" in table.text
    where = f"/cap/vie/capital/associes/{seat()}/attestation.pdf"
    own = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=associate))
    other = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=a_structure("B2")))
    assert own.get("/cap/vie/capital").status_code == 403 and other.get(where).status_code == 404
    assert f'href="{where}"' in own.get("/cap/vie").text and "20 parts" in own.get("/cap/vie").text
    assert "attestation" not in other.get("/cap/vie").text
    certificate = own.get(where)
    assert certificate.status_code == 200 and certificate.data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("40 000", ("6\u202f000,00", "17\u202f000,00", "23\u202f000,00")),
        ("-1200", ("Une perte se reporte",)),
        ("beaucoup", ("n&#39;est pas un montant",)),
    ],
)
def test_the_reserves_of_a_surplus(desk: FlaskClient, typed: str, said: tuple[str, ...]) -> None:
    """Golden (domain.md §8.3): 40 000 € leave 17 000 € to the assembly."""
    page = desk.get("/cap/vie/capital/reserves", query_string={"resultat": typed})
    assert page.status_code == 200
    for words in said:
        assert words in page.text
