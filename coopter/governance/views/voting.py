"""The phone in the room: one resolution at a time, for whom I vote, the choice, a last look, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance.commands.ballots import Receipt, cast
from coopter.governance.forms.naming import CHOICES, METHODS
from coopter.governance.queries.assemblies import own_electors
from coopter.governance.queries.moments import moment_of_booth
from coopter.governance.queries.sittings import AssemblyRecord, ItemRecord, agenda_of, get_item, item_record
from coopter.governance.queries.votes import Hand, hands_of, outcome_of
from coopter.governance.rules.ballots import Choice
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.statutes import Statutes
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import VOTERS, seen
from coopter.governance.views.choices import Missing, chosen
from coopter.governance.views.polling import is_unmoved
from coopter.governance.views.results import Result, shown_result
from coopter.governance.views.sheets import effect, kicker
from coopter.plumbing import clock
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import refused, render, say, written
from coopter.values.refusal import NotFound, Refusal


@dataclass(frozen=True)
class Voice:
    """Somebody I vote for."""

    elector_id: int
    name: str
    note: str


@dataclass(frozen=True)
class Booth:
    """What the phone shows: `state` is none, over, open, voted, closed or aside."""

    state: str
    asks_again: bool = True
    item_id: int = 0
    kicker: str = ""
    method: str = ""
    is_secret: bool = False
    title: str = ""
    text: str = ""
    amends: str = ""
    effect: str = ""
    hands: tuple[Voice, ...] = ()
    choices: tuple[tuple[str, str, str], ...] = ()
    seats: int = 0
    candidates: tuple[str, ...] = ()
    why: str = ""
    missing: str = ""
    result: Result | None = None


@dataclass(frozen=True)
class Said:
    """One line of the last look."""

    name: str
    code: str
    words: str


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/voter")
@everyone_inside
def vote(assembly_id: int) -> Any:
    """The vote that is open, else the last that was closed, else a page that waits."""
    if is_unmoved(moment_of_booth(g.actor, assembly_id)):
        return "", 204
    return _page(seen(assembly_id))


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/relire")
@for_roles(*VOTERS)
def check_vote(item_id: int) -> Any:
    """The choice once more in large letters, before it is cast; nothing is written."""
    record, booth = _booth_of(item_id)
    if booth.state != "open":
        return _page(record)
    try:
        choices = _choices(booth, request.form)
    except Missing as lacking:
        return _page(record, replace(booth, missing=say(lacking)), status=422)
    said = [Said(voice.name, *_words(choices[voice.elector_id])) for voice in booth.hands]
    kept = [(name, value) for name, value in request.form.items(multi=True) if name.startswith(("choice", "own-"))]
    return render(page="vote_check", assembly=record, booth=booth, said=said, typed=kept)


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/voter")
@for_roles(*VOTERS)
def cast_vote(item_id: int) -> Any:
    """Cast the ballots; the receipts of a secret vote are on this answer and nowhere else."""
    record, booth = _booth_of(item_id)
    try:
        receipts = cast(g.actor, item_id=item_id, choices=_choices(booth, request.form), at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        return _page(record, _booth_of(item_id)[1], status=422)
    return render(page="vote_done", assembly=record, booth=booth, receipts=_codes(receipts))


def _page(record: AssemblyRecord, booth: Booth | None = None, *, status: int = 200) -> Any:
    moment = moment_of_booth(g.actor, record.id)
    here = url_for("governance.vote", assembly_id=record.id)
    again = url_for("governance.vote", assembly_id=record.id, vu=moment)
    shown = booth or _booth(record)
    return render(page="vote", status=status, assembly=record, booth=shown, here=here, again=again, far=_far(record))


def _far(record: AssemblyRecord) -> list[tuple[int, str]]:
    """My seats that may still be noted present at a distance."""
    running = record.state in (AssemblyState.CONVENED, AssemblyState.OPEN)
    if not running or record.mode not in (AssemblyMode.REMOTE, AssemblyMode.MIXED):
        return []
    return [(one.id, one.name) for one in own_electors(g.actor, record.id) if one.may_vote and not one.present]


def _booth(record: AssemblyRecord) -> Booth:
    """What the assembly is at: several votes may be open in a consultation, they come one by one."""
    if record.state in (AssemblyState.CLOSED, AssemblyState.ANNULLED):
        return Booth("over", asks_again=False)
    agenda = agenda_of(record.id)
    waiting = [one for one in agenda if one.state is ItemState.OPEN]
    mine = [(one, hands_of(g.actor, one.id)) for one in waiting]
    for one, hands in mine:
        if any(not hand.has_voted for hand in hands) and one.method is not BallotMethod.SHOW_OF_HANDS:
            return _open(record, one, hands, agenda)
    for one, hands in mine:
        return _open(record, one, hands, agenda)
    closed = [one for one in agenda if one.state is ItemState.CLOSED and one.closed_at]
    if not closed:
        return Booth("none")
    last = max(closed, key=lambda one: (one.closed_at, one.position))
    outcome = outcome_of(last.id)
    return replace(_facts(last, agenda), state="closed", result=shown_result(outcome) if outcome else None)


def _booth_of(item_id: int) -> tuple[AssemblyRecord, Booth]:
    item = item_record(get_item(item_id))
    record = seen(item.assembly_id)
    if item.form is ItemForm.REPORT:
        raise NotFound()
    agenda = agenda_of(record.id)
    if item.state is not ItemState.OPEN:
        return record, _booth(record)
    return record, _open(record, item, hands_of(g.actor, item_id), agenda)


def _open(record: AssemblyRecord, item: ItemRecord, hands: tuple[Hand, ...], agenda: Any) -> Booth:
    facts = _facts(item, agenda)
    left = [hand for hand in hands if not hand.has_voted]
    if item.method is BallotMethod.SHOW_OF_HANDS:
        return replace(
            facts, state="aside", why=_("On vote à main levée : la salle lève la main, le secrétariat note.")
        )
    if not hands:
        return replace(facts, state="aside", why=_why(record))
    if not left:
        return replace(facts, state="voted")
    colleges = {one.code: one.label for one in (record.statutes or Statutes()).colleges}
    voices = tuple(Voice(hand.elector_id, hand.name, _note(hand, colleges)) for hand in left)
    choices = tuple((code, str(label), icon) for code, (label, icon) in CHOICES.items())
    return replace(facts, state="open", asks_again=False, hands=voices, choices=choices)


def _facts(item: ItemRecord, agenda: tuple[ItemRecord, ...]) -> Booth:
    titles = {one.id: one.title for one in agenda}
    return Booth(
        "open", item_id=item.id, kicker=kicker(item), method=str(METHODS[item.method]),
        is_secret=item.method is BallotMethod.SECRET, title=item.title, text=item.body,
        amends=titles.get(item.amends_id or 0, ""), effect=effect(item),
        seats=item.seats if item.form is ItemForm.ELECTION else 0, candidates=item.candidates,
    )  # fmt: skip


def _note(hand: Hand, colleges: Mapping[str, str]) -> str:
    parts = [] if hand.is_own else [_("par pouvoir")]
    if hand.college:
        parts.append(colleges.get(hand.college, hand.college))
    if hand.weight > 1:
        parts.append(_("%(weight)s voix", weight=hand.weight))
    return ", ".join(parts)


def _why(record: AssemblyRecord) -> str:
    mine = own_electors(g.actor, record.id)
    if not mine:
        return _("Vous n’avez pas de siège dans cette assemblée.")
    refused = [one for one in mine if not one.may_vote]
    if refused and refused[0].why_not is not None:
        return written(refused[0].why_not)
    given = [one for one in mine if not one.present and one.gave_to]
    if given:
        return _("Votre pouvoir est donné à %(name)s, qui vote pour vous.", name=given[0].gave_to)
    return _("La liste de ce vote a été fixée à son ouverture, et votre arrivée n’y était pas. Faites-la noter : vous "
             "voterez la prochaine résolution.")  # fmt: skip


def _choices(booth: Booth, typed: Any) -> dict[int, Choice]:
    """Elector → choice: the one for all, unless another was made for a voice."""
    everybody = _choice(booth, typed.getlist("choice"))
    found: dict[int, Choice] = {}
    for voice in booth.hands:
        own = typed.getlist(f"choice-{voice.elector_id}")
        other = bool(own and own != [""]) if not booth.seats else bool(typed.get(f"own-{voice.elector_id}"))
        found[voice.elector_id] = _choice(booth, own) if other else everybody
    return found


def _choice(booth: Booth, typed: list[str]) -> Choice:
    return chosen(typed, candidates=booth.candidates, seats=booth.seats)


def _words(choice: Choice) -> tuple[str, str]:
    if isinstance(choice, str):
        return choice, str(CHOICES[choice][0]) if choice in CHOICES else choice
    return "yes", ", ".join(choice)


def _codes(receipts: tuple[Receipt, ...]) -> list[str]:
    """Receipts in alphabetical order, without the names: whoever looks over the shoulder learns nothing more."""
    return sorted(one.code for one in receipts if one.code)
