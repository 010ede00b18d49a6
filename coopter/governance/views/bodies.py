"""Doors to bodies: who sits in them, and the rules that their statutes give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from coopter.governance import policies
from coopter.governance.commands.agenda import propose
from coopter.governance.commands.bodies import (
    SeatDetails,
)  # fmt: skip
from coopter.governance.commands.bodies import (
    add_seat as _add_seat,
)
from coopter.governance.commands.bodies import (
    create_body as _create_body,
)
from coopter.governance.commands.bodies import (
    edit_seat as _edit_seat,
)
from coopter.governance.commands.bodies import (
    end_seat as _end_seat,
)
from coopter.governance.commands.bodies import (
    seat_all_members as _seat_all_members,
)
from coopter.governance.commands.decisions import decide
from coopter.governance.forms.bodies import (
    BodyForm,
    EndSeatForm,
    SeatAllForm,
    SeatForm,
    StatutesForm,
    statutes_form,
)
from coopter.governance.forms.naming import BODY_KINDS
from coopter.governance.queries.bodies import (
    BODY_RULES,
    BodyRecord,
    body_record,
    find_rules,
    get_body,
    get_seat,
    list_bodies,
    rules_subject,
    seats_of,
)
from coopter.governance.queries.sittings import assemblies_for
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.presets import PRESETS
from coopter.governance.rules.statutes import Statutes, to_json
from coopter.governance.rules.wording import quorum_in_words, rules_in_words
from coopter.governance.views import blueprint
from coopter.members import queries as members
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import for_the_record, render, written
from coopter.values.actor import Role
from coopter.values.refusal import Words


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
        lambda: _create_body(
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
    return _body(body_id, _seat_form(body_id, SeatForm(formdata=None, data=_new_seat())))


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/sieges")
@for_roles(Role.COORDINATOR)
def add_seat(body_id: int) -> Any:
    """Give a seat."""
    get_body(body_id)
    form = _seat_form(body_id, SeatForm())
    return answer(
        form,
        lambda: _add_seat(g.actor, body_id=body_id, details=_details(form), at=clock.now()),
        then=lambda seat: url_for("governance.body", body_id=body_id),
        done=_("Le siège est ajouté."),
        again=lambda *, status=200, conflict=None: _body(body_id, form, status=status),
    )


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/structures")
@for_roles(Role.COORDINATOR)
def seat_all_members(body_id: int) -> Any:
    """Give a seat to each member structure that has none."""
    get_body(body_id)
    form = SeatAllForm()
    on = form.on.data if form.validate() else clock.today()
    added = _seat_all_members(g.actor, body_id=body_id, on=on or clock.today(), at=clock.now())
    flash(ngettext("Un siège est ajouté.", "%(num)d sièges sont ajoutés.", added), "success")
    return redirect(url_for("governance.body", body_id=body_id), 303)


def _body(body_id: int, form: SeatForm, *, status: int = 200) -> Any:
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
        may_prepare=policies.can_prepare_governance(g.actor), **_groups(statutes, seats),
    )  # fmt: skip


def _groups(statutes: Statutes, seats: Any) -> dict[str, Any]:
    return {
        "colleges": {one.code: one.label for one in statutes.colleges},
        "has_categories": bool(statutes.categories) or any(one.category for one in seats),
    }


@blueprint.get("/<grouping>/vie/instances/sieges/<int:seat_id>")
@for_roles(Role.COORDINATOR)
def seat(seat_id: int) -> Any:
    """One seat, to correct or to end."""
    row = get_seat(seat_id)
    held = {name: getattr(row, name) for name in SeatDetails.__slots__}
    held |= {"structure": row.structure_id, "person": row.person_id, "version": row.version}
    return _seat(seat_id, _seat_form(row.body_id, SeatForm(formdata=None, data=held)))


@blueprint.post("/<grouping>/vie/instances/sieges/<int:seat_id>")
@for_roles(Role.COORDINATOR)
def edit_seat(seat_id: int) -> Any:
    """Correct a seat; assemblies already convened keep their list."""
    row = get_seat(seat_id)
    form, ends_on = _seat_form(row.body_id, SeatForm()), row.ends_on
    return answer(
        form,
        lambda: _edit_seat(
            g.actor, seat_id=seat_id, version=version_sent(), details=_details(form, ends_on), at=clock.now()
        ),
        then=lambda done: url_for("governance.body", body_id=get_seat(seat_id).body_id),
        done=_("Le siège est corrigé."),
        again=lambda *, status=200, conflict=None: _seat(seat_id, form, status=status, conflict=conflict),
    )


@blueprint.post("/<grouping>/vie/instances/sieges/<int:seat_id>/fin")
@for_roles(Role.COORDINATOR)
def end_seat(seat_id: int) -> Any:
    """End a term."""
    body_id, form = get_seat(seat_id).body_id, EndSeatForm()
    return answer(
        form,
        lambda: _end_seat(g.actor, seat_id=seat_id, ends_on=form.ends_on.data, at=clock.now()),
        then=lambda done: url_for("governance.body", body_id=body_id),
        done=_("Le mandat a une fin."),
        again=lambda *, status=200, conflict=None: _seat_again(seat_id, form, status),
    )


def _seat_again(seat_id: int, end_form: EndSeatForm, status: int) -> Any:
    row = get_seat(seat_id)
    held = {name: getattr(row, name) for name in SeatDetails.__slots__} | {"version": row.version}
    held |= {"structure": row.structure_id, "person": row.person_id}
    form = _seat_form(row.body_id, SeatForm(formdata=None, data=held))
    return _seat(seat_id, form, status=status, end_form=end_form)


def _seat(seat_id: int, form: SeatForm, *, status: int = 200, conflict: Any = None, end_form: Any = None) -> Any:
    row = get_seat(seat_id)
    found = find_rules(row.body_id, on=clock.today())
    statutes = found[0] if found else Statutes()
    if conflict:
        form.version.raw_data, form.version.data = None, str(row.version)
    return render(
        page="seat", status=status, body=body_record(row.body_id), seat=row, form=form, conflict=conflict,
        end_form=end_form or EndSeatForm(formdata=None, data={"ends_on": row.ends_on}), **_groups(statutes, [row]),
    )  # fmt: skip


def _new_seat() -> dict[str, Any]:
    return {"weight": 1, "starts_on": clock.today()}


def _seat_form(body_id: int, form: SeatForm) -> SeatForm:
    today = clock.today()
    found = find_rules(body_id, on=today)
    statutes = found[0] if found else Statutes()
    people = {one.person_id: one.name for one in members.list_holders() if one.active}
    form.structure.choices = [SelectChoice("", _("Aucune : c’est le siège d’une personne"))] + [
        SelectChoice(str(one.id), one.name) for one in members.list_structures(on=today)
    ]
    form.person.choices = [SelectChoice("", _("Aucune : c’est le siège d’une structure"))] + [
        SelectChoice(str(key), name) for key, name in sorted(people.items(), key=lambda one: one[1].casefold())
    ]
    form.college.choices = [SelectChoice("", _("Aucun"))] + [
        SelectChoice(one.code, one.label) for one in statutes.colleges
    ]
    return form


def _details(form: SeatForm, ends_on: date | None = None) -> SeatDetails:
    return SeatDetails(
        starts_on=form.starts_on.data, structure_id=form.structure.data, person_id=form.person.data,
        name=form.name.data, category=form.category.data or "", college=form.college.data or "",
        weight=form.weight.data, office=form.office.data, dues_paid_to=form.dues_paid_to.data, ends_on=ends_on,
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/instances/<int:body_id>/regles")
@for_roles(Role.COORDINATOR)
def body_rules(body_id: int) -> Any:
    """The rules of a body as a form: those in force, or a model."""
    get_body(body_id)
    found = find_rules(body_id, on=clock.today())
    model = PRESETS.get(request.args.get("modele", ""))
    statutes = model[1] if model else found[0] if found else Statutes()
    return _rules(body_id, statutes_form(statutes, on=clock.today(), assemblies=_drafts()))


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/regles")
@for_roles(Role.COORDINATOR)
def set_body_rules(body_id: int) -> Any:
    """Write down the rules that the statutes give, or put them to the vote of an assembly in preparation."""
    get_body(body_id)
    form = statutes_form(Statutes(), on=clock.today(), assemblies=_drafts())
    asked = form.assembly.data
    return answer(
        form,
        lambda: _set_rules(body_id, form, asked),
        then=lambda done: (
            url_for("governance.assembly", assembly_id=asked) if asked else url_for("governance.body", body_id=body_id)
        ),
        done=_("La résolution est à l’ordre du jour.") if asked else _("Les règles sont enregistrées."),
        again=lambda *, status=200, conflict=None: _rules(body_id, form, status=status),
    )


def _set_rules(body_id: int, form: StatutesForm, assembly_id: int | None) -> None:
    motion = Motion(BODY_RULES, rules_subject(body_id), to_json(form.statutes), form.from_on.data)
    if assembly_id is None:
        decide(g.actor, motion, at=clock.now(), decided_by=form.decided_by.data or INITIAL)
        return
    title = for_the_record(Words("Nouvelles règles : %(body)s", body=body_record(body_id).name))
    text = "\n".join(f"- {for_the_record(sentence)}" for sentence in rules_in_words(form.statutes))
    propose(g.actor, assembly_id=assembly_id, motion=motion, title=title, body=text, at=clock.now())


def _rules(body_id: int, form: StatutesForm, *, status: int = 200) -> Any:
    models = [(code, label) for code, (label, _rules) in PRESETS.items()]
    return render(page="body_rules", status=status, body=body_record(body_id), form=form, presets=models)


def _drafts() -> list[tuple[int, str]]:
    return [(one.id, one.title) for one in assemblies_for(g.actor) if one.state is AssemblyState.DRAFT]
