"""Doors of a grouping's own settings: its identity, and what it sets with a date of effect."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask import g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.members import commands, policies, queries
from coopter.members.forms import CHOICES, KINDS, PARAMETER_NAMES, GroupingForm, ParameterForm, parameter_form
from coopter.members.rules import PARAMETERS, Setting, in_force
from coopter.members.views import blueprint
from coopter.members.views.bank import bank_panel
from coopter.plumbing import clock, formats
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import localised, render, written
from coopter.values.actor import Role
from coopter.values.identifiers import vat_number_of
from coopter.values.numbers import parse_amount


@blueprint.get("/<grouping>/reglages")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
def settings() -> Any:
    """Who the grouping is, and every dated value with those that came before."""
    name = request.args.get("valeur", "")
    given = {"name": name, "from_on": clock.today()}
    return _page(parameter_form(name, formdata=None, data=given) if name in PARAMETERS else None)


@blueprint.get("/<grouping>/reglages/identite")
@for_roles(Role.COORDINATOR)
def grouping_form() -> Any:
    """The form of the grouping's identity."""
    form = _without_account(_months(GroupingForm(formdata=None, obj=g.grouping)))
    return render(form=form, conflict=None)


@blueprint.post("/<grouping>/reglages/identite")
@for_roles(Role.COORDINATOR)
def edit_grouping() -> Any:
    """Save it; two people at once see both values (R22)."""
    form = _without_account(_months(GroupingForm()))

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        form.version.data = g.grouping.version if conflict else form.version.data
        return render(page="grouping_form", status=status, form=form, conflict=conflict)

    return answer(
        form,
        lambda: commands.edit_grouping(g.actor, version=version_sent(), details=form.details(), at=clock.now()),
        then=lambda row: url_for("members.settings"),
        done=_("L’identité du groupement est enregistrée. Les documents déjà émis restent comme ils sont."),
        again=again,
    )


@blueprint.post("/<grouping>/reglages/parametres")
@for_roles(Role.COORDINATOR)
def set_parameter() -> Any:
    """Give a value from a day on."""
    form = parameter_form(request.form.get("name", ""))
    return answer(
        form,
        lambda: commands.set_parameter(
            g.actor, name=form.name.data, value=form.value.data, from_on=form.from_on.data,
            decided_by=form.decided_by.data, at=clock.now(),
        ),
        then=lambda row: url_for("members.settings"),
        done=_("La valeur est enregistrée ; les précédentes restent valables pour leur temps."),
        again=lambda **shown: _page(form, **shown),
    )  # fmt: skip


def _page(form: ParameterForm | None, *, status: int = 200, conflict: Any = None) -> Any:
    today, given = clock.today(), queries.all_settings()
    rows = [_told(name, given.get(name, ()), today) for name in PARAMETERS]
    return render(
        page="settings", status=status, form=form, parameters=rows, kinds=KINDS, today=today,
        edits=policies.can_set_parameter(g.actor), names=PARAMETER_NAMES, bank=bank_panel(), vat_number=_vat_number(),
    )  # fmt: skip


def _vat_number() -> str:
    """The number that invoices carry: the one given, else the one that the SIREN makes, and which it is."""
    if g.grouping.vat_number or not g.grouping.siren:
        return g.grouping.vat_number or ""
    return _("%(number)s (calculé à partir du SIREN)", number=vat_number_of(g.grouping.siren))


def _told(name: str, history: tuple[Setting, ...], today: date) -> tuple[str, Any, str, list[tuple[str, Setting]]]:
    """A parameter's row: its name in words, its value today, every value it ever had."""
    said = [(_said(setting), setting) for setting in history]
    return name, PARAMETER_NAMES[name], _said(in_force(history, name, on=today)), said


def _said(setting: Setting) -> str:
    """A setting's value as people write it."""
    reads = PARAMETERS[setting.name].reads
    if setting.name in CHOICES:
        words = {getattr(key, "value", key): label for key, label in CHOICES[setting.name].items()}
        return str(words.get(setting.value, setting.value))
    if reads == "money":
        return written(parse_amount(setting.value))
    if reads == "minutes":
        return str(localised(formats.hours)(int(setting.value)))
    return setting.value.replace(".", ",") if reads in {"percent", "rate"} else written(setting.value)


def _without_account(form: GroupingForm) -> GroupingForm:
    """The account is typed here once; what is sent nevertheless goes to the command, which says no (R39)."""
    if g.grouping.iban and not request.form.get("iban") and not request.form.get("bic"):
        del form.iban, form.bic
    return form


def _months(form: GroupingForm) -> GroupingForm:
    names = get_month_names("wide", context="stand-alone", locale=str(get_locale() or "fr"))
    form.fiscal_year_month.choices = [SelectChoice(number, name) for number, name in names.items()]
    return form
