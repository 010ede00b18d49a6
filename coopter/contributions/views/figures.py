"""Doors to figures: a member declares its own on a phone, the coordinator reviews them, each proof stays at hand."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.contributions.commands import figures as commands
from coopter.contributions.forms.figures import BASES, OWN_STATES, STATES, FiguresForm, figures_form
from coopter.contributions.imports.figures import COLUMNS, example_units, read_figures
from coopter.contributions.policies import figures as policies
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.rules.figures import figure_said
from coopter.contributions.rules.kinds import FigureState
from coopter.contributions.views import blueprint
from coopter.governance.rules.obligations import check_proof
from coopter.plumbing import clock, files, importing
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)
DECLARERS = (Role.COORDINATOR, Role.REPRESENTATIVE)
KEPT = (FigureState.DECLARED, FigureState.CHECKED, FigureState.SENT_BACK)  # what a form shows again; never an estimate


def visible_sheet(year: int, structure_id: int) -> tuple[queries.CampaignRecord, queries.MemberSheet]:
    """A member's figures, for who may read them; raises NotFound for anybody else (R7)."""
    if not policies.can_read_figures_of(g.actor, structure_id=structure_id):
        raise NotFound()
    campaign = queries.get_campaign(year)
    return campaign, queries.member_sheet(campaign, structure_id)


@blueprint.get("/<grouping>/contributions/chiffres/<int:year>/structures/<int:structure_id>")
@for_roles(*READERS)
def figure(year: int, structure_id: int) -> Any:
    """A member's figures of a year: what was said, and the form to say it."""
    campaign, sheet = visible_sheet(year, structure_id)
    return _shown(campaign, sheet, _form(campaign, sheet))


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/structures/<int:structure_id>")
@for_roles(*DECLARERS)
def declare_figures(year: int, structure_id: int) -> Any:
    """Declare."""
    campaign, sheet = visible_sheet(year, structure_id)
    fresh = version_sent() == sheet.version  # a stale form is shown both sides, whatever it left empty
    form = figures_form(campaign.bases, said=[one.base for one in sheet.lines if one.state in KEPT and fresh])
    return answer(
        form,
        lambda: commands.declare_figures(
            g.actor, structure_id=structure_id, year=year, version=version_sent(), figures=form.figures,
            source=form.source.data, comment=form.comment.data, proof=_proof(), at=clock.now(),
        ),
        then=lambda count: url_for("contributions.figure", year=year, structure_id=structure_id),
        done=_("Les chiffres sont déclarés. La coordination les relit."),
        again=lambda *, status=200, conflict=None: _shown(campaign, sheet, form, status=status, conflict=conflict),
    )  # fmt: skip


def _proof() -> tuple[bytes, str] | None:
    """The file sent, with its name."""
    sent = request.files.get("proof")
    return (sent.read(), sent.filename) if sent is not None and sent.filename else None


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/structures/<int:structure_id>/accepter")
@for_roles(Role.COORDINATOR)
def accept_figures(year: int, structure_id: int) -> Any:
    """Accept what a member declared."""
    return _reviewed(
        year, structure_id,
        lambda: commands.accept_figures(
            g.actor, structure_id=structure_id, year=year, version=version_sent(), at=clock.now()
        ),
        _("Les chiffres sont acceptés."),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/chiffres/<int:year>/structures/<int:structure_id>/renvoyer")
@for_roles(Role.COORDINATOR)
def send_back_figures(year: int, structure_id: int) -> Any:
    """Send them back with a reason."""
    return _reviewed(
        year, structure_id,
        lambda: commands.send_back_figures(
            g.actor, structure_id=structure_id, year=year, version=version_sent(),
            reason=request.form.get("reason", ""), at=clock.now(),
        ),
        _("Les chiffres sont renvoyés, et la structure est prévenue."),
    )  # fmt: skip


@blueprint.get("/<grouping>/contributions/chiffres/pieces/<int:figure_id>")
@for_roles(*READERS)
def figure_proof(figure_id: int) -> Any:
    """The file that proves a figure, exactly as it was sent; its type is told from its bytes, it may do nothing."""
    row = queries.get_figure(figure_id)
    if row.evidence_sha256 is None or not policies.can_read_figures_of(g.actor, structure_id=row.structure_id):
        raise NotFound()
    content = files.read(row.evidence_sha256)
    response = make_response(content)
    response.mimetype = media_type = check_proof(content)
    ending = {"application/pdf": "pdf", "image/png": "png"}.get(media_type, "jpg")
    response.headers["Content-Disposition"] = f"attachment; filename=piece-{figure_id}.{ending}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; sandbox"
    return response


@blueprint.route("/<grouping>/contributions/chiffres/import", methods=["GET", "POST"])
@for_roles(Role.COORDINATOR)
def import_figures() -> Any:
    """Figures from a file: shown first, written by a second click."""
    return importing.page(
        importing.Job(
            kind="chiffres", title=_("Importer des chiffres"), columns=COLUMNS, read=read_figures,
            act=lambda read: commands.import_figures(g.actor, records=read, at=clock.now()),
            back=url_for("contributions.figures"),
            lead=_("Une ligne par structure, année et chiffre. Ils comptent comme relus par vous."),
            helps={
                "structure": _("Le code de la structure"),
                "year": _("L’année des chiffres, 2025"),
                "base": _("Chiffre d’affaires, Résultat, Masse salariale… ou son code"),
                "amount": _("Dans son unité : %(units)s", units=example_units()),
                "source": _("D’où vient le chiffre"),
                "comment": _("Un mot d’explication"),
            },
            example={"structure": "S1", "year": "2025", "base": "Chiffre d’affaires", "amount": "1 234 567,89",
                     "source": "comptes annuels 2025"},
        )
    )  # fmt: skip


def _form(campaign: queries.CampaignRecord, sheet: queries.MemberSheet) -> FiguresForm:
    """The form as the member left it."""
    held: dict[str, Any] = {
        f"base_{line.base.value}": line.amount for line in sheet.lines if line.state in KEPT
    }  # an estimate is not what the member said
    said = [line for line in sheet.lines if line.state in KEPT]
    held["source"] = next((line.method for line in said if line.method), "")
    held["comment"] = next((line.comment for line in said if line.comment), "")
    return figures_form(campaign.bases, formdata=None, data=held)


def _reviewed(year: int, structure_id: int, act: Any, done: str) -> Any:
    campaign, sheet = visible_sheet(year, structure_id)
    return answer(
        _form(campaign, sheet), act, then=lambda result: url_for("contributions.campaign", year=year), done=done,
        valid=True,
        again=lambda *, status=200, conflict=None: _shown(campaign, sheet, _form(campaign, sheet), status=status,
                                                          conflict=conflict),
    )  # fmt: skip


def _shown(campaign: queries.CampaignRecord, sheet: queries.MemberSheet, form: FiguresForm, *, status: int = 200,
           conflict: Any = None) -> Any:  # fmt: skip
    fresh = queries.member_sheet(campaign, sheet.structure_id)
    if status != 422:  # a faulty form is still about what it was opened on; a conflict shows what stands now
        form.version.raw_data, form.version.data = None, str(fresh.version)
    own = sheet.structure_id in g.actor.represents
    return render(
        page="figure", status=status, campaign=campaign, sheet=fresh, form=form, conflict=conflict, names=BASES,
        states=OWN_STATES if own else STATES, said_figure=figure_said, today=clock.today(),
        may_declare=policies.can_declare_figures(g.actor, structure_id=sheet.structure_id),
        may_review=policies.can_run_campaigns(g.actor) and fresh.waits_for_review,
    )  # fmt: skip
