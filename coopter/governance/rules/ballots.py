"""What stands on a ballot, and the one list of ballots whose hash is published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

from coopter.governance.rules.kinds import ItemForm
from coopter.values.refusal import Refusal, Words, quoted

YES, NO, ABSTAIN, BLANK = "yes", "no", "abstain", "blank"
ANSWERS = (YES, NO, ABSTAIN, BLANK)
FEWEST_IN_GROUP = 3  # a secret result of one or two ballots tells who voted what
PAD = 128
AROUND = 256  # the longest receipt, college, weight and word, as JSON

# "yes", "no", "abstain" or "blank"; in an election the names chosen, or "abstain" or "blank".
Choice: TypeAlias = str | Sequence[str]


class NotAChoice(Refusal):
    """« %(choice)s » n’est pas un choix de ce vote. Choisissez une des réponses proposées."""


class TooManyChosen(Refusal):
    """Vous avez choisi %(chosen)s noms pour %(seats)s sièges à pourvoir. Retirez-en."""


class GroupTooSmall(Refusal):
    """Un vote secret publierait le résultat d’un groupe de moins de trois voix (%(group)s), ce qui dirait qui a voté
    quoi. Votez à main levée ou par appel, ou réunissez trois voix dans ce groupe."""


def check_choice(choice: Choice, *, form: ItemForm, candidates: Sequence[str], seats: int) -> Any:
    """The choice as a ballot keeps it: a word, or the chosen names in order; raises NotAChoice, TooManyChosen."""
    if isinstance(choice, str):
        if choice in ((ABSTAIN, BLANK) if form is ItemForm.ELECTION else ANSWERS):
            return choice
        raise NotAChoice(choice=quoted(choice))
    names = sorted(set(choice))
    unknown = [name for name in names if name not in candidates]
    if form is not ItemForm.ELECTION or unknown or len(names) != len(choice):
        raise NotAChoice(choice=quoted(", ".join(map(str, choice))))
    if len(names) > seats:
        raise TooManyChosen(chosen=len(names), seats=seats)
    return names or BLANK


def published_groups(roll: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """How many there are in each group that a result tells apart: (college, weight) → number."""
    groups: dict[tuple[str, int], int] = {}
    for group in roll:
        groups[group] = groups.get(group, 0) + 1
    return groups


def too_small(groups: Mapping[tuple[str, int], int]) -> tuple[str, int] | None:
    """The first group that has one or two, which a result would betray (R34); none is betrayed where nobody is."""
    return next((group for group in sorted(groups) if 0 < groups[group] < FEWEST_IN_GROUP), None)


def check_groups(roll: Iterable[tuple[str, int]], *, colleges: Mapping[str, str]) -> None:
    """Raise GroupTooSmall where a secret vote cannot be published without betraying somebody (R34).

    `colleges` names each college by its code, for the sentence.
    """
    group = too_small(published_groups(roll))
    if group is not None:
        raise GroupTooSmall(group=group_in_words(group, colleges=colleges))


def group_in_words(group: tuple[str, int], *, colleges: Mapping[str, str]) -> Words:
    """A group that a result tells apart: a college, seats of one weight, or everybody."""
    college, weight = group
    who = Words("collège %(name)s", name=colleges.get(college, college)) if college else Words("l’assemblée")
    return who if weight == 1 else Words("%(who)s, sièges de %(weight)s voix", who=who, weight=weight)


def ballots_digest(ballots: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the published list of ballots, in its order: canonical JSON, keys sorted, no blanks (R35)."""
    text = json.dumps(list(ballots), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def sealed_size(*, candidates: Sequence[str], seats: int) -> int:
    """How long every sealed ballot of a vote is, in bytes, whatever it says: the longest, rounded up."""
    names = sorted((len(json.dumps(name)) + 1 for name in candidates), reverse=True)[: max(seats, 0)]
    return -(-(sum(names) + AROUND) // PAD) * PAD
