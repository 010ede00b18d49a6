"""Closing a month: the list of months, the preview with what blocks and what warns, the act, what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, redirect, request, url_for

from coopter.billing import queries as billing
from coopter.office import commands, policies, queries
from coopter.office.forms import CloseMonth, DateOfIssue
from coopter.office.views import blueprint
from coopter.office.views.words import remedy_of
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.values.actor import Role
from coopter.values.month import Month, NoSuchMonth
from coopter.values.refusal import NotFound

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


@blueprint.get("/<grouping>/cloture")
@for_roles(*OFFICE)
def closings() -> Any:
    """Every month, open or closed, and where it stands."""
    return render(
        open=queries.open_months(clock.today()),
        closed=queries.closed_months(),
        may_close=policies.can_close_month(g.actor),
    )


@blueprint.get("/<grouping>/cloture/<month>")
@for_roles(*OFFICE)
def closing(month: str) -> Any:
    """The preview of an open month, the result of a closed one."""
    wanted = _month(month)
    done = queries.find_closed(wanted)
    if done is not None:
        return _result(done)
    form = DateOfIssue(request.args, meta={"csrf": False})
    on = form.le.data if form.validate() and form.le.data else clock.today()
    return _preview(wanted, on=on, dates=form)


@blueprint.post("/<grouping>/cloture/<month>")
@for_roles(Role.COORDINATOR)
def close_month(month: str) -> Any:
    """Close the month as it was shown; refused, the page says what changed or what lacks."""
    wanted, form = _month(month), CloseMonth()
    if not form.validate_on_submit():
        return _preview(wanted, on=clock.today(), dates=DateOfIssue(meta={"csrf": False}), status=422)
    on = form.on.data
    try:
        commands.close_month(g.actor, month=wanted, on=on, at=clock.now(), expected=form.expected.data)
    except commands.ClosedBy as late:
        return _result(queries.get_closed(wanted), late=late, status=409)
    except commands.PreviewChanged as changed:
        refused(changed)
        return _preview(wanted, on=on, dates=DateOfIssue(data={"le": on}, meta={"csrf": False}), status=409)
    except commands.NotReady:
        return _preview(wanted, on=on, dates=DateOfIssue(data={"le": on}, meta={"csrf": False}), status=422)
    return redirect(url_for("office.closing", month=month), 303)


def _preview(month: Month, *, on: date, dates: DateOfIssue, status: int = 200) -> Any:
    preview = queries.preview_month(g.actor, month=month, on=on)
    return render(
        page="closing", status=status, month=month, preview=preview, dates=dates, today=clock.today(),
        form=CloseMonth(data={"on": on, "expected": preview.gross}),
        blocks=[remedy_of(one, month=month) for one in preview.blocks],
        warnings=[remedy_of(one, month=month) for one in preview.warnings],
        may_close=policies.can_close_month(g.actor),
    )  # fmt: skip


def _result(done: queries.ClosedMonth, *, late: commands.ClosedBy | None = None, status: int = 200) -> Any:
    return render(
        page="closed", status=status, month=done.month, done=done, late=late,
        invoices=billing.invoices_of_month(done.month), progress=billing.progress_of(done.month),
    )  # fmt: skip


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except NoSuchMonth as unknown:
        raise NotFound() from unknown


