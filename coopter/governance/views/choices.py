"""What a page typed for a voice becomes a choice: an answer, or the names of an election."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coopter.governance.rules.ballots import BLANK, Choice
from coopter.values.refusal import Refusal


class Missing(Refusal):
    """Faites un choix avant de continuer."""


class TooMany(Missing):
    """Vous avez choisi %(chosen)s noms pour %(seats)s sièges à pourvoir. Retirez-en."""


def chosen(typed: list[str], *, candidates: Sequence[str], seats: int) -> Choice:
    """The answer typed, or in an election (`seats`) the candidates ticked by their place; raises Missing, TooMany."""
    if not typed:
        raise Missing()
    if not seats:
        return typed[0]
    names = [candidates[int(one)] for one in typed if one.isdigit() and int(one) < len(candidates)]
    if len(names) > seats:
        raise TooMany(chosen=len(names), seats=seats)
    return names or BLANK


def voices(typed: Any, *, candidates: Sequence[str], seats: int) -> dict[int, Choice]:
    """What a form says for this or that voice, in its fields `hand-12`: elector → choice, nothing for the others."""
    found: dict[int, Choice] = {}
    for name in dict.fromkeys(name for name in typed if name.startswith("hand-")):
        elector, said = name.removeprefix("hand-"), [value for value in typed.getlist(name) if value]
        if elector.isdigit() and said:
            found[int(elector)] = chosen(said, candidates=candidates, seats=seats)
    return found
