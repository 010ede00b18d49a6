"""Keys and prices: what a pool is split by, what an hour is billed at, and since which month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from coopter.costs.rules.kinds import KeyMethod, Pool
from coopter.governance.rules.motions import Decided, Motion
from coopter.values.durations import hundredths_of_hour
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal


class CostsWithoutHours(Refusal):
    """Des coûts sont saisis pour %(employees)s, sans aucune heure confirmée ce mois-ci : personne ne peut les porter.
    Faites confirmer les heures, ou déplacez ces coûts vers les frais de gestion."""


class NoHoursToShareBy(Refusal):
    """Des frais de gestion sont saisis pour %(month)s, mais aucune heure n'est confirmée : la clé n'a rien à répartir.
    Faites confirmer les heures, ou choisissez une clé qui n'en dépend pas."""


class CostsMissing(Refusal):
    """Des heures sont confirmées pour %(employees)s, mais aucun coût n'est saisi ce mois-ci. Saisissez ou importez ces
    coûts, ou fixez un prix horaire."""


class HeadcountMissing(Refusal):
    """La clé par effectif ne peut pas servir : l'effectif de %(structures)s n'est pas renseigné. Complétez la fiche de
    la structure, ou choisissez une autre clé."""


class WeightsMissing(Refusal):
    """La clé de la décision n° %(number)s ne donne aucun poids à %(structures)s. Fixez une nouvelle clé qui nomme
    toutes les structures concernées (un poids de 0 suffit pour n'en rien porter)."""


class KeyNeedsWeights(Refusal):
    """Une clé à poids fixes demande au moins un poids plus grand que zéro, et aucun poids négatif. Saisissez un poids
    par structure."""


class WeightsUnexpected(Refusal):
    """Seule une clé à poids fixes porte des poids. Videz-les, ou choisissez « poids fixes »."""


class StartsInsideMonth(Refusal):
    """Une clé ou un prix prend effet le premier jour d'un mois, pas le %(day)s : un mois n'a qu'une règle. Choisissez
    le 1er du mois."""


class PriceNotPositive(Refusal):
    """Un prix horaire est plus grand que zéro. Pour revenir aux parts de coût exactes, laissez le prix vide."""


KEY, PRICE = "allocation-key", "hourly-price"  # the kinds of decision that this room owns


@dataclass(frozen=True, slots=True)
class AllocationKey:
    """One decision on how a pool is split, from a day on; employee None = every employee's pool (or management's)."""

    number: int
    pool: Pool
    employee_id: int | None
    method: KeyMethod
    weights: tuple[tuple[int, int], ...]
    from_on: date | None
    decided_by: str
    author: str
    decision_id: int | None = None
    recorded_at: datetime | None = None

    @property
    def weight_of(self) -> dict[int, int]:
        """The fixed weight of each structure named."""
        return dict(self.weights)


DEFAULT_KEY = "Clé par défaut : au prorata des heures"


def _default(pool: Pool) -> AllocationKey:
    return AllocationKey(0, pool, None, KeyMethod.MINUTES, (), None, DEFAULT_KEY, "CoopTer")


def key_in_force(keys: Iterable[AllocationKey], *, pool: Pool, employee_id: int | None, on: date) -> AllocationKey:
    """The key of a pool on a day: the employee's own, else the one of all employees, else by minutes (number 0).

    Among those that started, the latest day counts, then the latest number: a correction replaces what it corrects.
    """
    started = [key for key in keys if key.pool is pool and key.from_on is not None and key.from_on <= on]
    for wanted in (employee_id, None):
        fitting = [key for key in started if key.employee_id == wanted]
        if fitting:
            return max(fitting, key=lambda key: (key.from_on or date.min, key.number))
    return _default(pool)


@dataclass(frozen=True, slots=True)
class HourPrice:
    """One decision on the price of an hour, from a day on; employee None = all; rate None = exact shares again."""

    id: int
    employee_id: int | None
    rate: Rate | None
    from_on: date
    decided_by: str
    author: str
    recorded_at: datetime | None = None


def price_in_force(prices: Iterable[HourPrice], *, employee_id: int | None, on: date) -> HourPrice | None:
    """The price of an employee's hours on a day, the employee's own before the general one; None = exact shares.

    Among those that started, the latest day counts, then the latest written.
    """
    started = [price for price in prices if price.from_on <= on]
    for wanted in (employee_id, None):
        fitting = [price for price in started if price.employee_id == wanted]
        if fitting:
            latest = max(fitting, key=lambda price: (price.from_on, price.id))
            return latest if latest.rate is not None else None
    return None


def priced_amount(minutes: int, *, rate: Rate) -> Money:
    """Cents of hours at a price: minutes go to hundredths of an hour, times the rate, half up (domain.md §2.5)."""
    return Money(100).times(rate.decimal * hundredths_of_hour(minutes))


def key_motion(
    *, pool: Pool, employee_id: int | None, method: KeyMethod, weights: Mapping[int, int], from_on: date
) -> Motion:
    """The motion that sets a key: decided at once, or put to a vote."""
    fixed = {str(structure): weight for structure, weight in sorted(weights.items()) if weight is not None}
    value = {"pool": pool.value, "employee": employee_id, "method": method.value, "weights": fixed}
    return Motion(KEY, f"employee:{employee_id}" if employee_id else f"pool:{pool.value}", value, from_on)


def key_of(decided: Decided | Motion) -> AllocationKey:
    """A decision of kind `allocation-key`, read; number 0 while it is only a motion."""
    value = decided.value
    weights = tuple(sorted((int(structure), weight) for structure, weight in value["weights"].items()))
    what = Pool(value["pool"]), value["employee"], KeyMethod(value["method"]), weights, decided.from_on
    if isinstance(decided, Motion):
        return AllocationKey(0, *what, "", "")
    return AllocationKey(decided.number, *what, decided.decided_by, decided.author, decided.id, decided.recorded_at)


def price_motion(*, rate: Rate | None, employee_id: int | None, from_on: date) -> Motion:
    """The motion that sets the price of an hour, or goes back to exact shares."""
    value = {"employee": employee_id, "rate": None if rate is None else rate.ten_thousandths}
    return Motion(PRICE, f"employee:{employee_id}" if employee_id else f"pool:{Pool.EMPLOYEE.value}", value, from_on)


def price_of(decided: Decided | Motion) -> HourPrice:
    """A decision of kind `hourly-price`, read; id 0 while it is only a motion."""
    value = decided.value
    rate = None if value["rate"] is None else Rate(value["rate"])
    if isinstance(decided, Motion):
        return HourPrice(0, value["employee"], rate, decided.from_on, "", "")
    return HourPrice(
        decided.id, value["employee"], rate, decided.from_on, decided.decided_by, decided.author, decided.recorded_at
    )


def check_weights(method: KeyMethod, *, weights: Mapping[int, int]) -> None:
    """Weights are for the method that takes them, and share something; raises KeyNeedsWeights, WeightsUnexpected."""
    if method is not KeyMethod.WEIGHTS:
        if any(weights.values()):
            raise WeightsUnexpected()
        return
    if not any(weights.values()) or min(weights.values()) < 0:
        raise KeyNeedsWeights()


def check_first_day(day: date) -> None:
    """A key or a price starts with a month; raises StartsInsideMonth."""
    if day.day != 1:
        raise StartsInsideMonth(day=day)


def check_rate(rate: Rate | None) -> None:
    """A price is positive or absent; raises PriceNotPositive."""
    if rate is not None and rate.ten_thousandths <= 0:
        raise PriceNotPositive()
