"""What a page typed for a voice becomes a choice: an answer, or the names of an election."""

from __future__ import annotations

from collections.abc import Sequence

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
