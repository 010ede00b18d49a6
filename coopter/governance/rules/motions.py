"""What a decision may set: each room registers the kinds of parameter that it owns, and reads them back from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from coopter.governance.rules.kinds import Basis
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal, Words


class UnknownMotion(Refusal):
    """Ce genre de décision n'existe pas ici : « %(kind)s ». Choisissez-en un dans la liste."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What is asked or decided: a parameter's kind, what it is about, its value (plain JSON), and from which day."""

    kind: str
    subject: str
    value: Any
    from_on: date


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as every room reads it: the motion, and the authority that invoices cite."""

    id: int
    number: int
    kind: str
    subject: str
    value: Any
    from_on: date
    basis: Basis
    item_id: int | None
    decided_by: str
    author: str
    recorded_at: datetime

    @property
    def motion(self) -> Motion:
        """What was decided, without who decided it."""
        return Motion(self.kind, self.subject, self.value, self.from_on)


def _as_asked(motion: Motion) -> Motion:
    """Most motions count from the day that was asked."""
    return motion


def _nothing(actor: Actor, decided: Decided, at: datetime) -> None:
    """Most kinds have no act of their own: their room reads the decision itself."""


@dataclass(frozen=True, slots=True)
class MotionKind:
    """One kind of parameter: `check` raises a Refusal for what may not be decided, `describe` says it in a sentence.

    `adopt` and `annul` run in the same transaction as the decision, for kinds whose effect is a row of their own room.
    `postpone` gives a motion that a vote adopted late its first day still open, so that the vote is never lost.
    """

    name: str
    label: Words
    check: Callable[[Motion], None]
    describe: Callable[[Motion], Words]
    adopt: Callable[[Actor, Decided, datetime], None] = _nothing
    annul: Callable[[Actor, Decided, datetime], None] = _nothing
    postpone: Callable[[Motion], Motion] = _as_asked


_kinds: dict[str, MotionKind] = {}


def register(kind: MotionKind) -> MotionKind:
    """Make a kind known; a room calls this once, where its commands stand."""
    _kinds[kind.name] = kind
    return kind


def kind_of(name: str) -> MotionKind:
    """The kind of this name; raises UnknownMotion."""
    if name not in _kinds:
        raise UnknownMotion(kind=name)
    return _kinds[name]


def kinds() -> tuple[MotionKind, ...]:
    """Every kind that some room registered, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def in_force(decisions: Iterable[Decided], *, subject: str, on: date) -> Decided | None:
    """Of one kind's decisions, the one in force on a day for this subject: the latest day, then the latest number."""
    started = [one for one in decisions if one.subject == subject and one.from_on <= on]
    return max(started, key=lambda one: (one.from_on, one.number), default=None)
