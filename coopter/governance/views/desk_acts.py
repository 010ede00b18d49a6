"""What the chair does at the desk: opens and closes, notes voices and words, withdraws, puts to the vote again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.governance.commands import holding as acts
from coopter.governance.commands.agenda import note_item as _note_item
from coopter.governance.commands.attendance import make_door_code as _make_door_code
from coopter.governance.commands.ballots import record_ballots, record_show_of_hands
from coopter.governance.commands.second_calls import vote_again as _vote_again
from coopter.governance.commands.votes import close_vote as _close_vote
from coopter.governance.commands.votes import open_vote as _open_vote
from coopter.governance.commands.votes import withdraw_item as _withdraw_item
from coopter.governance.forms.assemblies import OpeningForm, people_form
from coopter.governance.queries.sittings import ItemRecord, assembly_record, get_item, item_record
from coopter.governance.rules.kinds import AssemblyState, BallotMethod
from coopter.governance.rules.tally import CastingVoteNeeded
from coopter.governance.views import blueprint
from coopter.governance.views.choices import chosen, voices
from coopter.governance.views.desk import show_desk
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.values.actor import Role
from coopter.values.refusal import Refusal


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
        again=lambda *, status=200, conflict=None: show_desk(record, None, status=status, form=form),
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
        again=lambda *, status=200, conflict=None: show_desk(record, None, status=status),
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
        return show_desk(record, None, status=422)
    return redirect(url_for("governance.room", assembly_id=assembly_id, code=code), 303)


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/ouvrir-le-vote")
@for_roles(Role.COORDINATOR)
def open_vote(item_id: int) -> Any:
    """Open the vote on a point, the way that the room chose."""
    known = {one.value: one for one in BallotMethod}
    method = known.get(request.form.get("method", ""))
    return _act(
        item_id,
        lambda: _open_vote(g.actor, item_id=item_id, method=method, at=clock.now()),
        _("Le vote est ouvert."),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/remettre-aux-voix")
@for_roles(Role.COORDINATOR)
def vote_again(item_id: int) -> Any:
    """Put a point to the vote again, after a vote without effect or annulled."""
    assembly_id = get_item(item_id).assembly_id
    return answer(
        None,
        lambda: _vote_again(g.actor, item_id=item_id, at=clock.now()),
        then=lambda made: url_for("governance.desk", assembly_id=assembly_id, point=made),
        done=_("Le point se vote à nouveau : choisissez comment, puis ouvrez le vote."),
        again=lambda *, status=200, conflict=None: show_desk(assembly_record(assembly_id), item_id, status=status),
    )


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
    but = voices(typed, candidates=item.candidates, seats=item.seats)
    if item.method is BallotMethod.ROLL_CALL:
        record_ballots(g.actor, item_id=item.id, choices=but, at=clock.now())
        return
    everybody = chosen(typed.getlist("everybody"), candidates=item.candidates, seats=item.seats)
    record_show_of_hands(g.actor, item_id=item.id, everybody=everybody, but=but, at=clock.now())


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
        return show_desk(
            assembly_record(found.assembly_id), item_id, status=status, casting=bool(tie), conflict=conflict
        )

    def ask() -> Any:
        try:
            return act()
        except CastingVoteNeeded as needed:
            tie.append(needed)
            raise

    here = url_for("governance.desk", assembly_id=found.assembly_id, point=item_id)
    return answer(None, ask, then=lambda made: here, done=done, again=again)
