"""How codes are put in order and names are found."""

from __future__ import annotations

import re
import unicodedata


def natural_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key of a code as people count: PC2 before PC8 before PC11."""
    parts = re.findall(r"[0-9]+|[^0-9]+", code)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)


def folded(text: str) -> str:
    """A text without accents, case and repeated blanks: what a search compares (R78)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("’", "'").replace("œ", "oe").split())


def found_in(search: str, *texts: str | None) -> bool:
    """Whether every word of the search stands somewhere in these texts; an empty search finds all."""
    where = folded(" ".join(text for text in texts if text))
    bare = where.replace(" ", "")
    return all(word in where or word in bare for word in folded(search).split())
