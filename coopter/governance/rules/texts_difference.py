"""What changed between two versions, by paragraph and then by word, for people to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from coopter.governance.rules.texts import unescaped

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_HEADING = re.compile(r"^#{1,6}\s+")
_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s+")
_STYLE = re.compile(r"(?<!\\)(\*\*|__|~~|`)|^>\s?", re.MULTILINE)
LIKE_ENOUGH = 0.35


class Change(Enum):
    """What happened to a paragraph or to a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one paragraph: kept, added or removed."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in the new text or gone from the old one; `heading` when it is a title."""

    change: Change
    pieces: tuple[Piece, ...]
    heading: bool = False

    @property
    def text(self) -> str:
        """Its words, without what was removed unless all was."""
        kept = [piece.text for piece in self.pieces if piece.change is not Change.REMOVED]
        return "".join(kept or [piece.text for piece in self.pieces])


@dataclass(frozen=True, slots=True)
class Difference:
    """Every paragraph of both texts, in reading order, and how many of each change there are."""

    paragraphs: tuple[Paragraph, ...]
    added: int
    removed: int
    changed: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.removed or self.changed)

    @property
    def runs(self) -> tuple[tuple[bool, tuple[Paragraph, ...]], ...]:
        """Paragraphs gathered in runs: (unchanged or not, the paragraphs)."""
        runs: list[tuple[bool, list[Paragraph]]] = []
        for paragraph in self.paragraphs:
            same = paragraph.change is Change.SAME
            if not runs or runs[-1][0] is not same:
                runs.append((same, []))
            runs[-1][1].append(paragraph)
        return tuple((same, tuple(gathered)) for same, gathered in runs)


def difference(old: str, new: str) -> Difference:
    """What changed from one Markdown text to the next."""
    before, after = _paragraphs(old), _paragraphs(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Paragraph] = []
    for what, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if what == "equal":
            found += [_whole(text, Change.SAME) for text in after[new_start:new_end]]
        else:
            found += _replaced(before[old_start:old_end], after[new_start:new_end])
    counts = {change: sum(one.change is change for one in found) for change in Change}
    return Difference(tuple(found), counts[Change.ADDED], counts[Change.REMOVED], counts[Change.CHANGED])


def _paragraphs(text: str) -> list[str]:
    """Paragraphs, titles and items of lists, each on its own, soft line ends taken away."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        for line in block.split("\n"):
            joins = found and found[-1] and not (_HEADING.match(line) or _ITEM.match(line) or line.startswith("|"))
            if joins and not (_HEADING.match(found[-1]) or found[-1].startswith("|")):
                found[-1] = f"{found[-1]} {line.strip()}"
            else:
                found.append(line.strip())
        found.append("")
    return [line for line in found if line]


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[Paragraph]:
    """Paragraphs of one stretch that changed: each new one beside the old one that it looks like, in order."""
    found: list[Paragraph] = []
    rest = list(old)
    for text in new:
        alike = [(SequenceMatcher(None, _split(one), _split(text)).ratio(), -place) for place, one in enumerate(rest)]
        best, place = max(alike, default=(0.0, 0))
        if best < LIKE_ENOUGH:
            found.append(_whole(text, Change.ADDED))
            continue
        found += [_whole(one, Change.REMOVED) for one in rest[:-place]]
        found.append(_by_word(rest[-place], text))
        del rest[: 1 - place]
    return found + [_whole(one, Change.REMOVED) for one in rest]


def _by_word(old: str, new: str) -> Paragraph:
    before, after = _split(old), _split(new)
    pieces: list[Piece] = []
    for what, old_start, old_end, new_start, new_end in SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(Change.SAME, "".join(after[new_start:new_end])))
            continue
        gone, come = "".join(before[old_start:old_end]), "".join(after[new_start:new_end])
        pieces += [Piece(Change.REMOVED, gone)] if gone else []
        pieces += [Piece(Change.ADDED, come)] if come else []
    return Paragraph(Change.CHANGED, tuple(_joined(pieces)), bool(_HEADING.match(new)))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Changes that only a blank separates read as one change."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        blank = piece.change is Change.SAME and not piece.text.strip() and 0 < place < len(pieces) - 1
        if blank:
            found += [Piece(Change.REMOVED, piece.text), Piece(Change.ADDED, piece.text)]
        else:
            found.append(piece)
    merged: list[Piece] = []
    for run in _runs(found):
        for change in (Change.REMOVED, Change.ADDED, Change.SAME):
            text = "".join(piece.text for piece in run if piece.change is change)
            if text:
                merged.append(Piece(change, text))
    return merged


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    runs: list[list[Piece]] = []
    for piece in pieces:
        same = piece.change is Change.SAME
        if not runs or (runs[-1][0].change is Change.SAME) is not same:
            runs.append([])
        runs[-1].append(piece)
    return runs


def _whole(text: str, change: Change) -> Paragraph:
    return Paragraph(change, (Piece(change, _shown(text)),), bool(_HEADING.match(text)))


def _split(text: str) -> list[str]:
    return _WORDS.findall(_shown(text))


def _shown(text: str) -> str:
    """A paragraph as it reads: no sign of style, an item of a list with its dash or its number."""
    plain = _STYLE.sub("", _HEADING.sub("", text))
    plain = re.sub(r"^\s*[-*+]\s+", "– ", plain)
    return unescaped(plain)
