"""The first page of everyone inside: what waits for me, before anything else."""

from __future__ import annotations

from typing import Any

from flask import g

from coopter.office import policies, queries
from coopter.office.views import blueprint
from coopter.office.views.words import calm_words, in_words
from coopter.plumbing import clock
from coopter.plumbing.awaiting import awaited, in_order
from coopter.plumbing.doors import everyone_inside
from coopter.plumbing.pages import render
from coopter.values.actor import Role


@blueprint.get("/<grouping>/")
@everyone_inside
def home() -> Any:
    """One desk for each role that the person holds here."""
    actor, today = g.actor, clock.today()
    coordinator = queries.coordinator_desk(actor, at=clock.now()) if policies.can_close_month(actor) else None
    member = queries.member_desk(actor, today=today) if actor.represents else None
    employee = queries.employee_desk(actor, today=today) if actor.has(Role.EMPLOYEE) else None
    watches = policies.can_read_office(actor) and coordinator is None
    accounts = queries.accounts_desk(actor, today=today) if watches else None
    desks = [desk for desk in (coordinator, employee, member, accounts) if desk is not None]
    own = [in_words(task) for desk in desks for task in desk.tasks]
    return render(
        coordinator=coordinator, member=member, employee=employee, accounts=accounts, today=today,
        tasks=in_order([*own, *awaited(actor)]),
        calm=calm_words(coordinator) if coordinator else None,
    )  # fmt: skip
