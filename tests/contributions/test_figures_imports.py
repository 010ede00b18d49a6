"""Figures from a file: all or nothing, each fault with its remedy, the same file twice is once (R45 to R50)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.commands.figures import import_figures
from coopter.contributions.imports.figures import parse_base, read_figures
from coopter.contributions.models import Figure
from coopter.contributions.queries.figures import figures_of
from coopter.contributions.rules.figures import IMPORTED
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.plumbing.database import session
from coopter.values.refusal import Faults
from tests.contributions.members_scene import AT, Scene, scene_of
from tests.office.commands import Line

GOOD = (
    "structure;année;chiffre;valeur;origine\n"
    "N1;2025;Chiffre d'affaires;1 234 567,89;comptes 2025\n"
    "s1;2025;CA;0;\n"
    "N1;2025;Résultat;-1 000;\n"
    "N1;2025;effectif;12,5;\n"
)
PAGE = "/cap-cooperation/contributions/chiffres/import"


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def test_a_file_is_written_once(scene: Scene) -> None:
    """R50: added, then unchanged; another amount changes."""
    done = import_figures(scene.coordinator, records=read_figures(GOOD.encode()), at=AT)
    assert (done.added, done.changed, done.unchanged) == (4, 0, 0)
    north = {Base.TURNOVER: 123_456_789, Base.PROFIT: -100_000, Base.HEADCOUNT: 1_250}
    assert figures_of(2025) == {scene.id_of("north"): north, scene.id_of("south"): {Base.TURNOVER: 0}}
    rows = session().scalars(select(Figure)).all()
    assert {row.state for row in rows} == {FigureState.CHECKED}
    assert {row.method for row in rows} == {"comptes 2025", IMPORTED}
    again = import_figures(scene.coordinator, records=read_figures(GOOD.encode()), at=AT)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    moved = import_figures(scene.coordinator, records=read_figures(GOOD.replace("12,5", "13").encode()), at=AT)
    assert (moved.added, moved.changed, moved.unchanged) == (0, 1, 3)


def test_everything_wrong_is_told_and_nothing_is_written(scene: Scene) -> None:
    """R48: each with line, column, value, remedy."""
    bad = (
        "structure;année;chiffre;valeur\n"
        "X9;2025;CA;1\n"
        "N1;25;CA;1\n"
        "N1;2025;Bonheur;1\n"
        "N1;2025;CA;douze\n"
        "N1;2025;CA;-5\n"
        "N1;2025;Tonnes;1,5\n"
        "N1;2025;tonnage;2\n"
    )
    with pytest.raises(Faults) as told:
        import_figures(scene.coordinator, records=read_figures(bad.encode()), at=AT)
    assert [(fault.line, fault.column) for fault in told.value.faults] == [
        (2, "structure"), (3, "année"), (4, "chiffre"), (5, "valeur"), (6, "valeur"), (8, "chiffre"),
    ]  # fmt: skip
    assert session().scalars(select(Figure)).all() == []


def test_figures_are_named_as_people_name_them() -> None:
    """Whatever capitals and accents."""
    for text, base in (("chiffre d’affaires", Base.TURNOVER), ("MASSE SALARIALE", Base.PAYROLL), ("m2", Base.SURFACE)):
        assert parse_base(text) is base


def test_the_page_shows_before_it_writes(scene: Scene) -> None:
    """R50: rehearsed, then written by a second click."""
    browser = scene.browser("coordinator")
    page = browser.post(
        PAGE, data={"operation_key": "a" * 22, "file": (io.BytesIO(GOOD.encode()), "chiffres.csv")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert page.status_code == 200 and session().scalars(select(Figure)).all() == []
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token is not None
    assert browser.post(PAGE, data={"token": token[1]}).status_code == 303
    assert len(session().scalars(select(Figure)).all()) == 4
    assert scene.browser("treasurer").get(PAGE).status_code == 403
    assert "modele" in browser.get(f"{PAGE}?modele=1").headers["Content-Disposition"]


def test_the_command_line_reads_the_same_file(scene: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`coopter import figures`: rehearsed, then written; faults with their place."""
    path, line = tmp_path / "chiffres.csv", Line(capsys)
    path.write_text(GOOD.replace("origine", "Couleur"), "utf-8")
    words = ("import", "figures", path, "--grouping", "cap-cooperation")
    told = line.done(*words, "--dry-run")
    assert (told["added"], told["ignored"]) == (4, ["Couleur"]) and figures_of(2025) == {}
    assert line.done(*words)["added"] == 4 and line.done(*words)["unchanged"] == 4
    path.write_text(GOOD.replace("12,5", "beaucoup"), "utf-8")
    assert line(*words).code == 2
