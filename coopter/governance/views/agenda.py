"""Doors to the points of an agenda: added, corrected, moved, taken off, with what a resolution sets."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance.commands.agenda import (
    ItemDetails,
)  # fmt: skip
from coopter.governance.commands.agenda import (
    add_item as _add_item,
)
from coopter.governance.commands.agenda import (
    edit_item as _edit_item,
)
from coopter.governance.commands.agenda import (
    move_item as _move_item,
)
from coopter.governance.commands.agenda import (
    remove_item as _remove_item,
)
from coopter.governance.commands.settings import delegate_motion, setting_motion
from coopter.governance.forms.assemblies import (
    DELEGATE,
    KEPT,
    SETTING,
    ItemFields,
    day_or_none,
    item_form,
    number_or_none,
)
from coopter.governance.forms.naming import METHODS, named
from coopter.governance.queries.sittings import AssemblyRecord, ItemRecord, agenda_of, assembly_record, get_item
from coopter.governance.queries.sittings import item_record as record_of
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.motions import Motion, kind_of
from coopter.governance.rules.statutes import Statutes
from coopter.governance.rules.wording import majority_in_words
from coopter.governance.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render, written
from coopter.values.actor import Role


@blueprint.get("/<grouping>/vie/assemblees/<int:assembly_id>/points")
@for_roles(Role.COORDINATOR)
def new_item(assembly_id: int) -> Any:
    """One more point."""
    record = assembly_record(assembly_id)
    return _page(record, _form(record, None, formdata=None, data={"form": ItemForm.RESOLUTION}), None)


@blueprint.post("/<grouping>/vie/assemblees/<int:assembly_id>/points")
@for_roles(Role.COORDINATOR)
def add_item(assembly_id: int) -> Any:
    """Put a point on the agenda."""
    record = assembly_record(assembly_id)
    form = _form(record, None)
    return answer(
        form,
        lambda: _add_item(g.actor, assembly_id=assembly_id, details=_details(form, None), at=clock.now()),
        then=lambda made: url_for("governance.assembly", assembly_id=assembly_id, _anchor=f"point-{made}"),
        done=_("Le point est à l’ordre du jour."),
        again=lambda *, status=200, conflict=None: _page(record, form, None, status=status),
    )


@blueprint.get("/<grouping>/vie/assemblees/points/<int:item_id>")
@for_roles(Role.COORDINATOR)
def item(item_id: int) -> Any:
    """A point, to correct."""
    found = record_of(get_item(item_id))
    record = assembly_record(found.assembly_id)
    return _page(record, _form(record, found, formdata=None, data=_values(found)), found)


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>")
@for_roles(Role.COORDINATOR)
def edit_item(item_id: int) -> Any:
    """Correct a point."""
    found = record_of(get_item(item_id))
    record = assembly_record(found.assembly_id)
    form = _form(record, found)
    return answer(
        form,
        lambda: _edit_item(
            g.actor, item_id=item_id, version=version_sent(), details=_details(form, found), at=clock.now()
        ),
        then=lambda done: url_for("governance.assembly", assembly_id=record.id, _anchor=f"point-{item_id}"),
        done=_("Le point est corrigé."),
        again=lambda *, status=200, conflict=None: _page(record, form, found, status=status, conflict=conflict),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/place")
@for_roles(Role.COORDINATOR)
def move_item(item_id: int) -> Any:
    """Put a point elsewhere in the agenda."""
    assembly_id, position = get_item(item_id).assembly_id, request.form.get("to", type=int) or 1
    return press(
        lambda: _move_item(g.actor, item_id=item_id, position=position, at=clock.now()),
        to=url_for("governance.assembly", assembly_id=assembly_id, _anchor=f"point-{item_id}"),
        done=_("Le point est déplacé."),
    )


@blueprint.post("/<grouping>/vie/assemblees/points/<int:item_id>/enlever")
@for_roles(Role.COORDINATOR)
def remove_item(item_id: int) -> Any:
    """Take a point off the agenda."""
    assembly_id = get_item(item_id).assembly_id
    return press(
        lambda: _remove_item(g.actor, item_id=item_id, at=clock.now()),
        to=url_for("governance.assembly", assembly_id=assembly_id),
        done=_("Le point n’est plus à l’ordre du jour."),
    )


def _form(record: AssemblyRecord, found: ItemRecord | None, **how: Any) -> ItemFields:
    statutes = record.statutes or Statutes()
    amendable = [
        (one.id, one.title)
        for one in agenda_of(record.id)
        if one.form is ItemForm.RESOLUTION and one.amends_id is None and one.state is ItemState.PENDING
        and (found is None or one.id != found.id)
    ]  # fmt: skip
    carried = found.motion if found else None
    kept = written(kind_of(carried.kind).describe(carried)) if carried and carried.kind not in _TYPED else ""
    majorities = [(one.code, written(majority_in_words(one))) for one in statutes.majorities]
    form = item_form(majorities=majorities, amendable=amendable, kept=kept, **how)
    if record.mode is AssemblyMode.CONSULTATION:  # nobody raises a hand, and all votes are open together
        form.method.choices = named(
            {one: name for one, name in METHODS.items() if one is not BallotMethod.SHOW_OF_HANDS}
        )
        form.amends.choices = form.amends.choices[:1]
    return form


_TYPED = {SETTING, DELEGATE}


def _values(found: ItemRecord) -> dict[str, Any]:
    names = ("title", "body", "form", "method", "majority", "seats", "version")
    values = {name: getattr(found, name) for name in names}
    values |= {"candidates": "\n".join(found.candidates), "amends": str(found.amends_id or "")}
    motion = found.motion
    if motion is None:
        return values
    values |= {"motion": motion.kind if motion.kind in _TYPED else KEPT, "from_on": motion.from_on}
    if motion.kind == SETTING:
        values |= {"setting": motion.subject, "value": motion.value}
    if motion.kind == DELEGATE:
        values |= {"may": motion.subject, "person": motion.value["person"]}
    return values


def _details(form: ItemFields, found: ItemRecord | None) -> ItemDetails:
    return ItemDetails(
        title=form.title.data, body=form.body.data, form=form.form.data, method=form.method.data,
        majority=form.majority.data or "", seats=form.seats.data or 0, candidates=form.names,
        amends_id=number_or_none(form.amends.data), motion=_motion(form, found),
    )  # fmt: skip


def _motion(form: ItemFields, found: ItemRecord | None) -> Motion | None:
    day = day_or_none(form.from_on.data)
    if form.motion.data == KEPT and found is not None and found.motion is not None:
        return found.motion if day is None else Motion(found.motion.kind, found.motion.subject, found.motion.value, day)
    if form.motion.data == SETTING and day is not None:
        return setting_motion(name=form.setting.data, value=form.value.data, from_on=day)
    if form.motion.data == DELEGATE and day is not None:
        return delegate_motion(
            person=form.person.data, may=form.may.data, from_on=day, until_on=day_or_none(form.until_on.data)
        )
    return None


def _page(record: AssemblyRecord, form: ItemFields, found: ItemRecord | None, *, status: int = 200,
          conflict: Any = None) -> Any:  # fmt: skip
    if conflict and found:
        form.version.raw_data, form.version.data = None, str(get_item(found.id).version)
    new = url_for("governance.add_item", assembly_id=record.id)
    action = url_for("governance.edit_item", item_id=found.id) if found else new
    return render(
        page="agenda_item", status=status, assembly=record, item=found, form=form, action=action, conflict=conflict
    )
