"""Cost lines from a file: its columns, its records, and what writing them would change (rows R45 to R50)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coopter.costs import queries
from coopter.costs.rules import FRENCH_KINDS, CostKind, CostRecord, CostsLocked, LineKey, check_line
from coopter.hours import queries as hours
from coopter.members.rules import folded
from coopter.staff import queries as staff
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.numbers import parse_amount
from coopter.values.refusal import FaultList, Refusal, quoted
from coopter.values.table import Column, read_table
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
        default="",
    ),
    Column("kind", ("nature", "type", "nature du coût", "rubrique"), parse=parse_kind),
    Column("label", ("libellé", "intitulé", "désignation"), parse=_label, required=False, default=""),
    Column("amount", ("montant", "montant €", "montant en euros", "coût", "euros"), parse=parse_amount),
)


@dataclass(frozen=True, slots=True)
class CostRow:
    """One line of a file: where it stands, and what it says; employee is a code, "" = the grouping."""

    line: int
    month: Month
    employee: str
    kind: CostKind
    label: str
    amount: Money


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


def read_costs(content: bytes) -> tuple[CostRow, ...]:
    """The records of a CSV file of costs; raises Faults with all that is wrong in its cells (R45, R48).

    A line without a label takes its kind's French name.
    """
    rows = (CostRow(*record) for record in read_table(content, columns=COLUMNS))
    return tuple(row if row.label else replace(row, label=FRENCH_KINDS[row.kind][0]) for row in rows)


def plan_costs(rows: tuple[CostRow, ...]) -> CostsPlan:
    """What these records would change in the grouping; raises Faults with all that the house refuses (R23, R50).

    The same month, employee, kind and label is the same line: another amount changes it, the same leaves it.
    """
    faults, seen = FaultList(), dict[LineKey, int]()
    codes = {folded(code): employee_id for code, employee_id in staff.employee_ids_by_code().items()}
    known, locked = queries.records_by_key({row.month for row in rows}), hours.locked_months()
    added: list[NewLine] = []
    changed: list[tuple[CostRecord, Money]] = []
    for row in rows:
        employee_id = codes.get(folded(row.employee)) if row.employee else None
        if row.employee and employee_id is None:
            remedy = str(UnknownEmployee(value=quoted(row.employee)))
            faults.add(row.line, column="employee", value=row.employee, remedy=remedy)
            continue
        key = LineKey.of(row.month, employee_id=employee_id, kind=row.kind, label=row.label)
        there = known.get(key)
        if fault := _fault(row, key, first=seen.setdefault(key, row.line), there=there, locked=locked):
            faults.add(row.line, column=fault[0], value=fault[1], remedy=str(fault[2]))
        elif there is None:
            added.append(NewLine(key, row.label, row.amount))
        elif there.amount != row.amount:
            changed.append((there, row.amount))
    faults.refuse_if_any()
    return CostsPlan(tuple(added), tuple(changed), len(rows) - len(added) - len(changed))


def _fault(
    row: CostRow, key: LineKey, *, first: int, there: CostRecord | None, locked: frozenset[Month]
) -> tuple[str, str, Refusal] | None:
    """What keeps one record from being written: column, value, refusal."""
    if first != row.line:
        return "label", row.label, TwiceInFile(line=first)
    if row.month in locked and (there is None or there.amount != row.amount):
        return "month", str(row.month), CostsLocked(month=row.month)
    try:
        check_line(employee_id=key.employee_id, kind=row.kind, label=row.label, amount=row.amount)
    except Refusal as refusal:
        return "amount", str(row.amount.decimal), refusal
    return None
