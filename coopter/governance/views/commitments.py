"""Doors to the commitments of a charter: followed by year, reported with evidence, reviewed among peers."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance import policies
from coopter.governance.commands import commitments as acts
from coopter.governance.forms.commitments import CommitmentForm, ReportForm, ReviewForm
from coopter.governance.queries import commitments as queries
from coopter.governance.queries import texts
from coopter.governance.rules.commitments import OPINIONS, check_year
from coopter.governance.rules.texts import CHARTERS
from coopter.governance.views import blueprint
from coopter.governance.views.texts import handed
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.plumbing.transaction import require
from coopter.values.actor import Role
from coopter.values.refusal import NotFound, Refusal


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/engagements")
@everyone_inside
def commitments(text_id: int) -> Any:
    """The commitments of a charter in one year, who reported what, and what peers think of it."""
    return _page(text_id, CommitmentForm(formdata=None))


@blueprint.post("/<grouping>/vie/textes/<int:text_id>/engagements")
@for_roles(Role.COORDINATOR)
def add_commitment(text_id: int) -> Any:
    """Add one to follow."""
    form = CommitmentForm()
    return answer(
        form,
        lambda: acts.add_commitment(g.actor, text_id=text_id, details=form.details(), at=clock.now()),
        then=lambda commitment_id: url_for("governance.commitments", text_id=text_id),
        done=_("L’engagement est ajouté : chaque structure signataire le renseignera une fois par an."),
        again=lambda *, status=200, conflict=None: _page(text_id, form, status=status),
    )


@blueprint.post("/<grouping>/vie/engagements/<int:commitment_id>/fin")
@for_roles(Role.COORDINATOR)
def end_commitment(commitment_id: int) -> Any:
    """Follow it no more."""
    return press(
        lambda: acts.end_commitment(g.actor, commitment_id=commitment_id, at=clock.now()),
        to=url_for("governance.commitments", text_id=queries.get_commitment(commitment_id).text_id),
        done=_("Cet engagement n’est plus suivi ; ses bilans restent lisibles."),
    )


@blueprint.get("/<grouping>/vie/engagements/<int:commitment_id>/<int:structure_id>/<int:year>")
@everyone_inside
def commitment_report(commitment_id: int, structure_id: int, year: int) -> Any:
    """A structure's year: what it says, its evidence, its peers' opinions, and the forms of those who may."""
    found = queries.find_report(commitment_id, structure_id=structure_id, year=year)
    data = {"value": found.value, "comment": found.comment} if found else {}
    return _report(commitment_id, structure_id, year, ReportForm(formdata=None, data=data))


@blueprint.post("/<grouping>/vie/engagements/<int:commitment_id>/<int:structure_id>/<int:year>")
@everyone_inside
def report_commitment(commitment_id: int, structure_id: int, year: int) -> Any:
    """Keep a structure's year."""
    queries.get_commitment(commitment_id)
    require(policies.can_report_commitment(g.actor, structure_id=members.get_structure(structure_id).id))
    form: Any = ReportForm()
    sent = request.files.get("evidence")
    evidence = (sent.filename, sent.read()) if sent is not None and sent.filename else None
    return answer(
        form,
        lambda: acts.report_commitment(
            g.actor, commitment_id=commitment_id, structure_id=structure_id, year=year, value=form.value.data,
            comment=form.comment.data or "", version=version_sent(), evidence=evidence, at=clock.now(),
        ),
        then=lambda report_id: request.path,
        done=_("Le bilan est enregistré. Une autre structure signataire peut le relire."),
        again=lambda *, status=200, conflict=None: _report(
            commitment_id, structure_id, year, form, status=status, conflict=conflict
        ),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/engagements/bilans/<int:report_id>/avis")
@everyone_inside
def review_report(report_id: int) -> Any:
    """Say what a peer thinks."""
    report = queries.get_report(report_id)
    require(policies.can_review_commitment(g.actor, structure_id=report.structure_id))
    place = (report.commitment_id, report.structure_id, report.year)
    form: Any = _reviewing(report.structure_id, ReviewForm())
    return answer(
        form,
        lambda: acts.review_report(
            g.actor, report_id=report_id, structure_id=form.structure_id.data, opinion=form.opinion.data,
            comment=form.comment.data or "", at=clock.now(),
        ),
        then=lambda nothing: url_for(
            "governance.commitment_report", commitment_id=place[0], structure_id=place[1], year=place[2]
        ),
        done=_("Votre avis est publié auprès des signataires."),
        again=lambda *, status=200, conflict=None: _report(*place, ReportForm(formdata=None), form, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/engagements/bilans/<int:report_id>/preuve")
@everyone_inside
def commitment_evidence(report_id: int) -> Any:
    """The file joined to a report."""
    texts.readable_text(g.actor, queries.get_commitment(queries.get_report(report_id).commitment_id).text_id)
    return handed(queries.evidence_of(report_id))


def _page(text_id: int, form: CommitmentForm, *, status: int = 200) -> Any:
    row = texts.readable_text(g.actor, text_id)
    if row.kind not in CHARTERS:
        raise NotFound()
    this_year = clock.today().year
    year = _year(request.args.get("annee", type=int) or this_year)
    return render(
        page="commitments", status=status, text=row, form=form, year=year, this_year=this_year, opinions=OPINIONS,
        lines=queries.year_of(text_id, year=year, on=clock.today()), writes=policies.can_prepare_governance(g.actor),
        may_report=policies.can_report_commitment,
    )  # fmt: skip


def _report(
    commitment_id: int, structure_id: int, year: int, form: ReportForm, reviewing: Any = None, *, status: int = 200,
    conflict: Any = None,
) -> Any:  # fmt: skip
    commitment = queries.get_commitment(commitment_id)
    row = texts.readable_text(g.actor, commitment.text_id)
    bound = queries.bound_structures(commitment.text_id, on=clock.today())
    found = queries.find_report(commitment_id, structure_id=structure_id, year=_year(year))
    if found is None and structure_id not in bound:
        raise NotFound()
    may_report = policies.can_report_commitment(g.actor, structure_id=structure_id) and structure_id in bound
    return render(
        page="commitment_report", status=status, text=row, commitment=commitment, report=found, form=form, year=year,
        structure=members.get_structure(structure_id), conflict=conflict, opinions=OPINIONS,
        reviewing=reviewing or _reviewing(structure_id, ReviewForm(formdata=None)),
        may_report=may_report and commitment.ended_at is None, peers=_peers(structure_id, bound),
    )  # fmt: skip


def _peers(structure_id: int, bound: dict[int, str]) -> list[tuple[int, str]]:
    """The signatory structures, other than the one that reports, for which the reader may speak."""
    if not policies.can_review_commitment(g.actor, structure_id=structure_id):
        return []
    return [(one, name) for one, name in bound.items() if one in g.actor.represents and one != structure_id]


def _reviewing(structure_id: int, form: Any) -> Any:
    names = members.structures_by_id(g.actor.represents - {structure_id}) if g.actor.represents else {}
    form.structure_id.choices = [(one.id, one.name) for one in names.values()]
    return form


def _year(year: int) -> int:
    try:
        return check_year(year, this_year=clock.today().year)
    except Refusal as refusal:
        raise NotFound() from refusal
