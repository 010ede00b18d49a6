"""From a tabular text file to checked records, or to the list of all that is wrong in it (R45 to R50)."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any

from coopter.values.csv_text import unguarded
from coopter.values.refusal import FaultList, No, Words
from coopter.values.table_text import EMPTY, NAMES, Found, Grid, header_key, read_grid, refused

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
    """What was read: records (named tuples: line, then one field per column), headers left aside, form of the file."""

    records: list[Any]
    ignored: tuple[str, ...]
    delimiter: str
    encoding: str

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)


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
            headers = [Words("« %(header)s »", header=header) for header in (column.name, *column.aliases)]
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


def _raise_found(found: list[Found]) -> None:
    faults = FaultList()
    for line, _, column, value, remedy in sorted(found):
        faults.add(line, column=column, value=value, remedy=remedy)
    faults.refuse_if_any()


def read_table(
    content: bytes, *, columns: Sequence[Column], most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> Table:
    """Read a CSV file (; , or tab; UTF-8 or cp1252; French or English headers) into records, each with its line.

    Raises Faults with everything that is wrong, each with line, column, value and remedy: 100 in full and their count.
    Blank lines and empty cells at the end of a line are passed over; headers that no column knows are in `ignored`.
    """
    known = frozenset().union(*(column.keys for column in columns))
    grid = read_grid(content, known=known, most_rows=most_rows, most_bytes=most_bytes)
    if not grid.rows:
        _raise_found(grid.found)
        raise refused(EMPTY)
    places, ignored = _placed(grid, columns)
    lines, rows = _even(grid)
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
    if grid.found:
        _raise_found(grid.found)
    make: Any = namedtuple  # the fields are known only here
    record = make("Record", ("line", *(column.name for column in columns)))
    return Table(list(map(record._make, zip(lines, *fields, strict=True))), ignored, grid.delimiter, grid.encoding)
