"""The page of an assembly as its template reads it: what may be done now, the agenda with its results, the papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from coopter.governance import policies
from coopter.governance.forms.naming import ITEM_FORMS, ITEM_STATES, METHODS
from coopter.governance.queries.assemblies import quorum_now
from coopter.governance.queries.sittings import (
    AssemblyRecord,
    DocumentRecord,
    ItemRecord,
    agenda_of,
    documents_of,
    questions_of,
)
from coopter.governance.queries.votes import OutcomeRecord, outcomes_of
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, ItemForm, ItemState, Verdict
from coopter.governance.rules.motions import kind_of
from coopter.governance.rules.quorum import QuorumState
from coopter.governance.rules.statutes import MajorityUnknown, Statutes
from coopter.governance.rules.wording import majority_in_words
from coopter.governance.views.results import QuorumShown, Result, shown_quorum, shown_result
from coopter.plumbing import clock
from coopter.plumbing.pages import written
from coopter.values.actor import Actor
from coopter.values.refusal import Words

DRAFT, CONVENED, OPEN, CLOSED = (
    AssemblyState.DRAFT, AssemblyState.CONVENED, AssemblyState.OPEN, AssemblyState.CLOSED,
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """A button of the page."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class File:
    """A document to fetch."""

    name: str
    url: str
    size: str


@dataclass(frozen=True)
class Point:
    """A point of the agenda."""

    id: int
    kicker: str
    title: str
    body: str
    method: str
    state: tuple[str, Any] | None
    amends: str
    seats: int
    candidates: tuple[str, ...]
    effect: str
    majority: Words | None
    result: Result | None
    documents: tuple[File, ...]
    may_change: bool


@dataclass(frozen=True)
class Sheet:
    """Everything that the page shows besides the facts."""

    actions: list[Act]
    more: list[tuple[str, str]]
    stages: list[tuple[str, str]]
    waiting: list[dict[str, Any]]
    points: list[Point]
    documents: list[File]
    document_for: list[tuple[str, str]]
    questions: Any
    quorum: QuorumShown | None
    is_draft: bool
    may_change: bool
    may_ask: bool
    may_call_again: bool
    may_annul: bool
    annul_words: str = field(default="")


def assembly_sheet(actor: Actor, record: AssemblyRecord, *, speaks: bool, waiting: list[dict[str, Any]]) -> Sheet:
    """What this actor sees and may do on the page of an assembly."""
    may = policies.can_prepare_governance(actor)
    agenda, documents = agenda_of(record.id), documents_of(record.id)
    live = record.state in (CONVENED, OPEN)
    meets = record.mode is not AssemblyMode.CONSULTATION
    state = quorum_now(record.id) if live and meets else None
    return Sheet(
        actions=_actions(record, may=may, speaks=speaks), more=_more(record, may=may), stages=_stages(record),
        waiting=waiting,
        points=points_of(record, agenda, documents, may=may),
        documents=[_file(one) for one in documents if one.item_id is None],
        document_for=[("", _("L’assemblée")), *((str(one.id), one.title) for one in agenda)],
        questions=questions_of(record.id), quorum=shown_quorum(state, record.statutes),
        is_draft=record.state is DRAFT, may_change=may and record.state in (DRAFT, CONVENED, OPEN),
        may_ask=live and speaks, may_call_again=may and live and _may_call_again(record, state, outcomes_of(record.id)),
        may_annul=may and record.state is not AssemblyState.ANNULLED, annul_words=_annul_words(record),
    )  # fmt: skip


def points_of(
    record: AssemblyRecord, agenda: tuple[ItemRecord, ...], documents: tuple[DocumentRecord, ...] = (), *, may: bool
) -> list[Point]:
    """The agenda in order, with what each vote gave."""
    outcomes = {one.item_id: one for one in outcomes_of(record.id)}
    titles = {one.id: one.title for one in agenda}
    return [_point(record, one, outcomes.get(one.id), titles, documents, may=may) for one in agenda]


def _point(
    record: AssemblyRecord, item: ItemRecord, outcome: OutcomeRecord | None, titles: dict[int, str],
    documents: tuple[DocumentRecord, ...], *, may: bool,
) -> Point:  # fmt: skip
    voted = item.form is not ItemForm.REPORT
    later = item.form is ItemForm.REPORT or item.amends_id is not None
    changes = (
        may
        and item.state is ItemState.PENDING
        and (record.state is DRAFT or (later and record.state in (CONVENED, OPEN)))
    )
    return Point(
        id=item.id, kicker=kicker(item, outcome), title=item.title, body=item.body,
        method=str(METHODS[item.method]) if voted else "",
        state=ITEM_STATES[item.state] if voted and record.state in (OPEN, CLOSED) and outcome is None else None,
        amends=titles.get(item.amends_id or 0, ""), seats=item.seats, candidates=item.candidates, effect=effect(item),
        majority=_majority(record.statutes, item) if voted and outcome is None else None,
        result=shown_result(outcome) if outcome else None,
        documents=tuple(_file(one) for one in documents if one.item_id == item.id), may_change=changes,
    )  # fmt: skip


