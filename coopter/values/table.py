"""From a tabular text file to checked records, or to the list of all that is wrong in it (R45 to R50)."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat
from typing import Any

from coopter.values.csv_text import unguarded
from coopter.values.refusal import FaultList, No, Words
from coopter.values.table_text import EMPTY, NAMES, NOTHING, Found, Grid, header_key, read_grid, refused

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a file may have: its name in the record, its other headers, how a cell is read.

    `parse` takes the cell's text and raises a Refusal, whose sentence becomes the remedy. A column that is not
    required may be absent or empty, and then gives `default`.
    """

    name: str
    aliases: tuple[str, ...] = ()
    parse: Callable[[str], Any] = str
    required: bool = True
    default: Any = None

    @property
    def keys(self) -> frozenset[str]:
        """All headers it answers to, reduced by header_key."""
        return frozenset(map(header_key, (self.name, *self.aliases)))


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: records (named tuples: line, then one field per column), headers left aside, form of the file.

    `faults` holds what is wrong in its cells, when the reader was asked to go on: `partial` are then the records of the
    lines at fault, None where a cell could not be read. Going through a table with faults raises Faults.
    """

    records: list[Any]
    ignored: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    partial: Sequence[Any] = ()
    faults: FaultList = field(default_factory=FaultList)

    @classmethod
    def of(cls, records: Iterable[Any]) -> "Table":
        """The table itself, or records that come from elsewhere as a table without faults."""
        return records if isinstance(records, Table) else cls(list(records))

    def __iter__(self) -> Iterator[Any]:
        self.faults.refuse_if_any()
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def header(self, name: str) -> str:
        """A column as the file itself names it."""
        return self.headers.get(name, name)

    def lines(self) -> list[tuple[Any, bool]]:
        """Every record in the order of the file, and whether all of it could be read."""
        return sorted(
            [*((record, True) for record in self.records), *((record, False) for record in self.partial)],
            key=lambda one: one[0].line,
        )


def _placed(grid: Grid, columns: Sequence[Column]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find the rank of each column by its header; note headers said twice and required columns that lack."""
    places: dict[str, int] = {}
    ignored: list[str] = []
    names = {key: column.name for column in columns for key in column.keys}
    header, line = grid.rows[0], grid.lines[0]
    for rank, cell in enumerate(header):
        name = names.get(header_key(cell))
        if name is None:
            if cell.strip():
                ignored.append(cell.strip())
        elif name in places:
            said = header[places[name]].strip()
            remedy = Words("cette colonne dit la même chose que « %(said)s » : gardez l'une des deux", said=said)
            grid.found.append((line, rank, cell.strip(), "", remedy))
        else:
            places[name] = rank
    for column in columns:
        if column.required and column.name not in places:
            titles = {header_key(title): title for title in (*reversed(column.aliases), column.name)}
            headers = [Words("« %(header)s »", header=title) for title in reversed(titles.values())]
            remedy = Words(
                "cette colonne manque : nommez-la sur la première ligne (titres possibles : %(headers)s)",
                headers=headers,
            )
            grid.found.append((line, len(header), column.name, "", remedy))
    return places, tuple(ignored)


def _even(grid: Grid) -> tuple[list[int], list[tuple[str, ...]]]:
    """Return the data rows that have one cell per header, empty ones at the end left out; note the others."""
    header, lines, rows = grid.rows[0], grid.lines[1:], grid.rows[1:]
    while header and not header[-1].strip():
        header = header[:-1]
    width = len(header)
    if set(map(len, rows)) <= {width}:
        return lines, rows
    fits = [len(row) >= width and not "".join(row[width:]).strip() for row in rows]
    for line, row in ((line, row) for line, row, fit in zip(lines, rows, fits, strict=True) if not fit):
        wanted = header[len(row)].strip() if len(row) < width else ""
        remedy = Words(
            "cette ligne a %(cells)s cellules au lieu de %(width)s : complétez-la, ou mettez entre guillemets le texte "
            "ou le nombre qui contient le séparateur (%(separator)s)",
            cells=len(row),
            width=width,
            separator=NAMES[grid.delimiter],
        )
        grid.found.append((line, len(row), wanted, grid.delimiter.join(row), remedy))
    return list(compress(lines, fits)), list(compress(rows, fits))


