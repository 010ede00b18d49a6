"""The register of decisions: what each one says, and where it stands on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from coopter.governance.rules.motions import Decided, in_force
from coopter.values.refusal import Words


class Standing(Enum):
    """Where a decision stands on a day."""

    IN_FORCE = "in-force"
    COMING = "coming"
    REPLACED = "replaced"
    ANNULLED = "annulled"


@dataclass(frozen=True, slots=True)
class Annulled:
    """Why and by whom a decision was annulled."""

    reason: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register."""

    decided: Decided
    label: Words
    said: Words
    standing: Standing
    replaced_by: Decided | None
    annulled: Annulled | None


def standing_of(
    decided: Decided, *, among: Iterable[Decided], annulled: Collection[int], on: date
) -> tuple[Standing, Decided | None]:
    """Where a decision stands on a day among those of its kind, and which one took its place."""
    if decided.id in annulled:
        return Standing.ANNULLED, None
    if decided.from_on > on:
        return Standing.COMING, None
    counting = [one for one in among if one.kind == decided.kind and one.id not in annulled]
    now = in_force(counting, subject=decided.subject, on=on)
    return (Standing.IN_FORCE, None) if now is None or now.id == decided.id else (Standing.REPLACED, now)
