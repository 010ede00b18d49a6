"""One departure, which looks into every room: who still works there, what was invoiced, what the statutes say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance import commands as governance
from coopter.governance import policies
from coopter.governance.commands.admission_proposals import propose_departure
from coopter.governance.forms.deciding import answer_decision
from coopter.governance.forms.departure import (
    DEPARTURE_KINDS,
    DEPARTURE_STATES,
    DecideDepartureForm,
    DepartureDates,
)
from coopter.governance.queries.admission import awaits_vote
from coopter.governance.queries.departure import (
    adopted_departure,
    departure_record,
    departure_under_way,
    liability_rule,
)
from coopter.governance.queries.obligations import obligations_done, obligations_to_do
from coopter.governance.queries.sittings import assemblies_for, get_item
from coopter.governance.rules.departure import OPEN_STATES
from coopter.governance.rules.kinds import BallotMethod, DepartureKind, DepartureState
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.queries import Section, structure_page_sections
from coopter.office import commands
from coopter.office.queries.leaving_members import debts_of, ties_after
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render, written
from coopter.values.actor import Actor, Role
from coopter.values.month import Month

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


@blueprint.get("/<grouping>/vie/departs/<int:departure_id>")
@for_roles(*OFFICE)
def departure(departure_id: int) -> Any:
    """One departure: when and why, what to end first, what was owed, and what may be done."""
    return _page(departure_id)


@blueprint.post("/<grouping>/vie/departs/<int:departure_id>/modifier")
@for_roles(Role.COORDINATOR)
def edit_departure(departure_id: int) -> Any:
    """Correct its days or its reason; two people at once see both (R22)."""
    departure_record(departure_id)
    form = DepartureDates()
    return answer(
        form,
        lambda: governance.edit_departure(
            g.actor, departure_id=departure_id, version=version_sent(), reason=form.reason.data,
            notice_on=form.notice_on.data, effective_on=form.effective_on, at=clock.now(),
        ),
        then=lambda done: url_for("office.departure", departure_id=departure_id),
        done=_("Le départ est enregistré."),
        again=lambda *, status=200, conflict=None: _page(departure_id, form=form, status=status, conflict=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/departs/<int:departure_id>/mises-a-disposition")
@for_roles(Role.COORDINATOR)
def end_ties(departure_id: int) -> Any:
    """End the placements that go beyond the last day."""
    departure_record(departure_id)
    return _act(
        departure_id,
        lambda: commands.end_ties(g.actor, departure_id=departure_id, at=clock.now()),
        lambda ended: ngettext(
            "Une mise à disposition finit ce jour-là.", "%(num)d mises à disposition finissent ce jour-là.", ended
        ),
    )


@blueprint.post("/<grouping>/vie/departs/<int:departure_id>/decision")
@for_roles(Role.COORDINATOR)
def confirm_departure(departure_id: int) -> Any:
    """Put it to an assembly's vote, or write down that it was decided."""
    departure_record(departure_id)
    form = _decide_form(DecideDepartureForm())
    return answer_decision(
        form,
        lambda: _decide(departure_id, form),
        page=url_for("office.departure", departure_id=departure_id),
        effective=_("Le départ est effectif. Voici les suites."),
        again=lambda *, status=200, conflict=None: _page(departure_id, decide=form, status=status, conflict=conflict),
    )


def _decide(departure_id: int, form: DecideDepartureForm) -> Any:
    same: Any = {"departure_id": departure_id, "version": version_sent(), "at": clock.now()}
    if form.assembly.data is None:
        return governance.confirm_departure(g.actor, decided_by=form.decided_by.data, **same)
    excluded = departure_record(departure_id).kind is DepartureKind.EXCLUSION
    method = BallotMethod.SECRET if excluded else BallotMethod.SHOW_OF_HANDS
    return propose_departure(g.actor, assembly_id=form.assembly.data, method=method, **same)


