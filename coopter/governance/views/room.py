"""The room's large screen: where the assembly is, how many voted, what came out, who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from flask import current_app, request, url_for
from flask_babel import gettext as _

from coopter.governance.queries.assemblies import quorum_now
from coopter.governance.queries.moments import moment_of_room
from coopter.governance.queries.sittings import AssemblyRecord, ItemRecord, agenda_of
from coopter.governance.queries.votes import outcome_of, vote_record
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, ItemForm, ItemState
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import seen
from coopter.governance.views.polling import is_unmoved
from coopter.governance.views.results import QuorumShown, Result, shown_quorum, shown_result
from coopter.governance.views.sheets import kicker
from coopter.plumbing.doors import everyone_inside
from coopter.plumbing.pages import render


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
    moment = moment_of_room(assembly_id)
    if is_unmoved(moment):
        return "", 204
    record, code = seen(assembly_id), request.args.get("code", "")
    here = url_for("governance.room", assembly_id=assembly_id, code=code or None, vu=moment)
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
        kicker=kicker(item, outcome), title=item.title, text=names, received=found.turnout.voted if voting else None,
        expected=found.turnout.on_roll, result=shown_result(outcome) if outcome else None, **facts,
    )  # fmt: skip


def _at(record: AssemblyRecord, agenda: tuple[ItemRecord, ...]) -> ItemRecord | None:
    """The point where the assembly is: the open vote, else the last closed one, else the first."""
    waiting = [one for one in agenda if one.state is ItemState.OPEN]
    if waiting:
        return waiting[0]
    closed = [one for one in agenda if one.state is ItemState.CLOSED and one.closed_at]
    return max(closed, key=lambda one: (one.closed_at, one.position)) if closed else None
