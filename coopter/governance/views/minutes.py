"""Doors to the minutes: drafted, completed, frozen, signed; the attendance sheet; the ballots for whoever recounts."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from flask import g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.governance import pdf, policies
from coopter.governance.commands.minutes import write_minutes as _write_minutes
from coopter.governance.commands.signing import open_campaign
from coopter.governance.commands.texts import save_draft
from coopter.governance.commands.texts_freezing import freeze_version
from coopter.governance.forms.naming import CHOICES
from coopter.governance.forms.voting import MinutesForm, SigningForm
from coopter.governance.queries.belenios import belenios_export
from coopter.governance.queries.minutes import attendees_of, minutes_facts
from coopter.governance.queries.signing import CampaignRecord, campaigns_of
from coopter.governance.queries.sittings import AssemblyRecord, agenda_of, assembly_record, get_item
from coopter.governance.queries.texts import document_of, find_draft, frozen_of
from coopter.governance.queries.votes import ballots_export, outcomes_of
from coopter.governance.rules.kinds import AssemblyState, ItemForm
from coopter.governance.rules.minutes import draft_minutes
from coopter.governance.rules.signing import Signatory
from coopter.governance.rules.statutes import Statutes
from coopter.governance.rules.wording import quorum_in_words
from coopter.governance.views import blueprint
from coopter.governance.views.assemblies import seen
from coopter.governance.views.results import shown_result
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "recount.py"


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal")
@everyone_inside
def minutes(assembly_id: int) -> Any:
    """The minutes: the draft to complete for whoever writes them, the frozen text for everybody."""
    return _minutes(seen(assembly_id))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal")
@for_roles(Role.COORDINATOR)
def write_minutes(assembly_id: int) -> Any:
    """Begin the minutes from what happened."""
    record = assembly_record(assembly_id)
    return _done(
        record,
        lambda: _write_minutes(g.actor, assembly_id=assembly_id, at=clock.now()),
        _("Le brouillon est prêt : complétez les débats, relisez, puis figez-le."),
    )


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal/brouillon")
@for_roles(Role.COORDINATOR)
def save_minutes(assembly_id: int) -> Any:
    """Keep the minutes as they are corrected."""
    record = assembly_record(assembly_id)
    draft, form = find_draft(record.minutes_text_id or 0), MinutesForm()
    if draft is None:
        raise NotFound()
    version_id = draft.id
    return answer(
        form,
        lambda: save_draft(g.actor, version_id=version_id, body=form.body.data, what_changed="",
                           version=version_sent(), at=clock.now()),
        then=lambda done: url_for("governance.minutes", assembly_id=assembly_id),
        done=_("Le procès-verbal est gardé."),
        again=lambda *, status=200, conflict=None: _minutes(record, form=form, status=status, conflict=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal/figer")
@for_roles(Role.COORDINATOR)
def freeze_minutes(assembly_id: int) -> Any:
    """Print the minutes and bind them: from here on nobody changes them."""
    record = assembly_record(assembly_id)
    draft = find_draft(record.minutes_text_id or 0)
    if draft is None:
        raise NotFound()
    version_id = draft.id
    return _done(
        record,
        lambda: freeze_version(g.actor, version_id=version_id, at=clock.now()),
        _("Le procès-verbal est figé : il peut être signé."),
    )


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal/signatures")
@for_roles(Role.COORDINATOR)
def sign_minutes(assembly_id: int) -> Any:
    """Ask the chair, then the secretary, to sign."""
    record, form = assembly_record(assembly_id), SigningForm()
    frozen = frozen_of(record.minutes_text_id or 0)
    if frozen is None:
        raise NotFound()
    return answer(
        form,
        lambda: open_campaign(
            g.actor, frozen_id=frozen.id, signatories=_signatories(form), in_order=True, message="", closes_on=None,
            at=clock.now(),
        ),
        then=lambda done: url_for("governance.minutes", assembly_id=assembly_id),
        done=_("La demande de signature est partie à la présidence ; le secrétariat signera ensuite."),
        again=lambda *, status=200, conflict=None: _minutes(record, signing=form, status=status),
    )  # fmt: skip


def _signatories(form: SigningForm) -> list[Signatory]:
    people = {one.email.lower(): one.person_id for one in members.list_holders()}
    return [
        Signatory(name.data, email.data, capacity, person_id=people.get(email.data))
        for name, email, capacity in (
            (form.chair, form.chair_email, "Présidence de séance"),
            (form.secretary, form.secretary_email, "Secrétariat de séance"),
        )
    ]


def _done(record: AssemblyRecord, act: Any, words: str) -> Any:
    return answer(
        None,
        act,
        then=lambda done: url_for("governance.minutes", assembly_id=record.id),
        done=words,
        again=lambda *, status=200, conflict=None: _minutes(record, status=status),
    )


def _minutes(record: AssemblyRecord, *, form: MinutesForm | None = None, signing: SigningForm | None = None,
             status: int = 200, conflict: Any = None) -> Any:  # fmt: skip
    may, text_id = policies.can_prepare_governance(g.actor), assembly_record(record.id).minutes_text_id
    draft, frozen = (find_draft(text_id), frozen_of(text_id)) if text_id else (None, None)
    campaigns = campaigns_of(text_id) if text_id else ()
    if form is None and draft is not None:
        form = MinutesForm(formdata=None, data={"body": draft.body, "version": draft.version})
    if conflict and draft is not None and form is not None:
        form.version.raw_data, form.version.data = None, str(draft.version)
    return render(
        page="minutes", status=status, assembly=record, draft=draft if may else None, frozen=frozen, form=form,
        signing=signing or _signing_form(record), campaigns=campaigns, may_prepare=may, conflict=conflict,
        preview=draft_minutes(minutes_facts(record.id)) if may and text_id is None else "",
        is_closed=record.state is AssemblyState.CLOSED, stages=_stages(text_id, draft, frozen, campaigns),
    )  # fmt: skip


def _stages(text_id: int | None, draft: Any, frozen: Any, campaigns: tuple[CampaignRecord, ...]) -> list[Any]:
    signed = any(one.expected and one.signed == one.expected for one in campaigns)
    at = 4 if signed else 3 if campaigns else 2 if frozen and draft is None else 1 if text_id else 0
    names = (_("Rédigé"), _("Complété"), _("Figé"), _("Signé"))
    return [(name, "done" if place < at else "current" if place == at else "todo") for place, name in enumerate(names)]


def _signing_form(record: AssemblyRecord) -> SigningForm:
    known = {one.name: one.email for one in members.list_holders() if one.active}
    values = {"chair": record.chair, "secretary": record.secretary}
    values |= {f"{name}_email": known.get(who, "") for name, who in list(values.items())}
    return SigningForm(formdata=None, data=values)


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/proces-verbal.pdf")
@everyone_inside
def minutes_document(assembly_id: int) -> Any:
    """The frozen minutes, the very bytes that are signed."""
    frozen = frozen_of(seen(assembly_id).minutes_text_id or 0)
    if frozen is None:
        raise NotFound()
    found = document_of(frozen)
    return as_file(found.content, name=found.name, kind=found.media_type)


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/feuille-de-presence.pdf")
@everyone_inside
def attendance_sheet(assembly_id: int) -> Any:
    """The attendance sheet on paper: to sign before, filled in after."""
    record = seen(assembly_id)
    if record.state is AssemblyState.DRAFT:
        raise NotFound()
    statutes = record.statutes or Statutes()
    people = attendees_of(record)
    content = pdf.print_document(
        "governance/pdf/attendance.html", title="Feuille de présence", when=record.closed_at or record.starts_at,
        foot=f"{record.title} · feuille de présence", assembly=record, people=people,
        colleges=any(one.college for one in people), weights=any(one.weight != 1 for one in people),
        held=record.state is AssemblyState.CLOSED, quorum=str(quorum_in_words(statutes.quorum_of(record.call))),
    )  # fmt: skip
    return as_file(content, name=f"feuille-de-presence-{record.day}.pdf", kind="application/pdf")


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/bulletins")
@everyone_inside
def recount(assembly_id: int) -> Any:
    """The published ballots, for whoever wants to find a receipt or count again."""
    record, wanted = seen(assembly_id), request.args.get("q", "").strip().lower()
    votes = ballots_export(assembly_id)["votes"]
    results = {one.number: shown_result(one) for one in outcomes_of(assembly_id)}
    numbers = {one.number: one.id for one in outcomes_of(assembly_id)}
    elections = [one for one in agenda_of(assembly_id) if one.form is ItemForm.ELECTION]
    found = [
        (vote["title"], ballot)
        for vote in votes
        for ballot in vote["ballots"]
        if wanted and ballot.get("receipt") == wanted
    ]
    words = {code: str(label) for code, (label, _icon) in CHOICES.items()}
    return render(
        assembly=record, votes=votes, results=results, wanted=wanted, found=found, elections=elections, words=words,
        numbers=numbers, may_prepare=policies.can_prepare_governance(g.actor), name=_ballots_name(record),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/bulletins.json")
@everyone_inside
def ballots_file(assembly_id: int) -> Any:
    """Everything that a recount needs, as one file."""
    record = seen(assembly_id)
    content = json.dumps(ballots_export(assembly_id), ensure_ascii=False, indent=1, sort_keys=True).encode()
    return as_file(content, name=_ballots_name(record), kind="application/json")


def _ballots_name(record: AssemblyRecord) -> str:
    return f"bulletins-{record.day}-{record.id}.json"


@blueprint.get("/<grouping>/vie/assemblees/recompte.py")
@everyone_inside
def recount_script() -> Any:
    """The script that counts again, and shares no code with this house."""
    return as_file(SCRIPT.read_bytes(), name="recompte.py", kind="text/x-python")


@blueprint.get("/<grouping>/vie/assemblees/points/<int:item_id>/belenios.zip")
@for_roles(Role.COORDINATOR)
def belenios_files(item_id: int) -> Any:
    """The definition and the electors of a contested election, to hold it with Belenios."""
    seen(get_item(item_id).assembly_id)
    made, packed = belenios_export(item_id), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, text in (("election.json", made.definition), ("electeurs.txt", made.electors)):
            folder.writestr(zipfile.ZipInfo(name), text)
    return as_file(packed.getvalue(), name=f"belenios-{item_id}.zip", kind="application/zip")


def as_file(content: bytes, *, name: str, kind: str) -> Any:
    """A file to keep, that may do nothing where it is opened."""
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; sandbox"
    return response