def _read_cells(column: Column, cells: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read each distinct cell of a column once: values of the good ones, remedies of the others."""
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for cell in set(cells):
        if not cell.strip():
            if column.required:
                bad[cell] = Words("cette cellule est vide : remplissez-la")
            else:
                good[cell] = column.default
            continue
        try:
            good[cell] = column.parse(unguarded(cell))
        except No as refusal:
            bad[cell] = str(refusal)
    return good, bad


def _note_found(found: list[Found], faults: FaultList) -> None:
    for line, _, column, value, remedy in sorted(found):
        faults.add(line, column=column, value=value, remedy=remedy)


def _refuse_found(found: list[Found]) -> None:
    faults = FaultList()
    _note_found(found, faults)
    faults.refuse_if_any()


def _fields(
    grid: Grid, columns: Sequence[Column], places: Mapping[str, int], lines: list[int], rows: list[tuple[str, ...]]
) -> list[Any]:
    """Read the rows column by column, None where a cell cannot be read; note those cells."""
    by_rank = list(zip(*rows, strict=False))
    fields: list[Any] = []
    for column in columns:
        rank = places.get(column.name)
        if rank is None or not rows:
            fields.append(repeat(column.default, len(rows)))
            continue
        good, bad = _read_cells(column, by_rank[rank])
        if bad:
            header = grid.rows[0][rank].strip()
            for line, cell in zip(lines, by_rank[rank], strict=True):
                if cell in bad:
                    grid.found.append((line, rank, header, cell, bad[cell]))
        fields.append(map(good.get, by_rank[rank]))
    return fields


def read_table(
    content: bytes,
    *,
    columns: Sequence[Column],
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
    faults: FaultList | None = None,
) -> Table:
    """Read a CSV file (; , or tab; UTF-8 or cp1252; French or English headers) into records, each with its line.

    Raises Faults with everything that is wrong, each with line, column, value and remedy: 100 in full and their count.
    Given `faults`, what is wrong in single lines goes there instead and the good records come back with it, so that
    their meaning is judged in the same go; a file whose header lacks or doubles a column is still refused here.
    Blank lines and empty cells at the end of a line are passed over; headers that no column knows are in `ignored`.
    """
    known = frozenset().union(*(column.keys for column in columns))
    grid = read_grid(content, known=known, most_rows=most_rows, most_bytes=most_bytes)
    if not grid.rows:
        _refuse_found(grid.found)
        raise refused(EMPTY)
    places, ignored = _placed(grid, columns)
    header_is_sound = all(found[0] != grid.lines[0] for found in grid.found)
    lines, rows = _even(grid)
    fields = _fields(grid, columns, places, lines, rows)
    if faults is None or not header_is_sound:
        _refuse_found(grid.found)
    if len(grid.rows) == 1 and not grid.found:
        raise refused(NOTHING)
    make: Any = namedtuple  # the fields are known only here
    record = make("Record", ("line", *(column.name for column in columns)))
    records, partial = list(map(record._make, zip(lines, *fields, strict=True))), []
    if faults is not None and grid.found:
        _note_found(grid.found, faults)
        at_fault = {found[0] for found in grid.found}
        partial = [one for one in records if one.line in at_fault]
        records = [one for one in records if one.line not in at_fault]
    headers = {one.name: one.aliases[0] if one.aliases else one.name for one in columns}
    headers |= {name: grid.rows[0][rank].strip() for name, rank in places.items()}
    gathered = FaultList() if faults is None else faults
    return Table(records, ignored, grid.delimiter, grid.encoding, headers, partial, gathered)
