"""The demonstration's door: one click for each invented person, and no such door anywhere else."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from coopter.app import create_app
from coopter.plumbing import database, tenancy
from coopter.settings import Settings
from coopter.values.actor import Role
from tests import factories as make


def test_outside_a_demonstration_there_is_no_such_door(app: Flask) -> None:
    with make.inside(make.a_grouping()):
        person = make.a_person(Role.COORDINATOR)
    client = app.test_client()
    assert client.post("/demo/connexion", data={"person": person.id}).status_code in {303, 404, 405}
    assert client.get("/compte").status_code == 303
    assert "Démonstration" not in client.get("/connexion").text
    assert "members.demo_sign_in" not in app.view_functions


def test_in_a_demonstration_each_person_enters_in_one_click(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    demo = create_app(
        Settings(
            data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'demo.sqlite'}", demo=True,
            secret_key="a demonstration's key, which nobody keeps 0123456789",
        )
    )  # fmt: skip
    demo.config.update(WTF_CSRF_ENABLED=False, OUTBOX_BY_HAND=True)
    with demo.app_context():
        grouping = make.a_grouping(slug="cap")
        with tenancy.scope(grouping.id):
            boss = make.a_person(Role.COORDINATOR, first_name="Maëlle")
            gone = make.a_person(Role.TREASURER, first_name="Partie", active=False)
        boss_id, gone_id = boss.id, gone.id
        database.db.session.commit()
    client = demo.test_client()
    page = client.get("/connexion").text
    assert "Maëlle Riou" in page and "Partie" not in page
    assert client.post("/demo/connexion", data={"person": gone_id}).status_code == 404
    assert client.post("/demo/connexion", data={"person": boss_id}).location == "/groupements"
    assert client.get("/cap/structures").status_code == 200, "and no second factor is asked here"
    with demo.app_context():
        database.db.session.remove()
        database.db.engine.dispose()
