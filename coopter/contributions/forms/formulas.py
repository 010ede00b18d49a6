"""What is typed of a contribution, its formula, its cases, and of how it is decided; and how pages name their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.contributions.forms.formulas_reading import read_formula, start_of
from coopter.contributions.rules.formulas import BasisYear, Formula, Period, ProRata, Rounding, VatRule
from coopter.contributions.rules.formulas_check import MOST_INSTALMENTS
from coopter.contributions.rules.kinds import Base, Product
from coopter.plumbing.fields import AmountField, LineField, MayLack, Needed, WholeField

TIERS, DATES, MOST_TYPES = 4, min(4, MOST_INSTALMENTS), 12
PRODUCTS = {
    Product.MEMBERSHIP_FEE: _("Cotisation d’adhésion"),
    Product.PROPORTIONAL: _("Contribution proportionnelle à l’activité"),
    Product.ENTRANCE_FEE: _("Droit d’entrée"),
    Product.VOLUNTARY: _("Contribution volontaire"),
}
BASES = {
    Base.TURNOVER: _("Chiffre d’affaires"),
    Base.PROFIT: _("Bénéfice (une perte compte zéro)"),
    Base.PAYROLL: _("Masse salariale"),
    Base.HOURS_USED: _("Heures utilisées"),
    Base.HEADCOUNT: _("Effectif (ETP)"),
    Base.TONNES: _("Tonnes"),
    Base.SURFACE: _("Surface (m²)"),
    Base.OTHER: _("Un autre chiffre"),
}
YEARS = {
    BasisYear.PREVIOUS: _("Année précédente, définitif"),
    BasisYear.PREVIOUS_CORRECTED: _("Année précédente, puis corrigé"),
    BasisYear.CURRENT: _("Année appelée, une fois connue"),
}
PERIODS = {
    Period.YEAR: _("par an"),
    Period.HALF: _("par semestre"),
    Period.QUARTER: _("par trimestre"),
    Period.MONTH: _("par mois"),
}
PRO_RATA = {
    ProRata.DAYS: _("Au prorata des jours"),
    ProRata.MONTHS: _("Par mois commencé"),
    ProRata.QUARTERS: _("Par trimestre commencé"),
    ProRata.HALVES: _("Par semestre commencé"),
    ProRata.NONE: _("L’année entière est due"),
}
ROUNDINGS = {
    Rounding.CENT: _("Au centime"),
    Rounding.EURO: _("À l’euro"),
    Rounding.TEN_EUROS: _("À la dizaine d’euros"),
}
VAT = {
    VatRule.OUTSIDE: _("Hors TVA : cotisation sans service en échange"),
    VatRule.GROUPING: _("Selon le régime du groupement : prix d’un service"),
}


def _named(names: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(one.value, name) for one, name in names.items()]


def _base_or_none(value: Any) -> Base | None:
    return Base(value) if value else None


class ContributionForm(FlaskForm):
    """A new contribution."""

    name = LineField(_("Nom"), most=120, description=_("Il sera lu sur les appels."), validators=[Needed()])
    product = SelectField(_("Nature"), coerce=Product, choices=_named(PRODUCTS))


class FormulaForm(FlaskForm):
    """A formula as one changes it; sent by GET, since it writes nothing."""

    class Meta:
        csrf = False

    mode = SelectField(
        _("Comment le montant se forme"),
        choices=[SelectChoice("rate", _("Part fixe et taux")), SelectChoice("budget", _("Budget à réunir, partagé"))],
    )
    base = SelectField(
        _("Base"), coerce=_base_or_none, choices=[SelectChoice("", _("Aucune : part fixe")), *_named(BASES)]
    )
    named = LineField(_("Quel autre chiffre ?"), most=60, validators=[MayLack()])
    basis_year = SelectField(_("Chiffres de"), coerce=BasisYear, choices=_named(YEARS))
    budget = AmountField(_("Budget à réunir"), validators=[MayLack()])
    fixed = AmountField(_("Part fixe"), validators=[MayLack()])
    period = SelectField(_("Part fixe versée"), coerce=Period, choices=_named(PERIODS))
    floor = AmountField(_("Plancher"), validators=[MayLack()])
    cap = AmountField(_("Plafond"), validators=[MayLack()])
    exempt_first = BooleanField(_("Rien l’année de l’adhésion"))
    exempt_headcount = WholeField(_("Rien sous tant de salariés"), validators=[MayLack()])
    exempt_figure = LineField(_("Rien sous un chiffre de"), most=40, validators=[MayLack()])
    pro_rata = SelectField(_("Année incomplète"), coerce=ProRata, choices=_named(PRO_RATA))
    rounding = SelectField(_("Arrondi"), coerce=Rounding, choices=_named(ROUNDINGS))
    vat = SelectField(_("TVA"), coerce=VatRule, choices=_named(VAT))
    types: tuple[str, ...] = ()
    formula: Formula | None = None

    @property
    def tier_rows(self) -> list[tuple[Any, Any]]:
        """Each tier's two fields: up to which figure, at which rate; the last one has no end."""
        fields = [(self[f"upto_{row}"], self[f"rate_{row}"]) for row in range(TIERS)]
        return [*fields, (None, self["rate_last"])]

    @property
    def date_rows(self) -> list[tuple[Any, Any]]:
        """Each instalment's two fields: its day and its part in percent."""
        return [(self[f"due_{row}"], self[f"part_{row}"]) for row in range(DATES)]

    @property
    def type_fields(self) -> list[Any]:
        """The fixed part of each type of member."""
        return [self[f"type_{row}"] for row in range(len(self.types))]

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the formula as well, each fault beside its field; `formula` is there when nothing is wrong."""
        right = super().validate(extra_validators)
        self.formula = read_formula(self)
        return right and self.formula is not None and not self.errors


def formula_form(*, typed: Any = None, start: Formula | None = None, types: Sequence[str] = ()) -> FormulaForm:
    """The form of a formula for a grouping with these types of members: as typed, or as it starts."""
    fields: dict[str, Any] = {"types": tuple(types[:MOST_TYPES])}
    for row, name in enumerate(fields["types"]):
        fields[f"type_{row}"] = AmountField(_("Part fixe : %(name)s", name=name), validators=[MayLack()])
    for row in range(TIERS):
        fields[f"upto_{row}"] = LineField(_("Jusqu’à"), most=40, validators=[MayLack()])
        fields[f"rate_{row}"] = LineField(_("Taux"), most=40, validators=[MayLack()])
    fields["rate_last"] = LineField(_("Taux"), most=40, validators=[MayLack()])
    for row in range(DATES):
        fields[f"due_{row}"] = LineField(_("Le (jour/mois)"), most=10, validators=[MayLack()])
        fields[f"part_{row}"] = WholeField(_("Part"), validators=[MayLack()])
    made = type("FormulaFormOfGrouping", (FormulaForm,), fields)
    if typed:
        return made(formdata=typed)  # type: ignore[no-any-return]
    form: FormulaForm = made(formdata=None, data=start_of(start or Formula(), types=fields["types"]))
    return form


class VariantForm(FlaskForm):
    """The name under which the formula of the page is kept; `formula` is its JSON, as the page last computed it."""

    name = LineField(_("Nom de la variante"), most=80, validators=[Needed()])
    formula = HiddenField()
    version = HiddenField()


class DecisionForm(FlaskForm):
    """From which year a variant counts, and how that is decided."""

    year = SelectField(_("À partir de l’année"), coerce=int, validate_choice=False)
    vote = SelectField(_("À quelle assemblée ?"), coerce=lambda text: int(text) if str(text or "").isdigit() else None,
                       validate_choice=False)  # fmt: skip
    decided_by = LineField(
        _("Décidé par"),
        description=_("Par exemple : assemblée générale du 12/12/2025."),
        validators=[MayLack()],
    )

    def offer(self, *, years: Iterable[int], assemblies: Iterable[tuple[int, str]]) -> None:
        """Let it count from one of these years, and be voted by one of these assemblies (id, name)."""
        self.year.choices = [SelectChoice(year, str(year)) for year in years]
        self.vote.choices = [SelectChoice(str(one), name) for one, name in assemblies]

    @property
    def from_on(self) -> date:
        """The first day of the year chosen."""
        return date(self.year.data, 1, 1)
