"""The room: its large screen, and the desk from which the chair opens and closes votes with a few keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from flask import current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance.commands.agenda import note_item as _note_item
from coopter.governance.commands.assemblies import close_assembly as _close_assembly
from coopter.governance.commands.assemblies import open_assembly as _open_assembly
from coopter.governance.commands.attendance import make_door_code as _make_door_code
from coopter.governance.commands.ballots import record_show_of_hands
from coopter.governance.commands.votes import close_vote as _close_vote
from coopter.governance.commands.votes import open_vote as _open_vote
from coopter.governance.commands.votes import withdraw_item as _withdraw_item
from coopter.governance.forms.assemblies import OpeningForm
from coopter.governance.forms.naming import CHOICES, ITEM_STATES, METHODS
from coopter.governance.queries.assemblies import quorum_now
from coopter.governance.queries.sittings import (
    AssemblyRecord,
    ItemRecord,
    agenda_of,
    assembly_record,
    get_item,
    item_record,
)
from coopter.governance.queries.votes import VoteRecord, outcome_of, vote_record
from coopter.governance.rules.ballots import ABSTAIN, BLANK, NO, YES
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.tally import CastingVoteNeeded
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import seen
from coopter.governance.views.results import QuorumShown, Result, shown_quorum, shown_result
from coopter.governance.views.sheets import effect, kicker
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import refused, render
from coopter.values.actor import Role
from coopter.values.refusal import Conflict, Refusal


@dataclass(frozen=True)
class Screen:
    """What the room sees."""

    where: str
    kicker: str
    title: str
    text: str
    received: int | None
    expected: int
    result: Result | None
    quorum: QuorumShown | None
    back: str


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/salle")
@everyone_inside
def room(assembly_id: int) -> Any:
    """The large screen; the code at the door is in the address of whoever made it, and in the picture."""
    record, code = seen(assembly_id), request.args.get("code", "")
    here = url_for("governance.room", assembly_id=assembly_id, code=code or None)
    return render(assembly=record, screen=_screen(record), here=here, code=code, picture=_picture(record, code))


def _picture(record: AssemblyRecord, code: str) -> str:
    if not code or not record.has_door_code:
        return ""
    address = str(current_app.config["BASE_URL"]).rstrip("/")
    address += url_for("governance.enter", assembly_id=record.id, code=code)
    return str(segno.make(address, error="m").svg_data_uri(scale=6, border=2, light="#ffffff"))


def _screen(record: AssemblyRecord) -> Screen:
    item = _at(record, agenda_of(record.id))
    live = record.state in (AssemblyState.CONVENED, AssemblyState.OPEN)
    meets = record.mode is not AssemblyMode.CONSULTATION
    quorum = shown_quorum(quorum_now(record.id), record.statutes) if live and meets else None
    back = url_for("governance.assembly", assembly_id=record.id)
    facts: dict[str, Any] = {"where": record.place or record.body, "quorum": quorum, "back": back}
    if item is None or record.state is not AssemblyState.OPEN:
        words = {AssemblyState.CONVENED: _("Bienvenue"), AssemblyState.OPEN: _("L’assemblée est ouverte")}
        title = words.get(record.state, _("L’assemblée est close"))
        return Screen(kicker="", title=title, text="", received=None, expected=0, result=None, **facts)
    found, outcome = vote_record(item.id), outcome_of(item.id)
    voting = item.state is ItemState.OPEN
    names = "\n".join(item.candidates) if item.form is ItemForm.ELECTION else item.body
    return Screen(
        kicker=kicker(item), title=item.title, text=names, received=found.turnout.voted if voting else None,
        expected=found.turnout.on_roll, result=shown_result(outcome) if outcome else None, **facts,
    )  # fmt: skip


def _at(record: AssemblyRecord, agenda: tuple[ItemRecord, ...]) -> ItemRecord | None:
    """The point where the assembly is: the open vote, else the last closed one, else the first."""
    waiting = [one for one in agenda if one.state is ItemState.OPEN]
    if waiting:
        return waiting[0]
    closed = [one for one in agenda if one.state is ItemState.CLOSED and one.closed_at]
    return max(closed, key=lambda one: (one.closed_at, one.position)) if closed else None


@dataclass(frozen=True)
class Desk:
    """What the chair sees: the point, what may be done with it, and how far the vote is."""

    item: ItemRecord | None
    kicker: str
    method: str
    effect: str
    vote: VoteRecord | None
    result: Result | None
    received: str
    may_open: bool
    may_close: bool
    may_withdraw: bool
    by_hand: bool
    needs_casting: bool
    previous: int | None
    next: int | None


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/pupitre")
@for_roles(Role.COORDINATOR)
def desk(assembly_id: int) -> Any:
    """The chair's desk."""
    return _desk(assembly_record(assembly_id), request.args.get("point", type=int))


