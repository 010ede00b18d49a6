"""Doors to campaigns of figures: what each member sees of its own, what the coordinator runs, what is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, flash, g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.contributions.commands import campaigns as commands
from coopter.contributions.forms.figures import BASES, OWN_STATES, STATES, CampaignForm, PublicationForm
from coopter.contributions.policies import figures as policies
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.rules.figures import DECLARABLE, NAMES, figure_said, typed_figure
from coopter.contributions.views import blueprint
from coopter.governance import commands as governance_commands
from coopter.governance import queries as governance
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.motions import Motion, kind_of
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import for_the_record, render, written
from coopter.values.actor import Role
from coopter.values.csv_text import csv_lines

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
INSIDE = (*READERS, Role.REPRESENTATIVE)
SHOWN = 5  # years of my own figures on the list; the older ones stand behind their campaign


@blueprint.get("/<grouping>/contributions/chiffres")
@for_roles(*INSIDE)
def figures() -> Any:
    """What is asked of me; every campaign; what members may see of each other."""
    return _list(CampaignForm(formdata=None, data=_usual()))


@blueprint.post("/<grouping>/contributions/chiffres")
@for_roles(Role.COORDINATOR)
def open_campaign() -> Any:
    """Ask every member for its figures of a year."""
    form = CampaignForm()
    return answer(
        form,
        lambda: commands.open_campaign(g.actor, year=form.year.data, details=_details(form), at=clock.now()),
        then=lambda sent: url_for("contributions.campaign", year=form.year.data),
        done=_("La campagne est ouverte, et chaque membre est prévenu par courriel."),
        again=lambda *, status=200, conflict=None: _list(form, status=status),
    )


@blueprint.get("/<grouping>/contributions/chiffres/<int:year>")
@for_roles(*INSIDE)
def campaign(year: int) -> Any:
    """A campaign: who said what for who reads every figure; for a member, its own and what is published."""
    return _shown(year)


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>")
@for_roles(Role.COORDINATOR)
def edit_campaign(year: int) -> Any:
    """Correct what is asked; two at once see both (R22)."""
    queries.get_campaign(year)
    form = CampaignForm()
    return answer(
        form,
        lambda: commands.edit_campaign(
            g.actor, year=year, version=version_sent(), details=_details(form), at=clock.now()
        ),
        then=lambda done: url_for("contributions.campaign", year=year),
        done=_("La campagne est modifiée."),
        again=lambda *, status=200, conflict=None: _shown(year, form=form, status=status, conflict=conflict),
    )


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/relances")
@for_roles(Role.COORDINATOR)
def remind_silent(year: int) -> Any:
    """Write again to those who have not answered, the longest silent first."""
    queries.get_campaign(year)
    return _pressed(year, lambda: commands.remind_silent(g.actor, year=year, at=clock.now()), done=_reminded)


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/cloture")
@for_roles(Role.COORDINATOR)
def close_campaign(year: int) -> Any:
    """Stop asking, and estimate what nobody said."""
    queries.get_campaign(year)
    return _pressed(
        year, lambda: commands.close_campaign(g.actor, year=year, at=clock.now()),
        done=lambda count: ngettext("La campagne est close ; un chiffre est estimé.",
                                    "La campagne est close ; %(num)d chiffres sont estimés.", count),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/publication")
@for_roles(Role.COORDINATOR)
def publish_figures(year: int) -> Any:
    """Decide what members see of a year, or put it to a vote."""
    queries.get_campaign(year)
    form = _publication(year, PublicationForm())
    motion = commands.publication_motion(year, bases=form.bases.bases, from_on=clock.today())
    vote = form.vote.data
    return answer(
        form, lambda: _put_to_vote(vote, motion) if vote else _decide(motion, form.decided_by.data),
        then=lambda made: url_for("governance.assembly", assembly_id=vote) if vote
        else url_for("contributions.campaign", year=year),
        done=_("La résolution est à l’ordre du jour. Adoptée, elle prendra effet d’elle-même à sa date.") if vote
        else _("La décision est inscrite au registre."),
        again=lambda *, status=200, conflict=None: _shown(year, publication=form, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/contributions/chiffres/<int:year>/export.csv")
@for_roles(*READERS)
def export_figures(year: int) -> Any:
    """Every member's figures of a year, as a file that the import reads back."""
    record = queries.get_campaign(year)
    header = ("structure", "nom", "année", "chiffre", "valeur", "état", "origine", "commentaire")
    rows = [
        (one.code, one.name, year, NAMES[line.base], typed_figure(line.base, line.amount),
         written(STATES[line.state][1]), written(line.method), line.comment)
        for one in queries.member_sheets(record) for line in one.lines if line.amount is not None
    ]  # fmt: skip
    content = "\ufeff" + "".join(csv_lines(header, rows, delimiter=";"))
    response = Response(content.encode(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=chiffres-{year}.csv"
    return response


def _put_to_vote(assembly_id: int, motion: Motion) -> None:
    said = for_the_record(kind_of(motion.kind).describe(motion))
    governance_commands.propose(g.actor, assembly_id=assembly_id, motion=motion, title=said, at=clock.now())


def _decide(motion: Motion, decided_by: str | None) -> None:
    governance_commands.decide(g.actor, motion, decided_by=decided_by or INITIAL, at=clock.now())


def _pressed(year: int, act: Callable[[], Any], *, done: Callable[[Any], str]) -> Any:
    """A button of the campaign's page: the page again, with what it did or why not."""
    return answer(
        None, act, then=lambda result: url_for("contributions.campaign", year=year), done=done,
        again=lambda *, status=200, conflict=None: _shown(year, status=status),
    )  # fmt: skip


def _reminded(sent: commands.Sent) -> str:
    if sent.without_address:
        flash(_("Sans adresse, à appeler : %(names)s.", names=", ".join(sent.without_address)), "warning")
    return ngettext("Un membre est relancé.", "%(num)d membres sont relancés.", len(sent.sent)) if sent.sent else ""


def _list(form: CampaignForm, *, status: int = 200) -> Any:
    found = queries.campaigns()
    mine = g.actor.represents
    own = [
        (one, sheet)
        for one in found[: SHOWN if mine else 0]
        for sheet in queries.member_sheets(one)
        if sheet.structure_id in mine
    ]
    return render(
        page="figures", status=status, campaigns=found, own=own, states=OWN_STATES, form=form, names=BASES,
        reads_all=policies.can_read_figures(g.actor), runs=policies.can_run_campaigns(g.actor),
    )  # fmt: skip


def _shown(year: int, *, form: CampaignForm | None = None, publication: PublicationForm | None = None,
           status: int = 200, conflict: Any = None) -> Any:  # fmt: skip
    record, today = queries.get_campaign(year), clock.today()
    reads_all, sheets = policies.can_read_figures(g.actor), queries.member_sheets(record)
    held = {"year": year, "bases": [base.value for base in record.bases], "due_on": record.due_on,
            "message": record.message, "version": record.version}  # fmt: skip
    if conflict and form:
        form.version.raw_data, form.version.data = None, str(record.version)
    bases, published = queries.published_figures(year, on=today)
    return render(
        page="campaign", status=status, campaign=record, reads_all=reads_all, states=STATES, own_states=OWN_STATES,
        sheets=sheets if reads_all else (), own=[one for one in sheets if one.structure_id in g.actor.represents],
        silent=queries.silent_members(record, at=clock.now()) if reads_all else (), today=today, conflict=conflict,
        runs=policies.can_run_campaigns(g.actor), names=BASES, said_figure=figure_said, published_bases=bases,
        published=published, form=form or CampaignForm(formdata=None, data=held),
        publication=publication or _publication(year, PublicationForm(formdata=None)),
    )  # fmt: skip


def _publication(year: int, form: PublicationForm) -> PublicationForm:
    if not form.is_submitted():
        bases = queries.published_bases(year, on=clock.today())
        form.bases.data = [base.value for base in bases]
    drafts = [one for one in governance.assemblies_for(g.actor) if one.state is AssemblyState.DRAFT]
    form.offer_votes([(one.id, one.title) for one in drafts])
    return form


def _details(form: CampaignForm) -> commands.CampaignDetails:
    due_on: Any = form.due_on.data
    return commands.CampaignDetails(form.bases.bases, due_on, form.message.data or "")


def _usual() -> dict[str, Any]:
    """Last year's figures, until the end of the next month: what most campaigns ask."""
    today = clock.today()
    month = today.month % 12 + 1
    due_on = date(today.year + (today.month == 12), month, 28)
    return {"year": today.year - 1, "due_on": due_on, "bases": [DECLARABLE[0].value]}
