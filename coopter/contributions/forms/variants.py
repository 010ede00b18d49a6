"""The cases written beside a variant: one row each, the figure in the unit of the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField

from coopter.contributions.rules.formulas import Case, Formula
from coopter.contributions.rules.formulas_cases import MOST_CASES
from coopter.contributions.rules.formulas_typed import parse_threshold, typed_threshold
from coopter.contributions.rules.kinds import Base
from coopter.plumbing.fields import AmountField, LineField, MayLack, WholeField
from coopter.plumbing.pages import say
from coopter.values.refusal import Refusal

SPARE_ROWS = 2
PARTS = ("figure", "days", "kind", "headcount", "newcomer", "others", "expected")


class CasesForm(FlaskForm):
    """Rows of cases; `cases` once the form is valid."""

    version = HiddenField()
    rows_count = 0
    base: Base | None = None
    cases: tuple[Case, ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields of each row, by part."""
        return [{part: self[f"{part}_{row}"] for part in PARTS} for row in range(self.rows_count)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the rows that are filled; a case says what is expected."""
        right = super().validate(extra_validators)
        read = [case for row in self.rows if (case := self._case(row)) is not None]
        self.cases = tuple(read)
        return right and not self.errors

    def _case(self, row: dict[str, Any]) -> Case | None:
        typed = [row[part].data for part in PARTS if part not in ("newcomer", "days")]
        if all(one in (None, "") for one in typed):
            return None
        if row["expected"].data is None:
            if not row["expected"].errors:
                row["expected"].errors = [gettext("Combien est attendu ?")]
            return None
        base = self.base or Base.OTHER
        figure = self._read(row["figure"], base)
        others = [
            self._one(row["others"], base, text) for text in (row["others"].data or "").split(";") if text.strip()
        ]
        days = row["days"].data
        return Case(
            {} if figure is None or self.base is None else {base: figure}, row["expected"].data,
            365 if days is None else min(days, 365), row["kind"].data or "", row["headcount"].data,
            row["newcomer"].data, tuple(one for one in others if one is not None),
        )  # fmt: skip

    def _read(self, field: Any, base: Base) -> int | None:
        return self._one(field, base, field.data) if field.data else None

    def _one(self, field: Any, base: Base, text: str) -> int | None:
        try:
            return parse_threshold(base, text)
        except Refusal as refusal:
            field.errors = [*field.errors, say(refusal)]
            return None


def cases_form(*, typed: Any = None, formula: Formula, cases: Sequence[Case] = (), version: int = 0) -> CasesForm:
    """The form of a variant's cases, as typed or as they are kept, with rows to spare."""
    count = min(MOST_CASES, len(cases) + SPARE_ROWS)
    if typed is not None:
        count = min(MOST_CASES, sum(1 for name in typed if name.startswith("expected_")))
    fields: dict[str, Any] = {"rows_count": count, "base": formula.base}
    for row in range(count):
        fields |= _row(row)
    made = type("CasesFormOfVariant", (CasesForm,), fields)
    if typed is not None:
        return made(formdata=typed)  # type: ignore[no-any-return]
    values: dict[str, Any] = {"version": version}
    for row, case in enumerate(cases):
        values |= _start(row, case, formula.base)
    form: CasesForm = made(formdata=None, data=values)
    return form


def _row(row: int) -> dict[str, Any]:
    return {
        f"figure_{row}": LineField(_("Chiffre"), most=40, validators=[MayLack()]),
        f"days_{row}": WholeField(_("Jours membre"), validators=[MayLack()]),
        f"kind_{row}": LineField(_("Type"), most=60, validators=[MayLack()]),
        f"headcount_{row}": WholeField(_("Salariés"), validators=[MayLack()]),
        f"newcomer_{row}": BooleanField(_("Première année")),
        f"others_{row}": LineField(_("Chiffres des autres"), most=600, validators=[MayLack()]),
        f"expected_{row}": AmountField(_("Attendu"), validators=[MayLack()]),
    }


def _start(row: int, case: Case, base: Base | None) -> dict[str, Any]:
    figure = case.figures.get(base) if base is not None else None
    return {
        f"figure_{row}": "" if figure is None or base is None else typed_threshold(base, figure),
        f"days_{row}": None if case.days == 365 else case.days,
        f"kind_{row}": case.kind,
        f"headcount_{row}": case.headcount,
        f"newcomer_{row}": case.newcomer,
        f"others_{row}": " ; ".join(typed_threshold(base or Base.OTHER, one) for one in case.others),
        f"expected_{row}": case.expected,
    }
