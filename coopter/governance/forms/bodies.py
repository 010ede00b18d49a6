"""What is typed about a body: its name, its seats, and its rules as the statutes give them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.assemblies import WrittenField, number_or_none
from coopter.governance.forms.naming import BODY_KINDS, named
from coopter.governance.rules.colleges import College, CollegeMethod, EmptyCollege
from coopter.governance.rules.kinds import BodyKind
from coopter.governance.rules.presets import PRESETS
from coopter.governance.rules.statutes import CountedOn, Majority, MajorityBase, Quorum, Statutes
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed, ReadField, WholeField
from coopter.values.refusal import Refusal

COUNTED_ON = {CountedOn.HEADS: _("les membres, un par un"), CountedOn.WEIGHTS: _("les voix de chacun")}
BASES = {
    MajorityBase.CAST: _("les voix exprimées"),
    MajorityBase.PRESENT: _("les présents et représentés"),
    MajorityBase.ALL: _("tous les membres"),
}
COLLEGE_METHODS = {
    CollegeMethod.PROPORTIONAL: _("à proportion des voix de chaque collège"),
    CollegeMethod.WINNER_TAKES_ALL: _("en entier au choix majoritaire du collège"),
}
EMPTY_COLLEGES = {
    EmptyCollege.REDISTRIBUTED: _("se répartit entre les autres"),
    EmptyCollege.LOST: _("est perdu"),
}
SECOND_CALLS = (
    ("free", _("Seconde convocation, sans quorum")),
    ("part", _("Seconde convocation, avec un quorum")),
    ("none", _("Pas de seconde convocation")),
)
MORE_ROWS = 2
_FRACTION = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?\s*%?", re.ASCII)


class NotAFraction(Refusal):
    """Cette part ne se lit pas. Écrivez une fraction comme 1/4, ou un pourcentage comme 25 %%."""


class FractionField(ReadField):
    """A part, « 2/3 » or « 25 % » → Fraction."""

    keys = {"autocomplete": "off"}

    def read(self, text: str) -> Fraction:
        if (read := _FRACTION.fullmatch(text)) and int(read[2]):
            return Fraction(int(read[1]), int(read[2]))
        if read := _PERCENT.fullmatch(text):
            return Fraction(f"{read[1]}.{read[2] or 0}") / 100
        raise NotAFraction()


class WeightField(FractionField):
    """The weight of a college in per cent, « 25 » or « 100/3 » → Fraction."""

    keys = {"autocomplete": "off", "inputmode": "decimal"}

    def read(self, text: str) -> Fraction:
        whole = super().read(text)
        return whole if "/" in text else whole * 100


class BodyForm(FlaskForm):
    """A new body."""

    kind = SelectField(_("Nature"), coerce=BodyKind, choices=named(BODY_KINDS))
    name = LineField(_("Nom"), validators=[Needed()], description=_("Par exemple : Assemblée générale."))
    preset = SelectField(
        _("Règles de départ"), description=_("Un modèle à comparer ensuite avec vos statuts, article par article."),
        choices=[SelectChoice(code, str(label)) for code, (label, _rules) in PRESETS.items()],
    )  # fmt: skip
    from_on = DayField(_("Existe depuis le"), validators=[Needed()])
    decided_by = LineField(
        _("D’après"), validators=[MayLack()], description=_("Par exemple : statuts du 12/03/2024, article 11.")
    )


class SeatForm(FlaskForm):
    """A seat: a structure's, or a person's."""

    structure = SelectField(_("Structure"), coerce=number_or_none, validate_choice=False)
    person = SelectField(_("Personne"), coerce=number_or_none, validate_choice=False)
    name = LineField(
        _("Nom sur la feuille de présence"), validators=[MayLack()],
        description=_("Vide : celui de la structure ou de la personne."),
    )  # fmt: skip
    office = LineField(_("Fonction"), validators=[MayLack()], description=_("Présidente, trésorier…"))
    category = SelectField(_("Catégorie d’associés"), validate_choice=False)
    college = SelectField(_("Collège"), validate_choice=False)
    weight = WholeField(_("Nombre de voix"), validators=[Needed()])
    dues_paid_to = DayField(_("Cotisation réglée jusqu’au"), validators=[MayLack()])
    starts_on = DayField(_("Depuis le"), validators=[Needed()])
    version = HiddenField()


class SeatAllForm(FlaskForm):
    """Every member structure that has no seat yet gets one."""

    on = DayField(_("À la date du"), validators=[Needed()])


class EndSeatForm(FlaskForm):
    """The end of a term."""

    ends_on = DayField(_("Fin du mandat, à partir du"), validators=[Needed()])


class MajorityRow(Form):
    """One majority of the statutes; an empty label leaves the row out."""

    code = HiddenField()
    label = LineField(_("Nom"))
    threshold = FractionField(_("Part"))
    strictly = BooleanField(_("plus de cette part (sinon : au moins)"))
    base = SelectField(_("Calculée sur"), coerce=MajorityBase, choices=named(BASES), default=MajorityBase.CAST)
    blank_counts = BooleanField(_("les blancs comptent parmi les exprimés"))
    abstentions_count = BooleanField(_("les abstentions comptent parmi les exprimés"))


class CollegeRow(Form):
    """One college; an empty label leaves the row out."""

    code = LineField(_("Code"), most=12)
    label = LineField(_("Nom"))
    weight = WeightField(_("Poids (%)"))


class StatutesForm(FlaskForm):
    """The rules of a body, article by article."""

    source = LineField(_("Article des statuts"), validators=[MayLack()])
    convened_by = LineField(_("Qui convoque"), validators=[MayLack()])
    notice_days = WholeField(_("Délai de convocation (jours)"), validators=[Needed()])
    quorum_part = FractionField(_("Quorum"), validators=[MayLack()], description=_("Vide : aucun quorum."))
    quorum_strictly = BooleanField(_("Plus de cette part (sinon : au moins)"))
    quorum_on = SelectField(_("Le quorum compte"), coerce=CountedOn, choices=named(COUNTED_ON))
    quorum_with_proxies = BooleanField(_("Les membres représentés comptent dans le quorum"))
    quorum_per_college = BooleanField(_("Le quorum se vérifie dans chaque collège"))
    second = SelectField(_("Si le quorum manque"), choices=[SelectChoice(*one) for one in SECOND_CALLS])
    second_part = FractionField(_("Quorum de la seconde convocation"), validators=[MayLack()])
    majorities = FieldList(FormField(MajorityRow))
    casting_vote = BooleanField(_("La présidence départage en cas d’égalité (voix prépondérante)"))
    most_proxies = WholeField(
        _("Pouvoirs par personne, au plus"),
        validators=[MayLack()],
        description=_("Vide : sans limite ; 0 : interdits."),
    )
    open_proxies = BooleanField(_("Un pouvoir peut être donné sans nommer personne"))
    proxies_in_college = BooleanField(_("Un pouvoir se donne dans son propre collège"))
    dues_needed = BooleanField(_("Il faut avoir réglé sa cotisation pour voter"))
    membership_needed = BooleanField(_("Il faut être membre du groupement à la date fixée"))
    remote_vote = BooleanField(_("Les statuts permettent de voter à distance"))
    persons_secret = BooleanField(_("Les élections de personnes se font à bulletin secret"))
    one_head_one_vote = BooleanField(_("Chaque membre a une seule voix"))
    scic = BooleanField(_("C’est une SCIC : vérifier les règles de la loi de 1947"))
    categories = WrittenField(
        _("Catégories d’associés"), validators=[MayLack()], render_kw={"rows": 4},
        description=_("Une par ligne ; elles disent qui sont les associés, pas comment ils votent."),
    )  # fmt: skip
    colleges = FieldList(FormField(CollegeRow))
    college_method = SelectField(_("Le poids d’un collège va"), coerce=CollegeMethod, choices=named(COLLEGE_METHODS))
    empty_college = SelectField(
        _("Le poids d’un collège sans vote"), coerce=EmptyCollege, choices=named(EMPTY_COLLEGES)
    )
    from_on = DayField(_("Ces règles valent à partir du"), validators=[Needed()])
    decided_by = LineField(_("Décidées par"), validators=[MayLack()])
    assembly = SelectField(_("Ou les proposer au vote"), coerce=number_or_none, validate_choice=False)

    @property
    def statutes(self) -> Statutes:
        """The rules typed, once the form is valid; `check_statutes` says whether they hold."""
        first = Quorum(
            self.quorum_part.data or Fraction(0), self.quorum_strictly.data, self.quorum_on.data,
            self.quorum_with_proxies.data, self.quorum_per_college.data,
        )  # fmt: skip
        part = self.second_part.data if self.second.data == "part" else Fraction(0)
        second = None if self.second.data == "none" else replace(first, fraction=part or Fraction(0), strictly=False)
        lines = (" ".join(line.split()) for line in (self.categories.data or "").splitlines())
        return Statutes(
            source=self.source.data, convened_by=self.convened_by.data, notice_days=self.notice_days.data,
            quorum=first, second_quorum=second, casting_vote=self.casting_vote.data,
            majorities=tuple(_majority(row) for row in self.majorities if row.form.label.data),
            most_proxies=self.most_proxies.data, open_proxies=self.open_proxies.data,
            proxies_in_college=self.proxies_in_college.data, dues_needed=self.dues_needed.data,
            membership_needed=self.membership_needed.data, remote_vote=self.remote_vote.data,
            persons_secret=self.persons_secret.data, one_head_one_vote=self.one_head_one_vote.data,
            scic=self.scic.data, categories=tuple(line for line in lines if line),
            colleges=tuple(_college(row) for row in self.colleges if row.form.label.data),
            college_method=self.college_method.data, empty_college=self.empty_college.data,
        )  # fmt: skip


def statutes_form(statutes: Statutes, *, on: date, assemblies: list[tuple[int, str]]) -> StatutesForm:
    """The form that holds these rules, with room for two more majorities and colleges."""
    quorum, second = statutes.quorum, statutes.second_quorum
    values: dict[str, Any] = {name: getattr(statutes, name) for name in Statutes.__slots__}
    values |= {
        "quorum_part": quorum.fraction or None, "quorum_strictly": quorum.strictly, "quorum_on": quorum.on,
        "quorum_with_proxies": quorum.with_proxies, "quorum_per_college": quorum.per_college,
        "second": "none" if second is None else "part" if second.fraction else "free",
        "second_part": second.fraction if second and second.fraction else None,
        "majorities": [_row(one) for one in statutes.majorities] + [{"threshold": Fraction(1, 2)}] * MORE_ROWS,
        "colleges": [_row(one) for one in statutes.colleges] + [{}] * MORE_ROWS,
        "categories": "\n".join(statutes.categories), "from_on": on,
    }  # fmt: skip
    form = StatutesForm(data=values)
    form.assembly.choices = [
        SelectChoice("", _("Non : elles sont déjà décidées")), *(SelectChoice(str(id), name) for id, name in assemblies)
    ]  # fmt: skip
    return form


def _row(row: Majority | College) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).__slots__}


def _majority(row: Any) -> Majority:
    form = row.form
    part = form.threshold.data or Fraction(1, 2)
    flags = (form.strictly.data, form.blank_counts.data, form.abstentions_count.data)
    return Majority(form.code.data or _slug(form.label.data), form.label.data, form.base.data, part, *flags)


def _college(row: Any) -> College:
    form = row.form
    return College(form.code.data or _slug(form.label.data)[:12], form.label.data, form.weight.data or Fraction(0))


def _slug(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:40] or "regle"
