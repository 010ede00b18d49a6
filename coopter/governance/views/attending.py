"""Doors to who is there: powers given and taken back, the sheet of arrivals, and the code at the door of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.governance import policies
from coopter.governance.commands import attendance as comings
from coopter.governance.commands import proxies as powers
from coopter.governance.commands.convocation import set_right_to_vote as _set_right
from coopter.governance.forms.assemblies import number_or_none
from coopter.governance.forms.naming import MEANS
from coopter.governance.queries.assemblies import ElectorRecord, own_electors, proxies_of, quorum_now, roll_of
from coopter.governance.queries.papers import proxy_of
from coopter.governance.queries.sittings import AssemblyRecord, get_elector
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, AttendanceMeans
from coopter.governance.rules.statutes import Statutes
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import VOTERS, seen
from coopter.governance.views.results import shown_quorum
from coopter.plumbing import clock
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import refused, render, written
from coopter.values.actor import Role
from coopter.values.refusal import Refusal, Words

RUNNING = (AssemblyState.CONVENED, AssemblyState.OPEN)


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/pouvoirs")
@everyone_inside
def proxies(assembly_id: int) -> Any:
    """My powers; for whoever runs the assembly, all of them."""
    return _proxies(seen(assembly_id))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/pouvoirs")
@for_roles(*VOTERS)
def give_proxy(assembly_id: int) -> Any:
    """Give a power, by name or to whoever holds room."""
    record = seen(assembly_id)
    giver, holder = request.form.get("giver_id", 0, int), number_or_none(request.form.get("holder_id"))
    try:
        powers.give_proxy(g.actor, assembly_id=assembly_id, giver_id=giver, holder_id=holder, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _proxies(record, status=422)
    flash(_("Le pouvoir est donné."), "success")
    return redirect(url_for("governance.proxies", assembly_id=assembly_id), 303)


@blueprint.post("/<grouping>/vie/assemblees/pouvoirs/<int:proxy_id>/retirer")
@for_roles(*VOTERS)
def revoke_proxy(proxy_id: int) -> Any:
    """Take a power back."""
    record = seen(proxy_of(proxy_id))
    try:
        powers.revoke_proxy(g.actor, proxy_id=proxy_id, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _proxies(record, status=422)
    flash(_("Le pouvoir est retiré."), "success")
    return redirect(url_for("governance.proxies", assembly_id=record.id), 303)


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/pouvoirs/attribuer")
@for_roles(Role.COORDINATOR)
def assign_open_proxies(assembly_id: int) -> Any:
    """Hand the powers without a name to those present who hold room."""
    record = seen(assembly_id)
    try:
        moved = powers.assign_open_proxies(g.actor, assembly_id=assembly_id, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _proxies(record, status=422)
    flash(_("Pouvoirs attribués : %(count)s.", count=moved), "success")
    return redirect(url_for("governance.proxies", assembly_id=assembly_id), 303)


@dataclass(frozen=True)
class Mine:
    """One of my seats: what it gave, what it carries, to whom it may give."""

    id: int
    name: str
    proxy_id: int | None
    gave_to: str
    holders: tuple[str, ...]
    choices: list[tuple[str, str]]
    why: Words | None


def _proxies(record: AssemblyRecord, *, status: int = 200) -> Any:
    statutes, roll = record.statutes or Statutes(), roll_of(record.id)
    names = {one.id: one.name for one in roll}
    live = [one for one in proxies_of(record.id) if one.revoked_at is None]
    lines = [
        {"id": one.id, "giver": names[one.giver_id], "holder": names.get(one.holder_id or 0, ""),
         "given_by": one.given_by, "given_at": one.given_at}
        for one in live
    ]  # fmt: skip
    able = [(str(one.id), one.name) for one in roll if one.may_vote]
    nobody = [("", _("sans nommer personne"))] if statutes.open_proxies else []
    given = {one.id: tuple(names[p.giver_id] for p in live if p.holder_id == one.id) for one in roll}
    mine = [_mine(record, one, roll, given[one.id], statutes) for one in own_electors(g.actor, record.id)]
    return render(
        page="proxies", status=status, assembly=record, mine=mine, live=lines, ceiling=_ceiling(statutes), givers=able,
        holders=[*able, *nobody], may_prepare=policies.can_prepare_governance(g.actor),
        has_open=any(one.holder_id is None for one in live),
    )  # fmt: skip


def _mine(
    record: AssemblyRecord, one: ElectorRecord, roll: tuple[ElectorRecord, ...], holders: tuple[str, ...],
    statutes: Statutes,
) -> Mine:  # fmt: skip
    others = [
        (str(other.id), other.name)
        for other in roll
        if other.may_vote and other.id != one.id
        and (not statutes.proxies_in_college or other.college == one.college)
    ]  # fmt: skip
    nobody = [("", _("À qui sera présent et pourra le porter"))] if statutes.open_proxies else []
    why = one.why_not
    if record.state not in RUNNING:
        why = Words("On donne pouvoir entre la convocation et la clôture de l’assemblée.")
    elif one.may_vote and statutes.most_proxies == 0:
        why = Words("Les statuts ne permettent pas de donner pouvoir.")
    return Mine(one.id, one.name, one.proxy_id, one.gave_to, holders, [*others, *nobody], why)


def _ceiling(statutes: Statutes) -> Words:
    if statutes.most_proxies is None:
        return Words("Une personne peut porter autant de pouvoirs qu’on lui en donne.")
    if statutes.most_proxies == 0:
        return Words("Les statuts de cette instance ne permettent pas de donner pouvoir.")
    if statutes.most_proxies == 1:
        return Words("Une personne porte un seul pouvoir en plus de sa voix.")
    return Words("Une personne porte au plus %(most)s pouvoirs en plus de sa voix.", most=statutes.most_proxies)


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


def _noted(assembly_id: int, elector: int, act: Any) -> Any:
    record = seen(assembly_id)
    try:
        act()
    except Refusal as refusal:
        refused(refusal)
        if policies.can_prepare_governance(g.actor):
            return _attendance(record, status=422)
        return redirect(url_for("governance.assembly", assembly_id=assembly_id), 303)
    if policies.can_prepare_governance(g.actor):
        return redirect(url_for("governance.attendance", assembly_id=assembly_id, _anchor=f"siege-{elector}"), 303)
    return redirect(url_for("governance.vote", assembly_id=assembly_id), 303)


def _attendance(record: AssemblyRecord, *, status: int = 200) -> Any:
    statutes = record.statutes or Statutes()
    colleges = {one.code: one.label for one in statutes.colleges}
    running = record.state in RUNNING and record.mode is not AssemblyMode.CONSULTATION
    roll = roll_of(record.id)
    names = {one.id: one.name for one in roll}
    lines = [_arrival(record, one, colleges, names, running) for one in roll]
    quorum = shown_quorum(quorum_now(record.id), record.statutes) if running else None
    here = url_for("governance.attendance", assembly_id=record.id)
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
    try:
        where = comings.arrive_by_code(g.actor, token=code, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _enter(record, code, status=422)
    flash(_("Vous êtes noté·e présent·e."), "success")
    return redirect(url_for("governance.vote", assembly_id=where), 303)


def _enter(record: AssemblyRecord, code: str, *, status: int = 200) -> Any:
    mine = own_electors(g.actor, record.id)
    return render(page="attendance_enter", status=status, assembly=record, mine=mine, code=code)
