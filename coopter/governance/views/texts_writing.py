"""Doors to a text while it is written: begun from a model, saved, annexes joined, frozen, a next version begun."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.governance.commands import texts as acts
from coopter.governance.commands.texts_freezing import freeze_version as freeze
from coopter.governance.forms.texts import DraftForm, NewTextForm
from coopter.governance.models import TextVersion
from coopter.governance.queries import texts as queries
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.texts import FIELDS, MOST_ANNEXES, UnknownField, fields_in, preview
from coopter.governance.views import blueprint
from coopter.governance.views.texts import handed
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound

FIELD = "champ-"


@blueprint.get("/<grouping>/vie/textes/nouveau")
@for_roles(Role.COORDINATOR)
def new_text() -> Any:
    """The form of a new text; `genre` chooses its kind."""
    kinds = {kind.value for kind in TextKind}
    wanted = request.args.get("genre", "")
    return _begin(NewTextForm(formdata=None, data={"kind": TextKind(wanted)} if wanted in kinds else None))


@blueprint.post("/<grouping>/vie/textes/nouveau")
@for_roles(Role.COORDINATOR)
def create_text() -> Any:
    """Begin a text from its model."""
    form: Any = NewTextForm()

    def act() -> int:
        fields = queries.structure_fields(form.structure_id.data) if form.structure_id.data else {}
        body = queries.starter(form.kind.data)
        return acts.create_text(
            g.actor, kind=form.kind.data, title=form.title.data, body=body, fields=fields, at=clock.now()
        )

    return answer(
        form, act, then=lambda version_id: url_for("governance.text_draft", version_id=version_id),
        done=_("Le texte est commencé. Adaptez le modèle, puis figez la version."),
        again=lambda *, status=200, conflict=None: _begin(form, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/textes/versions/<int:version_id>")
@for_roles(Role.COORDINATOR)
def text_draft(version_id: int) -> Any:
    """A version as it is written, its fields, its annexes and how it reads."""
    draft = _draft(version_id)
    title = queries.get_text(draft.text_id).title
    data = {"title": title, "body": draft.body, "what_changed": draft.what_changed}
    return _writing(draft, DraftForm(formdata=None, data=data))


@blueprint.post("/<grouping>/vie/textes/versions/<int:version_id>")
@for_roles(Role.COORDINATOR)
def save_draft(version_id: int) -> Any:
    """Save it; two people at once see both texts (R22)."""
    form: Any = DraftForm()
    draft = _draft(version_id)
    return answer(
        form,
        lambda: acts.save_draft(
            g.actor, version_id=version_id, title=form.title.data, body=form.body.data or "",
            what_changed=form.what_changed.data or "", fields=dict(draft.fields) | _values(), version=version_sent(),
            at=clock.now(),
        ),
        then=lambda nothing: url_for("governance.text_draft", version_id=version_id),
        done=_("La version est enregistrée."),
        again=lambda *, status=200, conflict=None: _writing(_draft(version_id), form, status=status, conflict=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/textes/versions/<int:version_id>/figer")
@for_roles(Role.COORDINATOR)
def freeze_version(version_id: int) -> Any:
    """Freeze a version: from here on it may be signed and nobody changes it."""
    text_id, back = _draft(version_id).text_id, url_for("governance.text_draft", version_id=version_id)
    return answer(
        None,
        lambda: freeze(g.actor, version_id=version_id, at=clock.now()),
        then=lambda frozen_id: url_for("governance.text", text_id=text_id),
        done=_("La version est figée : vous pouvez la mettre au vote, ou la faire signer."),
        again=lambda *, status=200, conflict=None: redirect(back, 303),
    )


@blueprint.post("/<grouping>/vie/textes/<int:text_id>/versions")
@for_roles(Role.COORDINATOR)
def start_version(text_id: int) -> Any:
    """Begin the next version from the last one."""
    return answer(
        None,
        lambda: acts.start_version(g.actor, text_id=text_id, at=clock.now()),
        then=lambda version_id: url_for("governance.text_draft", version_id=version_id),
        done=_("La version suivante est commencée, à partir de la dernière."),
        again=lambda *, status=200, conflict=None: redirect(url_for("governance.text", text_id=text_id), 303),
    )


@blueprint.post("/<grouping>/vie/textes/versions/<int:version_id>/annexes")
@for_roles(Role.COORDINATOR)
def add_annex(version_id: int) -> Any:
    """Join a file."""
    _draft(version_id)
    sent = request.files.get("annex")
    name, content = (sent.filename or "", sent.read()) if sent is not None else ("", b"")
    return press(
        lambda: acts.add_annex(g.actor, version_id=version_id, name=name, content=content, at=clock.now()),
        to=url_for("governance.text_draft", version_id=version_id),
        done=_("L’annexe est jointe."),
    )


@blueprint.post("/<grouping>/vie/textes/versions/<int:version_id>/annexes/<digest>/retrait")
@for_roles(Role.COORDINATOR)
def remove_annex(version_id: int, digest: str) -> Any:
    """Take a file away from a version that is not frozen."""
    _draft(version_id)
    return press(
        lambda: acts.remove_annex(g.actor, version_id=version_id, digest=digest, at=clock.now()),
        to=url_for("governance.text_draft", version_id=version_id),
        done=_("L’annexe est retirée."),
    )


@blueprint.get("/<grouping>/vie/textes/versions/<int:version_id>/annexes/<digest>")
@for_roles(Role.COORDINATOR)
def draft_annex(version_id: int, digest: str) -> Any:
    """A file joined to a version that is being written."""
    return handed(queries.annex_of(version_id, digest))


def _begin(form: Any, *, status: int = 200) -> Any:
    structures = members.list_structures(on=clock.today())
    form.structure_id.choices = [(0, _("Aucune")), *((one.id, one.name) for one in structures)]
    return render(page="new_text", status=status, form=form)


def _values() -> dict[str, str]:
    """The values of the merge fields that the page carried."""
    return {name.removeprefix(FIELD): value for name, value in request.form.items() if name.startswith(FIELD)}


def _writing(draft: TextVersion, form: Any, *, status: int = 200, conflict: Any = None) -> Any:
    values = dict(draft.fields) | _values()
    try:
        used = fields_in(form.body.data or "")
    except UnknownField:
        used = tuple(draft.fields)
    return render(
        page="text_draft", status=status, draft=draft, form=form, conflict=conflict, all_fields=FIELDS, used=used,
        values=values, annexes=queries.annexes_of(draft.id), most_annexes=MOST_ANNEXES,
        shown=preview(draft.body, draft.fields), missing=[name for name in used if not values.get(name)],
    )  # fmt: skip


def _draft(version_id: int) -> TextVersion:
    """A version that is still written; a frozen one has its own page, and this one is no more."""
    draft = queries.get_version(version_id)
    if draft.frozen_at is not None:
        raise NotFound()
    return draft
