"""Doors to requests to join: the public page, the list, one request with what is thought of it, and its decision."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance import commands, policies
from coopter.governance.commands.admission import VISITOR
from coopter.governance.commands.admission_proposals import propose_admission
from coopter.governance.forms.admission import (
    ADMISSION_STATES,
    OPINIONS,
    AdmissionForm,
    DecideAdmissionForm,
    JoinForm,
    OpinionForm,
)
from coopter.governance.forms.deciding import answer_decision
from coopter.governance.queries.admission import (
    admission_terms,
    awaits_vote,
    charter_to_read,
    get_admission,
    list_admissions,
    opinion_counts,
    opinions_on,
    opinions_wanted,
    same_siret,
)
from coopter.governance.queries.obligations import obligations_done, obligations_to_do
from coopter.governance.queries.sittings import assemblies_for, get_item
from coopter.governance.rules.admission import OPEN_STATES
from coopter.governance.rules.kinds import AdmissionState
from coopter.governance.views import blueprint
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.access import throttle
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import for_roles, public
from coopter.plumbing.pages import render
from coopter.values.actor import Actor, Role

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)


@blueprint.get("/<grouping>/rejoindre")
@public
def join() -> Any:
    """What the grouping is, and the form of whoever wants to join; unknown where it takes no request online."""
    _open_or_unknown()
    return _join(JoinForm(formdata=None), sent=bool(request.args.get("recue")))


@blueprint.post("/<grouping>/rejoindre")
@public
def request_admission() -> Any:
    """Receive a request: so many an hour from one place, so many a day in all."""
    throttle.spend("admission")
    _open_or_unknown()
    form = JoinForm()
    visitor = Actor(person_id=None, name=VISITOR, grouping_id=g.grouping.id)
    return answer(
        form,
        lambda: commands.request_admission(visitor, details=form.details(), at=clock.now()),
        then=lambda made: url_for("governance.join", recue=1),
        done=_("Votre demande est bien arrivée."),
        again=lambda *, status=200, conflict=None: _join(form, status=status),
    )


def _join(form: JoinForm, *, status: int = 200, sent: bool = False) -> Any:
    terms = admission_terms(clock.today())
    return render(page="join", status=status, form=form, terms=terms, sent=sent, charter=charter_to_read())


def _open_or_unknown() -> None:
    if not admission_terms(clock.today()).online:
        abort(404)


@blueprint.get("/<grouping>/vie/admissions")
@for_roles(*READERS)
def admissions() -> Any:
    """Requests to decide, and those decided."""
    terms = admission_terms(clock.today())
    return render(
        open=list_admissions(open=True), closed=list_admissions(open=False), counts=opinion_counts(), terms=terms,
        states=ADMISSION_STATES, runs=policies.can_run_admissions(g.actor),
        public_url=url_for("governance.join", _external=True),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/admissions/en-ligne")
@for_roles(Role.COORDINATOR)
def set_public_joining() -> Any:
    """Open the public page, or close it."""
    opens = request.form.get("ouvrir") == "oui"
    return press(
        lambda: members_commands.vote_parameter(
            g.actor, name="public_joining", value="yes" if opens else "no", from_on=clock.today(),
            decided_by=g.actor.name, at=clock.now(),
        ),
        to=url_for("governance.admissions"),
        done=_("La page est ouverte : partagez son adresse.") if opens else _("La page est fermée."),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/admissions/nouvelle")
@for_roles(Role.COORDINATOR)
def new_admission() -> Any:
    """The form of a request that came on paper or by phone."""
    terms = admission_terms(clock.today())
    asked = {"entrance_fee": terms.entrance_fee, "deposit": terms.deposit}
    return _form(AdmissionForm(formdata=None, data=asked), None)


@blueprint.post("/<grouping>/vie/admissions/nouvelle")
@for_roles(Role.COORDINATOR)
def add_admission() -> Any:
    """Write it down."""
    form = AdmissionForm()
    return answer(
        form,
        lambda: _add(form),
        then=lambda made: url_for("governance.admission", admission_id=made),
        done=_("La demande est enregistrée."),
        again=lambda *, status=200, conflict=None: _form(form, None, status=status),
    )


def _add(form: AdmissionForm) -> int:
    terms, asked = admission_terms(clock.today()), (form.entrance_fee.data, form.deposit.data)
    made: int = commands.request_admission(g.actor, details=form.details(), at=clock.now())
    if asked != (terms.entrance_fee, terms.deposit) or form.joins_on.data:
        _edit(made, 1, form)
    return made


def _edit(admission_id: int, version: int, form: AdmissionForm) -> None:
    commands.edit_admission(
        g.actor, admission_id=admission_id, version=version, details=form.details(),
        entrance_fee=form.entrance_fee.data, deposit=form.deposit.data, joins_on=form.joins_on.data, at=clock.now(),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/admissions/<int:admission_id>/modifier")
@for_roles(Role.COORDINATOR)
def admission_form(admission_id: int) -> Any:
    """The form of a known request."""
    return _form(AdmissionForm(formdata=None, obj=get_admission(admission_id)), admission_id)


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/modifier")
@for_roles(Role.COORDINATOR)
def edit_admission(admission_id: int) -> Any:
    """Save it; two people at once see both values (R22)."""
    get_admission(admission_id)
    form = AdmissionForm()

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        form.version.data = get_admission(admission_id).version if conflict else form.version.data
        return _form(form, admission_id, status=status, conflict=conflict)

    return answer(
        form,
        lambda: _edit(admission_id, version_sent(), form),
        then=lambda done: url_for("governance.admission", admission_id=admission_id),
        done=_("La demande est enregistrée."),
        again=again,
    )


def _form(form: AdmissionForm, admission_id: int | None, *, status: int = 200, conflict: Any = None) -> Any:
    return render(page="admission_form", status=status, form=form, admission_id=admission_id, conflict=conflict)


@blueprint.get("/<grouping>/vie/admissions/<int:admission_id>")
@for_roles(*READERS)
def admission(admission_id: int) -> Any:
    """One request: what it says, what members think, and what may be done."""
    return _page(admission_id)


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/avis")
@for_roles(Role.COORDINATOR, Role.REPRESENTATIVE)
def give_opinion(admission_id: int) -> Any:
    """Say what one thinks."""
    get_admission(admission_id)
    form = _opinion_form()
    return answer(
        form,
        lambda: commands.give_opinion(
            g.actor, admission_id=admission_id, structure_id=form.structure.data, opinion=form.opinion.data,
            comment=form.comment.data, at=clock.now(),
        ),
        then=lambda done: url_for("governance.admission", admission_id=admission_id),
        done=_("L’avis est enregistré."),
        again=lambda *, status=200, conflict=None: _page(admission_id, opinion=form, status=status),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/decision")
@for_roles(Role.COORDINATOR)
def admit(admission_id: int) -> Any:
    """Put it to an assembly's vote, or write down who decided."""
    get_admission(admission_id)
    form = _decide_form(DecideAdmissionForm())
    return answer_decision(
        form,
        lambda: _decide(admission_id, form),
        page=url_for("governance.admission", admission_id=admission_id),
        effective=_("La structure est membre. Voici les suites."),
        again=lambda *, status=200, conflict=None: _page(admission_id, decide=form, status=status, conflict=conflict),
    )