def _desk(record: AssemblyRecord, item_id: int | None, *, status: int = 200, casting: bool = False,
          form: OpeningForm | None = None) -> Any:  # fmt: skip
    agenda = agenda_of(record.id)
    item = next((one for one in agenda if one.id == item_id), None) or _next(record, agenda)
    quorum = (
        shown_quorum(quorum_now(record.id), record.statutes) if record.mode is not AssemblyMode.CONSULTATION else None
    )
    here = url_for("governance.desk", assembly_id=record.id, point=item.id if item else None)
    return render(
        page="room_desk", status=status, assembly=record, agenda=agenda, desk=_at_desk(record, item, agenda, casting),
        quorum=quorum, states=ITEM_STATES, choices=CHOICES, here=here, keys=request.args.get("raccourcis") != "non",
        form=form or OpeningForm(formdata=None, data={"secretary": g.actor.name}),
    )  # fmt: skip


def _next(record: AssemblyRecord, agenda: tuple[ItemRecord, ...]) -> ItemRecord | None:
    """The open vote, else the first point that still waits, else the last point."""
    for wanted in (ItemState.OPEN, ItemState.PENDING):
        for one in agenda:
            if one.state is wanted:
                return one
    return agenda[-1] if agenda else None


def _at_desk(record: AssemblyRecord, item: ItemRecord | None, agenda: tuple[ItemRecord, ...], casting: bool) -> Desk:
    if item is None:
        return Desk(None, "", "", "", None, None, "", False, False, False, False, False, None, None)
    place = [one.id for one in agenda].index(item.id)
    votes = item.form is not ItemForm.REPORT
    opened = record.state is AssemblyState.OPEN
    found, outcome = (vote_record(item.id), outcome_of(item.id)) if votes else (None, None)
    voting = opened and item.state is ItemState.OPEN
    return Desk(
        item=item, kicker=kicker(item, outcome), method=str(METHODS[item.method]) if votes else "",
        effect=effect(item), vote=found, result=shown_result(outcome) if outcome else None,
        received=_received(found) if found and voting else "",
        may_open=opened and votes and item.state is ItemState.PENDING, may_close=voting,
        may_withdraw=opened and item.state in (ItemState.PENDING, ItemState.OPEN),
        by_hand=voting and not casting and item.method is not BallotMethod.SECRET and item.form is ItemForm.RESOLUTION,
        needs_casting=casting, previous=agenda[place - 1].id if place else None,
        next=agenda[place + 1].id if place + 1 < len(agenda) else None,
    )  # fmt: skip


def _received(found: VoteRecord) -> str:
    turnout = found.turnout
    return ngettext("%(voted)s vote reçu sur %(num)d", "%(voted)s votes reçus sur %(num)d", turnout.on_roll,
                    voted=turnout.voted)  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/ouvrir")
