"""A structure's account on its page: what it owes, and what it contributed beside what it received, unit by unit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from coopter.contributions.queries.reciprocity import visible_entries
from coopter.contributions.rules.kinds import Unit
from coopter.contributions.rules.reciprocity import UNIT_NAMES, quantity_words
from coopter.members.models import Structure
from coopter.members.queries import Section
from coopter.plumbing.pages import written
from coopter.treasury import policies, queries
from coopter.values.actor import Actor
from coopter.values.money import Money


def account(actor: Actor, structure: Structure, today: date) -> Section | None:
    """What the structure owes today, and what is late."""
    if not policies.can_read_account_of(actor, structure.id):
        return None
    told = queries.statement_of(actor, structure_id=structure.id, on=today)
    if not told.lines:
        return None
    facts = [(_("Demandé, avoirs déduits"), written(told.documents)), (_("Payé"), written(told.paid))]
    facts.append((_("Solde dû"), written(told.balance)))
    if told.overdue_since is not None:
        since = _("%(amount)s, depuis le %(day)s", amount=written(told.overdue), day=written(told.overdue_since))
        facts.append((_("En retard"), since))
    return Section(
        title=_("Compte"), icon="hand-coins", facts=tuple(facts),
        url=url_for("treasury.account", structure_id=structure.id), action=_("Voir le relevé"),
    )  # fmt: skip


def exchanged(actor: Actor, structure: Structure, today: date) -> Section | None:
    """What it contributed and gave, beside what it received, this year and the one before; units never added up."""
    rows: list[tuple[str, str, str, str]] = []
    for year in (today.year, today.year - 1):
        given: dict[Unit, int] = defaultdict(int)
        received: dict[Unit, int] = defaultdict(int)
        for entry in visible_entries(actor, year):
            if entry.giver == structure.id:
                given[entry.unit] += entry.quantity
            elif entry.receiver == structure.id:
                received[entry.unit] += entry.quantity
        for unit in (one for one in Unit if given[one] or received[one]):
            both = quantity_words(unit, given[unit]), quantity_words(unit, received[unit])
            rows.append((str(year), written(UNIT_NAMES[unit]), *both))
    paid = _paid(actor, structure, today)
    if not rows and not paid:
        return None
    return Section(
        title=_("Contribution et bénéfice"), icon="scale",
        facts=((_("Contributions payées"), written(paid)),) if paid is not None else (),
        columns=(_("Année"), _("Unité"), _("A donné ou contribué"), _("A reçu")), rows=tuple(rows),
        url=url_for("contributions.reciprocity"), action=_("Voir la réciprocité"),
        empty=_("Rien n’a encore été donné ni reçu."),
    )  # fmt: skip


def _paid(actor: Actor, structure: Structure, today: date) -> Money | None:
    """What the structure paid of its contributions, for whoever reads its account."""
    if not policies.can_read_account_of(actor, structure.id):
        return None
    documents = [one for one in queries.owed_documents(structure_id=structure.id) if isinstance(one.title, str)]
    return sum((one.owing.paid for one in documents), Money.zero())
