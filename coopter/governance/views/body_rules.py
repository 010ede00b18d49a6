"""Doors to the rules that the statutes give a body: typed article by article, decided or put to the vote."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance.commands.agenda import propose
from coopter.governance.commands.decisions import decide
from coopter.governance.forms.bodies import StatutesForm, statutes_form
from coopter.governance.queries.bodies import BODY_RULES, body_record, find_rules, get_body, rules_subject
from coopter.governance.queries.sittings import assemblies_for
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.presets import PRESETS
from coopter.governance.rules.statutes import Statutes, to_json
from coopter.governance.rules.wording import rules_in_words
from coopter.governance.views import blueprint
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import for_the_record, render
from coopter.values.actor import Role
from coopter.values.refusal import Words


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
