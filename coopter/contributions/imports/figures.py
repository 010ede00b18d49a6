"""Figures from a file: its columns, its records, and what writing them would change (rows R45 to R50)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from coopter.contributions.models import Figure
from coopter.contributions.rules.figures import DECLARABLE, NAMES, UNITS, YEARS, parse_figure
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.members import queries as members
from coopter.members.rules import folded
from coopter.plumbing.database import session
from coopter.values.numbers import parse_whole
from coopter.values.refusal import FaultList, Refusal, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table
from coopter.values.texts import clean_line


class UnknownBase(Refusal):
    """« %(value)s » n'est pas un chiffre que l'on déclare. Écrivez l'un de ceux-ci : %(known)s."""


class UnknownStructure(Refusal):
    """Aucune structure n'a le code « %(value)s ». Corrigez ce code, ou créez d'abord la structure."""


class YearOutOfReach(Refusal):
    """« %(value)s » n'est pas une année de chiffres. Écrivez par exemple 2025."""


class FigureTwiceInFile(Refusal):
    """Cette ligne dit la même chose que la ligne %(line)s (même structure, même année, même chiffre). Gardez une seule
    des deux."""


_OTHER_WORDS = {
    Base.TURNOVER: ("CA", "chiffre d'affaires"), Base.PROFIT: ("bénéfice", "résultat net"), Base.PAYROLL: (),
    Base.HEADCOUNT: ("effectif", "ETP"), Base.TONNES: ("tonnes", "tonnage"), Base.SURFACE: ("surface", "m²", "m2"),
    Base.OTHER: ("autre",),
}  # fmt: skip
_BASES = {folded(word): base for base in DECLARABLE for word in (base.value, str(NAMES[base]), *_OTHER_WORDS[base])}


def parse_base(text: str) -> Base:
    """A base by its code or its French name, whatever capitals and accents; raises UnknownBase."""
    found = _BASES.get(folded(text))
    if found is None:
        raise UnknownBase(value=quoted(text), known=[NAMES[base] for base in DECLARABLE])
    return found


def parse_year(text: str) -> int:
    """A year of figures; raises YearOutOfReach."""
    try:
        year = parse_whole(text)
    except Refusal:
        year = 0
    if year not in YEARS:
        raise YearOutOfReach(value=quoted(text))
    return year


def _line(text: str) -> str:
    return clean_line(text, most=300)


COLUMNS = (
    Column("structure", ("structure", "code structure", "membre", "code membre"), parse=_line),
    Column("year", ("année", "exercice"), parse=parse_year),
    Column("base", ("chiffre", "nature", "base", "rubrique"), parse=parse_base),
    Column("amount", ("valeur", "montant", "quantité"), parse=_line),
    Column("source", ("origine", "source", "d'où vient le chiffre"), parse=_line, required=False, default=""),
    Column("comment", ("commentaire", "remarque"), parse=_line, required=False, default=""),
)


class FigureRow(Protocol):
    """One record of a file: where it stands, and what it says; the structure is a code, the amount still a text."""

    @property
    def line(self) -> int: ...
    @property
    def structure(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def base(self) -> Base: ...
    @property
    def amount(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def comment(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NewFigure:
    """A figure that the file adds or changes."""

    structure_id: int
    year: int
    base: Base
    amount: int
    source: str
    comment: str


@dataclass(frozen=True, slots=True)
class FiguresPlan:
    """What writing a file would do."""

    added: tuple[NewFigure, ...]
    changed: tuple[NewFigure, ...]
    unchanged: int


def read_figures(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The records of a CSV file of figures, with what is wrong in its cells, for plan_figures to tell (R45, R48).

    Raises Faults when the file cannot be read line by line.
    """
    return read_table(content, columns=COLUMNS, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList())


def plan_figures(rows: Iterable[FigureRow]) -> FiguresPlan:
    """What these records would change in the grouping; raises Faults with all that is wrong in them (R50).

    The same structure, year and base is the same figure: one that stands there accepted and equal is left alone.
    """
    table = Table.of(rows)
    faults, first_of = table.faults.copy(), dict[tuple[int, int, Base], int]()
    codes = {folded(one.code): one.id for one in members.list_structures()}
    known = _known({row.year for row in table.records})
    added: list[NewFigure] = []
    changed: list[NewFigure] = []
    for row in table.records:
        new = _judged(row, table=table, faults=faults, codes=codes, first_of=first_of)
        if new is None:
            continue
        there = known.get((new.structure_id, new.year, new.base))
        if there is None:
            added.append(new)
        elif there != (new.amount, FigureState.CHECKED):
            changed.append(new)
    faults.refuse_if_any()
    return FiguresPlan(tuple(added), tuple(changed), len(table) - len(added) - len(changed))


def _known(years: set[int]) -> dict[tuple[int, int, Base], tuple[int | None, FigureState]]:
    query = select(Figure).where(Figure.year.in_(years))
    return {(one.structure_id, one.year, one.base): (one.amount, one.state) for one in session().scalars(query)}


def _judged(
    row: FigureRow, *, table: Table, faults: FaultList, codes: dict[str, int],
    first_of: dict[tuple[int, int, Base], int],
) -> NewFigure | None:  # fmt: skip
    """One record in the grouping's own terms, or None with its faults noted."""
    structure_id = codes.get(folded(row.structure))
    if structure_id is None:
        remedy = str(UnknownStructure(value=quoted(row.structure)))
        faults.add(row.line, column=table.header("structure"), value=row.structure, remedy=remedy)
    try:
        amount = parse_figure(row.base, row.amount)
    except Refusal as refusal:
        faults.add(row.line, column=table.header("amount"), value=row.amount, remedy=str(refusal))
        return None
    if structure_id is None:
        return None
    first = first_of.setdefault((structure_id, row.year, row.base), row.line)
    if first != row.line:
        remedy = str(FigureTwiceInFile(line=first))
        faults.add(row.line, column=table.header("base"), value=str(NAMES[row.base]), remedy=remedy)
        return None
    return NewFigure(structure_id, row.year, row.base, amount, row.source, row.comment)


def example_units() -> str:
    """What unit each figure is in, for the page that explains the file."""
    return ", ".join(f"{NAMES[base]} ({UNITS[base]})" for base in DECLARABLE if UNITS[base])
