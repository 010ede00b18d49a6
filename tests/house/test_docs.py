"""Every setting that the house reads is told in docs/operations.md, and nothing is told there that it does not read."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from coopter.settings import Settings, from_environment

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\bCOOPTER_[A-Z][A-Z_]*[A-Z]\b")


def test_every_setting_is_a_line_of_the_table_with_its_default() -> None:
    """What settings.py reads and the table of operations.md are the same list."""
    read = set(NAME.findall((ROOT / "coopter" / "settings.py").read_text("utf-8")))
    rows = re.findall(
        r"^\| `(COOPTER_\w+)` \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.M
    )
    told = {name for name, default, meaning in rows if default.strip() and meaning.strip()}
    assert told == read
    assert len(rows) == len(told), "a setting stands twice in the table"
    assert len(read) == len(fields(Settings)), "a field of Settings without a variable, or the other way round"


def test_no_document_names_a_setting_that_is_not_read() -> None:
    """A page that promises a setting which does nothing is worse than none; `run` may have its own for tests."""
    read = set(NAME.findall((ROOT / "coopter" / "settings.py").read_text("utf-8")))
    read |= set(NAME.findall((ROOT / "run").read_text("utf-8")))
    read |= set(NAME.findall((ROOT / "tests" / "conftest.py").read_text("utf-8")))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    unknown = {str(page.name): set(NAME.findall(page.read_text("utf-8"))) - read for page in pages}
    assert {name: names for name, names in unknown.items() if names} == {}


def test_the_environment_is_read_in_one_place() -> None:
    """House rule: settings.py is the meter cupboard; only the command line, which starts from it, may look as well."""
    reads = re.compile(r"(environ(\.get)?|getenv)\s*[\[(]\s*[\"']COOPTER_")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "coopter").rglob("*.py"))
        if path.name != "settings.py" and path.parent.name != "cli" and reads.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    """Each setting has a safe default: demonstration off, DELETE journal, loopback, a key of its own at 0600."""
    settings = from_environment({"HOME": str(tmp_path)})
    assert not settings.demo
    assert settings.journal_mode == "DELETE"
    assert settings.listen.startswith("127.0.0.1:")
    assert settings.database_url == f"sqlite:///{settings.data_dir / 'coopter.sqlite'}"
    assert (settings.data_dir / "secret-key").stat().st_mode & 0o777 == 0o600
    assert from_environment({"HOME": str(tmp_path)}).secret_key == settings.secret_key
    assert len(settings.secret_key) >= 32
