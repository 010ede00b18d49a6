"""The steps of a computation as data: what each does, its facts by name, and how they are kept in the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from coopter.contributions.rules.formulas_kinds import ProRata
from coopter.contributions.rules.formulas_shape import FormulaNotUnderstood
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Words


class StepKind(Enum):
    """What one step of a computation does."""

    NOT_MEMBER = "not-member"
    FIRST_YEAR = "first-year"
    SMALL_STAFF = "small-staff"
    SMALL_FIGURE = "small-figure"
    FIGURE = "figure"
    UNKNOWN = "unknown"
    FIXED = "fixed"
    TIER = "tier"
    FLOOR = "floor"
    CAP = "cap"
    TIME = "time"
    ROUNDED = "rounded"
    SHARE = "share"
    AGREED = "agreed"  # an amount decided as such
    OWED = "owed"  # what all these come to for the year
    CALLED = "called"  # what was called before
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it does, the amount after it or added by it, and its facts by name."""

    kind: StepKind
    amount: Money | None
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def words(self) -> Words:
        """The step as a sentence."""
        from coopter.contributions.rules.formulas_said import step_words

        return step_words(self)

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON: said in the language of whoever reads it later."""
        cents = None if self.amount is None else self.amount.cents
        return {"kind": self.kind.value, "amount": cents, "facts": {name: _plain(fact) for name, fact in self.facts}}

    @classmethod
    def from_json(cls, value: Any) -> Step:
        """Read a step back; raises FormulaNotUnderstood."""
        try:
            facts = tuple((name, _READ.get(name, _as_it_is)(fact)) for name, fact in value["facts"].items())
            return cls(StepKind(value["kind"]), _money(value["amount"]), facts)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise FormulaNotUnderstood() from problem


@dataclass(frozen=True, slots=True)
class Owed:
    """What one member owes for a whole year, and how that was found."""

    structure_id: int
    amount: Money
    steps: tuple[Step, ...]

    @property
    def is_unknown(self) -> bool:
        """Whether the figure that the formula measures is not known, and counted 0."""
        return any(step.kind is StepKind.UNKNOWN for step in self.steps)


def _plain(fact: Any) -> Any:
    if isinstance(fact, Enum):
        return fact.value
    if isinstance(fact, Money):
        return fact.cents
    return fact.isoformat() if isinstance(fact, date) else fact


def _money(cents: Any) -> Money | None:
    return None if cents is None else Money(cents)


def _as_it_is(fact: Any) -> Any:
    return fact


_READ: dict[str, Callable[[Any], Any]] = {
    "base": Base, "pro_rata": ProRata, "budget": _money, "unit": _money, "day": date.fromisoformat,
}  # fmt: skip
"""What a fact of this name is, where plain JSON does not say it."""
