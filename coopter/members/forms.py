"""Forms of the members' room: what is typed, and its shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.members.rules import (
    GROUPING_FIELDS,
    PARAMETERS,
    SHORTEST_PASSWORD,
    STRUCTURE_FIELDS,
    GroupingDetails,
    GroupingKind,
    StructureDetails,
    VatRegime,
    VatStatus,
)
from coopter.plumbing.fields import (
    BicField,
    DayField,
    EmailField,
    IbanField,
    LineField,
    MayLack,
    Needed,
    SirenField,
    SiretField,
    VatNumberField,
    WholeField,
)
from coopter.plumbing.navigation import ROLE_NAMES

KINDS = {
    GroupingKind.EMPLOYER_GROUP: _l("Groupement d'employeurs"),
    GroupingKind.PTCE: _l("Pôle territorial de coopération économique"),
    GroupingKind.COOPERATIVE: _l("Coopérative"),
    GroupingKind.TERRITORY: _l("Territoire"),
}
VAT_STATUSES = {
    VatStatus.LIABLE: _l("Redevable de la TVA"),
    VatStatus.EXEMPT: _l("Exonérée"),
    VatStatus.FRANCHISE: _l("En franchise (art. 293 B)"),
    VatStatus.NOT_TAXABLE: _l("Non assujettie"),
}
VAT_REGIMES = {
    VatRegime.TAXED: _l("TVA facturée"),
    VatRegime.EXEMPT_261B: _l("Exonéré (art. 261 B)"),
    VatRegime.FRANCHISE_293B: _l("Franchise en base (art. 293 B)"),
}
PARAMETER_NAMES = {kind.name: _l(kind.label.source) for kind in PARAMETERS.values()}


def _choices(labels: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(getattr(key, "value", key), label) for key, label in labels.items()]


class GroupingForm(FlaskForm):
    """Who the grouping is on its documents."""

    version = HiddenField()
    name = LineField(_l("Nom"), [Needed()])
    legal_form = LineField(_l("Forme juridique"), [MayLack()])
    siret = SiretField(_l("SIRET du siège"), [MayLack()])
    siren = SirenField(_l("SIREN"), [MayLack()], description=_l("Repris du SIRET quand il est vide."))
    rna = LineField(_l("Numéro RNA"), [MayLack()], most=10)
    vat_number = VatNumberField(_l("Numéro de TVA intracommunautaire"), [MayLack()])
    address = LineField(_l("Adresse"), [Needed()])
    address_more = LineField(_l("Complément d'adresse"), [MayLack()])
    postcode = LineField(_l("Code postal"), [Needed()], most=12)
    city = LineField(_l("Ville"), [Needed()])
    country = LineField(_l("Pays (code à deux lettres)"), [Needed()], most=2)
    email = EmailField(_l("Adresse électronique"), [MayLack()])
    phone = LineField(_l("Téléphone"), [MayLack()], most=30)
    iban = IbanField(_l("IBAN"), [MayLack()])
    bic = BicField(_l("BIC"), [MayLack()])
    collective_agreement = LineField(_l("Convention collective"), [MayLack()])
    fiscal_year_month = SelectField(_l("Premier mois de l'exercice"), coerce=int)
    invoice_series = LineField(_l("Série des factures"), [Needed()], most=8)
    credit_series = LineField(_l("Série des avoirs"), [Needed()], most=8)

    def details(self) -> GroupingDetails:
        """What was typed, as the command takes it."""
        return GroupingDetails(**{name: self[name].data for name in GROUPING_FIELDS if name in self})


class BankAccountForm(FlaskForm):
    """Another account for the grouping's invoices."""

    iban = IbanField(_l("Nouvel IBAN"), [Needed()])
    bic = BicField(_l("BIC"), [MayLack()])


