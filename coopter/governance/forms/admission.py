"""What is typed of a request to join, of an opinion on it, and of what is decided."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.assemblies import WrittenField, number_or_none
from coopter.governance.forms.deciding import DecideForm
from coopter.governance.rules.admission import DETAILS, AdmissionDetails
from coopter.governance.rules.kinds import AdmissionState, OpinionOnAdmission
from coopter.plumbing.fields import (
    AmountField,
    DayField,
    EmailField,
    LineField,
    MayLack,
    Needed,
    SiretField,
    WholeField,
)

ADMISSION_STATES = {
    AdmissionState.REQUESTED: ("pending", _("À décider")),
    AdmissionState.PROPOSED: ("submitted", _("À l’ordre du jour")),
    AdmissionState.ADMITTED: ("success", _("Admise")),
    AdmissionState.REFUSED: ("failed", _("Refusée")),
    AdmissionState.WITHDRAWN: ("cancelled", _("Retirée")),
}
OPINIONS = {
    OpinionOnAdmission.FAVOURABLE: ("success", _("Favorable")),
    OpinionOnAdmission.RESERVED: ("warning", _("Réservé")),
    OpinionOnAdmission.UNFAVOURABLE: ("error", _("Défavorable")),
}


class JoinForm(FlaskForm):
    """The public page: what a structure says of itself."""

    name = LineField(_("Nom de la structure"), validators=[Needed()], most=120)
    siret = SiretField(_("SIRET"), validators=[Needed()], description=_("14 chiffres, de l’avis de situation Insee."))
    legal_form = LineField(_("Forme juridique"), validators=[MayLack()], description=_("Association, SCIC, SARL…"))
    activity = LineField(_("Activité"), validators=[MayLack()])
    headcount = WholeField(_("Nombre de salariés"), validators=[MayLack()])
    address = LineField(_("Adresse"), validators=[MayLack()])
    postcode = LineField(_("Code postal"), validators=[MayLack()], most=12)
    city = LineField(_("Ville"), validators=[MayLack()])
    contact_name = LineField(_("Votre nom"), validators=[Needed()])
    email = EmailField(_("Votre adresse électronique"), validators=[Needed()])
    phone = LineField(_("Téléphone"), validators=[MayLack()], most=30)
    needs = WrittenField(
        _("Ce que vous cherchez, ce que vous apportez"), render_kw={"rows": 5},
        description=_("Les membres liront ces lignes : métiers, heures par semaine, matériel, savoir-faire…"),
    )  # fmt: skip
    agrees_to_charter = BooleanField(_("J’ai lu la charte du groupement et j’en partage les engagements"))

    def details(self) -> AdmissionDetails:
        """What was typed, as the command takes it."""
        return AdmissionDetails(**{name: self[name].data for name in DETAILS})


class AdmissionForm(JoinForm):
    """The same, kept by the coordinator, with what will be asked and from when."""

    contact_name = LineField(_("Personne à contacter"), validators=[Needed()])
    email = EmailField(_("Son adresse électronique"), validators=[Needed()])
    agrees_to_charter = BooleanField(_("La structure a lu la charte"))
    entrance_fee = AmountField(_("Droit d’entrée"), validators=[Needed()])
    deposit = AmountField(_("Dépôt de garantie"), validators=[Needed()])
    joins_on = DayField(_("Membre à partir du"), validators=[MayLack()])
    version = HiddenField()


class OpinionForm(FlaskForm):
    """What somebody thinks of a request."""

    structure = SelectField(_("Au nom de"), coerce=number_or_none, validate_choice=False)
    opinion = RadioField(
        _("Avis"), coerce=OpinionOnAdmission,
        choices=[SelectChoice(one.value, label) for one, (_look, label) in OPINIONS.items()],
    )  # fmt: skip
    comment = WrittenField(_("Pourquoi"), validators=[MayLack()], render_kw={"rows": 2})


class DecideAdmissionForm(DecideForm):
    """The admission decided, with the day from which it counts."""

    joins_on = DayField(_("Membre à partir du"), validators=[Needed()])
