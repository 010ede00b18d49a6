"""Addresses as strangers write them: a number longer than the database keeps is an unknown page, never a fault."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.values.actor import Role
from tests.factories import a_grouping, a_person, inside, signed_in


@pytest.mark.parametrize("number", ["9" * 19, "9" * 60, "0" * 5, "-1", "1.5"])
def test_no_number_in_an_address_breaks_a_page(app: Flask, client: FlaskClient, number: str) -> None:
    """R70: input gives a 4xx, whatever its length."""
    with inside(a_grouping()):
        signed_in(client, a_person(Role.COORDINATOR))
    assert client.get(f"/cap-cooperation/factures/{number}").status_code == 404
    assert client.get(f"/cap-cooperation/structures/{number}").status_code == 404
