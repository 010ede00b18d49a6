"""Reads of the hours' room: what was worked, what waits, what is locked, and the sheets of its pages."""

from coopter.hours.queries.entries import (
    ENTRIES,
    LOCKS,
    check_open,
    count_lines,
    disputed,
    entries_between,
    entries_by_structure,
    entries_of,
    find_lock,
    is_locked,
    key_of,
    locked_months,
    months_waiting,
    records_by_id,
    records_by_key,
    states_of,
    to_confirm,
    waiting,
    week_entries,
    worked_between,
    worked_minutes,
)
from coopter.hours.queries.sheets import (
    Batch,
    Cell,
    MonthRow,
    Row,
    Sheet,
    batches_to_confirm,
    employee_sheet,
    month_rows,
    structure_sheet,
    visible_employee,
    visible_structure,
)

__all__ = [
    "ENTRIES", "LOCKS", "Batch", "Cell", "MonthRow", "Row", "Sheet", "batches_to_confirm", "check_open", "count_lines",
    "disputed", "employee_sheet", "entries_between", "entries_by_structure", "entries_of", "find_lock", "is_locked",
    "key_of", "locked_months", "month_rows", "months_waiting", "records_by_id", "records_by_key", "states_of",
    "structure_sheet", "to_confirm", "visible_employee", "visible_structure", "waiting", "week_entries",
    "worked_between", "worked_minutes",
]  # fmt: skip
