"""Every module stands where the import contracts can see it; `lint-imports` then judges who imports whom."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUNDATIONS = {"cli", "plumbing", "values", "static"}  # not rooms of the trade: they have no drawers


def drawers() -> set[str]:
    """The names that contract 2 knows."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    inside = next(contract for contract in contracts if contract["name"].startswith("2."))
    return {name for layer in inside["layers"] for name in re.findall(r"\w+", layer)}


def test_each_module_of_a_room_is_a_known_drawer() -> None:
    rooms = [
        room
        for room in (ROOT / "coopter").iterdir()
        if (room / "__init__.py").exists() and room.name not in FOUNDATIONS
    ]
    assert rooms
    modules = [
        module.relative_to(ROOT)
        for room in rooms
        for module in room.iterdir()
        if module.suffix == ".py" or (module / "__init__.py").exists()
    ]
    assert [str(module) for module in modules if module.stem not in drawers() | {"__init__"}] == []


def test_only_five_files_lie_loose() -> None:
    loose = {path.name for path in (ROOT / "coopter").glob("*.py")}
    assert loose - {"__init__.py", "__main__.py", "app.py", "cli.py", "settings.py"} == set()


def test_the_contracts_are_kept() -> None:
    verdict = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert verdict.returncode == 0, verdict.stdout
