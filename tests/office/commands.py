"""The command line as a person uses it: what was typed, and what came back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from coopter.cli import run


@dataclass(frozen=True)
class Outcome:
    """An exit code, and what was printed."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """The answer of `--json`."""
        return json.loads(self.out)


class Line:
    """Types command lines into the app under test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Outcome:
        """Run one command line; returns what it answered."""
        self._capsys.readouterr()
        code = run([str(word) for word in words])
        printed = self._capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    def done(self, *words: object) -> Any:
        """Run one that must succeed; returns the facts of its JSON."""
        outcome = self(*words, "--json")
        assert outcome.code == 0, outcome.out + outcome.err
        return outcome.facts
