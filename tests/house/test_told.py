"""What the documents name exists: the code that the plan walks through, files, commands, and their options.

Pictures are told apart: docs/make_screenshots.py takes them.
"""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from coopter.cli import coopter

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
ROOMS = sorted(path.name for path in (ROOT / "coopter").iterdir() if (path / "__init__.py").is_file())
NAME = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)(?:\(.*?\))?`", re.S)
FILE = re.compile(r"(?:\]\(|`)((?:\.\./)*(?:coopter|docs|tools|tests|templates|bench|guide)/[\w./-]+\.\w+)")
COMMAND = re.compile(r"\./run coopter((?:\\\n|[^\n|`&#])*)")


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module of the house, or something in one."""
    parts = f"coopter.{dotted}".split(".")
    for cut in range(len(parts), 1, -1):
        try:
            found: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name, None)
        return found is not None
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_and_file_told_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [name for name in NAME.findall(text) if not name.endswith(".py") and not exists(name)] == []
    places = (page.parent, ROOT, ROOT / "coopter")
    assert [file for file in FILE.findall(text) if not any((place / file).exists() for place in places)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_told_exists_with_its_options(page: Path) -> None:
    """R14: whoever follows a page at night must not find that a command was renamed."""
    for told in COMMAND.findall(page.read_text("utf-8")):
        words = shlex.split(told.replace("\\\n", " ").replace("…", "x").split(" >")[0])
        command: click.Command = coopter
        while words and isinstance(command, click.Group):
            if words[0].startswith("-") or words[0] == "x":
                break
            assert words[0] in command.commands, f"{told}: no « {words[0]} »"
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--json"}
        assert [word for word in words if word.startswith("--") and word not in known] == [], told


def test_the_plan_names_every_room() -> None:
    """docs/architecture.md draws the house as it stands."""
    plan = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = set(re.findall(r"^├── (\w+)/ |^└── (\w+)/ ", plan, re.M))
    assert {one or other for one, other in drawn} == {room for room in ROOMS if room != "cli"}