@blueprint.post("/<grouping>/vie/departs/<int:departure_id>/effectif")
@for_roles(Role.COORDINATOR)
def finish_departure(departure_id: int) -> Any:
    """Make a departure count that was voted, now that nothing ties the structure."""
    departure_record(departure_id)
    same: Any = {"departure_id": departure_id, "version": version_sent(), "at": clock.now()}
    said = _("Le départ est effectif. Voici les suites.")
    return _act(departure_id, lambda: governance.finish_departure(g.actor, **same), said)


@blueprint.post("/<grouping>/vie/departs/<int:departure_id>/abandon")
@for_roles(Role.COORDINATOR)
def abandon_departure(departure_id: int) -> Any:
    """The structure stays."""
    departure_record(departure_id)
    same: Any = {"departure_id": departure_id, "version": version_sent(), "at": clock.now()}
    said = _("Le départ est abandonné : la structure reste membre.")
    return _act(departure_id, lambda: governance.abandon_departure(g.actor, **same), said)


def _act(departure_id: int, act: Callable[[], Any], said: str | Callable[[Any], str]) -> Any:
    """A button of this page: what refuses it, or who was faster, is said on the page itself."""
    return answer(
        None,
        act,
        then=lambda made: url_for("office.departure", departure_id=departure_id),
        done=said,
        again=lambda *, status=200, conflict=None: _page(departure_id, status=status, conflict=conflict),
    )


def _page(departure_id: int, *, form: Any = None, decide: Any = None, status: int = 200, conflict: Any = None) -> Any:
    record, today = departure_record(departure_id), clock.today()
    structure, subject = members.get_structure(record.structure_id), f"departure:{departure_id}"
    is_open = record.state in OPEN_STATES
    debts = record.debts or debts_of(record.structure_id, on=record.effective_on)
    held = {"notice_on": record.notice_on, "last_on": record.last_on, "reason": record.reason}
    if conflict and form is not None:
        form.version.raw_data, form.version.data = None, record.version
    return render(
        page="departure", status=status, record=record, structure=structure, is_open=is_open, conflict=conflict,
        ties=ties_after(record.structure_id, on=record.effective_on) if is_open else None,
        debts=debts, months=[Month.parse(month) for month in debts.months_to_come], today=today,
        liability=liability_rule(record.effective_on), kinds=DEPARTURE_KINDS, states=DEPARTURE_STATES,
        form=form or DepartureDates(formdata=None, data={**held, "version": record.version}),
        decide=decide or _decide_form(DecideDepartureForm(formdata=None, data={"version": record.version})),
        vote=get_item(record.item_id) if record.item_id and awaits_vote(record.item_id) else None,
        to_do=obligations_to_do(today=today, subject=subject), done=obligations_done(today=today, subject=subject),
        runs=policies.can_run_admissions(g.actor), effective=record.state is DepartureState.EFFECTIVE,
        voted=adopted_departure(departure_id) if is_open else None,
    )  # fmt: skip


def _decide_form(form: DecideDepartureForm) -> Any:
    return form.offering(assemblies_for(g.actor), already=_("Déjà décidé, ou annoncé"))


def _section(actor: Actor, structure: Structure, today: Any) -> Section | None:
    """On a structure's page: where its departure stands, or the way to prepare one."""
    if not policies.can_run_admissions(actor):
        return None
    known = departure_under_way(structure.id)
    if known is not None:
        record = departure_record(known.id)
        return Section(
            title=_("Départ en cours"), icon="log-out", url=url_for("office.departure", departure_id=known.id),
            facts=((_("Dernier jour"), written(record.last_on)),), action=_("Ouvrir le départ"),
        )  # fmt: skip
    if not members.is_member(structure.id, today):
        return None
    return Section(
        title=_("Départ ou exclusion"), icon="log-out", action=_("Préparer un départ"),
        url=url_for("governance.new_departure", structure=structure.id),
        empty=_("Un départ préparé montre d’abord ce qu’il faut finir et ce qui reste dû."),
    )  # fmt: skip


structure_page_sections.append(_section)
