"""Every endpoint declares who it is for, and says so itself (row R8)."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from coopter.members.rules import check_slug
from coopter.plumbing import doors
from coopter.values.actor import Role
from coopter.values.refusal import Refusal


def test_every_endpoint_has_its_audience(built_app: Flask) -> None:
    """R8: the list is made from the routes themselves."""
    declared = {
        rule.endpoint: str(doors.audience_of(built_app, rule.endpoint)) for rule in built_app.url_map.iter_rules()
    }
    assert "roles" in " ".join(declared.values())
    assert all(declared.values())


def test_an_undeclared_endpoint_stops_the_app() -> None:
    """R8, its twin: an app with an unmarked view does not start."""
    app = Flask("bare")
    room = Blueprint("room", __name__)
    room.add_url_rule("/x", "x", lambda: "x")
    app.register_blueprint(room)
    with pytest.raises(doors.UndeclaredDoor):
        doors.install(app, tenants=None)  # type: ignore[arg-type]


def test_a_door_for_roles_stands_inside_a_grouping() -> None:
    """A role means nothing outside a grouping: such an address is refused at start."""
    app = Flask("bare")
    room = Blueprint("room", __name__)
    room.add_url_rule("/x", "x", doors.for_roles(Role.COORDINATOR)(lambda: "x"))
    app.register_blueprint(room)
    with pytest.raises(doors.UndeclaredDoor):
        doors.install(app, tenants=None)  # type: ignore[arg-type]


def test_every_form_but_the_declared_ones_needs_a_key(built_app: Flask) -> None:
    """R4: the forms that need none are few and known by name."""
    unkeyed = {
        rule.endpoint
        for rule in built_app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and getattr(built_app.view_functions[rule.endpoint], "unkeyed", False)
    }
    assert all(endpoint.startswith(("security.", "members.")) for endpoint in unkeyed), unkeyed


def test_no_grouping_takes_an_address_of_the_installation(built_app: Flask) -> None:
    """R8: what an address begins with is either a grouping's slug or a word that no grouping may have."""
    words = {rule.rule.split("/")[1] for rule in built_app.url_map.iter_rules()} - {"", "<grouping>"}
    assert "calendrier" in words
    for word in words:
        with pytest.raises(Refusal):
            check_slug(word)
