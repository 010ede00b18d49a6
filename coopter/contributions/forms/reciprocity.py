"""What is typed about a gift, on a phone: who, what, how much, when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import UNIT_NAMES, Party, parse_quantity
from coopter.plumbing.fields import AmountField, DayField, LineField, MayLack, Needed
from coopter.plumbing.pages import say
from coopter.values.refusal import Refusal

UNITS = {unit: _(UNIT_NAMES[unit].source) for unit in Unit}
UNIT_CHOICES = {
    Unit.ADVICE: _("Conseil, expertise : en jours"),
    Unit.HOURS: _("Temps : en heures"),
    Unit.LOANS: _("Prêts de matériel : en nombre"),
    Unit.SURFACE: _("Locaux, terrain : en m² × jours"),
    Unit.WEIGHT: _("Matières, denrées : en kg"),
    Unit.ENERGY: _("Énergie : en kWh"),
    Unit.EUROS: _("Argent : en euros"),
}
GIFT_STATES = {
    GiftState.OFFERED: ("submitted", _("À confirmer")),
    GiftState.CONFIRMED: ("done", _("Confirmé")),
    GiftState.DISPUTED: ("disputed", _("Contesté")),
    GiftState.WITHDRAWN: ("cancelled", _("Retiré")),
}
GROUPING = "groupement"  # how a list of parties names the grouping itself


def party_of(text: Any) -> Party:
    """The party that a list names: a structure's id, None for the grouping, -1 for what it does not name."""
    typed = str(text or "")
    if typed == GROUPING:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else -1


def party_text(party: Party) -> str:
    """The text of a party in a list."""
    return GROUPING if party is None else str(party)


class GiftForm(FlaskForm):
    """A gift seen from one's own side."""

    side = SelectField(_("Au nom de"), coerce=str)
    direction = RadioField(
        _("Sens"),
        choices=[SelectChoice("given", _("Nous avons donné")), SelectChoice("received", _("Nous avons reçu"))],
    )
    other = SelectField(_("Avec"), coerce=str)
    what = LineField(
        _("Quoi"), description=_("Par exemple : une journée d’aide sur la comptabilité."), validators=[Needed()]
    )
    unit = SelectField(
        _("Compté en"), coerce=Unit, choices=[SelectChoice(unit.value, name) for unit, name in UNIT_CHOICES.items()]
    )
    quantity = StringField(
        _("Combien"), description=_("7h30 pour du temps ; 1,5 pour un jour et demi ; 60 pour 20 m² pendant 3 jours.")
    )
    given_on = DayField(_("Le"), validators=[Needed()])
    valued = AmountField(
        _("Valeur convenue"),
        description=_("Seulement si les deux parties veulent l’écrire. Rien n’est jamais converti."),
        validators=[MayLack()],
    )
    version = HiddenField()
    parsed: int = 0

    def offer(self, sides: Iterable[tuple[Party, str]], others: Iterable[tuple[Party, str]]) -> None:
        """Let the person speak for these sides, with these others."""
        self.side.choices = [SelectChoice(party_text(party), name) for party, name in sides]
        self.other.choices = [SelectChoice(party_text(party), name) for party, name in others]

    @property
    def parties(self) -> tuple[Party, Party]:
        """Who gives and who receives."""
        side, other = party_of(self.side.data), party_of(self.other.data)
        return (side, other) if self.direction.data == "given" else (other, side)

    @property
    def day(self) -> date:
        """The day typed, once the form is valid."""
        typed: Any = self.given_on.data
        return typed  # type: ignore[no-any-return]

    def validate(self, extra_validators: Any = None) -> bool:
        """The shape of each field, the quantity in its unit, and what the grouping may note."""
        valid = super().validate(extra_validators)
        unit: Any = self.unit.data
        try:
            self.parsed = parse_quantity(unit, self.quantity.data or "") if isinstance(unit, Unit) else 0
        except Refusal as refusal:
            self.quantity.errors = [*self.quantity.errors, say(refusal)]
            valid = False
        if self.parties[0] is None:
            told = gettext(
                "Ce que donne le groupement (heures de l’équipe, aides) se compte tout seul : notez ce qu’il reçoit."
            )
            self.direction.errors = [*self.direction.errors, told]
            valid = False
        return valid
