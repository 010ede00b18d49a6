"""The week's grid as it comes back from a page: lines, cells as typed, and what each cell had shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from coopter.hours.rules import EntryKey, Seen, Typed, checked_activity, week_days
from coopter.values.durations import parse_minutes
from coopter.values.refusal import Refusal

MOST_LINES = 300
Line = tuple[int, int, str]  # employee, structure, activity
_PAIR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
_SHOWN = re.compile(r"([0-9]{1,9})\.([0-9]{1,4})", re.ASCII)
_SEEN = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})\.([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True)
class FormCell:
    """One cell of a form that was sent: « LINE-DAY », its text, and « version.minutes » as shown."""

    name: str
    key: EntryKey
    text: str
    shown: str


@dataclass
class WeekForm:
    """What was typed: every cell's text is kept, so that nothing is lost when something is refused."""

    lines: list[Line] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    texts: dict[EntryKey, str] = field(default_factory=dict)
    unread: dict[EntryKey, Refusal] = field(default_factory=dict)
    names: dict[str, EntryKey] = field(default_factory=dict)
    shown: dict[EntryKey, str] = field(default_factory=dict)
    then: str = ""
    new_line: Line | None = None
    new_refusal: Refusal | None = None

    def cells(self) -> Iterator[FormCell]:
        """Every cell that was sent, by the name of its fields: what it holds and what it had shown."""
        for name, key in self.names.items():
            yield FormCell(name, key, self.texts[key], self.shown[key])

    @property
    def confirm(self) -> bool:
        """Whether the structure confirms in the same act."""
        return self.then == "confirm"


def read_week(form: MultiDict[str, str], *, monday: date, employee_id: int = 0, structure_id: int = 0) -> WeekForm:
    """Read the fields r-LINE (who.where), a-LINE (activity), c-LINE-DAY (typed) and s-LINE-DAY (version.minutes shown).

    The sheet's own employee or structure completes a new line. What has another shape is passed over.
    """
    read = WeekForm(then=form.get("then", ""))
    for number in range(MOST_LINES):
        pair = _PAIR.fullmatch(form.get(f"r-{number}", ""))
        if pair is None:
            break
        try:
            line = (int(pair[1]), int(pair[2]), checked_activity(form.get(f"a-{number}", "")))
        except Refusal:
            continue
        read.lines.append(line)
        for place, day in enumerate(week_days(monday)):
            _read_cell(read, form, number, place, EntryKey(line[0], line[1], day, line[2]))
    _read_new_line(read, form, employee_id, structure_id)
    return read


def _read_cell(read: WeekForm, form: MultiDict[str, str], number: int, place: int, key: EntryKey) -> None:
    text = form.get(f"c-{number}-{place}")
    if text is None or key in read.texts:
        return
    text = text.strip()[:40]
    shown = _SHOWN.fullmatch(form.get(f"s-{number}-{place}", ""))
    version, minutes = (int(shown[1]), int(shown[2])) if shown else (0, 0)
    read.texts[key] = text
    read.names[f"{len(read.lines) - 1}-{place}"] = key
    read.shown[key] = f"{version}.{minutes}"
    try:
        read.typed.append(Typed(key, parse_minutes(text) if text else 0, version, minutes))
    except Refusal as refusal:
        read.unread[key] = refusal


def _read_new_line(read: WeekForm, form: MultiDict[str, str], employee_id: int, structure_id: int) -> None:
    if read.then != "line":
        return
    chosen = form.get("new-of", "")
    other = int(chosen) if re.fullmatch(r"[0-9]{1,18}", chosen, re.ASCII) else 0
    try:
        activity = checked_activity(form.get("new-activity", ""))
        read.new_line = (employee_id or other, structure_id or other, activity)
    except Refusal as refusal:
        read.new_refusal = refusal


def lines_of(texts: Iterable[str]) -> list[Line]:
    """The lines that an address asks for, each « who.where.activity »; others are passed over."""
    found: list[Line] = []
    for text in list(texts)[:20]:
        pair, activity = ".".join(text.split(".")[:2]), ".".join(text.split(".")[2:])
        match = _PAIR.fullmatch(pair)
        try:
            if match:
                found.append((int(match[1]), int(match[2]), checked_activity(activity)))
        except Refusal:
            continue
    return found


def seen_of(texts: Sequence[str]) -> list[Seen]:
    """Lines that a page showed, each « id.version.minutes »; others are passed over."""
    matches = (_SEEN.fullmatch(text) for text in texts[:2000])
    return [Seen(int(match[1]), int(match[2]), int(match[3])) for match in matches if match]


def number_of(text: str | None) -> int | None:
    """A positive id typed by a page, or nothing."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None
