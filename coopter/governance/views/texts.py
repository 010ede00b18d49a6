"""Doors to texts: the list, one text with its versions, what changed between two, and who signed which."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.governance import commands, policies
from coopter.governance.commands import texts as acts
from coopter.governance.commands.texts_freezing import motion_to_adopt
from coopter.governance.forms.texts import AdoptForm
from coopter.governance.queries import commitments, signing, signing_bound
from coopter.governance.queries import texts as queries
from coopter.governance.queries.texts import Downloaded, FrozenRecord
from coopter.governance.rules.texts import CHARTERS, KINDS
from coopter.governance.rules.texts_difference import difference as differing
from coopter.governance.views import blueprint
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound


@blueprint.get("/<grouping>/vie/textes")
@everyone_inside
def texts() -> Any:
    """The texts of the grouping, those put away on demand, and what awaits the reader's signature."""
    archived = request.args.get("archives") == "1" and policies.can_prepare_governance(g.actor)
    return render(
        lines=queries.list_texts(g.actor, on=clock.today(), archived=archived), kinds=KINDS, archived=archived,
        waiting=signing.to_sign(g.actor, today=clock.today()), writes=policies.can_prepare_governance(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/textes/<int:text_id>")
@everyone_inside
def text(text_id: int) -> Any:
    """A text: its latest frozen version, its versions, its signatures."""
    return _page(text_id, AdoptForm(formdata=None, data={"from_on": clock.today()}))


@blueprint.post("/<grouping>/vie/textes/<int:text_id>/vigueur")
@for_roles(Role.COORDINATOR)
def adopt_version(text_id: int) -> Any:
    """Say since when a version counts, decided before or outside an assembly held here."""
    form: Any = AdoptForm()
    frozen = _chosen(text_id, request.form.get("number", type=int))
    return answer(
        form,
        lambda: commands.decide(
            g.actor, motion_to_adopt(frozen, from_on=form.from_on.data), at=clock.now(),
            decided_by=form.decided_by.data or INITIAL,
        ),
        then=lambda decided: url_for("governance.text", text_id=text_id),
        done=_("C’est noté au registre des décisions."),
        again=lambda *, status=200, conflict=None: _page(text_id, form, status=status),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/textes/<int:text_id>/archives")
@for_roles(Role.COORDINATOR)
def archive_text(text_id: int) -> Any:
    """Put a text away, or back."""
    away = request.form.get("away") == "1"
    return press(
        lambda: acts.archive_text(g.actor, text_id=text_id, away=away, at=clock.now()),
        to=url_for("governance.text", text_id=text_id),
        done=_("Le texte est rangé dans les archives.") if away else _("Le texte est de retour dans la liste."),
    )


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/comparaison")
@everyone_inside
def text_difference(text_id: int) -> Any:
    """What changed from one version to another, « avant » and « après » by their numbers."""
    row = queries.readable_text(g.actor, text_id)
    versions = queries.frozen_versions(text_id)
    new = _chosen(text_id, request.args.get("apres", type=int))
    old = _chosen(text_id, request.args.get("avant", type=int) or max(new.number - 1, 1))
    pairs = [(one.number, _("version %(number)s", number=one.number)) for one in versions]
    return render(text=row, old=old, new=new, found=differing(old.body, new.body), pairs=pairs)


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/v<int:number>.pdf")
@everyone_inside
def text_document(text_id: int, number: int) -> Any:
    """The PDF of a frozen version, the very bytes that are signed (R36)."""
    queries.readable_text(g.actor, text_id)
    return handed(queries.document_of(_chosen(text_id, number)))


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/v<int:number>/annexes/<digest>")
@everyone_inside
def text_annex(text_id: int, number: int, digest: str) -> Any:
    """A file joined to a frozen version."""
    queries.readable_text(g.actor, text_id)
    return handed(queries.annex_of(_chosen(text_id, number).version_id, digest))


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/signataires")
@everyone_inside
def text_signatories(text_id: int) -> Any:
    """Who signed which version, since when."""
    row = queries.readable_text(g.actor, text_id)
    return render(
        text=row, signed=signing_bound.signatories_of(text_id), latest=queries.frozen_of(text_id),
        follows=policies.can_follow_signatures(g.actor), writes=policies.can_prepare_governance(g.actor),
    )  # fmt: skip


def handed(file: Downloaded) -> Any:
    """A file to keep: never shown inside our pages, whatever it holds (R51)."""
    response = make_response(file.content)
    response.mimetype = file.media_type
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def _chosen(text_id: int, number: int | None) -> FrozenRecord:
    """The frozen version of this number, or the latest without one; raises NotFound."""
    for frozen in queries.frozen_versions(text_id):
        if number is None or frozen.number == number:
            return frozen
    raise NotFound()


def _page(text_id: int, form: AdoptForm, *, status: int = 200) -> Any:
    row = queries.readable_text(g.actor, text_id)
    latest, writes = queries.frozen_of(text_id), policies.can_prepare_governance(g.actor)
    draft = queries.find_draft(text_id)
    if latest is None and not writes:
        raise NotFound()
    return render(
        page="text", status=status, text=row, kind=KINDS[row.kind], latest=latest, draft=draft, form=form,
        versions=queries.frozen_versions(text_id), in_force=queries.adopted(text_id, on=clock.today()),
        signed=signing_bound.signatories_of(text_id), writes=writes, today=clock.today(),
        campaigns=signing.campaigns_of(text_id) if policies.can_follow_signatures(g.actor) else (),
        commitments=commitments.commitments_of(text_id) if row.kind in CHARTERS else None,
    )  # fmt: skip
