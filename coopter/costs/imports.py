"""Cost lines from a file: its columns, its records, and what writing them would change (rows R45 to R50)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from coopter.costs import queries
from coopter.costs.rules import FRENCH_KINDS, CostKind, CostRecord, CostsLocked, LineKey, check_line
from coopter.hours import queries as hours
from coopter.members.rules import folded
from coopter.staff import queries as staff
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.numbers import parse_amount
from coopter.values.refusal import FaultList, Refusal, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table
from coopter.values.texts import clean_line


class UnknownKind(Refusal):
    """« %(value)s » n'est pas une nature de coût. Écrivez l'une de celles-ci : %(known)s."""


class UnknownEmployee(Refusal):
    """Aucun salarié n'a le code « %(value)s ». Corrigez ce code, ou laissez la case vide pour des frais du
    groupement."""


class TwiceInFile(Refusal):
    """Cette ligne dit la même chose que la ligne %(line)s (même mois, même salarié, même nature, même libellé). Gardez
    une seule des deux, ou changez un libellé."""


_KINDS = {
    folded(word): kind for kind in CostKind for word in (kind.value, kind.value.replace("_", " "), *FRENCH_KINDS[kind])
}


def parse_kind(text: str) -> CostKind:
    """A kind by its code or its French name, whatever capitals and accents; raises UnknownKind."""
    found = _KINDS.get(folded(text))
    if found is None:
        known = ", ".join(FRENCH_KINDS[kind][0] for kind in CostKind)
        raise UnknownKind(value=quoted(text), known=known)
    return found


def _label(text: str) -> str:
    return clean_line(text, most=120)


COLUMNS = (
    Column("month", ("mois", "période", "mois de paie"), parse=Month.parse),
    Column(
        "employee",
        ("salarié", "salariée", "code salarié", "matricule", "code"),
        parse=_label,
        required=False,
    ),
    Column("kind", ("nature", "type", "nature du coût", "rubrique"), parse=parse_kind),
    Column("label", ("libellé", "intitulé", "désignation"), parse=_label, required=False),
    Column("amount", ("montant", "montant €", "montant en euros", "coût", "euros"), parse=parse_amount),
)


class CostRow(Protocol):
    """One record of a file: where it stands, and what it says; the employee is a code, None = the grouping."""

    @property
    def line(self) -> int: ...
    @property
    def month(self) -> Month: ...
    @property
    def employee(self) -> str | None: ...
    @property
    def kind(self) -> CostKind: ...
    @property
    def label(self) -> str | None: ...
    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True, slots=True)
class NewLine:
    """A cost line that the file adds."""

    key: LineKey
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CostsPlan:
    """What writing a file would do: lines added, amounts changed, lines that say what is there already."""

    added: tuple[NewLine, ...]
    changed: tuple[tuple[CostRecord, Money], ...]
    unchanged: int

    @property
    def months(self) -> tuple[Month, ...]:
        """The months that would change."""
        return tuple(sorted({new.key.month for new in self.added} | {old.month for old, _ in self.changed}))


def read_costs(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The records of a CSV file of costs, with what is wrong in its cells, for plan_costs to tell (R45, R48).

    Raises Faults when the file cannot be read line by line.
    """
    return read_table(content, columns=COLUMNS, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList())


def plan_costs(rows: Iterable[CostRow]) -> CostsPlan:
    """What these records would change in the grouping; raises Faults with all that is wrong in them (R23, R50).

    The same month, employee, kind and label is the same line: another amount changes it, the same leaves it. A line
    without a label takes its kind's French name.
    """
    table = Table.of(rows)
    faults, first_of = table.faults.copy(), dict[LineKey, int]()
    codes = {folded(code): employee_id for code, employee_id in staff.employee_ids_by_code().items()}
    known, locked = queries.records_by_key({row.month for row in table.records}), hours.locked_months()
    added: list[NewLine] = []
    changed: list[tuple[CostRecord, Money]] = []
    for row, is_whole in table.lines():
        employee_id = codes.get(folded(row.employee)) if row.employee else None
        if row.employee and employee_id is None:
            remedy = str(UnknownEmployee(value=quoted(row.employee)))
            faults.add(row.line, column=table.header("employee"), value=row.employee, remedy=remedy)
            if row.month in locked:  # nobody's line cannot be there already
                remedy = str(CostsLocked(month=row.month))
                faults.add(row.line, column=table.header("month"), value=str(row.month), remedy=remedy)
            continue
        if not is_whole:
            continue
        label = row.label or FRENCH_KINDS[row.kind][0]
        key = LineKey.of(row.month, employee_id=employee_id, kind=row.kind, label=label)
        new, there = NewLine(key, label, row.amount), known.get(key)
        if fault := _fault(new, line=row.line, first=first_of.setdefault(key, row.line), there=there, locked=locked):
            faults.add(row.line, column=table.header(fault[0]), value=fault[1], remedy=str(fault[2]))
        elif there is None:
            added.append(new)
        elif there.amount != row.amount:
            changed.append((there, row.amount))
    faults.refuse_if_any()
    return CostsPlan(tuple(added), tuple(changed), len(table) - len(added) - len(changed))


def _fault(
    new: NewLine, *, line: int, first: int, there: CostRecord | None, locked: frozenset[Month]
) -> tuple[str, str, Refusal] | None:
    """What keeps one record from being written: column, value, refusal."""
    key = new.key
    if first != line:
        return "label", new.label, TwiceInFile(line=first)
    if key.month in locked and (there is None or there.amount != new.amount):
        return "month", str(key.month), CostsLocked(month=key.month)
    try:
        check_line(employee_id=key.employee_id, kind=key.kind, label=new.label, amount=new.amount)
    except Refusal as refusal:
        return "amount", str(new.amount.decimal), refusal
    return None
