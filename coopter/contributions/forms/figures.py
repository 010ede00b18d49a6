"""What is typed about figures: a member's own, on a phone; the coordinator's campaign; the publication of figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from coopter.contributions.rules.figures import DECLARABLE, NAMES, UNITS, grouped_figure, parse_figure
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed, ReadField, WholeField

BASES = {base: _(NAMES[base].source) for base in Base}
STATES = {
    FigureState.ASKED: ("pending", _("Attendu")),
    FigureState.ESTIMATED: ("warning", _("Estimé")),
    FigureState.DECLARED: ("submitted", _("À relire")),
    FigureState.CHECKED: ("done", _("Accepté")),
    FigureState.SENT_BACK: ("disputed", _("Renvoyé")),
}
OWN_STATES = {**STATES, FigureState.DECLARED: ("done", _("Déclaré")), FigureState.ASKED: ("pending", _("À déclarer"))}


def number_or_none(text: Any) -> int | None:
    """A whole number that a hidden or chosen field holds, or None."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() else None


class BasesField(SelectMultipleField):
    """Several figures, ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [SelectChoice(base.value, BASES[base]) for base in DECLARABLE]
        super().__init__(*args, choices=choices, **kwargs)
        self.type = "MultiCheckboxField"

    @property
    def bases(self) -> tuple[Base, ...]:
        """The bases ticked, in the order of the house."""
        return tuple(base for base in DECLARABLE if base.value in (self.data or ()))


class FigureField(ReadField):
    """One figure in its own unit, « 1 234 567,89 € » or « 12,5 » (R45)."""

    keys = {"inputmode": "decimal", "autocomplete": "off"}

    def __init__(self, base: Base, **kwargs: Any) -> None:
        super().__init__(BASES[base], validators=[MayLack()], **kwargs)
        self.base, self.suffix = base, UNITS[base]
        if base is Base.PROFIT:
            self.keys = {**self.keys, "inputmode": "text"}  # a loss begins with a sign, which a number pad lacks

    def read(self, text: str) -> int:
        return parse_figure(self.base, text)

    def write(self, value: int) -> str:
        return grouped_figure(self.base, value)


class FiguresForm(FlaskForm):
    """A member's figures of a year; one field per asked base, named base_<base>, is added by `figures_form`."""

    source = LineField(
        _("D’où viennent ces chiffres"),
        description=_("Par exemple : comptes annuels approuvés le 12/05/2026. Ou joignez une pièce."),
        most=300,
        validators=[MayLack()],
    )
    comment = LineField(
        _("Commentaire"),
        description=_("Nécessaire si un chiffre change de plus de 30 % d’une année à l’autre."),
        most=500,
        validators=[MayLack()],
    )
    version = HiddenField()
    said: frozenset[Base] = frozenset()

    def validate(self, extra_validators: Any = None) -> bool:
        """A figure that was said is corrected, not taken back: emptied, it would silently stay."""
        right = super().validate(extra_validators)
        for field in self.figure_fields:
            if field.base in self.said and field.data is None and not field.errors:
                field.errors = (
                    *field.errors,
                    gettext("Ce chiffre est déjà déclaré : corrigez-le ; « 0 » est une réponse."),
                )
        return right and not self.errors

    @property
    def figure_fields(self) -> list[Any]:
        """The fields of figures, in the order of the bases."""
        return [field for field in self if isinstance(field, FigureField)]

    @property
    def figures(self) -> dict[Base, int]:
        """The figures typed; what is empty is not said."""
        return {field.base: field.data for field in self.figure_fields if field.data is not None}


def figures_form(bases: Iterable[Base], *, said: Iterable[Base] = (), **kwargs: Any) -> FiguresForm:
    """The form of these bases, some of which were said before."""
    fields: dict[str, Any] = {f"base_{base.value}": _unbound(base) for base in bases}
    made: FiguresForm = type("FiguresFormOfYear", (FiguresForm,), {**fields, "said": frozenset(said)})(**kwargs)
    return made


def _unbound(base: Base) -> Any:
    return FigureField(base)


class CampaignForm(FlaskForm):
    """What is asked, of which year, until when, with which words."""

    year = WholeField(_("Année des chiffres"), validators=[Needed()])
    bases = BasesField(
        _("Chiffres demandés"),
        description=_("Les heures utilisées ne se demandent pas : elles sont déjà dans CoopTer."),
    )
    due_on = DayField(_("Réponse attendue avant le"), validators=[Needed()])
    message = TextAreaField(
        _("Message"),
        description=_("Il est repris dans le courriel. Facultatif ; à écrire si « Autre chiffre » est demandé."),
    )
    version = HiddenField()


class PublicationForm(FlaskForm):
    """Which figures of a year members see, and who decided it."""

    bases = BasesField(
        _("Chiffres montrés aux membres, nom par nom"),
        description=_("Rien de coché : ces chiffres redeviennent confidentiels."),
    )
    vote = SelectField(_("Comment est-ce décidé ?"), coerce=number_or_none, validate_choice=False)
    decided_by = LineField(
        _("Décidé par"),
        description=_("Si c’est déjà décidé. Par exemple : assemblée générale du 14/03/2026."),
        validators=[MayLack()],
    )

    def offer_votes(self, assemblies: Iterable[tuple[int, str]]) -> None:
        """Let the decision be put to one of these assemblies (id, name)."""
        voted = [SelectChoice(str(one), _("À voter : %(assembly)s", assembly=name)) for one, name in assemblies]
        self.vote.choices = [SelectChoice("", _("C’est décidé : je l’inscris")), *voted]
