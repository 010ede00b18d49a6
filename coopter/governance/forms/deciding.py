"""A decision that is put to an assembly, or written down with who took it: one form, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.assemblies import number_or_none
from coopter.governance.queries.sittings import AssemblyRecord
from coopter.governance.rules.kinds import AssemblyState
from coopter.plumbing.answering import Again, answer
from coopter.plumbing.fields import LineField, MayLack


class DecideForm(FlaskForm):
    """How it is decided, and by whom when no assembly held here does."""

    assembly = SelectField(
        _("Comment"), coerce=number_or_none, validate_choice=False,
        description=_("Proposée à une assemblée en préparation, la décision prend effet si la résolution est adoptée."),
    )  # fmt: skip
    decided_by = LineField(
        _("Décidé par"), validators=[MayLack()],
        description=_("Par exemple : conseil d’administration du 12/10/2026. Vide : reprise initiale."),
    )  # fmt: skip
    version = HiddenField()

    def offering(self, assemblies: Iterable[AssemblyRecord], *, already: str) -> Any:
        """The same form with its ways to decide: taken elsewhere, or the vote of an assembly in preparation."""
        self.assembly.choices = [
            SelectChoice("", already),
            *(
                SelectChoice(str(one.id), gettext("Au vote : %(title)s", title=one.title))
                for one in assemblies
                if one.state is AssemblyState.DRAFT
            ),
        ]
        return self


def answer_decision(form: Any, act: Callable[[], Any], *, page: str, effective: str, again: Again) -> Any:
    """Run what decides: to the assembly that will vote, or back to the page once it is in effect."""
    voted = form.assembly.data
    there = url_for("governance.assembly", assembly_id=voted) if voted else page
    said = gettext("La résolution est à l’ordre du jour.") if voted else effective
    return answer(form, act, then=lambda made: there, done=said, again=again)