def kicker(item: ItemRecord, outcome: OutcomeRecord | None = None) -> str:
    """Where a point stands: its place, then what it asks; once voted, its number in the register."""
    what = _("Amendement") if item.amends_id else str(ITEM_FORMS[item.form])
    if outcome is not None:
        return _("Point %(place)s · délibération n° %(number)s", place=item.position, number=outcome.number)
    return _("Point %(place)s · %(what)s", place=item.position, what=what)


def effect(item: ItemRecord) -> str:
    """What a resolution does by itself when adopted, in a sentence; "" when nothing."""
    if item.motion is None:
        return ""
    return written(kind_of(item.motion.kind).describe(item.motion))


def _majority(statutes: Statutes | None, item: ItemRecord) -> Words | None:
    if statutes is None or item.form is not ItemForm.RESOLUTION:
        return None
    try:
        return majority_in_words(statutes.majority(item.majority))
    except MajorityUnknown:
        return None


def _file(one: DocumentRecord) -> File:
    size = _("%(size)s Ko", size=max(1, one.size // 1024))
    return File(one.name, url_for("governance.assembly_document", document_id=one.id), size)


def _may_call_again(record: AssemblyRecord, quorum: QuorumState | None, outcomes: tuple[OutcomeRecord, ...]) -> bool:
    """On its day, a first call that lacks its quorum (a consultation: once votes closed without), where the statutes
    know a second one."""
    known = record.statutes is not None and record.statutes.second_quorum is not None
    if record.mode is AssemblyMode.CONSULTATION:
        lacking = any(one.verdict is Verdict.NO_QUORUM for one in outcomes)
    else:
        lacking = quorum is None or not quorum.reached
    return known and lacking and record.call == 1 and record.day <= clock.today()


def _actions(record: AssemblyRecord, *, may: bool, speaks: bool) -> list[Act]:
    here: dict[str, Any] = {"assembly_id": record.id}
    vote = Act(_("Voter"), url_for("governance.vote", **here), "vote")
    powers = Act(_("Pouvoirs"), url_for("governance.proxies", **here), "handshake")
    minutes = Act(_("Procès-verbal"), url_for("governance.minutes", **here), "file-text")
    if record.state is DRAFT:
        return [Act(_("Convoquer"), url_for("governance.convocation", **here), "send")] if may else []
    if record.state is CLOSED:
        return [minutes]
    if record.state is AssemblyState.ANNULLED:
        return []
    meets = record.mode is not AssemblyMode.CONSULTATION
    desk = Act(
        _("Tenir l’assemblée") if meets else _("Tenir la consultation"),
        url_for("governance.desk", **here),
        "list-checks",
    )
    attendance = Act(_("Présences"), url_for("governance.attendance", **here), "users")
    running = [desk, *([attendance] if meets else [])] if may else []
    return [*running, *([vote] if speaks and record.state is OPEN else []), *([powers] if speaks or may else [])]


def _more(record: AssemblyRecord, *, may: bool) -> list[tuple[str, str]]:
    here: dict[str, Any] = {"assembly_id": record.id}
    meets = record.mode is not AssemblyMode.CONSULTATION
    held, preparing = (CONVENED, OPEN, CLOSED), (DRAFT, CONVENED) if may else ()
    links = [(_("Modifier la date, le lieu…"), url_for("governance.edit_assembly", **here), preparing),
             (_("Bureau de séance"), url_for("governance.assembly_people", **here), (OPEN, CLOSED) if may else ()),
             (_("Écran de salle"), url_for("governance.room", **here), held),
             (_("Feuille de présence (PDF)"), url_for("governance.attendance_sheet", **here), held if meets else ()),
             (_("Bulletins et recompte"), url_for("governance.recount", **here), (OPEN, CLOSED)),
             (_("Délibérations"), url_for("governance.deliberations"), tuple(AssemblyState))]  # fmt: skip
    return [(label, url) for label, url, states in links if record.state in states]


def _stages(record: AssemblyRecord) -> list[tuple[str, str]]:
    names = (_("Préparer"), _("Convoquée"), _("En séance"), _("Procès-verbal"))
    at = {DRAFT: 0, CONVENED: 1, OPEN: 2, CLOSED: 3}.get(record.state, -1)
    done = record.minutes_text_id is not None
    return [
        (name, "done" if place < at or (done and place == at) else "current" if place == at else "todo")
        for place, name in enumerate(names)
    ]


def _annul_words(record: AssemblyRecord) -> str:
    if record.state is DRAFT:
        return _("Cette préparation est abandonnée ; rien n’était parti.")
    if record.state is CLOSED:
        return _("Toutes ses délibérations sont annulées, et les décisions qu’elles ont fixées cessent de compter.")
    return _("Chaque personne convoquée reçoit un courriel, et l’assemblée sort de son agenda.")
