"""What follows an admission, room after room: amendments, notice to the inspectorate, words for the host."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from coopter.governance import policies
from coopter.governance.pdf import print_document
from coopter.governance.queries.admission import InspectorateNotice, address_of, get_admission, inspectorate_notice
from coopter.governance.queries.departure import departure_record
from coopter.governance.queries.obligations import find_obligation
from coopter.governance.queries.texts import list_texts
from coopter.governance.rules.kinds import AdmissionState, DepartureState, TextKind
from coopter.office import commands
from coopter.office.queries.joining import contracts_to_amend
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.instants import at_paris
from coopter.values.refusal import NotFound

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
TO_SIGN = (TextKind.GROUPING_CHARTER, TextKind.COLLABORATION_CHARTER, TextKind.ETHICS_CHARTER, TextKind.INTERNAL_RULES,
           TextKind.ADHESION_FORM)  # fmt: skip
DUE = ("sign-charter", "inspectorate-joining", "staff-informed", "staff-register", "entrance-fee", "member-deposit")
LACKING = {
    "recipient": _l("l’adresse de l’inspection du travail (réglages)"),
    "officers": _l("les dirigeants : donnez une fonction à leur siège (instances)"),
    "agreement": _l("la convention collective du groupement (réglages)"),
    "address": _l("l’adresse de %(name)s"),
    "activity": _l("l’activité de %(name)s"),
    "headcount": _l("l’effectif de %(name)s"),
    "own-agreement": _l("la convention collective de %(name)s"),
}


@blueprint.get("/<grouping>/vie/admissions/<int:admission_id>/suites")
@for_roles(*OFFICE)
def joining(admission_id: int) -> Any:
    """The checklist of an admitted structure."""
    return _page(admission_id)


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/suites")
@for_roles(Role.COORDINATOR)
def list_on_contracts(admission_id: int) -> Any:
    """Name the structure in the contracts that were ticked; an amendment to sign is noted for each."""
    row = _admitted(admission_id)
    chosen = request.form.getlist("employee", type=int)
    return answer(
        None,
        lambda: commands.list_on_contracts(
            g.actor, admission_id=admission_id, employee_ids=chosen, from_on=row.joins_on, at=clock.now()
        ),
        then=lambda made: url_for("office.joining", admission_id=admission_id),
        done=lambda made: ngettext("Un avenant est à faire signer.", "%(num)d avenants sont à faire signer.", made),
        again=lambda *, status=200, conflict=None: _page(admission_id, status=status),
    )


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/signatures/<int:text_id>")
@for_roles(Role.COORDINATOR)
def ask_newcomer_to_sign(admission_id: int, text_id: int) -> Any:
    """Send the newcomer the link to sign a text."""
    _admitted(admission_id)
    return answer(
        None,
        lambda: commands.ask_newcomer_to_sign(g.actor, admission_id=admission_id, text_id=text_id, at=clock.now()),
        then=lambda made: url_for("governance.campaign", campaign_id=made),
        done=_("Le lien pour signer est parti par courriel."),
        again=lambda *, status=200, conflict=None: _page(admission_id, status=status),
    )


@blueprint.get("/<grouping>/vie/admissions/<int:admission_id>/inspection.pdf")
@for_roles(*OFFICE)
def joining_notice(admission_id: int) -> Any:
    """The letter to the labour inspectorate after an admission, ready to print and post."""
    row = _admitted(admission_id)
    return _letter(inspectorate_notice(on=row.joins_on, new=[row.structure_id]), name=f"entree-{admission_id}")


@blueprint.get("/<grouping>/vie/departs/<int:departure_id>/inspection.pdf")
@for_roles(*OFFICE)
def leaving_notice(departure_id: int) -> Any:
    """The letter to the labour inspectorate after a departure."""
    record = departure_record(departure_id)
    if record.state is not DepartureState.EFFECTIVE:
        raise NotFound()
    return _letter(inspectorate_notice(on=record.effective_on, left=[record.structure_id]), name=f"depart-{record.id}")


def _letter(notice: InspectorateNotice, *, name: str) -> Response:
    today = clock.today()
    content = print_document(
        "governance/pdf/admission_notice.html", title="Information de l’inspection du travail",
        when=at_paris(today, time()), notice=notice, address=address_of(notice.grouping), today=today,
    )  # fmt: skip
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=inspection-{name}.pdf"
    return response


def _page(admission_id: int, *, status: int = 200) -> Any:
    row = _admitted(admission_id)
    notice = inspectorate_notice(on=row.joins_on, new=[row.structure_id])
    found = list_texts(g.actor, on=clock.today())
    return render(
        page="joining", status=status, row=row, letter=notice, address=address_of(notice.grouping),
        lacking=[_said(lack) for lack in notice.lacking],
        contracts=contracts_to_amend(row.structure_id, on=row.joins_on),
        texts=[text for text in found if text.kind in TO_SIGN and text.frozen_number],
        runs=policies.can_run_admissions(g.actor),
        due={kind: find_obligation(kind, f"admission:{row.id}") for kind in DUE},
    )  # fmt: skip


def _said(lack: str) -> str:
    what, _colon, name = lack.partition(":")
    return str(LACKING[what]) % {"name": name}


def _admitted(admission_id: int) -> Any:
    """The request, once it was accepted: before, there is nothing to follow up."""
    row = get_admission(admission_id)
    if row.state is not AdmissionState.ADMITTED or row.structure_id is None:
        raise NotFound()
    return row
