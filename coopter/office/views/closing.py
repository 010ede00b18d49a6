"""Closing a month: the list of months, the preview with what blocks and what warns, the act, what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.billing import queries as billing
from coopter.office import commands, policies, queries
from coopter.office.forms import CloseMonth, DateOfIssue
from coopter.office.views import blueprint
from coopter.office.views.words import remedies_of
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render, written
from coopter.values.actor import Role
from coopter.values.month import Month
from coopter.values.refusal import Refusal

LEGIBLE = 7  # parts of a picture that the eye tells apart
OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


@blueprint.get("/<grouping>/cloture")
@for_roles(*OFFICE)
def closings() -> Any:
    """Every month, open or closed, and where it stands."""
    return render(open=queries.open_months(clock.today()), closed=queries.closed_months())


@blueprint.get("/<grouping>/cloture/<month:month>")
@for_roles(*OFFICE)
def closing(month: Month) -> Any:
    """The preview of an open month, the result of a closed one."""
    done = queries.find_closed(month)
    if done is not None:
        return _result(done)
    form = DateOfIssue(request.args, meta={"csrf": False})
    on = form.le.data if form.validate() and form.le.data else clock.today()
    return _preview(month, on=on, dates=form)


@blueprint.post("/<grouping>/cloture/<month:month>")
@for_roles(Role.COORDINATOR)
def close_month(month: Month) -> Any:
    """Close the month as it was shown; refused, the page says what changed or what lacks."""
    form = CloseMonth()
    if not form.validate_on_submit():
        flash(" ".join(str(error) for error in form.on.errors), "error")
        return _preview(month, on=clock.today(), status=422)
    try:
        done = commands.close_month(g.actor, month=month, on=form.on.data, at=clock.now(), expected=form.expected.data)
    except commands.ClosedBy as late:
        return _result(queries.get_closed(month), late=late, status=409)
    except Refusal as refusal:
        return _refused(month, refusal, on=form.on.data)
    flash(_("C’est fait. Les documents se préparent ; %(total)s à recevoir.", total=written(done.gross)), "success")
    return redirect(url_for("office.closing", month=month), 303)


def _refused(month: Month, refusal: Refusal, *, on: date) -> Any:
    """The preview again as it is now: what lacks is in it, anything else is said above it."""
    if not isinstance(refusal, commands.NotReady):
        refused(refusal)
    return _preview(month, on=on, status=409 if isinstance(refusal, commands.PreviewChanged) else 422)


def _preview(month: Month, *, on: date, dates: DateOfIssue | None = None, status: int = 200) -> Any:
    preview = queries.preview_month(g.actor, month=month, on=on)
    return render(
        page="closing", status=status, month=month, preview=preview, dates=dates or _dates(on),
        form=CloseMonth(formdata=None, data={"on": on, "expected": preview.gross}),
        blocks=remedies_of(preview.blocks, month=month), warnings=remedies_of(preview.warnings, month=month),
        may_close=policies.can_close_month(g.actor), parts=_parts(preview),
    )  # fmt: skip


def _dates(on: date) -> DateOfIssue:
    return DateOfIssue(formdata=None, data={"le": on}, meta={"csrf": False})


def _parts(preview: queries.Preview) -> list[tuple[str, int]]:
    """The members' shares as a picture, while it can be read: a handful of them, none negative."""
    parts = [(member.name, member.net.cents) for member in preview.members]
    return parts if 2 <= len(parts) <= LEGIBLE and all(cents > 0 for _, cents in parts) else []


def _result(done: queries.ClosedMonth, *, late: commands.ClosedBy | None = None, status: int = 200) -> Any:
    return render(
        page="closed", status=status, month=done.month, done=done, late=late,
        invoices=billing.invoices_of_month(done.month), progress=billing.progress_of(done.month),
    )  # fmt: skip
