"""Doors to obligations: what is due, what was done with its proof, and the private feed for calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, g, make_response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance import commands, policies
from coopter.governance.commands.obligations import feed_digest
from coopter.governance.feeds import obligations as feed_text
from coopter.governance.forms.obligations import URGENCIES, DoneForm, EditObligationForm, ObligationForm
from coopter.governance.queries.obligations import (
    feed_obligations,
    find_served_obligation_feed,
    get_obligation,
    obligation_line,
    obligations_done,
    obligations_to_do,
    own_feed,
    possible_owners,
)
from coopter.governance.rules.obligations import Urgency, check_proof
from coopter.governance.views import blueprint
from coopter.members import queries as members
from coopter.plumbing import clock, files, mail, tenancy
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import for_roles, public
from coopter.plumbing.pages import render, written
from coopter.plumbing.qr import picture_of
from coopter.values.actor import Role
from coopter.values.refusal import NotFound

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
KEEPERS = (Role.COORDINATOR, Role.TREASURER)
KEPT = timedelta(days=366)  # how far back a feed looks


@blueprint.get("/<grouping>/vie/obligations")
@for_roles(*READERS)
def obligations() -> Any:
    """What is late, near, later, done."""
    return _list(_owned(ObligationForm(formdata=None, data={"due_on": clock.today() + timedelta(days=30)})))


@blueprint.post("/<grouping>/vie/obligations")
@for_roles(*KEEPERS)
def add_obligation() -> Any:
    """Write one by hand."""
    form = _owned(ObligationForm())
    return answer(
        form,
        lambda: commands.add_obligation(
            g.actor, kind=form.kind.data, title=form.title.data, due_on=form.due_on.data, owner_id=form.owner.data,
            source=form.source.data, note=form.note.data, at=clock.now(),
        ),
        then=lambda made: url_for("governance.obligations"),
        done=_("L’échéance est notée."),
        again=lambda *, status=200, conflict=None: _list(form, status=status),
    )  # fmt: skip


def _list(form: ObligationForm, *, status: int = 200) -> Any:
    today = clock.today()
    lines = obligations_to_do(today=today)
    return render(
        page="obligations", status=status, form=form, looks=URGENCIES, done=obligations_done(today=today),
        groups=[(one, [line for line in lines if line.urgency is one]) for one in Urgency if one is not Urgency.DONE],
        keeps=policies.can_keep_obligations(g.actor), follows=policies.can_follow_obligations(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/obligations/<int:obligation_id>")
@for_roles(*READERS)
def obligation(obligation_id: int) -> Any:
    """One of them: its day, whose, its proof."""
    get_obligation(obligation_id)
    return _one(obligation_id)


@blueprint.post("/<grouping>/vie/obligations/<int:obligation_id>")
@for_roles(*KEEPERS)
def edit_obligation(obligation_id: int) -> Any:
    """Change its day, whose, its note; two at once see both (R22)."""
    get_obligation(obligation_id)
    form = _owned(EditObligationForm())
    return answer(
        form,
        lambda: commands.edit_obligation(
            g.actor, obligation_id=obligation_id, version=version_sent(), due_on=form.due_on.data,
            owner_id=form.owner.data, note=form.note.data, at=clock.now(),
        ),
        then=lambda done: url_for("governance.obligation", obligation_id=obligation_id),
        done=_("L’échéance est enregistrée."),
        again=lambda *, status=200, conflict=None: _one(obligation_id, form=form, status=status, conflict=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/obligations/<int:obligation_id>/faite")
@for_roles(*KEEPERS)
def do_obligation(obligation_id: int) -> Any:
    """Say that it is done, with its proof when a file came along."""
    get_obligation(obligation_id)
    form, sent = DoneForm(), request.files.get("proof")
    proof = (sent.read(), sent.filename) if sent is not None and sent.filename else None
    return answer(
        form,
        lambda: commands.do_obligation(
            g.actor, obligation_id=obligation_id, version=version_sent(), done_on=form.done_on.data, proof=proof,
            at=clock.now(),
        ),
        then=lambda again: url_for("governance.obligation", obligation_id=again or obligation_id),
        done=_("C’est noté comme fait."),
        again=lambda *, status=200, conflict=None: _one(obligation_id, done=form, status=status, conflict=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/obligations/<int:obligation_id>/rouvrir")
@for_roles(*KEEPERS)
def reopen_obligation(obligation_id: int) -> Any:
    """Take « done » back."""
    get_obligation(obligation_id)
    return answer(
        None,
        lambda: commands.reopen_obligation(
            g.actor, obligation_id=obligation_id, version=version_sent(), at=clock.now()
        ),
        then=lambda nothing: url_for("governance.obligation", obligation_id=obligation_id),
        done=_("L’échéance est de nouveau à faire."),
        again=lambda *, status=200, conflict=None: _one(obligation_id, status=status, conflict=conflict),
    )


@blueprint.get("/<grouping>/vie/obligations/<int:obligation_id>/preuve")
@for_roles(*READERS)
def obligation_proof(obligation_id: int) -> Any:
    """The proof itself, handed out as a file; its type is told from its bytes, and it may do nothing (R51)."""
    row = get_obligation(obligation_id)
    if row.proof_sha256 is None:
        raise NotFound()
    content = files.read(row.proof_sha256)
    response = make_response(content)
    media_type = check_proof(content)
    response.mimetype = media_type
    ending = {"application/pdf": "pdf", "image/png": "png"}.get(media_type, "jpg")
    response.headers["Content-Disposition"] = f"attachment; filename=preuve-{obligation_id}.{ending}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; sandbox"
    return response


def _one(obligation_id: int, *, form: Any = None, done: Any = None, status: int = 200, conflict: Any = None) -> Any:
    line = obligation_line(obligation_id, today=clock.today())
    held = {"due_on": line.due_on, "owner": line.owner_id, "note": line.note, "version": line.version}
    for sent in (form, done):
        if conflict and sent is not None:
            sent.version.raw_data, sent.version.data = None, line.version
    return render(
        page="obligation", status=status, line=line, looks=URGENCIES, conflict=conflict,
        form=form or _owned(EditObligationForm(formdata=None, data=held)),
        done=done or DoneForm(formdata=None, data={"done_on": clock.today(), "version": line.version}),
        keeps=policies.can_keep_obligations(g.actor),
    )  # fmt: skip


def _owned(form: Any) -> Any:
    people = [SelectChoice(str(person_id), name) for person_id, name in possible_owners()]
    form.owner.choices = [SelectChoice("", _("Toute la coordination")), *people]
    return form


@blueprint.get("/<grouping>/vie/obligations/agenda")
@for_roles(*KEEPERS)
def obligation_feed() -> Any:
    """The private feed of whoever asks: whether there is one, and the buttons that make or close it."""
    return render(feed=own_feed(g.actor), address=None, picture=None)


@blueprint.post("/<grouping>/vie/obligations/agenda")
@for_roles(*KEEPERS)
def create_obligation_feed() -> Any:
    """Make a new secret address; this answer alone shows it."""
    token = commands.create_obligation_feed(g.actor, at=clock.now())
    address = mail.absolute(url_for("governance.obligation_calendar", token=token))
    return render(page="obligation_feed", feed=own_feed(g.actor), address=address, picture=picture_of(address))


@blueprint.post("/<grouping>/vie/obligations/agenda/fermeture")
@for_roles(*KEEPERS)
def revoke_obligation_feed() -> Any:
    """Close the feed at once."""
    return press(
        lambda: commands.revoke_obligation_feed(g.actor, at=clock.now()), to=url_for("governance.obligation_feed"),
        done=_("Lien d’agenda fermé : plus aucun agenda ne peut le lire."),
    )  # fmt: skip


@blueprint.get("/calendrier/echeances/<token>.ics")
@public
def obligation_calendar(token: str) -> Any:
    """The feed that a secret address opens, or 304 when the asker has it; 404 for anything else."""
    with tenancy.everywhere("a feed's address names its owner, above groupings"):
        found = find_served_obligation_feed(feed_digest(token))
    if found is None:
        abort(404)
    with tenancy.scope(found.grouping_id):
        name = members.get_grouping_by_id(found.grouping_id).name
        events = feed_obligations(found.person_id, from_on=clock.today() - KEPT)
        with force_locale(members.language_of(members.get_person(found.person_id).email)):
            body = feed_text.build(events, name=_("Échéances · %(name)s", name=name), say=written)
    response = make_response(body)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="echeances.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(feed_text.etag_of(body))
    return response.make_conditional(request)
