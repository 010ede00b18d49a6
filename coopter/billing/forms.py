"""Forms of the billing room: what a list is narrowed by, why an invoice is cancelled, when one is issued again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.widgets import TextArea

from coopter.plumbing.fields import DayField, LineField, Needed


class CreditNoteForm(FlaskForm):  # type: ignore[misc]
    """The reason and the day of a credit note."""

    reason = LineField(
        _l("Motif de l’annulation"),
        [Needed()],
        description=_l("Il est imprimé sur l’avoir et lu par la structure : dites ce qui était faux."),
        widget=TextArea(),
    )
    on = DayField(_l("Date de l’avoir"), [Needed()])


class IssueAgainForm(FlaskForm):  # type: ignore[misc]
    """The day of the invoice that replaces a cancelled one."""

    on = DayField(_l("Date de la nouvelle facture"), [Needed()])
