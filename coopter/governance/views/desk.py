"""The chair's desk: opens and closes votes with a few keys, notes hands and what was said, corrects the bureau."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance.commands import holding as acts
from coopter.governance.commands.agenda import note_item as _note_item
from coopter.governance.commands.attendance import make_door_code as _make_door_code
from coopter.governance.commands.ballots import record_ballots, record_show_of_hands
from coopter.governance.commands.votes import close_vote as _close_vote
from coopter.governance.commands.votes import open_vote as _open_vote
from coopter.governance.commands.votes import withdraw_item as _withdraw_item
from coopter.governance.forms.assemblies import OpeningForm, people_form
from coopter.governance.forms.naming import CHOICES, ITEM_STATES, METHODS
from coopter.governance.queries.assemblies import quorum_now
from coopter.governance.queries.moments import moment_of_room
from coopter.governance.queries.sittings import (
    AssemblyRecord,
    ItemRecord,
    agenda_of,
    assembly_record,
    get_item,
    item_record,
)
from coopter.governance.queries.votes import VoteRecord, outcome_of, vote_record
from coopter.governance.rules.ballots import Choice
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.tally import CastingVoteNeeded
from coopter.governance.views import blueprint
from coopter.governance.views.choices import chosen
from coopter.governance.views.polling import is_unmoved
from coopter.governance.views.results import Result, shown_quorum, shown_result
from coopter.governance.views.sheets import effect, kicker
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.values.actor import Role
from coopter.values.refusal import Refusal


@dataclass(frozen=True)
class Desk:
    """What the chair sees: the point, what may be done with it, and how far the vote is."""

    item: ItemRecord
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
    by_name: bool
    seats: int
    needs_casting: bool
    previous: int | None
    next: int | None


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/pupitre")
@for_roles(Role.COORDINATOR)
def desk(assembly_id: int) -> Any:
    """The chair's desk."""
    if is_unmoved(moment_of_room(assembly_id)):
        return "", 204
    return _desk(assembly_record(assembly_id), request.args.get("point", type=int))


def _desk(record: AssemblyRecord, item_id: int | None, *, status: int = 200, casting: bool = False,
          form: OpeningForm | None = None, conflict: Any = None) -> Any:  # fmt: skip
    moment, agenda = moment_of_room(record.id), agenda_of(record.id)
    item = next((one for one in agenda if one.id == item_id), None) or _next(record, agenda)
    quorum = (
        shown_quorum(quorum_now(record.id), record.statutes) if record.mode is not AssemblyMode.CONSULTATION else None
    )
    here = url_for("governance.desk", assembly_id=record.id, point=item.id if item else None, vu=moment)
    return render(
        page="room_desk", status=status, assembly=record, agenda=agenda, desk=_at_desk(record, item, agenda, casting),
        quorum=quorum, states=ITEM_STATES, conflict=conflict, choices=CHOICES, here=here,
        keys=request.args.get("raccourcis") != "non",
        form=form or OpeningForm(formdata=None, data={"secretary": g.actor.name}),
    )  # fmt: skip


def _next(record: AssemblyRecord, agenda: tuple[ItemRecord, ...]) -> ItemRecord | None:
    """The open vote, else the first point that still waits, else the last point."""
    for wanted in (ItemState.OPEN, ItemState.PENDING):
        for one in agenda:
            if one.state is wanted:
                return one
    return agenda[-1] if agenda else None


def _at_desk(
    record: AssemblyRecord, item: ItemRecord | None, agenda: tuple[ItemRecord, ...], casting: bool
) -> Desk | None:
    if item is None:
        return None
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
        by_hand=voting and not casting and item.method is not BallotMethod.SECRET,
        by_name=item.method is BallotMethod.ROLL_CALL, seats=item.seats if item.form is ItemForm.ELECTION else 0,
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
        lambda: acts.open_assembly(
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
    return answer(
        None,
        lambda: acts.close_assembly(g.actor, assembly_id=assembly_id, at=clock.now()),
        then=lambda done: url_for("governance.minutes", assembly_id=assembly_id),
        done=_("L’assemblée est close. Son procès-verbal se rédige maintenant d’après ce qui s’est passé."),
        again=lambda *, status=200, conflict=None: _desk(record, None, status=status),
    )


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/bureau")
@for_roles(Role.COORDINATOR)
def assembly_people(assembly_id: int) -> Any:
    """Who presides, writes and counts, to correct."""
    return _people(assembly_id, people_form(assembly_record(assembly_id)))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/bureau")
@for_roles(Role.COORDINATOR)
def set_people(assembly_id: int) -> Any:
    """Correct who presides, writes and counts."""
    record, form = assembly_record(assembly_id), OpeningForm()
    page = "minutes" if record.state is AssemblyState.CLOSED else "desk"
    return answer(
        form,
        lambda: acts.set_people(
            g.actor, assembly_id=assembly_id, version=version_sent(), chair=form.chair.data,
            secretary=form.secretary.data, scrutineers=form.scrutineers.data, at=clock.now(),
        ),
        then=lambda done: url_for(f"governance.{page}", assembly_id=assembly_id),
        done=_("Le bureau de séance est corrigé."),
        again=lambda *, status=200, conflict=None: _people(assembly_id, form, status=status, conflict=conflict),
    )  # fmt: skip


def _people(assembly_id: int, form: OpeningForm, *, status: int = 200, conflict: Any = None) -> Any:
    record = assembly_record(assembly_id)
    if conflict:
        form.version.raw_data, form.version.data = None, str(record.version)
    return render(page="assembly_people", status=status, assembly=record, form=form, conflict=conflict)


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
    """A show of hands in one go, « tous pour, sauf… »; a roll call, name by name."""
    item = item_record(get_item(item_id))
    return _act(
        item_id,
        lambda: _note_hands(item, request.form),
        _("Les voix sont notées : vérifiez, puis closez le vote."),
    )


def _note_hands(item: ItemRecord, typed: Any) -> None:
    but = _answers(item, typed)
    if item.method is BallotMethod.ROLL_CALL:
        record_ballots(g.actor, item_id=item.id, choices=but, at=clock.now())
        return
    everybody = chosen(typed.getlist("everybody"), candidates=item.candidates, seats=item.seats)
    record_show_of_hands(g.actor, item_id=item.id, everybody=everybody, but=but, at=clock.now())


def _answers(item: ItemRecord, typed: Any) -> dict[int, Choice]:
    """What was typed for this or that voice: elector → choice, nothing for the others."""
    voices = {name.removeprefix("hand-") for name in typed if name.startswith("hand-")}
    said = {int(one): [value for value in typed.getlist(f"hand-{one}") if value] for one in voices if one.isdigit()}
    return {one: chosen(values, candidates=item.candidates, seats=item.seats) for one, values in said.items() if values}


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
    """One act on a point, then back at the desk in front of it; a tie is asked there."""
    found = item_record(get_item(item_id))
    tie: list[CastingVoteNeeded] = []

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        return _desk(assembly_record(found.assembly_id), item_id, status=status, casting=bool(tie), conflict=conflict)

    def ask() -> Any:
        try:
            return act()
        except CastingVoteNeeded as needed:
            tie.append(needed)
            raise

    here = url_for("governance.desk", assembly_id=found.assembly_id, point=item_id)
    return answer(None, ask, then=lambda made: here, done=done, again=again)
