"""Durations are whole minutes; here they are read and written as French people do."""

import re
from decimal import Decimal

from coopter.values.digits import BLANKS
from coopter.values.refusal import Refusal, quoted

_GAP = f"[{BLANKS}]?"
_CLOCK = re.compile(
    rf"([0-9]{{1,5}}){_GAP}(?:h|heures?|:){_GAP}([0-9]{{2}}){_GAP}(?:m|mn|min|minutes?)?", re.IGNORECASE | re.ASCII
)
_HOURS = re.compile(rf"([0-9]{{1,5}})(?:[,.]([0-9]{{1,4}}))?{_GAP}(?:h|heures?)?", re.IGNORECASE | re.ASCII)
_MINUTES = re.compile(rf"([0-9]{{1,6}}){_GAP}(?:m|mn|min|minutes?)", re.IGNORECASE | re.ASCII)


class DurationNotUnderstood(Refusal):
    """« %(value)s » n'est pas une durée. Écrivez par exemple 7h30, 7,5 ou 450 min."""


class TooManyMinutes(Refusal):
    """Dans « %(value)s », il y a plus de 59 minutes après les heures. Écrivez par exemple 7h30, ou 7,5 pour sept heures
    et demie."""


def parse_minutes(text: str) -> int:
    """Read a duration as minutes: "7h30", "7 h 30", "7:30", "7h", "7,5", "7.5" (hours), "450 min".

    Decimal hours (at most 4 decimals) go to the nearest minute, half up, so "3.4833" is 209. Neither sign nor
    exponent, ASCII digits only (R45); raises DurationNotUnderstood and TooManyMinutes. What a day may hold is a rule
    of `hours`.
    """
    bare = text.strip(BLANKS)
    if match := _CLOCK.fullmatch(bare):
        hours, minutes = int(match[1]), int(match[2])
        if minutes > 59:
            raise TooManyMinutes(value=quoted(text))
        return hours * 60 + minutes
    if match := _HOURS.fullmatch(bare):
        ten_thousandths = int(match[1] + (match[2] or "").ljust(4, "0"))
        return (ten_thousandths * 60 + 5_000) // 10_000
    if match := _MINUTES.fullmatch(bare):
        return int(match[1])
    raise DurationNotUnderstood(value=quoted(text))


def hundredths_of_hour(minutes: int) -> Decimal:
    """The hours printed and priced on an invoice: two decimals, half-up (house.md §6); negative mirrors positive."""
    hundredths = (abs(minutes) * 10 + 3) // 6
    return Decimal(hundredths if minutes >= 0 else -hundredths).scaleb(-2)


def hours_and_minutes(minutes: int) -> str:
    """Write minutes as on the page: 450 is "7 h 30", 420 is "7 h"; the spaces do not break."""
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{hours}\u00a0h" + (f"\u00a0{rest:02d}" if rest else "")
