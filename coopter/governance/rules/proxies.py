"""Whose hand votes for whom: presence and powers, decided the moment a vote opens and fixed from then on (T38)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coopter.values.refusal import Refusal


class ProxiesForbidden(Refusal):
    """Les statuts ne permettent pas de donner pouvoir pour cette instance : venez, ou votez à distance si c’est
    prévu."""


class OpenProxiesForbidden(Refusal):
    """Les statuts ne permettent pas de pouvoir en blanc : nommez la personne à qui vous donnez pouvoir."""


class HolderFull(Refusal):
    """« %(holder)s » a déjà le plus grand nombre de pouvoirs permis par les statuts (%(most)s). Choisissez une autre
    personne."""


class HolderCannotVote(Refusal):
    """« %(holder)s » n’a pas le droit de vote à cette assemblée. Donnez pouvoir à quelqu’un qui l’a."""


class GiverCannotVote(Refusal):
    """« %(giver)s » n’a pas le droit de vote à cette assemblée : il n’y a pas de pouvoir à donner."""


class OtherCollege(Refusal):
    """Les statuts demandent de donner pouvoir dans son collège. Choisissez quelqu’un du même collège."""


class AlreadyGiven(Refusal):
    """« %(giver)s » a déjà donné pouvoir. Retirez ce pouvoir, puis donnez-en un autre."""


@dataclass(frozen=True, slots=True)
class Power:
    """A live proxy: who gives it and who holds it (None: open, not assigned yet)."""

    id: int
    giver_id: int
    holder_id: int | None
    nominative: bool = True


@dataclass(frozen=True, slots=True)
class Voice:
    """One elector, as the roll of an assembly has it."""

    id: int
    college: str
    weight: int
    may_vote: bool


def hands(
    voices: Iterable[Voice],
    *,
    present: frozenset[int],
    powers: Iterable[Power],
    most: int | None,
    everybody_is_there: bool = False,
) -> dict[int, int]:
    """Who votes for each elector, as elector id → the id of the hand; whoever is neither there nor represented is
    left out.

    Somebody who is there votes alone, whatever power was given. A power held by somebody absent, or without the right
    to vote, counts for nothing (T38). Beyond the ceiling the later powers count for nothing. In a consultation nobody
    is absent (`everybody_is_there`), and a power that was given is used.
    """
    able = {voice.id for voice in voices if voice.may_vote}
    here = able if everybody_is_there else able & present
    found = {one: one for one in here}
    held: dict[int, int] = {}
    for power in sorted(powers, key=lambda one: one.id):
        holder = power.holder_id
        if power.giver_id not in able or holder is None or holder not in here or holder == power.giver_id:
            continue
        if power.giver_id in here and not everybody_is_there:
            continue
        if most is not None and held.get(holder, 0) >= most:
            continue
        held[holder] = held.get(holder, 0) + 1
        found[power.giver_id] = holder
    return found


def held_by(holder_id: int, powers: Iterable[Power]) -> int:
    """How many live powers somebody holds."""
    return sum(1 for power in powers if power.holder_id == holder_id)


def assignment(
    voices: Iterable[Voice],
    *,
    present: frozenset[int],
    powers: Iterable[Power],
    most: int | None,
    in_college: bool = False,
) -> Mapping[int, int]:
    """To whom each open power goes, as proxy id → holder's elector id: to those present with the fewest powers.

    Deterministic: powers in the order they were given, holders by number of powers, then by elector. An open power
    whose holder is there stays where it is; one whose giver is there, or for whom nobody has room, is left out.
    """
    able = {voice.id: voice for voice in voices if voice.may_vote}
    here = sorted(one for one in able if one in present)
    live = sorted(powers, key=lambda one: one.id)
    settled = [one for one in live if one.nominative or one.holder_id in here]
    held = {one: held_by(one, settled) for one in here}
    found: dict[int, int] = {}
    for power in live:
        if power.nominative or power.holder_id in here or power.giver_id in here or power.giver_id not in able:
            continue
        room = [
            one
            for one in here
            if (most is None or held[one] < most)
            and (not in_college or able[one].college == able[power.giver_id].college)
        ]
        if not room:
            continue
        chosen = min(room, key=lambda one: (held[one], one))
        held[chosen] += 1
        found[power.id] = chosen
    return found
