"""A file that grows too long is two things; a view that grows too long decides."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_python_file_over_400_lines() -> None:
    """House §12: aim 100, warn at 300, fail at 400."""
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("coopter", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_template_over_150_lines() -> None:
    """House §12."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "templates").rglob("*.html")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 150
    }
    assert long == {}


def test_no_function_over_40_lines() -> None:
    """House §12, docstring and signature left out."""
    long = []
    for path in (ROOT / "coopter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                first = node.body[1] if isinstance(node.body[0], ast.Expr) and len(node.body) > 1 else node.body[0]
                if node.end_lineno - first.lineno + 1 > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []
