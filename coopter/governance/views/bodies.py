"""Doors to bodies: who decides together, with which seats and rules; a body that ends, or begins again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance import policies
from coopter.governance.commands import bodies as acts
from coopter.governance.forms.bodies import BodyForm, SeatAllForm, SeatForm
from coopter.governance.forms.naming import BODY_KINDS
from coopter.governance.queries.bodies import BodyRecord, body_record, find_rules, get_body, list_bodies, seats_of
from coopter.governance.rules.presets import PRESETS
from coopter.governance.rules.statutes import Statutes
from coopter.governance.rules.wording import quorum_in_words, rules_in_words
from coopter.governance.views import blueprint
from coopter.members import queries as members
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render, written
from coopter.values.actor import Role


@dataclass(frozen=True)
class BodyLine:
    """One line of the list."""

    body: BodyRecord
    seats: int
    rules: str


@blueprint.get("/<grouping>/vie/instances")
@everyone_inside
def bodies() -> Any:
    """Who decides together."""
    return _bodies(BodyForm(data={"from_on": clock.today()}))


@blueprint.post("/<grouping>/vie/instances")
@for_roles(Role.COORDINATOR)
def create_body() -> Any:
    """Create a body, with a model of rules to compare with the statutes."""
    form = BodyForm()
    return answer(
        form,
        lambda: acts.create_body(
            g.actor, kind=form.kind.data, name=form.name.data, statutes=PRESETS[form.preset.data][1],
            from_on=form.from_on.data, decided_by=form.decided_by.data or INITIAL, at=clock.now(),
        ),
        then=lambda made: url_for("governance.body", body_id=made),
        done=_("L’instance est créée : comparez ses règles avec vos statuts, puis ajoutez ses membres."),
        again=lambda *, status=200, conflict=None: _bodies(form, status=status),
    )  # fmt: skip


def _bodies(form: BodyForm, *, status: int = 200) -> Any:
    today = clock.today()
    lines = [BodyLine(one, len(seats_of(one.id, on=today)), _summary(one.id, today)) for one in list_bodies()]
    may = policies.can_prepare_governance(g.actor)
    return render(page="bodies", status=status, lines=lines, form=form, may_prepare=may, kinds=BODY_KINDS)


def _summary(body_id: int, on: date) -> str:
    found = find_rules(body_id, on=on)
    return written(quorum_in_words(found[0].quorum)) if found else _("aucune en vigueur")


@blueprint.get("/<grouping>/vie/instances/<int:body_id>")
@everyone_inside
def body(body_id: int) -> Any:
    """A body: its members and its rules."""
    get_body(body_id)
    return show_body(body_id, seat_form(body_id, SeatForm(formdata=None, data=_new_seat())))


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/fin")
@for_roles(Role.COORDINATOR)
def close_body(body_id: int) -> Any:
    """A body that meets no more."""
    get_body(body_id)
    return press(
        lambda: acts.close_body(g.actor, body_id=body_id, at=clock.now()),
        to=url_for("governance.body", body_id=body_id),
        done=_("Cette instance ne se réunit plus ; ce qu’elle a décidé reste."),
    )


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/reprise")
@for_roles(Role.COORDINATOR)
def reopen_body(body_id: int) -> Any:
    """A body that meets again."""
    get_body(body_id)
    return press(
        lambda: acts.reopen_body(g.actor, body_id=body_id, at=clock.now()),
        to=url_for("governance.body", body_id=body_id),
        done=_("Cette instance se réunit à nouveau."),
    )


def show_body(body_id: int, form: SeatForm, *, status: int = 200) -> Any:
    """The page of a body, with the form of a new seat."""
    today, record = clock.today(), body_record(body_id)
    seats, found = seats_of(body_id, on=today), find_rules(body_id, on=today)
    statutes = found[0] if found else Statutes()
    seated = {one.structure_id for one in seats}
    return render(
        page="body", status=status, body=record, kinds=BODY_KINDS, seats=seats, form=form,
        past=[one for one in seats_of(body_id) if one.ends_on and one.ends_on <= today],
        rules=rules_in_words(found[0]) if found else (), decided=found[1] if found else None, source=statutes.source,
        lacking=len([one for one in members.list_structures(on=today) if one.id not in seated]),
        all_form=SeatAllForm(formdata=None, data={"on": today}),
        may_prepare=policies.can_prepare_governance(g.actor), is_live=record.closed_at is None,
        **groups_of(statutes, seats),
    )  # fmt: skip


def groups_of(statutes: Statutes, seats: Any) -> dict[str, Any]:
    """What the fields of a seat ask for: a college and a category where there are any."""
    return {
        "colleges": {one.code: one.label for one in statutes.colleges},
        "has_categories": bool(statutes.categories) or any(one.category for one in seats),
    }


def _new_seat() -> dict[str, Any]:
    return {"weight": 1, "starts_on": clock.today()}


def seat_form(body_id: int, form: SeatForm, *, holder: str = "") -> SeatForm:
    """The form of a seat of this body: who may hold it, in which college and category.

    `holder` names who holds it already: somebody who left since may still be read and corrected.
    """
    today = clock.today()
    found = find_rules(body_id, on=today)
    statutes = found[0] if found else Statutes()
    structures = {one.id: one.name for one in members.list_structures(on=today)}
    active = sorted((one.name.casefold(), one.person_id, one.name) for one in members.list_holders() if one.active)
    people = {person_id: name for _sort, person_id, name in active}
    _choose(form.structure, structures, _("Aucune : c’est le siège d’une personne"), holder)
    _choose(form.person, people, _("Aucune : c’est le siège d’une structure"), holder)
    _choose(form.college, {one.code: one.label for one in statutes.colleges}, _("Aucun"))
    _choose(form.category, {one: one for one in statutes.categories}, _("Aucune"))
    return form


def _choose(field: Any, names: dict[Any, str], nothing: str, holder: str = "") -> None:
    """The choices of a list, by name, what it holds already among them."""
    if field.data and field.data not in names:
        names = {**names, field.data: holder or str(field.data)}
    field.choices = [SelectChoice("", nothing), *(SelectChoice(str(key), name) for key, name in names.items())]
