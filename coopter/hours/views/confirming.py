"""What awaits a structure: confirm, all or line by line, or dispute with a reason."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.hours import commands, forms, policies, queries
from coopter.hours.rules import NothingToConfirm
from coopter.hours.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render, safe_next
from coopter.values.actor import Role
from coopter.values.refusal import Conflict

AT_ONCE = 12  # weeks of somebody on one page: a year that nobody confirmed would be three megabytes on a phone


@blueprint.get("/<grouping>/heures/a-confirmer")
@for_roles(Role.REPRESENTATIVE)
def to_confirm() -> Any:
    """What awaits this person's confirmation."""
    return _page()


@blueprint.post("/<grouping>/heures/confirmations")
@for_roles(Role.REPRESENTATIVE, Role.COORDINATOR)
def confirm_entries() -> Any:
    """Confirm the lines that are ticked."""
    seen = forms.seen_of(request.form.getlist("line"))
    return answer(
        None,
        lambda: commands.confirm_entries(
            g.actor, seen=seen, reason=request.form.get("reason", ""), at=clock.now()
        ),
        then=lambda lines: _from(),
        done=lambda lines: ngettext("Une ligne confirmée.", "%(num)d lignes confirmées.", len(lines)),
        again=_again,
    )  # fmt: skip


@blueprint.post("/<grouping>/heures/contestations")
@for_roles(Role.REPRESENTATIVE, Role.COORDINATOR)
def dispute_entry() -> Any:
    """Send one line back with the reason."""
    seen = forms.seen_of(request.form.getlist("line")[:1])

    def act() -> None:
        if not seen:
            raise NothingToConfirm()
        commands.dispute_entry(g.actor, seen=seen[0], reason=request.form.get("reason", ""), at=clock.now())

    return answer(
        None, act, then=lambda line: _from(), again=_again,
        done=_("La ligne est renvoyée à la personne concernée, avec votre motif."),
    )  # fmt: skip


def _again(*, status: int = 200, conflict: Any = None) -> Any:
    """The page where it was asked, as it is now, with the reason above; the structure's own when it is that one."""
    if conflict:
        refused(Conflict())
    if g.actor.has(Role.REPRESENTATIVE) and _from() == url_for("hours.to_confirm"):
        return _page(status=status)
    return render(page="refused", status=status, back=_from())


def _page(*, status: int = 200) -> Any:
    batches = queries.batches_to_confirm(g.actor)
    return render(
        page="to_confirm", status=status, batches=batches[:AT_ONCE], later=len(batches[AT_ONCE:]), today=clock.today()
    )


def _from() -> str:
    role_page = "hours.to_confirm" if g.actor.has(Role.REPRESENTATIVE) else "hours.index"
    return safe_next(request.form.get("next"), otherwise=url_for(role_page))


def may_settle() -> bool:
    """Whether this person may confirm or reopen any line, with a reason."""
    return policies.can_confirm_month(g.actor)