def _decide(admission_id: int, form: DecideAdmissionForm) -> Any:
    same = {"admission_id": admission_id, "version": version_sent(), "joins_on": form.joins_on.data, "at": clock.now()}
    if form.assembly.data:
        return propose_admission(g.actor, assembly_id=form.assembly.data, **same)
    return commands.admit(g.actor, decided_by=form.decided_by.data, **same)


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/cloture")
@for_roles(Role.COORDINATOR)
def close_admission(admission_id: int) -> Any:
    """Refuse it, or note that the structure withdrew it, with the reason."""
    get_admission(admission_id)
    withdrawn = request.form.get("state") == AdmissionState.WITHDRAWN.value
    return answer(
        None,
        lambda: commands.close_admission(
            g.actor, admission_id=admission_id, version=version_sent(), reason=request.form.get("reason", ""),
            state=AdmissionState.WITHDRAWN if withdrawn else AdmissionState.REFUSED, at=clock.now(),
        ),
        then=lambda nothing: url_for("governance.admission", admission_id=admission_id),
        done=_("La demande est close : la structure en reçoit le motif."),
        again=lambda *, status=200, conflict=None: _page(admission_id, status=status, conflict=conflict),
    )  # fmt: skip


def _page(
    admission_id: int, *, opinion: OpinionForm | None = None, decide: DecideAdmissionForm | None = None,
    status: int = 200, conflict: Any = None,
) -> Any:  # fmt: skip
    row, today = get_admission(admission_id), clock.today()
    runs, subject = policies.can_run_admissions(g.actor), f"admission:{admission_id}"
    reads = policies.can_read_obligations(g.actor)
    asked = DecideAdmissionForm(formdata=None, data={"joins_on": row.joins_on or today, "version": row.version})
    vote = get_item(row.item_id) if row.item_id and awaits_vote(row.item_id) else None
    return render(
        page="admission", status=status, row=row, runs=runs, states=ADMISSION_STATES, looks=OPINIONS, vote=vote,
        is_open=row.state in OPEN_STATES, opinions=opinions_on(admission_id), conflict=conflict,
        opinion=opinion or _opinion_form(fresh=True), decide=decide or _decide_form(asked),
        duplicates=same_siret(row) if runs else (), today=today, said=_may_speak(),
        wanted=admission_id in dict(opinions_wanted(g.actor)),
        to_do=obligations_to_do(today=today, subject=subject) if reads else (),
        done=obligations_done(today=today, subject=subject) if reads else (),
    )  # fmt: skip


def _may_speak() -> bool:
    return policies.can_give_opinion(g.actor, None) or bool(g.actor.represents and not g.actor.has(Role.AUDITOR))


def _opinion_form(*, fresh: bool = False) -> OpinionForm:
    form = OpinionForm(formdata=None) if fresh else OpinionForm()
    own = members.structures_by_id(g.actor.represents)
    office = [SelectChoice("", _("la coordination"))] if policies.can_give_opinion(g.actor, None) else []
    form.structure.choices = [*(SelectChoice(str(one.id), one.name) for one in own.values()), *office]
    return form


def _decide_form(form: DecideAdmissionForm) -> Any:
    return form.offering(assemblies_for(g.actor), already=_("Déjà décidée ailleurs"))
