"""Between the fields of a formula's form and the formula: what depends on the base is read once the base is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _

from coopter.contributions.rules.formulas import Formula, Instalment, Tier
from coopter.contributions.rules.formulas_typed import parse_rate, parse_threshold, typed_rate, typed_threshold
from coopter.contributions.rules.kinds import Base
from coopter.plumbing.pages import say
from coopter.values.money import Money
from coopter.values.numbers import parse_day
from coopter.values.refusal import Refusal

ANY_YEAR = 2027  # any ordinary year: a day and a month are read as a date of it


def read_formula(form: Any) -> Formula | None:
    """The formula that was typed, None with a fault beside each field that does not read."""
    budget = form.mode.data == "budget"
    base: Base | None = form.base.data
    tiers = () if budget else tuple(_tiers(form, base))
    exempt = _read(form.exempt_figure, partial(parse_threshold, base or Base.OTHER))
    instalments = tuple(_instalments(form))
    if budget and form.budget.data is None and not form.budget.errors:
        _fault(form.budget, _("Dites combien il faut réunir."))
    if form.errors:
        return None
    return Formula(
        base=base,
        named=form.named.data if base is Base.OTHER else "",
        basis_year=form.basis_year.data,
        fixed=(None if budget else form.fixed.data) or Money(0),
        fixed_by_type=() if budget else _by_type(form),
        period=form.period.data,
        tiers=tiers,
        budget=form.budget.data if budget else None,
        floor=form.floor.data,
        cap=form.cap.data,
        exempt_first_year=form.exempt_first.data,
        exempt_headcount=form.exempt_headcount.data,
        exempt_figure=exempt,
        pro_rata=form.pro_rata.data,
        rounding=form.rounding.data,
        vat=form.vat.data,
        instalments=instalments,
    )


def start_of(formula: Formula, *, types: Sequence[str]) -> dict[str, Any]:
    """What the fields of a form begin with, so that it shows this formula."""
    base = formula.base
    values: dict[str, Any] = {
        "mode": "rate" if formula.budget is None else "budget",
        "base": base,
        "named": formula.named,
        "basis_year": formula.basis_year,
        "budget": formula.budget,
        "fixed": formula.fixed or None,
        "period": formula.period,
        "floor": formula.floor,
        "cap": formula.cap,
        "exempt_first": formula.exempt_first_year,
        "exempt_headcount": formula.exempt_headcount,
        "pro_rata": formula.pro_rata,
        "rounding": formula.rounding,
        "vat": formula.vat,
    }
    by_type = dict(formula.fixed_by_type)
    values |= {f"type_{row}": by_type.get(name) for row, name in enumerate(types)}
    if base is not None and formula.exempt_figure is not None:
        values["exempt_figure"] = typed_threshold(base, formula.exempt_figure)
    if base is not None and formula.tiers:
        values["rate_last"] = typed_rate(base, formula.tiers[-1].rate)
        for row, tier in enumerate(formula.tiers[:-1]):
            values[f"upto_{row}"] = typed_threshold(base, tier.up_to or 0)
            values[f"rate_{row}"] = typed_rate(base, tier.rate)
    for row, one in enumerate(formula.instalments):
        values |= {f"due_{row}": f"{one.day:02d}/{one.month:02d}", f"part_{row}": one.percent}
    return values


def _tiers(form: Any, base: Base | None) -> Iterator[Tier]:
    """Tiers that are filled, in the order of the page; a base must be chosen for them to be read."""
    for upto, rate in form.tier_rows:
        end = "" if upto is None else upto.data
        if not end and not rate.data:
            continue
        if base is None:
            _fault(form.base, _("Un taux porte sur un chiffre : choisissez la base, ou videz les taux."))
            return
        limit = None if upto is None else _read(upto, partial(parse_threshold, base))
        price = _read(rate, partial(parse_rate, base))
        if upto is not None and limit is None and not upto.errors:
            _fault(upto, _("Jusqu’à quel chiffre ? La dernière ligne est celle qui n’a pas de fin."))
        yield Tier(price or 0, limit)
    if base is not None and form["rate_last"].data == "" and any(rate.data for _upto, rate in form.tier_rows):
        yield Tier(0)  # nothing more is owed above the last tier


def _instalments(form: Any) -> Iterator[Instalment]:
    for due, part in form.date_rows:
        if not due.data and part.data is None:
            continue
        day = _read(due, lambda text: parse_day(f"{text}/{ANY_YEAR}"))
        if day is None and not due.errors:
            _fault(due, _("À quelle date ?"))
        if day is not None:
            yield Instalment(day.month, day.day, part.data or 0)


def _by_type(form: Any) -> tuple[tuple[str, Money], ...]:
    pairs = zip(form.types, form.type_fields, strict=True)
    return tuple((name, field.data) for name, field in pairs if field.data is not None)


def _read(field: Any, read: Callable[[str], Any]) -> Any:
    if not field.data:
        return None
    try:
        return read(field.data)
    except Refusal as refusal:
        _fault(field, say(refusal))
        return None


def _fault(field: Any, words: str) -> None:
    field.errors = [*field.errors, words]
