"""Who is there, by head and by weight, in the whole and in each college; and whether it is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coopter.governance.rules.statutes import CountedOn, Quorum
from coopter.values.refusal import Refusal


class QuorumNotReached(Refusal):
    """Le quorum n’est pas atteint : il y faut %(needed)s, présences et pouvoirs comptés, et il y a %(there)s. Attendez
    des arrivées, ou convoquez à nouveau : une seconde convocation peut demander un quorum moindre."""


@dataclass(frozen=True, slots=True)
class Place:
    """One elector who may vote, as a quorum sees it."""

    college: str
    weight: int
    present: bool
    represented: bool


@dataclass(frozen=True, slots=True)
class QuorumPart:
    """The count of one college ("" is the whole body), in the unit of the rule: heads or weights."""

    college: str
    present: int
    represented: int
    electors: int
    counted: int
    needed: int
    reached: bool


@dataclass(frozen=True, slots=True)
class QuorumState:
    """The quorum as it stands: the whole first, then each college; `reached` follows the rule."""

    parts: tuple[QuorumPart, ...]
    reached: bool
    per_college: bool
    on: CountedOn

    @property
    def whole(self) -> QuorumPart:
        """The whole body."""
        return self.parts[0]

    @property
    def lacking(self) -> QuorumPart:
        """The part to name in a refusal: the first that decides and is not reached, else the whole."""
        deciding = self.parts[1:] if self.per_college and len(self.parts) > 1 else self.parts[:1]
        return next((part for part in deciding if not part.reached), self.whole)

    def as_json(self) -> dict[str, Any]:
        """What an outcome keeps of it."""
        parts = [{name: getattr(part, name) for name in QuorumPart.__slots__} for part in self.parts]
        return {"reached": self.reached, "per_college": self.per_college, "on": self.on.value, "parts": parts}


def quorum_state(places: Iterable[Place], rule: Quorum) -> QuorumState:
    """Count who is there under a rule; a college without any elector stops nobody."""
    all_places = tuple(places)
    colleges = sorted({place.college for place in all_places if place.college})
    parts = [_part("", all_places, rule)]
    parts += [_part(code, tuple(p for p in all_places if p.college == code), rule) for code in colleges]
    deciding = parts[1:] if rule.per_college and colleges else parts[:1]
    return QuorumState(tuple(parts), all(part.reached for part in deciding), rule.per_college, rule.on)


def _part(college: str, places: tuple[Place, ...], rule: Quorum) -> QuorumPart:
    def size(chosen: Iterable[Place]) -> int:
        return sum(place.weight if rule.on is CountedOn.WEIGHTS else 1 for place in chosen)

    present = size(place for place in places if place.present)
    represented = size(place for place in places if place.represented and not place.present)
    electors = size(places)
    counted = present + (represented if rule.with_proxies else 0)
    needed = _needed(electors, rule)
    return QuorumPart(college, present, represented, electors, counted, needed, counted >= needed)


def _needed(electors: int, rule: Quorum) -> int:
    """The fewest that satisfy the rule: « au moins » is rounded up, « plus de » is the next whole number."""
    wanted = rule.fraction * electors
    if rule.strictly:
        return int(wanted) + 1 if electors else 0
    return -int(-wanted // Fraction(1))
