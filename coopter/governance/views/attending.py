"""Doors to who is there: the sheet of arrivals, and the code at the door of the room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.governance import policies
from coopter.governance.commands import attendance as comings
from coopter.governance.commands.convocation import set_right_to_vote as _set_right
from coopter.governance.forms.naming import MEANS
from coopter.governance.queries.assemblies import ElectorRecord, own_electors, quorum_now, roll_of
from coopter.governance.queries.moments import moment_of_room
from coopter.governance.queries.sittings import AssemblyRecord, get_elector
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, AttendanceMeans
from coopter.governance.rules.statutes import Statutes
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import VOTERS, seen
from coopter.governance.views.polling import is_unmoved
from coopter.governance.views.results import shown_quorum
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import refused, render, written
from coopter.values.actor import Role
from coopter.values.refusal import Refusal

RUNNING = (AssemblyState.CONVENED, AssemblyState.OPEN)


@dataclass(frozen=True)
class Arrival:
    """One line of the sheet of arrivals."""

    id: int
    name: str
    college: str
    note: str
    look: str
    may_arrive: bool
    may_leave: bool
    ways: list[tuple[str, str, str]]
    badge: str
    badge_words: str
    may_vote: bool


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/presences")
@for_roles(Role.COORDINATOR)
def attendance(assembly_id: int) -> Any:
    """Who is there, to tap as people come and go."""
    if is_unmoved(moment_of_room(assembly_id)):
        return "", 204
    return _attendance(seen(assembly_id))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/presences")
@for_roles(*VOTERS)
def record_arrival(assembly_id: int) -> Any:
    """Somebody comes in."""
    elector = request.form.get("elector_id", 0, int)
    known = {one.value: one for one in AttendanceMeans}
    means = known.get(request.form.get("means", ""), AttendanceMeans.ON_THE_SPOT)
    return _noted(
        assembly_id, elector,
        lambda: comings.record_arrival(
            g.actor, assembly_id=assembly_id, elector_id=elector, means=means,
            person_name=request.form.get("person_name", ""), at=clock.now(),
        ),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/presences/depart")
@for_roles(*VOTERS)
def record_departure(assembly_id: int) -> Any:
    """Somebody leaves."""
    elector = request.form.get("elector_id", 0, int)
    return _noted(
        assembly_id, elector,
        lambda: comings.record_departure(g.actor, assembly_id=assembly_id, elector_id=elector, at=clock.now()),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/presences/droit-de-vote")
@for_roles(Role.COORDINATOR)
def set_right_to_vote(assembly_id: int) -> Any:
    """Give back the right to vote to somebody who pays the dues at the door, or set it aside."""
    elector, may = request.form.get("elector_id", 0, int), request.form.get("may_vote") == "1"
    return _noted(
        assembly_id, elector,
        lambda: _set_right(g.actor, assembly_id=assembly_id, elector_id=get_elector(
            elector, assembly_id=assembly_id).id, may_vote=may, at=clock.now()),
    )  # fmt: skip


def _noted(assembly_id: int, elector: int, act: Callable[[], Any]) -> Any:
    """One tap on the sheet of arrivals, which tells by itself how it went; a member goes on to the votes."""
    record, keeps = seen(assembly_id), policies.can_prepare_governance(g.actor)
    try:
        act()
    except Refusal as refusal:
        refused(refusal)
        if keeps:
            return _attendance(record, status=422)
        return redirect(url_for("governance.assembly", assembly_id=assembly_id), 303)
    sheet = url_for("governance.attendance", assembly_id=assembly_id, _anchor=f"siege-{elector}")
    return redirect(sheet if keeps else url_for("governance.vote", assembly_id=assembly_id), 303)


def _attendance(record: AssemblyRecord, *, status: int = 200) -> Any:
    statutes = record.statutes or Statutes()
    colleges = {one.code: one.label for one in statutes.colleges}
    running = record.state in RUNNING and record.mode is not AssemblyMode.CONSULTATION
    roll = roll_of(record.id)
    names = {one.id: one.name for one in roll}
    lines = [_arrival(record, one, colleges, names, running) for one in roll]
    quorum = shown_quorum(quorum_now(record.id), record.statutes) if running else None
    here = url_for("governance.attendance", assembly_id=record.id, vu=moment_of_room(record.id))
    return render(page="attendance", status=status, assembly=record, lines=lines, quorum=quorum, here=here)


def _arrival(
    record: AssemblyRecord, one: ElectorRecord, colleges: dict[str, str], names: dict[int, str], running: bool
) -> Arrival:
    look, note = "", ""
    if one.present and one.means is not None:
        look, means = "is-inside", str(MEANS[one.means])
        note = means if one.person_name in ("", one.name) else f"{one.person_name}, {means}"
    elif one.hand_id is not None:
        look, note = "is-given", _("représenté·e par %(name)s", name=names[one.hand_id])
    elif one.proxy_id is not None:
        look, note = "is-out", _("pouvoir donné à %(name)s, absent·e", name=one.gave_to) if one.gave_to else _(
            "pouvoir sans nom, à attribuer")  # fmt: skip
    if one.holds:
        note += " · " + _("porte %(names)s", names=", ".join(names[held] for held in one.holds))
    if not one.may_vote and one.why_not is not None:
        note = " · ".join(part for part in (note, written(one.why_not)) if part)
    badge = ("success", _("Présent·e")) if one.present else ("draft", _("Absent·e"))
    return Arrival(
        one.id, one.name, colleges.get(one.college, one.college), note or _("attendu·e"), look,
        may_arrive=running and not one.present, may_leave=running and one.present, ways=_ways(record), badge=badge[0],
        badge_words=badge[1], may_vote=one.may_vote or not running,
    )  # fmt: skip


def _ways(record: AssemblyRecord) -> list[tuple[str, str, str]]:
    spot = (_("Arrivé·e"), AttendanceMeans.ON_THE_SPOT.value, "secondary")
    remote = (_("À distance"), AttendanceMeans.REMOTE.value, "quiet")
    if record.mode is AssemblyMode.REMOTE:
        return [remote]
    return [spot, remote] if record.mode is AssemblyMode.MIXED else [spot]


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/entrer")
@everyone_inside
def enter(assembly_id: int) -> Any:
    """What the code of the room opens: one button."""
    return _enter(seen(assembly_id), request.args.get("code", ""))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/entrer")
@for_roles(*VOTERS)
def arrive(assembly_id: int) -> Any:
    """Come in by the code: the phone becomes the ballot."""
    record, code = seen(assembly_id), request.form.get("code", "")
    return answer(
        None,
        lambda: comings.arrive_by_code(g.actor, token=code, at=clock.now()),
        then=lambda where: url_for("governance.vote", assembly_id=where),
        done=_("Vous êtes noté·e présent·e."),
        again=lambda *, status=200, conflict=None: _enter(record, code, status=status),
    )


def _enter(record: AssemblyRecord, code: str, *, status: int = 200) -> Any:
    mine = own_electors(g.actor, record.id)
    return render(page="attendance_enter", status=status, assembly=record, mine=mine, code=code)
