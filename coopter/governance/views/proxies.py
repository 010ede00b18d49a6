"""Doors to powers: mine to give and take back, all of them for whoever runs the assembly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance import policies
from coopter.governance.commands import proxies as powers
from coopter.governance.forms.assemblies import number_or_none
from coopter.governance.queries.assemblies import ElectorRecord, own_electors, proxies_of, roll_of
from coopter.governance.queries.papers import proxy_of
from coopter.governance.queries.sittings import AssemblyRecord
from coopter.governance.rules.statutes import Statutes
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import VOTERS, seen
from coopter.governance.views.attending import RUNNING
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import Words


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
    return _moved(
        record,
        lambda: powers.give_proxy(g.actor, assembly_id=assembly_id, giver_id=giver, holder_id=holder, at=clock.now()),
        _("Le pouvoir est donné."),
    )


@blueprint.post("/<grouping>/vie/assemblees/pouvoirs/<int:proxy_id>/retirer")
@for_roles(*VOTERS)
def revoke_proxy(proxy_id: int) -> Any:
    """Take a power back."""
    record = seen(proxy_of(proxy_id))
    return _moved(
        record,
        lambda: powers.revoke_proxy(g.actor, proxy_id=proxy_id, at=clock.now()),
        _("Le pouvoir est retiré."),
    )


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/pouvoirs/attribuer")
@for_roles(Role.COORDINATOR)
def assign_open_proxies(assembly_id: int) -> Any:
    """Hand the powers without a name to those present who hold room."""
    record = seen(assembly_id)
    return _moved(
        record,
        lambda: powers.assign_open_proxies(g.actor, assembly_id=assembly_id, at=clock.now()),
        lambda moved: ngettext("Un pouvoir est attribué.", "%(num)d pouvoirs sont attribués.", moved) if moved else
        _("Aucun pouvoir n’a pu être attribué : personne de présent ne peut encore en porter."),
    )  # fmt: skip


def _moved(record: AssemblyRecord, act: Callable[[], Any], done: str | Callable[[Any], str]) -> Any:
    """One act on a power, then its page again."""
    return answer(
        None,
        act,
        then=lambda made: url_for("governance.proxies", assembly_id=record.id),
        done=done,
        again=lambda *, status=200, conflict=None: _proxies(record, status=status),
    )


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
