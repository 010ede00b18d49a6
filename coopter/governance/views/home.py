"""« Gouvernance » : what waits for whoever is here, then the ways to texts, assemblies, registers and duties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance import policies, queries
from coopter.governance.queries.admission import list_admissions
from coopter.governance.queries.bodies import list_bodies
from coopter.governance.queries.capital import capital_page, own_holdings
from coopter.governance.queries.departure import list_departures
from coopter.governance.queries.obligations import obligations_waiting
from coopter.governance.queries.sittings import AssemblyRecord, assemblies_for
from coopter.governance.queries.texts import list_texts
from coopter.governance.queries.votes import register as deliberations
from coopter.governance.rules.capital import issues_shares
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.register import Standing
from coopter.governance.views import blueprint
from coopter.governance.views.awaiting import awaited
from coopter.plumbing import clock
from coopter.plumbing.doors import everyone_inside
from coopter.plumbing.formats import day as day_words
from coopter.plumbing.pages import localised, render, written

Card = dict[str, Any]
LIVE = (AssemblyState.CONVENED, AssemblyState.OPEN)
_day = localised(day_words)


@blueprint.get("/<grouping>/vie")
@everyone_inside
def index() -> Any:
    """What waits for me in the life of the grouping, and where everything is."""
    return render(waiting=awaited(g.actor), cards=[*_common(), *_own_shares(), *_of_the_office()])


def _common() -> Iterator[Card]:
    """The ways that everybody inside may take."""
    assemblies = assemblies_for(g.actor)
    coming = [one for one in assemblies if one.state in LIVE]
    texts = list_texts(g.actor, on=clock.today())
    standing = [one for one in queries.register_on(clock.today()) if one.standing is Standing.IN_FORCE]
    yield _card(_("Assemblées"), len(assemblies), _next(coming), "governance.assemblies", "vote")
    yield _card(
        _("Textes et signatures"), len(texts), _("chartes, conventions, règlements"), "governance.texts", "file-text"
    )
    register = "office.register_of_decisions"
    yield _card(_("Registre des décisions"), len(standing), _("clés, prix, réglages votés"), register, "scale")
    yield _card(
        _("Délibérations"), len(deliberations()), _("numéros suivis, chaînés"), "governance.deliberations", "files"
    )
    yield _card(_("Instances"), len(list_bodies()), _("sièges et règles des statuts"), "governance.bodies", "landmark")
    if policies.can_read_admissions(g.actor):
        yield _card(_("Admissions en cours"), len(list_admissions(open=True)), _("demandes, avis, décisions"),
                    "governance.admissions", "building-2")  # fmt: skip


def _own_shares() -> Iterator[Card]:
    """The certificate of each associate for whom the reader speaks."""
    if not issues_shares(g.grouping.kind, g.grouping.legal_form):
        return
    for one in own_holdings(g.actor, on=clock.today()):
        shares = ngettext("%(num)d part", "%(num)d parts", one.shares)
        note = _("%(amount)s, attestation en PDF", amount=written(one.amount))
        where = url_for("governance.share_certificate", seat_id=one.associate.seat_id)
        label = _("Vos parts sociales") if len(g.actor.represents) < 2 else one.associate.name
        yield {"label": label, "value": shares, "note": note, "url": where, "icon": "coins"}


def _of_the_office() -> Iterator[Card]:
    """The ways of those who keep the house."""
    if not policies.can_read_obligations(g.actor):
        return
    due = obligations_waiting(today=clock.today())
    soon = ngettext("%(num)d dans les 30 jours", "%(num)d dans les 30 jours", due.soon)
    yield _card(_("Échéances en retard"), due.overdue, soon, "governance.obligations", "calendar-clock")
    leaving = len(list_departures())
    yield _card(_("Départs"), leaving, _("préavis, comptes, exclusions"), "governance.departures", "undo-2")
    if issues_shares(g.grouping.kind, g.grouping.legal_form):
        held = written(capital_page(clock.today()).capital)
        yield _card(_("Capital"), held, _("registre, attestations, réserves"), "governance.capital", "coins")


def _card(label: str, value: Any, note: str, endpoint: str, icon: str) -> Card:
    return {"label": label, "value": value, "note": note, "url": url_for(endpoint), "icon": icon}


def _next(coming: list[AssemblyRecord]) -> str:
    if not coming:
        return _("aucune à venir")
    return _("prochaine le %(day)s", day=_day(min(one.day for one in coming)))
