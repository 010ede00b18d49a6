"""Forms of the treasury: a payment received."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField

from coopter.plumbing.fields import AmountField, DayField, LineField, Needed
from coopter.plumbing.pages import written
from coopter.treasury.rules import MEANS, Means


class PaymentForm(FlaskForm):  # type: ignore[misc]
    """How much, when, how; `confirmed` is asked only once the payment looked doubtful."""

    amount = AmountField(_l("Montant reçu"), [Needed()])
    received_on = DayField(_l("Reçu le"), [Needed()])
    means = SelectField(_l("Moyen"), coerce=Means)
    reference = LineField(_l("Référence"), most=120, description=_l("Ce que dit le relevé de banque : facultatif."))
    confirmed = BooleanField(_l("J’ai vérifié : c’est bien ce qui a été reçu"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.means.choices = [(one.value, written(words)) for one, words in MEANS.items()]
