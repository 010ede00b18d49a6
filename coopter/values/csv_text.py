"""Writing CSV that no spreadsheet executes, and that we read back to the same values (R46)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain

from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

_TRIGGERS = "=+\\-@＝＋－＠"
_STARTS = r"(?:^|[;,\t\r\n])(?:\"|[^\S\t\r\n])*"
"""Where a cell starts, for us or for a spreadsheet that cuts at another separator than ours."""
_RISKY = re.compile(f"^('*)(?=[\\t\\r\\n])|({_STARTS}'*)(?=[{_TRIGGERS}])")
_GUARDED = re.compile(f"^('*)'(?=[\\t\\r\\n])|({_STARTS}'*)'(?=[{_TRIGGERS}])")
_TO_QUOTE = re.compile(r"[;,\t\r\n\"]|^\s|\s$")


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet may take for a formula: = + - @ tab, CR, full-width ＝ (R46)."""
    return _RISKY.sub(lambda match: f"{match[1] or match[2] or ''}'", text)


def unguarded(text: str) -> str:
    """Take one such apostrophe away again: unguarded(guarded(text)) == text."""
    return _GUARDED.sub(lambda match: match[1] or match[2] or "", text) if "'" in text else text


def _number(value: int | Decimal, *, decimal_mark: str) -> str:
    return str(value) if isinstance(value, int) else format(value, "f").replace(".", decimal_mark)


def _written(value: object, *, decimal_mark: str) -> str:
    """One value as a bare cell: numbers untouched, texts guarded, days and months in ISO form, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (Money, Rate)):
        value = value.decimal
    if isinstance(value, (int, Decimal)):
        return _number(value, decimal_mark=decimal_mark)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Month):
        return str(value)
    raise TypeError(f"a CSV cell takes no {type(value).__name__}")


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> Iterator[str]:
    """Write lines of CSV, each ended by CR LF; amounts in euros with a comma, or a point when the delimiter is a comma.

    Cells are text, int, Decimal, Money, Rate, bool, day, month, enum or None; a float raises TypeError. A text that
    holds any separator, a quote or outer blanks is quoted. `read_table` gives the same values back (R46).
    """
    if delimiter not in (";", ",", "\t"):
        raise ValueError("the delimiter is ; or , or tab")
    mark = "." if delimiter == "," else ","
    for row in chain([header], rows):
        bare = [_written(value, decimal_mark=mark) for value in row]
        cells = ['"' + cell.replace('"', '""') + '"' if _TO_QUOTE.search(cell) else cell for cell in bare]
        yield delimiter.join(cells) + "\r\n"
