"""Forms of the staff room: people, contracts, the list of potential users, placements."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from coopter.plumbing.fields import DayField, DurationField, EmailField, LineField, MayLack, Needed


class MultiCheckboxField(SelectMultipleField):
    """Several choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(FlaskForm):
    """Who an employee is."""

    code = LineField(
        _("Code"), [Needed()], most=40, description=_("Court et unique ; il sert dans les fichiers importés.")
    )
    first_name = LineField(_("Prénom"), [Needed()])
    last_name = LineField(_("Nom"), [Needed()])
    email = EmailField(_("Courriel"), [MayLack()])
    phone = LineField(_("Téléphone"), [MayLack()], most=40)


class ContractForm(FlaskForm):
    """What a contract says from a day on."""

    starts_on = DayField(_("Premier jour"), [Needed()])
    last_on = DayField(_("Dernier jour"), [MayLack()], description=_("Vide pour un contrat à durée indéterminée."))
    weekly_minutes = DurationField(_("Durée par semaine"), [Needed()], description=_("Par exemple 35h ou 17h30."))
    job_title = LineField(_("Emploi"), [Needed()])
    pay_grade = LineField(_("Classification"), [MayLack()], description=_("Groupe, coefficient ou échelon."))


class HireForm(PersonForm, ContractForm):
    """A new employee with the first contract and its list of potential users."""

    structure_ids = MultiCheckboxField(
        _("Utilisateurs potentiels"),
        coerce=int,
        description=_("Les adhérents où cette personne pourra travailler : le contrat doit les nommer (L1253-9)."),
    )


class EndForm(FlaskForm):
    """The last day of a contract or of a placement."""

    ends_on = DayField(_("Dernier jour"), [Needed()])


class PotentialUserForm(FlaskForm):
    """One more structure on the list of potential users."""

    structure_id = SelectField(_("Structure"), coerce=int)
    from_on = DayField(_("À partir du"), [Needed()])


class TermsForm(FlaskForm):
    """When, how much and where somebody is placed."""

    starts_on = DayField(_("Premier jour"), [Needed()])
    last_on = DayField(_("Dernier jour"), [MayLack()], description=_("Laissez vide si la fin n'est pas fixée."))
    weekly_minutes = DurationField(
        _("Engagement par semaine"), [MayLack()], description=_("Par exemple 7h ou 14h30 ; vide s'il n'y en a pas.")
    )
    site = LineField(_("Lieu de travail"), [MayLack()])
    conditions = TextAreaField(_("Conditions particulières"), [MayLack()])


class PlacementForm(TermsForm):
    """A new placement."""

    structure_id = SelectField(_("Structure"), coerce=int)


def structure_choices(structures: Any) -> list[tuple[int, str]]:
    """Structures as the options of a field."""
    return [(one.id, f"{one.trade_name or one.legal_name} ({one.code})") for one in structures]
