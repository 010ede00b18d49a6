"""What people type about costs: a line, a key, a price; and how the page names kinds, pools and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.costs.rules import HOW, CostKind, KeyMethod, Pool, key_motion, price_motion
from coopter.governance.rules.motions import Motion
from coopter.plumbing.fields import AmountField, LineField, MayLack, MonthField, Needed, RateField, WholeField
from coopter.values.money import Money

KINDS = {
    CostKind.GROSS_PAY: _("Salaire brut"),
    CostKind.EMPLOYER_CONTRIBUTIONS: _("Cotisations patronales"),
    CostKind.PAID_LEAVE: _("Congés payés"),
    CostKind.HEALTH_COVER: _("Complémentaire santé"),
    CostKind.OCCUPATIONAL_HEALTH: _("Santé au travail"),
    CostKind.TRAINING: _("Formation"),
    CostKind.TRAVEL: _("Déplacements"),
    CostKind.EQUIPMENT: _("Équipement"),
    CostKind.PAYROLL_TAX: _("Taxe sur les salaires"),
    CostKind.AID: _("Aide reçue"),
    CostKind.MANAGEMENT: _("Frais de gestion"),
    CostKind.OTHER: _("Autre"),
}
METHODS = {method: _(words.source) for method, words in HOW.items()}
POOLS = {Pool.EMPLOYEE: _("Tous les salariés"), Pool.MANAGEMENT: _("Frais de gestion")}
Choices = Iterable[tuple[int, str]]


def _named(names: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(one.value, name) for one, name in names.items()]


def whom(nobody: Any, *, employees: Choices) -> list[SelectChoice]:
    """The choices of « pour qui »: what no employee means, then each employee."""
    return [SelectChoice("", nobody), *(SelectChoice(str(employee), name) for employee, name in employees)]


def _number_or_none(text: Any) -> int | None:
    return int(text) if str(text or "").isascii() and str(text or "").isdigit() else None


class AmountForm(FlaskForm):
    """What adding and correcting a line have in common; `money` once the form is valid."""

    @property
    def money(self) -> Money:
        """The amount typed."""
        typed: Any = self["amount"].data
        return typed  # type: ignore[no-any-return]


class CostForm(AmountForm):
    """One cost line of a month; no employee = the grouping's."""

    employee = SelectField(_("Pour qui"), coerce=_number_or_none, validate_choice=False)
    kind = SelectField(_("Nature"), coerce=CostKind, choices=_named(KINDS))
    label = LineField(_("Libellé"), most=120, validators=[Needed()])
    amount = AmountField(
        _("Montant"), description=_("Une aide reçue s’écrit en négatif : -500,00."), validators=[Needed()]
    )


class EditCostForm(AmountForm):
    """A cost line as it is corrected; `version` is what the page showed (row R22)."""

    kind = CostForm.kind
    label = CostForm.label
    amount = CostForm.amount
    version = HiddenField()

    @property
    def shown_version(self) -> int:
        """The version that the form was made from; 0 when it says none, which fits no line."""
        return _number_or_none(self.version.data) or 0


class DecisionForm(FlaskForm):
    """What a key and a price have in common: since when, and who decided."""

    from_month = MonthField(
        _("À partir du mois de"), description=_("La règle vaut dès le 1er de ce mois."), validators=[Needed()]
    )
    vote = SelectField(
        _("Comment est-ce décidé ?"),
        description=_("Adoptée par l’assemblée, la résolution prend effet d’elle-même à sa date."),
        coerce=_number_or_none,
        validate_choice=False,
    )
    decided_by = LineField(
        _("Décidé par"),
        description=_("Si c’est déjà décidé. Par exemple : conseil d’administration du 12/12/2025."),
        validators=[MayLack()],
    )

    def offer_votes(self, assemblies: Choices) -> None:
        """Let the decision be put to one of these assemblies (id, name)."""
        voted = [SelectChoice(str(one), _("À voter : %(assembly)s", assembly=name)) for one, name in assemblies]
        self.vote.choices = [SelectChoice("", _("C’est décidé : je l’inscris")), *voted]

    @property
    def from_on(self) -> date:
        """The first day of the month typed, once the form is valid."""
        month: Any = self.from_month.data
        return month.first  # type: ignore[no-any-return]


class KeyForm(DecisionForm):
    """A new key; weights are one field per structure, named weight_<id>, added by `key_form`."""

    target = SelectField(_("Ce qui est réparti"), validate_choice=False)
    method = SelectField(
        _("Clé"),
        description=_(
            "À parts égales et selon l’effectif : entre les structures qui ont employé la personne ; pour la gestion, "
            "entre tous les membres du mois."
        ),
        coerce=KeyMethod,
        choices=_named(METHODS),
    )

    @property
    def pool(self) -> Pool:
        """The pool chosen."""
        return Pool.MANAGEMENT if self.target.data == Pool.MANAGEMENT.value else Pool.EMPLOYEE

    @property
    def employee_id(self) -> int | None:
        """The employee chosen, None for all."""
        return _number_or_none(self.target.data)

    @property
    def weight_fields(self) -> list[Any]:
        """The fields of weights, in the order of the structures."""
        return [field for field in self if field.name.startswith("weight_")]

    @property
    def weights(self) -> dict[int, int]:
        """The weights typed, by structure."""
        filled = [field for field in self.weight_fields if field.data is not None]
        return {int(field.name.removeprefix("weight_")): field.data for field in filled}

    @property
    def motion(self) -> Motion:
        """What was typed, as it is decided or put to a vote."""
        return key_motion(
            pool=self.pool, employee_id=self.employee_id, method=self.method.data, weights=self.weights,
            from_on=self.from_on,
        )  # fmt: skip


def key_form(*, structures: Choices, employees: Choices) -> KeyForm:
    """The form of a new key for these structures and employees."""
    fields = {
        f"weight_{structure}": WholeField(name, validators=[MayLack()]) for structure, name in structures
    }  # the class is made here because each grouping has its own members
    form = type("KeyFormOfGrouping", (KeyForm,), fields)()
    form.target.choices = [*_named(POOLS), *(SelectChoice(str(employee), name) for employee, name in employees)]
    return form


class PriceForm(DecisionForm):
    """A price per hour, of one employee or of all; empty = exact shares again."""

    employee = SelectField(_("Pour qui"), coerce=_number_or_none, validate_choice=False)
    rate = RateField(
        _("Prix d’une heure"),
        description=_("Vide : les membres paient de nouveau leur part exacte."),
        validators=[MayLack()],
    )

    @property
    def motion(self) -> Motion:
        """What was typed, as it is decided or put to a vote."""
        rate: Any = self.rate.data
        return price_motion(rate=rate, employee_id=self.employee.data, from_on=self.from_on)
