"""What is typed of an obligation: what, by when, whose, and the day on which it was done."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.assemblies import number_or_none
from coopter.governance.rules.obligations import Urgency
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed

URGENCIES = {
    Urgency.OVERDUE: ("failed", _("En retard")),
    Urgency.SOON: ("warning", _("Bientôt")),
    Urgency.LATER: ("info", _("À venir")),
    Urgency.DONE: ("done", _("Faite")),
}
BY_HAND = {
    "own": _("À faire une fois"),
    "own-yearly": _("À faire chaque année"),
    "own-five-years": _("À faire tous les cinq ans"),
    "annual-assembly": _("Assemblée annuelle (chaque année)"),
    "insurance": _("Assurance (chaque année)"),
    "risk-document": _("Documents uniques des risques (chaque année)"),
    "medical-visit": _("Visite médicale"),
    "agreement-ending": _("Fin d’une convention"),
    "coop-review": _("Révision coopérative (tous les cinq ans)"),
}


class ObligationForm(FlaskForm):
    """One written by hand."""

    kind = SelectField(_("Quoi"), choices=[SelectChoice(name, label) for name, label in BY_HAND.items()])
    title = LineField(
        _("Intitulé"), validators=[Needed()], most=120,
        description=_("Il part dans votre agenda : pas de nom de personne, hors visite médicale."),
    )  # fmt: skip
    due_on = DayField(_("À faire avant le"), validators=[Needed()])
    owner = SelectField(_("Par qui"), coerce=number_or_none, validate_choice=False)
    source = LineField(_("D’après"), validators=[MayLack()], description=_("Article de loi, statuts, contrat…"))
    note = LineField(_("Note"), validators=[MayLack()], most=500)


class EditObligationForm(FlaskForm):
    """Its day, whose, its note."""

    due_on = DayField(_("À faire avant le"), validators=[Needed()])
    owner = SelectField(_("Par qui"), coerce=number_or_none, validate_choice=False)
    note = LineField(_("Note"), validators=[MayLack()], most=500)
    version = HiddenField()


class DoneForm(FlaskForm):
    """The day on which it was done; the proof is a file of the request."""

    done_on = DayField(_("Faite le"), validators=[Needed()])
    version = HiddenField()