class StructureForm(FlaskForm):
    """What is known of a structure."""

    version = HiddenField()
    code = LineField(_l("Code"), [Needed()], most=20, description=_l("Court et stable : il sert aux imports."))
    legal_name = LineField(_l("Nom légal"), [Needed()])
    trade_name = LineField(_l("Nom d'usage"), [MayLack()])
    legal_form = LineField(_l("Forme juridique"), [MayLack()])
    siret = SiretField(_l("SIRET"), [MayLack()])
    siren = SirenField(_l("SIREN"), [MayLack()], description=_l("Repris du SIRET quand il est vide."))
    rna = LineField(_l("Numéro RNA"), [MayLack()], most=10)
    ape = LineField(_l("Code APE"), [MayLack()], most=6)
    activity = LineField(_l("Activité"), [MayLack()])
    collective_agreement = LineField(_l("Convention collective"), [MayLack()])
    headcount = WholeField(_l("Effectif"), [MayLack()])
    headcount_on = DayField(_l("Effectif constaté le"), [MayLack()])
    vat_status = SelectField(_l("Situation de TVA"), choices=_choices(VAT_STATUSES))
    vat_number = VatNumberField(
        _l("Numéro de TVA intracommunautaire"), [MayLack()], description=_l("Calculé quand il est vide.")
    )
    address = LineField(_l("Adresse"), [MayLack()])
    address_more = LineField(_l("Complément d'adresse"), [MayLack()])
    postcode = LineField(_l("Code postal"), [MayLack()], most=12)
    city = LineField(_l("Ville"), [MayLack()])
    country = LineField(_l("Pays (code à deux lettres)"), [Needed()], most=2, default="FR")
    billing_name = LineField(_l("Destinataire"), [MayLack()])
    billing_address = LineField(_l("Adresse de facturation"), [MayLack()])
    billing_postcode = LineField(_l("Code postal de facturation"), [MayLack()], most=12)
    billing_city = LineField(_l("Ville de facturation"), [MayLack()])
    email = EmailField(_l("Adresse électronique"), [MayLack()])
    phone = LineField(_l("Téléphone"), [MayLack()], most=30)
    einvoice_address = LineField(
        _l("Adresse de facturation électronique"), [MayLack()], most=60, description=_l("À défaut, le SIREN.")
    )
    is_public_body = BooleanField(_l("Personne publique (facturée par Chorus Pro)"))
    service_code = LineField(_l("Code service"), [MayLack()], most=100)
    public_order_ref = LineField(_l("Numéro d'engagement"), [MayLack()], most=50)
    purchase_order = LineField(_l("Numéro de bon de commande"), [MayLack()], most=50)
    joined_on = DayField(_l("Adhérente depuis le"), [MayLack()])

    def details(self) -> StructureDetails:
        """What was typed, as the command takes it."""
        typed = {name: self[name].data for name in STRUCTURE_FIELDS}
        return StructureDetails(**{**typed, "vat_status": VatStatus(typed["vat_status"])})


class DayForm(FlaskForm):
    """One day: of joining, of leaving."""

    day = DayField(_l("Date"), [Needed()])
    note = LineField(_l("Note"), [MayLack()])

    def on(self) -> date:
        """The day typed."""
        day: date = self.day.data
        return day


class RoleForm(FlaskForm):
    """What somebody will be here."""

    role = RadioField(_l("Rôle"), choices=_choices(ROLE_NAMES))
    structure_id = SelectField(_l("Structure représentée"), coerce=int)
    employee_id = IntegerField(_l("Personne salariée"))
    can_validate_hours = BooleanField(_l("Confirme les heures de sa structure"), default=True)
    can_see_invoices = BooleanField(_l("Voit les factures de sa structure"), default=True)


class InvitationForm(RoleForm):
    """Whom to invite, and for what."""

    email = EmailField(_l("Adresse électronique"), [Needed()])
    first_name = LineField(_l("Prénom"), [MayLack()], most=80)
    last_name = LineField(_l("Nom"), [MayLack()], most=80)
    language = SelectField(_l("Langue du message"), choices=_choices({"fr": "Français", "en": "English"}))


class AcceptForm(FlaskForm):
    """The last step of an invitation."""

    first_name = LineField(_l("Prénom"), [MayLack()], most=80)
    last_name = LineField(_l("Nom"), [MayLack()], most=80)
    password = PasswordField(
        _l("Mot de passe"),
        description=_l("Au moins %(least)s caractères ; une phrase de quatre mots convient.", least=SHORTEST_PASSWORD),
    )


class ParameterForm(FlaskForm):
    """A value from a day on."""

    name = HiddenField()
    value = LineField(_l("Nouvelle valeur"), [Needed()], most=500)
    from_on = DayField(_l("À partir du"), [Needed()])
    decided_by = LineField(_l("Décidé par"), [MayLack()], description=_l("Par exemple : assemblée du 12 mai 2026."))


class ChoiceForm(ParameterForm):
    """A value to choose in a list, from a day on."""

    value = SelectField(_l("Nouvelle valeur"))


CHOICES: dict[str, Mapping[Any, Any]] = {
    "vat_regime": VAT_REGIMES,
    "vat_on_debits": {"yes": _l("oui"), "no": _l("non")},
    "public_joining": {"yes": _l("oui"), "no": _l("non")},
}


def parameter_form(name: str, **options: Any) -> ParameterForm:
    """The form of one parameter: a list where there is one."""
    if name not in CHOICES:
        return ParameterForm(**options)
    form = ChoiceForm(**options)
    form.value.choices = _choices(CHOICES[name])  # type: ignore[attr-defined]
    return form
