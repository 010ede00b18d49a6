"""What is typed of an act on shares, and of a surplus to share out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.commands.capital import MovementDetails
from coopter.governance.forms.assemblies import number_or_none
from coopter.governance.rules.kinds import CapitalAct
from coopter.plumbing.fields import AmountField, DayField, LineField, MayLack, Needed, WholeField

ACTS = {
    CapitalAct.SUBSCRIPTION: _("Souscription : un associé prend des parts"),
    CapitalAct.TRANSFER: _("Cession : un associé en passe à un autre"),
    CapitalAct.REDEMPTION: _("Remboursement : un associé en rend"),
}


class MovementForm(FlaskForm):
    """One act on shares."""

    act = RadioField(
        _("Ce qui se passe"), coerce=CapitalAct, default=CapitalAct.SUBSCRIPTION,
        choices=[SelectChoice(one.value, label) for one, label in ACTS.items()],
    )  # fmt: skip
    giver = SelectField(_("Associé qui cède ou rend"), coerce=number_or_none, validate_choice=False)
    receiver = SelectField(_("Associé qui reçoit"), coerce=number_or_none, validate_choice=False)
    shares = WholeField(_("Nombre de parts"), validators=[Needed()])
    on = DayField(_("Date"), validators=[Needed()])
    paid_on = DayField(
        _("Payé le"), validators=[MayLack()],
        description=_("Vide pour un remboursement : une échéance rappelle de payer dans le délai."),
    )  # fmt: skip
    decided_by = LineField(_("Décidé par"), validators=[MayLack()])
    note = LineField(_("Note"), validators=[MayLack()], most=300)
    below_floor = BooleanField(_("Ce remboursement est régulier même sous le capital plancher"))

    def details(self) -> MovementDetails:
        """What was typed, as the command takes it."""
        return MovementDetails(
            act=self.act.data, shares=self.shares.data, on=self.on.data, giver=self.giver.data,
            receiver=self.receiver.data, paid_on=self.paid_on.data, note=self.note.data,
            decided_by=self.decided_by.data, below_floor=self.below_floor.data,
        )  # fmt: skip


class SurplusForm(FlaskForm):
    """A year's result."""

    resultat = AmountField(_("Résultat de l’exercice"), validators=[Needed()])
