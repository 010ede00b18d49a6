"""House rules that a search of the source can see: one place commits, one clock, no float near money."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "coopter").rglob("*.py"))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def offences(names: set[str], *, allowed: set[str]) -> list[str]:
    """Calls whose last word is one of these names, outside the files allowed to make them."""
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if str(path.relative_to(ROOT)) not in allowed
        for line, name in calls(path)
        if name.rsplit(".", 1)[-1] in names
    ]


def test_only_the_command_commits() -> None:
    """House rule 4."""
    own_connections = {"coopter/plumbing/schema.py", "coopter/office/commands/backup.py"}  # no session is theirs
    assert offences({"commit", "rollback"}, allowed={"coopter/plumbing/transaction.py", *own_connections}) == []


def test_only_the_clock_tells_the_time() -> None:
    """House rule 6, row R21."""
    found = [
        o
        for o in offences({"now", "utcnow", "today"}, allowed={"coopter/plumbing/clock.py"})
        if not {"clock.", "func."} & {o.split()[1].split(".")[0] + "."}
    ]
    assert found == []


def test_no_stored_text_is_ever_a_template() -> None:
    """Row R25: nothing that a user wrote is evaluated."""
    assert offences({"render_template_string", "from_string"}, allowed=set()) == []


def test_no_sniffer_and_no_pickle() -> None:
    """Row R49: the separator is chosen by our own code; what is stored is data, not program."""
    assert offences({"Sniffer"}, allowed=set()) == []
    imported = {
        alias.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported.isdisjoint({"pickle", "marshal", "shelve"})


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent.name != "pdf"], ids=lambda p: p.stem)
def test_no_float_in_a_room(path: Path) -> None:
    """House rule 5: no float() in the trade's code; time on a processor is not money."""
    rooms = {"values", "members", "staff", "planning", "hours", "costs", "billing", "office"}
    if not rooms & set(path.relative_to(ROOT).parts):
        return
    assert [line for line, name in calls(path) if name == "float"] == []
