"""What members give and receive, each unit by itself: no unit is ever turned into another, least of all into money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from coopter.contributions.rules.figures import rounded
from coopter.contributions.rules.kinds import Unit
from coopter.values.digits import NumberNotUnderstood, scaled_digits
from coopter.values.durations import hours_and_minutes, parse_minutes
from coopter.values.money import Money
from coopter.values.numbers import parse_amount
from coopter.values.refusal import Counted, Refusal, Words, quoted

Party = int | None  # a structure's id; None is the grouping itself


class NothingGiven(Refusal):
    """Une quantité est plus grande que zéro. Corrigez-la, ou ne notez rien."""


class GiftToOneself(Refusal):
    """Celui qui donne et celui qui reçoit sont les mêmes : choisissez deux membres, ou le groupement."""


class GivenTomorrow(Refusal):
    """On note ce qui a été donné, pas ce qui le sera : le %(on)s est à venir. Corrigez le jour."""


class GiftUnnamed(Refusal):
    """Dites en quelques mots ce qui a été donné : l'autre partie doit le reconnaître."""


class GiftSettled(Refusal):
    """Les deux parties sont d'accord sur ce don : il ne change plus. Notez-en un autre, en sens inverse s'il le
    faut."""


class GiftWithdrawn(Refusal):
    """Ce don a été retiré par la partie qui l'avait noté : il ne compte pas et ne change plus."""


class DisputeUnexplained(Refusal):
    """Dites ce qui n'est pas juste : l'autre partie doit savoir quoi corriger."""


class EurosValuedTwice(Refusal):
    """Un don en euros a déjà sa valeur : laissez « valeur convenue » vide."""


UNIT_NAMES: Mapping[Unit, Words] = {
    Unit.HOURS: Words("Heures"),
    Unit.LOANS: Words("Prêts de matériel"),
    Unit.SURFACE: Words("Surface prêtée"),
    Unit.WEIGHT: Words("Matières"),
    Unit.ENERGY: Words("Énergie"),
    Unit.ADVICE: Words("Conseil et expertise"),
    Unit.EUROS: Words("Euros"),
}
SAID: Mapping[Unit, Words] = {  # how a quantity is said with its unit
    Unit.LOANS: Counted("%(count)s prêt", "%(count)s prêts", count=0),
    Unit.SURFACE: Words("%(count)s m² × jour", count=""),
    Unit.WEIGHT: Words("%(count)s kg", count=""), Unit.ENERGY: Words("%(count)s kWh", count=""),
    Unit.ADVICE: Counted("%(count)s jour", "%(count)s jours", count=0),
}  # fmt: skip
PLACES: Mapping[Unit, int] = {unit: 3 if unit in (Unit.WEIGHT, Unit.ENERGY) else 2 for unit in Unit}


class Source(Enum):
    """Where a line of the ledger comes from."""

    GIFT = "gift"  # recorded by one side, confirmed by the other
    HOURS = "hours"  # a shared employee's confirmed hours at a member
    CALL = "call"  # a contribution called, or a part of it given back


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing given by a party to another, in one unit; `quantity` in the unit's smallest part, above zero."""

    giver: Party
    receiver: Party
    unit: Unit
    quantity: int
    source: Source = Source.GIFT


@dataclass(frozen=True, slots=True)
class Balance:
    """What one party gave and received in one unit."""

    given: int = 0
    received: int = 0

    @property
    def net(self) -> int:
        """Given less received: positive for who gives more than it receives, in this unit."""
        return self.given - self.received


def parse_quantity(unit: Unit, text: str) -> int:
    """What somebody typed, in the unit's smallest part: « 7h30 », « 12,5 », « 1 234,56 € ».

    Raises the refusal of the unit's own shape, and NothingGiven for zero or less.
    """
    quantity = _parsed(unit, text)
    if quantity <= 0:
        raise NothingGiven()
    return quantity


def _parsed(unit: Unit, text: str) -> int:
    if unit is Unit.HOURS:
        return parse_minutes(text)
    if unit is Unit.EUROS:
        return parse_amount(text).cents
    quantity = scaled_digits(text.strip(), decimals=PLACES[unit])
    if quantity is None:
        raise NumberNotUnderstood(value=quoted(text), decimals=PLACES[unit])
    return quantity


def typed_quantity(unit: Unit, quantity: int) -> str:
    """A quantity as one types it: « 7h30 », « 12,5 »."""
    if unit is Unit.HOURS:
        return f"{quantity // 60}h{quantity % 60:02d}"
    return format(_short(unit, quantity), "f").replace(".", ",")


def counted(unit: Unit, quantity: int) -> Decimal:
    """A quantity as a spreadsheet adds it: hours and euros with two decimals, « 118,25 »."""
    if unit is Unit.HOURS:
        return Decimal(rounded(Fraction(quantity * 100, 60))).scaleb(-2)
    return Decimal(quantity).scaleb(-PLACES[unit])


def quantity_value(unit: Unit, quantity: int) -> Money | Words:
    """A quantity as a page writes it for its reader: Money, or words with their unit."""
    if unit is Unit.EUROS:
        return Money(quantity)
    if unit is Unit.HOURS:
        return Words("%(count)s", count=hours_and_minutes(quantity))
    return SAID[unit].about(count=_short(unit, quantity))


def quantity_words(unit: Unit, quantity: int) -> str:
    """A quantity in French words with its unit: « 7 h 30 », « 1,5 jour », « 120,00 € »."""
    return str(quantity_value(unit, quantity))


def _short(unit: Unit, quantity: int) -> Decimal:
    return Decimal(quantity).scaleb(-PLACES[unit]).normalize()


def balances(entries: Iterable[Entry]) -> dict[tuple[Party, Unit], Balance]:
    """What each party gave and received, unit by unit; in each unit all gives make as much as all receives."""
    given: dict[tuple[Party, Unit], int] = defaultdict(int)
    received: dict[tuple[Party, Unit], int] = defaultdict(int)
    for entry in entries:
        given[entry.giver, entry.unit] += entry.quantity
        received[entry.receiver, entry.unit] += entry.quantity
    return {key: Balance(given.get(key, 0), received.get(key, 0)) for key in {*given, *received}}


def flows(entries: Iterable[Entry]) -> dict[tuple[Party, Party], dict[Unit, int]]:
    """What went from each party to each other one, unit by unit."""
    found: dict[tuple[Party, Party], dict[Unit, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        found[entry.giver, entry.receiver][entry.unit] += entry.quantity
    return {pair: dict(units) for pair, units in found.items()}


def giving_and_receiving(entries: Iterable[Entry], *, members: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Which of these members gave something, and which received something; a contribution that was called is owed and
    not given, so it counts for neither."""
    counted = [entry for entry in entries if entry.source is not Source.CALL]
    givers = {entry.giver for entry in counted if entry.giver is not None}
    receivers = {entry.receiver for entry in counted if entry.receiver is not None}
    return frozenset(givers) & members, frozenset(receivers) & members
