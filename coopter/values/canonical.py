"""One text for one value: canonical JSON bytes and their digest, on which the journal's chain rests (R12)."""

import hashlib
import json
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

_PLAIN = frozenset((str, int, bool, type(None)))
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _tagged(value: object) -> dict[str, Any]:
    """A value that JSON lacks, under a key that no record can hold (a record's own "$" is doubled)."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("an instant without zone has no canonical form")
        return {"$instant": value.astimezone(UTC).isoformat(timespec="microseconds")}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    if isinstance(value, Money):
        return {"$cents": value.cents}
    if isinstance(value, Month):
        return {"$month": str(value)}
    if isinstance(value, Rate):
        return {"$ten_thousandths": value.ten_thousandths}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(name: object) -> str:
    if type(name) is not str:
        raise TypeError(f"a record's field is named by text, not by {type(name).__name__}")
    return "$" + name if name.startswith("$") else name


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {_key(name): one if type(one) in _PLAIN else _plain(one) for name, one in value.items()}
    if kind is list or kind is tuple:
        return [one if type(one) in _PLAIN else _plain(one) for one in value]
    if isinstance(value, Enum):
        return _plain(value.value)
    return _tagged(value)


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value, in UTF-8: sorted keys, no blanks, every kind told apart.

    Takes dicts with text keys, lists and tuples (alike), text, int, bool, None, enums (by value), days, aware instants,
    Money, Month and Rate. Two different values never have the same bytes (R12). Raises TypeError for anything else,
    floats and Decimals first, and UnicodeEncodeError for half a surrogate pair.
    """
    return _ENCODER.encode(_plain(value)).encode("utf-8")


def digest(value: Any) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical form (R12)."""
    return hashlib.sha256(canonical(value)).hexdigest()
