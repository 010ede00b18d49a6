"""« Qu'est-ce qui m'attend ? » among contributions: figures to declare, money to call, gifts that await an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.contributions.policies import calls as policies
from coopter.contributions.queries import campaigns, reciprocity
from coopter.contributions.queries import formulas as queries
from coopter.contributions.queries.calls_differences import differences_waiting
from coopter.contributions.rules.kinds import GiftState, Product
from coopter.contributions.rules.reciprocity import quantity_value
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.awaiting import Step
from coopter.plumbing.pages import written
from coopter.values.actor import Actor, Role


def awaited(actor: Actor) -> Iterator[Step]:
    """What contributions ask of somebody; formulas that are still to be found wait on their own page alone."""
    if actor.has(Role.REPRESENTATIVE):
        yield from _own_figures(actor)
    if policies.can_call(actor):
        records = [one for one in queries.contributions_list(on=clock.today()) if one.closed_at is None]
        yield from _figures()
        yield from _calls(records, clock.today())
        yield from _differences(clock.today())
    if actor.has(Role.REPRESENTATIVE, Role.COORDINATOR):
        yield from gifts_awaited(actor)


def of_the_grouping(records: tuple[queries.ContributionRecord, ...]) -> list[Step]:
    """What waits for whoever keeps contributions: calls to make, figures to gather, formulas to find."""
    today, living = clock.today(), [one for one in records if one.closed_at is None]
    return [*_calls(living, today), *_differences(today), *_figures(), *_formulas(living)]


def gifts_awaited(actor: Actor) -> Iterator[Step]:
    """Gifts that await this person's answer, or a correction of what their side noted."""
    for one in reciprocity.waiting_for(actor):
        yield {
            "title": one.what,
            "why": _("%(giver)s → %(receiver)s, le %(day)s : %(quantity)s", giver=one.giver, receiver=one.receiver,
                     day=written(one.given_on), quantity=written(quantity_value(one.unit, one.quantity))),
            "url": url_for("contributions.gift", gift_id=one.id), "icon": "handshake",
            "action": _("Répondre") if one.state is GiftState.OFFERED else _("Corriger"),
        }  # fmt: skip


def _own_figures(actor: Actor) -> Iterator[Step]:
    left = campaigns.left_to_declare(actor.represents)
    names = members.structures_by_id({structure_id for _campaign, structure_id, _back in left}) if left else {}
    for campaign, structure_id, sent_back in left:
        said = {"year": campaign.year, "name": names[structure_id].name}
        title = _("Chiffres de %(year)s à déclarer : %(name)s", **said)
        if sent_back:
            title = _("Chiffres de %(year)s à corriger : %(name)s", **said)
        yield {
            "title": title, "why": _("Réponse attendue le %(day)s.", day=written(campaign.due_on)), "icon": "percent",
            "urgent": sent_back or campaign.due_on < clock.today(), "action": _("Déclarer"),
            "url": url_for("contributions.figure", year=campaign.year, structure_id=structure_id),
        }  # fmt: skip


def _calls(records: list[queries.ContributionRecord], today: date) -> list[Step]:
    yearly = (Product.MEMBERSHIP_FEE, Product.PROPORTIONAL)
    due = [one for one in records if one.formula and one.product in yearly and (one.called or 0) < today.year]
    return [
        {
            "title": _("Appeler « %(name)s » pour %(year)s", name=one.name, year=today.year),
            "why": _("Sa formule est en vigueur et rien n’est encore appelé cette année."),
            "url": url_for("office.calling", contribution_id=one.id, year=today.year), "icon": "send",
            "action": _("Voir l’aperçu"),
        }
        for one in due
    ]  # fmt: skip


def _differences(today: date) -> list[Step]:
    return [
        {
            "title": _("Corriger « %(name)s » pour %(year)s", name=one.name, year=one.year),
            "why": ngettext("Le montant d’un membre a changé depuis l’appel : la différence fait %(total)s.",
                            "Les montants de %(num)d membres ont changé depuis l’appel : la différence fait %(total)s.",
                            one.members, total=written(one.total)),
            "url": url_for("office.calling", contribution_id=one.contribution_id, year=one.year, difference=1),
            "icon": "refresh-cw", "action": _("Voir la différence"),
        }
        for one in differences_waiting(on=today)
    ]  # fmt: skip


def _figures() -> list[Step]:
    asked = queries.asking_for_figures()
    silent: list[Step] = [
        {
            "title": _("Chiffres de %(year)s à recueillir", year=one.year),
            "why": ngettext("%(num)d structure n’a pas répondu ; réponse attendue le %(day)s.",
                            "%(num)d structures n’ont pas répondu ; réponse attendue le %(day)s.",
                            one.silent, day=written(one.due_on)),
            "url": url_for("contributions.campaign", year=one.year), "icon": "hourglass", "count": one.silent,
            "action": _("Suivre la campagne"), "urgent": one.due_on < clock.today(),
        }
        for one in asked
        if one.silent
    ]  # fmt: skip
    return silent + [
        {
            "title": _("Chiffres de %(year)s à relire", year=one.year), "icon": "list-checks", "count": one.to_review,
            "why": ngettext("%(num)d structure a répondu : acceptez ses chiffres, ou renvoyez-les.",
                            "%(num)d structures ont répondu : acceptez leurs chiffres, ou renvoyez-les.",
                            one.to_review),
            "url": url_for("contributions.campaign", year=one.year), "action": _("Relire"),
        }
        for one in asked
        if one.to_review
    ]  # fmt: skip


def _formulas(records: list[queries.ContributionRecord]) -> list[Step]:
    return [
        {
            "title": _("Trouver la formule de « %(name)s »", name=one.name),
            "why": _("Aucune formule n’est en vigueur : étudiez des variantes, puis faites-les voter."),
            "url": url_for("contributions.study", contribution_id=one.id), "icon": "scale", "action": _("Étudier"),
        }
        for one in records
        if one.formula is None and one.coming is None
    ]  # fmt: skip
