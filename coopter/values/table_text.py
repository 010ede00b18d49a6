"""From the bytes of a text file to numbered rows of cells: encoding, separator, quotes (R47, R48, R49)."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field

from coopter.values.refusal import FaultList, Faults, Words

DELIMITERS = (";", ",", "\t")
LONGEST_HEADER = 10_000
NAMES = {";": Words("point-virgule"), ",": Words("virgule"), "\t": Words("tabulation")}

EMPTY = Words("le fichier est vide : la première ligne nomme les colonnes, les suivantes portent les données")
NOTHING = Words(
    "il n'y a rien à importer : le fichier nomme ses colonnes, mais aucune ligne ne suit. Ajoutez les lignes de données"
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_NOT_PLAIN = re.compile("[^a-z0-9]")
_SEPARATOR_HINT = re.compile('"?sep=([;,\t])"?\r?\n', re.IGNORECASE)

Found = tuple[int, int, str, str, str]
"""A fault before it is worded: line, rank of the column, column, value, remedy."""


@dataclass(slots=True)
class Grid:
    """The filled rows of a file with the line on which each starts; the first is the header."""

    encoding: str
    delimiter: str
    lines: list[int] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


def refused(remedy: str, *, line: int = 0, value: str = "") -> Faults:
    """The refusal of a file that cannot be read further."""
    faults = FaultList()
    faults.add(line, value=value, remedy=remedy)
    return Faults(faults.listed)


def header_key(header: str) -> str:
    """A header reduced to what matters: "N° de salarié", "n_de_salarie" and "NDESALARIE" are one."""
    return _NOT_PLAIN.sub("", unicodedata.normalize("NFKD", header).casefold())


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding, UTF-8 (with or without mark) or cp1252; raises Faults for any other (R48)."""
    if content.startswith(_WORKBOOKS):
        raise refused(Words("c'est un classeur de tableur : enregistrez-le de nouveau au format CSV UTF-8"))
    if content.startswith(_UTF_16) or content[:1000].count(0) * 3 > len(content[:1000]):
        raise refused(Words("ce fichier est en UTF-16 : enregistrez-le de nouveau au format CSV UTF-8"))
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        start = error.start
    mended = content.decode("utf-8", errors="replace")
    sound = sum(1 for character in mended if character > "\x7f" and character != "\ufffd")
    if sound > mended.count("\ufffd"):
        remedy = Words("un caractère est illisible en UTF-8 : enregistrez-le de nouveau au format CSV UTF-8")
        raise refused(remedy, line=content.count(b"\n", 0, start) + 1)
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        remedy = Words(
            "un caractère n'est ni en UTF-8 ni en Windows-1252 : enregistrez-le de nouveau au format CSV UTF-8"
        )
        raise refused(remedy, line=line) from None


def _first_filled(text: str, *, skipped: int) -> tuple[int, str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if number > skipped and line.strip(' \t\r\n;,"\u00a0\u202f'):
            return number, line
    raise refused(EMPTY)


def chosen_delimiter(header_line: str, *, known: frozenset[str]) -> str:
    """The separator, among ; , and tab, that finds the most known headers, then the most cells (R49: no Sniffer)."""

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header_line], delimiter=delimiter))
        return sum(header_key(cell) in known for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _broken(grid: Grid, text: str, *, start: int, end: int, reason: str) -> bool:
    """Note what the quotes or the length of a row broke; say whether the rest can still be read."""
    unclosed = "unexpected end" in reason or end > start
    if unclosed:
        remedy = Words("un guillemet ouvert sur cette ligne n'est jamais refermé : fermez-le ou retirez-le")
    elif "field larger" in reason:
        remedy = Words("une cellule dépasse 131 072 caractères : raccourcissez-la")
    else:
        remedy = Words(
            "un guillemet est mal placé : doublez les guillemets à l'intérieur d'une cellule entre guillemets"
        )
    line = next(line for number, line in enumerate(io.StringIO(text, newline=""), start=1) if number == start)
    grid.found.append((start, -1, "", line.rstrip("\r\n"), remedy))
    return not unclosed


def _fill(grid: Grid, text: str, *, skipped: int, most_rows: int) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=grid.delimiter, strict=True)
    lines, rows, before, going_on = grid.lines, grid.rows, 0, True
    while going_on:
        going_on = False
        try:
            for row in reader:
                if before >= skipped and "".join(row).strip():
                    lines.append(before + 1)
                    rows.append(tuple(row))  # tuples of text leave the garbage collector alone, lists do not
                    if len(rows) > most_rows + 1:
                        remedy = Words(
                            "le fichier dépasse %(rows)s lignes de données : découpez-le en plusieurs fichiers",
                            rows=most_rows,
                        )
                        grid.found.append((before + 1, -1, "", "", remedy))
                        return
                before = reader.line_num
        except csv.Error as error:
            going_on = _broken(grid, text, start=before + 1, end=reader.line_num, reason=str(error))
            before = reader.line_num


def _note_controls(grid: Grid) -> None:
    header = grid.rows[0]
    for line, row in zip(grid.lines, grid.rows, strict=True):
        for rank, cell in enumerate(row):
            if _CONTROLS.search(cell):
                column = header[rank].strip() if rank < len(header) else str(rank + 1)
                remedy = Words("cette cellule contient un caractère de contrôle invisible : retapez-la à la main")
                grid.found.append((line, rank, column, cell, remedy))


def read_grid(content: bytes, *, known: frozenset[str], most_rows: int, most_bytes: int) -> Grid:
    """Cut a file into rows of cells; what can be told of single lines is in `found`, the rest raises Faults."""
    if len(content) > most_bytes:
        size = f"{len(content) / 1_000_000:.1f} Mo".replace(".", ",")
        most = most_bytes // 1_000_000
        remedy = Words("le fichier dépasse %(most)s Mo : découpez-le en plusieurs fichiers", most=most)
        raise refused(remedy, value=size)
    text, encoding = decoded(content)
    hint = _SEPARATOR_HINT.match(text)
    number, header_line = _first_filled(text, skipped=1 if hint else 0)
    if len(header_line) > LONGEST_HEADER:
        raise refused(
            Words("la première ligne est trop longue pour nommer des colonnes"), line=number, value=header_line
        )
    grid = Grid(encoding, hint[1] if hint else chosen_delimiter(header_line, known=known))
    _fill(grid, text, skipped=1 if hint else 0, most_rows=most_rows)
    if grid.rows and _CONTROLS.search(text):
        _note_controls(grid)
    return grid
