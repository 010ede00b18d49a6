"""A sheet as the week's macro draws it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from coopter.hours.forms import WeekForm
from coopter.hours.queries import Cell, Row, Sheet
from coopter.hours.rules import EntryKey
from coopter.plumbing import formats
from coopter.plumbing.pages import localised, say
from coopter.values.refusal import Refusal

weekday, hours = localised(formats.weekday), localised(formats.hours)


def grid(
    sheet: Sheet,
    *,
    today: date,
    by_employee: bool,
    form: WeekForm | None = None,
    refusals: Mapping[EntryKey, Refusal] | None = None,
) -> dict[str, Any]:
    """Days and rows of the macro; rows are structures on an employee's page, employees on a structure's. What was typed
    and refused stands again in its cell, with its reason."""
    long = {one.day: one.limit for one in sheet.warnings if one.day}
    days = [
        {
            "date": day,
            "short": weekday(day),
            "name": weekday(day),
            "total": sheet.by_day[day],
            "weekend": day.weekday() > 4,
            "today": day == today,
            "warning": _("plus de %(hours)s", hours=hours(long[day])) if day in long else None,
        }
        for day in sheet.days
    ]
    typed, said = (form.texts if form else {}), refusals or {}
    rows = [_row(row, number, typed, said, by_employee=by_employee) for number, row in enumerate(sheet.rows)]
    return {"days": days, "rows": rows, "total": sheet.total}


def _row(
    row: Row, number: int, typed: Mapping[EntryKey, str], said: Mapping[EntryKey, Refusal], *, by_employee: bool
) -> dict[str, Any]:
    title = row.structure if by_employee else row.employee
    cells = [_cell(cell, f"{number}-{place}", typed, said) for place, cell in enumerate(row.cells)]
    return {"title": f"{title} · {row.activity}" if row.activity else title, "total": row.total, "cells": cells}


def _cell(cell: Cell, name: str, typed: Mapping[EntryKey, str], said: Mapping[EntryKey, Refusal]) -> dict[str, Any]:
    if cell.is_void and cell.key not in said:
        return {"closed": True}
    refusal = said.get(cell.key)
    return {
        "name": f"c-{name}",
        "value": typed.get(cell.key, as_typed(cell.minutes)),
        "minutes": cell.minutes,
        "editable": cell.is_editable or refusal is not None,
        "state": cell.state or None,
        "note": _note(cell),
        "error": say(refusal) if refusal else None,
        "hidden": [(f"s-{name}", f"{cell.version}.{cell.minutes}")],
    }


def _note(cell: Cell) -> str | None:
    entry = cell.entry
    if entry is None or cell.is_closed:
        return None
    if cell.state == "disputed":
        return entry.disputed_because
    if entry.confirmed_by:
        return _("par %(name)s", name=entry.confirmed_by)
    return None


def as_typed(minutes: int) -> str:
    """Minutes as one types them: « 7h30 », nothing for none."""
    return formats.hours(minutes).replace("\u00a0", "") if minutes else ""
