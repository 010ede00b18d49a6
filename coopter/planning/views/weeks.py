"""Doors to the week's page and to one person's schedule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import abort, g, request, url_for

from coopter.planning import policies, queries
from coopter.planning.rules import clock_text, wall_minutes
from coopter.planning.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.doors import everyone_inside
from coopter.plumbing.pages import render
from coopter.staff import queries as staff
from coopter.values.numbers import parse_day
from coopter.values.period import Period
from coopter.values.refusal import NotFound, Refusal

AHEAD = timedelta(days=14)


@blueprint.app_template_filter("clock")
def clock_filter(at: Any) -> str:
    """What a clock in Paris shows at an instant, « 8h30 »; minutes since midnight likewise."""
    return clock_text(at if isinstance(at, int) else wall_minutes(at) or 0)


@blueprint.get("/<grouping>/planning")
@everyone_inside
def week() -> Any:
    """A week: everybody for the office, one's structures for a representative, one's own for an employee."""
    mine, has_both = _whose()
    found = queries.week_of(g.actor, _asked_day(), mine=mine)
    return render(
        week=found,
        mine=mine,
        has_both=has_both,
        today=clock.today(),
        can_plan=policies.can_plan_shifts(g.actor),
        previous_url=_week_url(found.monday, -7, mine and has_both),
        next_url=_week_url(found.monday, 7, mine and has_both),
    )


@blueprint.get("/<grouping>/planning/salaries/<int:employee_id>")
@everyone_inside
def schedule(employee_id: int) -> Any:
    """One person's weekly hours and coming shifts."""
    if not policies.can_see_schedule(g.actor, employee_id):
        raise NotFound()
    today = clock.today()
    return render(
        employee=staff.get_employee(employee_id),
        patterns=queries.list_patterns(employee_id, on=today),
        shifts=queries.visible_shifts(g.actor, Period(today, today + AHEAD), employee_id=employee_id),
        today=today,
        can_plan=policies.can_plan_shifts(g.actor),
        can_manage_feed=policies.can_manage_feed(g.actor, employee_id),
    )


def _asked_day() -> date:
    try:
        return parse_day(request.args["semaine"]) if "semaine" in request.args else clock.today()
    except Refusal:
        abort(404)


def _whose() -> tuple[bool, bool]:
    """Whether the page is one's own, and whether there is another one to go to."""
    is_employee = g.actor.employee_id is not None
    sees_more = policies.can_see_all_shifts(g.actor) or bool(g.actor.represents)
    return is_employee and ("moi" in request.args or not sees_more), is_employee and sees_more


def _week_url(monday: date, step: int, mine: bool) -> str:
    day = (monday + timedelta(days=step)).isoformat()
    return url_for("planning.week", semaine=day, moi=1) if mine else url_for("planning.week", semaine=day)
