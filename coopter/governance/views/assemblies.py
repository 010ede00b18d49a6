"""Doors to assemblies: the list that says what waits, one assembly, its preparation, its questions and documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, g, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from coopter.governance import policies
from coopter.governance.commands import assemblies as acts
from coopter.governance.commands.agenda import add_document as _add_document
from coopter.governance.commands.convocation import convene as _convene
from coopter.governance.forms.assemblies import AgainForm, AssemblyForm, QuestionForm, moments
from coopter.governance.forms.naming import ASSEMBLY_STATES, MODES
from coopter.governance.queries.assemblies import own_electors
from coopter.governance.queries.bodies import list_bodies
from coopter.governance.queries.papers import document_of, question_of
from coopter.governance.queries.sittings import AssemblyRecord, assemblies_for, assembly_record
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.views import blueprint
from coopter.governance.views.awaiting import steps_of, waiting_steps
from coopter.governance.views.notices import notice_look
from coopter.governance.views.sheets import assembly_sheet
from coopter.plumbing import clock, files
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound

VOTERS = tuple(role for role in Role if role is not Role.AUDITOR)
LIVE = (AssemblyState.DRAFT, AssemblyState.CONVENED, AssemblyState.OPEN)
USUAL_NOTICE = timedelta(days=30)


def seen(assembly_id: int) -> AssemblyRecord:
    """The assembly, for whoever may see it: a draft is for those who prepare it; raises NotFound."""
    record = assembly_record(assembly_id)
    if record.state is AssemblyState.DRAFT and not policies.can_prepare_governance(g.actor):
        raise NotFound()
    return record


@blueprint.get("/<grouping>/vie/assemblees")
@everyone_inside
def assemblies() -> Any:
    """What waits for me, what comes, what was held."""
    found = assemblies_for(g.actor)
    coming = [one for one in reversed(found) if one.state in LIVE]
    return render(
        waiting=waiting_steps(g.actor), coming=coming, past=[one for one in found if one.state not in LIVE],
        states=ASSEMBLY_STATES, modes=MODES, may_prepare=policies.can_prepare_governance(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/assemblees/nouvelle")
@for_roles(Role.COORDINATOR)
def new_assembly() -> Any:
    """A new assembly, in a month."""
    day = clock.today() + USUAL_NOTICE
    values = {"day": day, "record_on": clock.today(), "body_id": request.args.get("instance", type=int)}
    return _form(AssemblyForm(formdata=None, data=values), None)


@blueprint.post("/<grouping>/vie/assemblees/nouvelle")
@for_roles(Role.COORDINATOR)
def plan_assembly() -> Any:
    """Prepare an assembly."""
    form = _with_bodies(AssemblyForm())
    return answer(
        form,
        lambda: acts.plan_assembly(g.actor, details=_details(form), at=clock.now()),
        then=lambda made: url_for("governance.assembly", assembly_id=made),
        done=_("L’assemblée est en préparation : écrivez maintenant son ordre du jour."),
        again=lambda *, status=200, conflict=None: _form(form, None, status=status),
    )


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/modifier")
@for_roles(Role.COORDINATOR)
def edit_assembly(assembly_id: int) -> Any:
    """The facts of an assembly, to correct."""
    record = assembly_record(assembly_id)
    names = ("body_id", "title", "mode", "place", "link", "record_on", "message", "version")
    values = {name: getattr(record, name) for name in names} | moments(record.starts_at, record.ends_at)
    return _form(AssemblyForm(formdata=None, data=values), record)


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/modifier")
@for_roles(Role.COORDINATOR)
def save_assembly(assembly_id: int) -> Any:
    """Correct an assembly; whoever was convened is told of a new day or place."""
    record, form = assembly_record(assembly_id), _with_bodies(AssemblyForm())
    return answer(
        form,
        lambda: acts.edit_assembly(
            g.actor, assembly_id=assembly_id, version=version_sent(), details=_details(form), at=clock.now()
        ),
        then=lambda done: url_for("governance.assembly", assembly_id=assembly_id),
        done=_("L’assemblée est modifiée."),
        again=lambda *, status=200, conflict=None: _form(form, record, status=status, conflict=conflict),
    )


def _form(form: AssemblyForm, record: AssemblyRecord | None, *, status: int = 200, conflict: Any = None) -> Any:
    if conflict and record:
        form.version.raw_data, form.version.data = None, str(assembly_record(record.id).version)
    new = url_for("governance.plan_assembly")
    action = url_for("governance.save_assembly", assembly_id=record.id) if record else new
    return render(
        page="assembly_form", status=status, form=_with_bodies(form), assembly=record, action=action, conflict=conflict
    )


def _with_bodies(form: AssemblyForm) -> AssemblyForm:
    form.body_id.choices = [SelectChoice(str(one.id), one.name) for one in list_bodies() if one.closed_at is None]
    return form


def _details(form: AssemblyForm) -> acts.AssemblyDetails:
    return acts.AssemblyDetails(
        body_id=form.body_id.data, title=form.title.data, mode=form.mode.data, starts_at=form.starts_at,
        record_on=form.record_on.data, ends_at=form.ends_at, place=form.place.data, link=form.link.data,
        message=form.message.data,
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>")
@everyone_inside
def assembly(assembly_id: int) -> Any:
    """One assembly."""
    return show_assembly(seen(assembly_id))


def show_assembly(record: AssemblyRecord, *, status: int = 200, question: QuestionForm | None = None,
                  again: AgainForm | None = None) -> Any:  # fmt: skip
    """The page of an assembly, with a form at fault if there is one."""
    may, mine = policies.can_prepare_governance(g.actor), own_electors(g.actor, record.id)
    form = question or QuestionForm(formdata=None)
    form.elector_id.choices = [SelectChoice(str(one.id), one.name) for one in mine]
    page = assembly_sheet(g.actor, record, speaks=bool(mine), waiting=_elsewhere(record))
    return render(
        page="assembly", status=status, assembly=record, sheet=page, states=ASSEMBLY_STATES,
        modes=MODES, may_prepare=may, question_form=form, again_form=again or AgainForm(formdata=None),
    )  # fmt: skip


def _elsewhere(record: AssemblyRecord) -> list[dict[str, Any]]:
    """What this assembly waits for from me, but for the steps that lead to this very page."""
    here = url_for("governance.assembly", assembly_id=record.id)
    return [step for step in steps_of(g.actor, record) if step["url"] != here]


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/convocation")
@for_roles(Role.COORDINATOR)
def convocation(assembly_id: int) -> Any:
    """Who would receive what, and what is missing, before anything leaves."""
    return _convocation(assembly_record(assembly_id))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/convocation")
@for_roles(Role.COORDINATOR)
def convene(assembly_id: int) -> Any:
    """Convene: the list of voters is fixed and each receives a mail."""
    record, base = assembly_record(assembly_id), str(current_app.config["BASE_URL"]).rstrip("/")
    return answer(
        None,
        lambda: _convene(g.actor, assembly_id=assembly_id, at=clock.now(), base_url=base),
        then=lambda count: url_for("governance.assembly", assembly_id=assembly_id),
        done=lambda count: ngettext(
            "L’assemblée est convoquée : la liste compte un siège.",
            "L’assemblée est convoquée : la liste compte %(num)d sièges.",
            count,
        ),
        again=lambda *, status=200, conflict=None: _convocation(record, status=status),
    )


def _convocation(record: AssemblyRecord, *, status: int = 200) -> Any:
    return render(page="assembly_notice", status=status, assembly=record, look=notice_look(record, at=clock.now()))


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/documents")
@for_roles(Role.COORDINATOR)
def add_document(assembly_id: int) -> Any:
    """Join a file to the assembly or to one of its points."""
    record, sent = assembly_record(assembly_id), request.files.get("document")
    name, content = (sent.filename or "", sent.read()) if sent else ("", b"")
    return answer(
        None,
        lambda: _add_document(
            g.actor, assembly_id=assembly_id, name=name, content=content, at=clock.now(),
            item_id=request.form.get("item_id", type=int),
        ),
        then=lambda made: url_for("governance.assembly", assembly_id=assembly_id),
        done=_("Le document est joint."),
        again=lambda *, status=200, conflict=None: show_assembly(record, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/assemblees/documents/<int:document_id>")
@everyone_inside
def assembly_document(document_id: int) -> Any:
    """A file of a convocation, exactly as it was joined; it may do nothing."""
    found = document_of(document_id)
    seen(found.assembly_id)
    response = make_response(files.read(found.sha256))
    response.headers["Content-Type"] = found.media_type
    name = found.name.encode("ascii", "ignore").decode().replace('"', "") or "document"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; sandbox"
    return response


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/questions")
@for_roles(*VOTERS)
def ask_question(assembly_id: int) -> Any:
    """Ask a written question."""
    record, form = seen(assembly_id), QuestionForm()
    form.elector_id.choices = [SelectChoice(str(one.id), one.name) for one in own_electors(g.actor, assembly_id)]
    return answer(
        form,
        lambda: acts.ask_question(
            g.actor, assembly_id=assembly_id, elector_id=form.elector_id.data, question=form.question.data,
            at=clock.now(),
        ),
        then=lambda done: url_for("governance.assembly", assembly_id=assembly_id, _anchor="questions"),
        done=_("La question est envoyée : chacun la lit ici, et lira la réponse."),
        again=lambda *, status=200, conflict=None: show_assembly(record, status=status, question=form),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/assemblees/questions/<int:question_id>")
@for_roles(Role.COORDINATOR)
def answer_question(question_id: int) -> Any:
    """Answer a written question."""
    assembly_id, said = question_of(question_id), request.form.get("answer", "")
    return answer(
        None,
        lambda: acts.answer_question(g.actor, question_id=question_id, answer=said, at=clock.now()),
        then=lambda done: url_for("governance.assembly", assembly_id=assembly_id, _anchor="questions"),
        done=_("La réponse est publiée."),
        again=lambda *, status=200, conflict=None: show_assembly(assembly_record(assembly_id), status=status),
    )


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/seconde-convocation")
@for_roles(Role.COORDINATOR)
def call_again(assembly_id: int) -> Any:
    """Prepare the second call."""
    record, form = assembly_record(assembly_id), AgainForm()
    return answer(
        form,
        lambda: acts.call_again(g.actor, assembly_id=assembly_id, starts_at=form.starts_at, at=clock.now()),
        then=lambda made: url_for("governance.assembly", assembly_id=made),
        done=_("La seconde convocation est prête : relisez-la, puis convoquez."),
        again=lambda *, status=200, conflict=None: show_assembly(record, status=status, again=form),
    )


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/annulation")
@for_roles(Role.COORDINATOR)
def annul_assembly(assembly_id: int) -> Any:
    """Call the assembly off, or annul what it decided."""
    record, reason = assembly_record(assembly_id), request.form.get("reason", "")
    return answer(
        None,
        lambda: acts.annul_assembly(g.actor, assembly_id=assembly_id, reason=reason, at=clock.now()),
        then=lambda done: url_for("governance.assembly", assembly_id=assembly_id),
        done=_("L’assemblée est annulée."),
        again=lambda *, status=200, conflict=None: show_assembly(record, status=status),
    )