@for_roles(Role.COORDINATOR)
def open_assembly(assembly_id: int) -> Any:
    """Open the assembly with whoever presides, writes and counts."""
    record, form = assembly_record(assembly_id), OpeningForm()
    return answer(
        form,
        lambda: _open_assembly(
            g.actor, assembly_id=assembly_id, chair=form.chair.data, secretary=form.secretary.data,
            scrutineers=form.scrutineers.data, at=clock.now(),
        ),
        then=lambda done: url_for("governance.desk", assembly_id=assembly_id),
        done=_("L’assemblée est ouverte."),
        again=lambda *, status=200, conflict=None: _desk(record, None, status=status, form=form),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/clore")
@for_roles(Role.COORDINATOR)
def close_assembly(assembly_id: int) -> Any:
    """Close the assembly."""
    record = assembly_record(assembly_id)
    try:
        _close_assembly(g.actor, assembly_id=assembly_id, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _desk(record, None, status=422)
    flash(_("L’assemblée est close. Son procès-verbal se rédige maintenant d’après ce qui s’est passé."), "success")
    return redirect(url_for("governance.minutes", assembly_id=assembly_id), 303)


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/code")
@for_roles(Role.COORDINATOR)
def make_door_code(assembly_id: int) -> Any:
    """A new code at the door, on the large screen; the one of before stops working."""
    record = assembly_record(assembly_id)
    try:
        code = _make_door_code(g.actor, assembly_id=assembly_id, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _desk(record, None, status=422)
    return redirect(url_for("governance.room", assembly_id=assembly_id, code=code), 303)


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/ouvrir-le-vote")
@for_roles(Role.COORDINATOR)
def open_vote(item_id: int) -> Any:
    """Open the vote on a point."""
    return _act(item_id, lambda: _open_vote(g.actor, item_id=item_id, at=clock.now()), _("Le vote est ouvert."))


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/clore-le-vote")
@for_roles(Role.COORDINATOR)
def close_vote(item_id: int) -> Any:
    """Close a vote and count it; on a tie that the chair decides, the page asks for its vote."""
    casting = request.form.get("casting") or None
    return _act(
        item_id,
        lambda: _close_vote(g.actor, item_id=item_id, at=clock.now(), casting=casting),
        _("Le vote est clos."),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/retirer")
@for_roles(Role.COORDINATOR)
def withdraw_item(item_id: int) -> Any:
    """Take a point off, before or during its vote."""
    reason = request.form.get("reason", "")
    return _act(
        item_id,
        lambda: _withdraw_item(g.actor, item_id=item_id, at=clock.now(), reason=reason),
        _("Le point est retiré."),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/mains")
@for_roles(Role.COORDINATOR)
def record_hands(item_id: int) -> Any:
    """A show of hands in one go: everybody says the same, except those who are named."""
    everybody = request.form.get("everybody", "")
    but = {
        int(name.removeprefix("hand-")): value
        for name, value in request.form.items()
        if name.startswith("hand-") and name.removeprefix("hand-").isdigit() and value in (YES, NO, ABSTAIN, BLANK)
    }
    return _act(
        item_id,
        lambda: record_show_of_hands(g.actor, item_id=item_id, everybody=everybody, but=but, at=clock.now()),
        _("Les mains sont notées : vérifiez, puis closez le vote."),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/notes")
@for_roles(Role.COORDINATOR)
def note_item(item_id: int) -> Any:
    """What was said, for the minutes."""
    notes = request.form.get("notes", "").replace("\r\n", "\n")
    return _act(
        item_id,
        lambda: _note_item(g.actor, item_id=item_id, version=version_sent(), notes=notes, at=clock.now()),
        _("Les notes sont gardées pour le procès-verbal."),
    )


def _act(item_id: int, act: Callable[[], Any], done: str) -> Any:
    """One act on a point, then back at the desk in front of it."""
    found = item_record(get_item(item_id))
    try:
        act()
    except Conflict:
        raise
    except CastingVoteNeeded as tie:
        refused(tie)
        return _desk(assembly_record(found.assembly_id), item_id, status=422, casting=True)
    except Refusal as refusal:
        refused(refusal)
        return _desk(assembly_record(found.assembly_id), item_id, status=422)
    flash(done, "success")
    return redirect(url_for("governance.desk", assembly_id=found.assembly_id, point=item_id), 303)
