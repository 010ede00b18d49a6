"""The chair's desk: one point, what may be done with it, how far its vote is, and who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance.forms.assemblies import OpeningForm
from coopter.governance.forms.naming import CHOICES, ITEM_STATES, METHODS
from coopter.governance.queries.assemblies import quorum_now
from coopter.governance.queries.moments import moment_of_room
from coopter.governance.queries.sittings import AssemblyRecord, ItemRecord, agenda_of, assembly_record
from coopter.governance.queries.votes import VoteRecord, may_vote_again, outcome_of, vote_record
from coopter.governance.rules.ballots import group_in_words, published_groups, too_small
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm, ItemState
from coopter.governance.views import blueprint
from coopter.governance.views.polling import is_unmoved
from coopter.governance.views.results import Result, shown_quorum, shown_result
from coopter.governance.views.sheets import effect, kicker
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render, written
from coopter.values.actor import Role


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
    methods: tuple[tuple[str, str], ...]
    warning: str
    may_vote_again: bool
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
    return show_desk(assembly_record(assembly_id), request.args.get("point", type=int))


def show_desk(record: AssemblyRecord, item_id: int | None, *, status: int = 200, casting: bool = False,
          form: OpeningForm | None = None, conflict: Any = None) -> Any:  # fmt: skip
    """The page of the desk in front of one point, with the form or the tie that is asked about."""
    moment, agenda = moment_of_room(record.id), agenda_of(record.id)
    item = next((one for one in agenda if one.id == item_id), None) or _next(record, agenda)
    quorum = (
        shown_quorum(quorum_now(record.id), record.statutes) if record.mode is not AssemblyMode.CONSULTATION else None
    )
    here = url_for("governance.desk", assembly_id=record.id, point=item.id if item else None, vu=moment)
    return render(
        page="room_desk", status=status, assembly=record, agenda=agenda, desk=_at_desk(record, item, agenda, casting),
        left=_left(agenda), quorum=quorum, states=ITEM_STATES, conflict=conflict, choices=CHOICES, here=here,
        keys=request.args.get("raccourcis") != "non",
        form=form or OpeningForm(formdata=None, data={"secretary": g.actor.name}),
    )  # fmt: skip


def _left(agenda: tuple[ItemRecord, ...]) -> int:
    """How many points still wait for their vote."""
    return sum(1 for one in agenda if one.form is not ItemForm.REPORT and one.state is ItemState.PENDING)


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
        methods=_methods(record, item), warning=_warning(record, found) if voting and found else "",
        may_vote_again=opened and outcome is not None and may_vote_again(outcome),
        by_name=item.method is BallotMethod.ROLL_CALL, seats=item.seats if item.form is ItemForm.ELECTION else 0,
        needs_casting=casting, previous=agenda[place - 1].id if place else None,
        next=agenda[place + 1].id if place + 1 < len(agenda) else None,
    )  # fmt: skip


def _methods(record: AssemblyRecord, item: ItemRecord) -> tuple[tuple[str, str], ...]:
    """The ways to vote among which the room may choose as the vote opens, the one of the agenda first."""
    persons = item.form is ItemForm.ELECTION and record.statutes is not None and record.statutes.persons_secret
    open_to = [BallotMethod.SECRET] if persons else list(BallotMethod)
    return tuple((one.value, str(METHODS[one])) for one in sorted(open_to, key=lambda one: one is not item.method))


def _warning(record: AssemblyRecord, found: VoteRecord) -> str:
    """What closing a secret vote now would destroy: too few voices in a group to publish its result (R34)."""
    if found.item.method is not BallotMethod.SECRET:
        return ""
    group = too_small(published_groups((one.college, one.weight) for one in found.lines if one.has_voted))
    if group is None:
        return ""
    colleges = {one.code: one.label for one in record.statutes.colleges} if record.statutes else {}
    return _("Moins de trois voix (%(group)s) : clos maintenant, ce vote serait sans effet et ses bulletins détruits.",
             group=written(group_in_words(group, colleges=colleges)))  # fmt: skip


def _received(found: VoteRecord) -> str:
    turnout = found.turnout
    return ngettext("%(voted)s vote reçu sur %(num)d", "%(voted)s votes reçus sur %(num)d", turnout.on_roll,
                    voted=turnout.voted)  # fmt: skip
