"""Sharing a whole number exactly: the one place where a sum is divided (largest remainder)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from coopter.values.refusal import Refusal

Key = TypeVar("Key", bound=Any)


class NothingToShareBy(Refusal):
    """Le montant de %(total)s centimes ne peut pas être réparti : tous les poids de la clé sont nuls. Saisissez au
    moins une heure, une part ou un effectif, ou choisissez une autre clé de répartition."""


class NegativeWeight(Refusal):
    """Le poids %(weight)s est négatif : une clé de répartition n'a que des poids nuls ou positifs. Corrigez ce
    poids."""


def largest_remainder(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share `total` (cents) in proportion to integer weights; the shares sum to it exactly (R17).

    Each share is within one cent of the exact one; the cents left over go to the largest remainders, ties to the
    first listed. A negative total is the mirror of the positive one, so that a credit note cancels its invoice.
    Raises NothingToShareBy and NegativeWeight. Source: domain.md §2.5 (CGI art. 261 B, exact share of the expenses).
    """
    whole = sum(weights)
    if any(weight < 0 for weight in weights):
        raise NegativeWeight(weight=min(weights))
    if not whole:
        if total:
            raise NothingToShareBy(total=total)
        return (0,) * len(weights)
    sign, amount = (-1, -total) if total < 0 else (1, total)
    parts = [divmod(amount * weight, whole) for weight in weights]
    left = amount - sum(share for share, _ in parts)
    shares = [share for share, _ in parts]
    for index in sorted(range(len(parts)), key=lambda i: -parts[i][1])[:left]:
        shares[index] += 1
    return tuple(sign * share for share in shares)


def share_by_key(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Share `total` (cents) among keyed weights, the same whatever the order they come in: ties to the lowest key."""
    keys = sorted(weights)
    return dict(zip(keys, largest_remainder(total, [weights[key] for key in keys]), strict=True))
