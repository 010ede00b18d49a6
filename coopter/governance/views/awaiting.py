"""« Qu'est-ce qui m'attend ? » in the life of the grouping: a vote, a signature, an opinion, a power, an obligation."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance import policies
from coopter.governance.queries.admission import admissions_waiting, opinions_wanted
from coopter.governance.queries.assemblies import ElectorRecord, own_electors
from coopter.governance.queries.obligations import obligations_waiting
from coopter.governance.queries.signing import to_sign
from coopter.governance.queries.sittings import AssemblyRecord, agenda_of, assemblies_for, questions_of
from coopter.governance.queries.votes import hands_of
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemState
from coopter.plumbing import clock
from coopter.plumbing.awaiting import Step, in_order
from coopter.plumbing.formats import instant
from coopter.plumbing.pages import localised, written
from coopter.values.actor import Actor

_when = localised(instant)


def awaited(actor: Actor) -> list[Step]:
    """Everything that the life of the grouping asks of somebody, what happens now first."""
    return in_order([*waiting_steps(actor), *_signatures(actor), *_opinions(actor), *_duties(actor)])


def waiting_steps(actor: Actor) -> list[Step]:
    """Everything that waits for somebody, the vote that is open first."""
    return in_order(step for record in assemblies_for(actor) for step in steps_of(actor, record))


def steps_of(actor: Actor, record: AssemblyRecord) -> list[Step]:
    """What one assembly waits for from somebody."""
    mine = own_electors(actor, record.id) if record.state in (AssemblyState.CONVENED, AssemblyState.OPEN) else ()
    steps = _votes(actor, record) if record.state is AssemblyState.OPEN else []
    if not steps and record.state is AssemblyState.OPEN and mine:
        steps = [_follow(record, mine)]
    if record.state is AssemblyState.CONVENED and record.mode is not AssemblyMode.CONSULTATION:
        steps += _coming(record, mine)
    return steps + (_to_prepare(record) if policies.can_prepare_governance(actor) else [])


def _votes(actor: Actor, record: AssemblyRecord) -> list[Step]:
    steps = []
    for item in agenda_of(record.id):
        if item.state is not ItemState.OPEN or item.method is BallotMethod.SHOW_OF_HANDS:
            continue
        left = [hand for hand in hands_of(actor, item.id) if not hand.has_voted]
        if left:
            why = ngettext("Vous votez pour une voix.", "Vous votez pour %(num)d voix.", len(left))
            url = url_for("governance.vote", assembly_id=record.id)
            steps.append({"title": _("Un vote est ouvert : %(title)s", title=item.title), "why": why, "url": url,
                          "action": _("Voter"), "icon": "vote", "urgent": True, "now": True})  # fmt: skip
    return steps


def _follow(record: AssemblyRecord, mine: tuple[ElectorRecord, ...]) -> Step:
    here = any(one.present for one in mine)
    return {
        "title": _("%(title)s est ouverte", title=record.title), "icon": "vote", "urgent": True, "now": True,
        "why": _("Les votes s’afficheront ici.") if here else _("Faites noter votre arrivée à l’accueil."),
        "url": url_for("governance.vote", assembly_id=record.id), "action": _("Suivre"),
    }  # fmt: skip


def _coming(record: AssemblyRecord, mine: tuple[ElectorRecord, ...]) -> list[Step]:
    steps: list[Step] = []
    for one in mine:
        if not one.may_vote or one.present:
            continue
        title = _("%(title)s, %(when)s", title=record.title, when=_when(record.starts_at))
        if one.proxy_id is None:
            why = _("Vous y siégez pour %(name)s. Si vous ne venez pas, donnez pouvoir.", name=one.name)
            action = _("Donner pouvoir")
        else:
            holder = one.gave_to or _("quelqu’un de présent")
            why = _("Pouvoir de %(name)s donné à %(holder)s.", name=one.name, holder=holder)
            action = _("Revoir")
        url = url_for("governance.proxies", assembly_id=record.id)
        steps.append({"title": title, "why": why, "url": url, "action": action, "icon": "handshake"})
    return steps


def _to_prepare(record: AssemblyRecord) -> list[Step]:
    here = url_for("governance.assembly", assembly_id=record.id)
    steps: list[Step] = []
    if record.state is AssemblyState.DRAFT:
        steps.append({"title": _("À convoquer : %(title)s", title=record.title), "icon": "send",
                      "why": _("Prévue %(when)s. Rien n’est encore parti.", when=_when(record.starts_at)),
                      "url": here, "action": _("Préparer")})  # fmt: skip
    if record.state is AssemblyState.CLOSED and record.minutes_text_id is None:
        steps.append({"title": _("Procès-verbal à écrire : %(title)s", title=record.title), "icon": "file-text",
                      "why": _("Il se rédige d’après ce qui s’est passé ; vous le complétez, puis il se signe."),
                      "url": url_for("governance.minutes", assembly_id=record.id),
                      "action": _("Rédiger")})  # fmt: skip
    live = record.state in (AssemblyState.CONVENED, AssemblyState.OPEN)
    unanswered = [one for one in questions_of(record.id) if not one.answer] if live else []
    if unanswered:
        title = ngettext("Une question écrite attend une réponse", "%(num)d questions écrites attendent une réponse",
                         len(unanswered))  # fmt: skip
        steps.append({"title": title, "why": record.title, "icon": "circle-help", "count": len(unanswered),
                      "url": f"{here}#questions", "action": _("Répondre")})  # fmt: skip
    return steps


def _signatures(actor: Actor) -> Iterator[Step]:
    for one in to_sign(actor, today=clock.today()):
        facts = {"number": one.number, "capacity": one.capacity}
        why = _("Version %(number)s, en qualité de %(capacity)s.", **facts)
        if one.closes_on is not None:
            day = written(one.closes_on)
            why = _("Version %(number)s, en qualité de %(capacity)s, jusqu’au %(day)s.", day=day, **facts)
        yield {
            "title": _("À signer : %(title)s", title=one.title), "why": why, "icon": "stamp", "urgent": True,
            "url": url_for("governance.sign", request_id=one.request_id), "action": _("Lire et signer"),
        }  # fmt: skip


def _opinions(actor: Actor) -> Iterator[Step]:
    for admission_id, name in opinions_wanted(actor):
        yield {
            "title": _("Votre avis est demandé : %(name)s", name=name), "icon": "building-2",
            "why": _("Cette structure demande à entrer. Les membres disent ce qu’ils en pensent avant la décision."),
            "url": url_for("governance.admission", admission_id=admission_id), "action": _("Lire et donner un avis"),
        }  # fmt: skip


def _duties(actor: Actor) -> Iterator[Step]:
    if not policies.can_prepare_governance(actor):
        return
    due = obligations_waiting(today=clock.today())
    if due.first is not None:
        late = ngettext("Une échéance est en retard", "%(num)d échéances sont en retard", due.overdue)
        near = ngettext("Une échéance approche", "%(num)d échéances approchent", due.soon)
        yield {
            "title": late if due.overdue else near, "icon": "calendar-clock", "urgent": bool(due.overdue),
            "why": _("%(what)s, avant le %(day)s.", what=written(due.first), day=written(due.first_on)),
            "count": due.overdue or due.soon, "url": url_for("governance.obligations"),
            "action": _("Voir les échéances"),
        }  # fmt: skip
    asking = admissions_waiting()
    if asking:
        title = ngettext("Une structure demande à entrer", "%(num)d structures demandent à entrer", len(asking))
        yield {
            "title": title, "why": ", ".join(asking[:3]), "icon": "building-2", "count": len(asking),
            "url": url_for("governance.admissions"), "action": _("Instruire"),
        }  # fmt: skip
