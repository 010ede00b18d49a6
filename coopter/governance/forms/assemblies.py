"""What is typed to prepare an assembly: when and where, the points of its agenda, questions and answers."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from coopter.governance.forms.naming import ITEM_FORMS, METHODS, MODES, named
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm
from coopter.members.rules import PARAMETERS
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed, ReadField, WholeField
from coopter.values.instants import PARIS, at_paris
from coopter.values.refusal import Refusal

_CLOCK = re.compile(r"([01]?\d|2[0-3])\s*[h:]\s*([0-5]\d)?", re.ASCII | re.IGNORECASE)
NO_MOTION, SETTING, DELEGATE, KEPT = "", "setting", "delegate", "kept"


class NotAClock(Refusal):
    """Cette heure ne se lit pas. Écrivez-la comme 18:30 ou 18h30."""


class ClockField(ReadField):
    """An hour of the day, « 18:30 » or « 18h30 » → time."""

    keys = {"type": "time"}

    def read(self, text: str) -> time:
        read = _CLOCK.fullmatch(text)
        if read is None:
            raise NotAClock()
        return time(int(read[1]), int(read[2] or 0))

    def write(self, value: time) -> str:
        return f"{value:%H:%M}"


class WrittenField(TextAreaField):
    """Several lines of Markdown; `data` is "" when empty."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = str(self.data or "").replace("\r\n", "\n").strip()


class AssemblyForm(FlaskForm):
    """An assembly: what, when, where; `version` is what the page showed (R22)."""

    body_id = SelectField(_("Instance"), coerce=int)
    title = LineField(_("Titre"), validators=[Needed()], description=_("Par exemple : Assemblée générale ordinaire."))
    mode = SelectField(_("Comment on se réunit"), coerce=AssemblyMode, choices=named(MODES))
    day = DayField(_("Jour"), validators=[Needed()])
    clock = ClockField(_("Heure"), validators=[Needed()])
    last_day = DayField(
        _("Jour de fin"), validators=[MayLack()], description=_("Pour une consultation : le jour de sa clôture.")
    )
    last_clock = ClockField(_("Heure de fin"), validators=[MayLack()])
    place = LineField(_("Lieu"), validators=[MayLack()])
    link = LineField(_("Lien de visioconférence"), most=500, validators=[MayLack()])
    record_on = DayField(
        _("Qui est membre le"), validators=[Needed()],
        description=_("Les sièges de ce jour-là formeront la liste des votants."),
    )  # fmt: skip
    message = WrittenField(_("Mot d’accompagnement"), validators=[MayLack()], render_kw={"rows": 4})
    version = HiddenField()

    @property
    def starts_at(self) -> datetime:
        """The beginning, once the form is valid."""
        return at_paris(self.day.data, self.clock.data)

    @property
    def ends_at(self) -> datetime | None:
        """The end typed, if any: a day alone ends at its last minute, an hour alone on the first day."""
        if self.last_day.data is None and self.last_clock.data is None:
            return None
        return at_paris(self.last_day.data or self.day.data, self.last_clock.data or time(23, 59))


def moments(starts_at: datetime, ends_at: datetime | None) -> dict[str, Any]:
    """The fields of a form that hold these instants."""
    start, end = starts_at.astimezone(PARIS), ends_at.astimezone(PARIS) if ends_at else None
    return {
        "day": start.date(), "clock": start.time().replace(second=0),
        "last_day": end.date() if end else None, "last_clock": end.time().replace(second=0) if end else None,
    }  # fmt: skip


class ItemFields(FlaskForm):
    """One point of an agenda, and the parameter that it sets when adopted."""

    title = LineField(_("Titre"), validators=[Needed()])
    form = SelectField(_("Ce qui est demandé"), coerce=ItemForm, choices=named(ITEM_FORMS))
    body = WrittenField(
        _("Texte"), validators=[MayLack()], description=_("Pour une résolution : le texte exact qui sera voté."),
        render_kw={"rows": 6},
    )  # fmt: skip
    method = SelectField(_("Comment on vote"), coerce=BallotMethod, choices=named(METHODS))
    majority = SelectField(_("Majorité"), validate_choice=False)
    seats = WholeField(_("Sièges à pourvoir"), validators=[MayLack()])
    candidates = WrittenField(
        _("Candidates et candidats"), validators=[MayLack()], description=_("Un nom par ligne."), render_kw={"rows": 4}
    )
    amends = SelectField(
        _("Amende la résolution"), validate_choice=False,
        description=_("Un amendement se vote avant la résolution qu’il change."),
    )  # fmt: skip
    motion = SelectField(_("Ce que la résolution fixe"), validate_choice=False)
    setting = SelectField(_("Réglage"), validate_choice=False)
    value = LineField(_("Valeur"), validators=[MayLack()])
    person = LineField(_("Personne déléguée"), validators=[MayLack()])
    may = LineField(_("Ce qu’elle peut faire"), most=300, validators=[MayLack()])
    from_on = DayField(_("Prend effet le"), validators=[MayLack()])
    until_on = DayField(_("Jusqu’au"), validators=[MayLack()])
    version = HiddenField()

    @property
    def names(self) -> tuple[str, ...]:
        """The candidates typed, one a line."""
        return tuple(name for line in (self.candidates.data or "").splitlines() if (name := " ".join(line.split())))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: a resolution that sets something says from when."""
        valid = bool(super().validate(extra_validators))
        if valid and self.motion.data in {SETTING, DELEGATE} and self.from_on.data is None:
            self.from_on.errors = [str(_("Dites à partir de quel jour la décision prend effet."))]
            return False
        return valid


def item_form(
    *, majorities: list[tuple[str, str]], amendable: list[tuple[int, str]], kept: str = "", **values: Any
) -> ItemFields:
    """The form of a point of this assembly; `kept` says the decision that it already carries, of another room."""
    form = ItemFields(**values)
    form.majority.choices = [SelectChoice(code, label) for code, label in majorities]
    form.amends.choices = [SelectChoice("", _("Aucune")), *(SelectChoice(str(id), name) for id, name in amendable)]
    form.motion.choices = [
        *([SelectChoice(KEPT, kept)] if kept else []),
        SelectChoice(NO_MOTION, _("Rien : la résolution vaut par son texte")),
        SelectChoice(SETTING, _("Un réglage du groupement")),
        SelectChoice(DELEGATE, _("Une délégation")),
    ]
    form.setting.choices = [SelectChoice(name, str(kind.label)) for name, kind in PARAMETERS.items()]
    return form


class QuestionForm(FlaskForm):
    """A question before an assembly."""

    elector_id = SelectField(_("Au nom de"), coerce=int)
    question = WrittenField(_("Votre question"), validators=[Needed()], render_kw={"rows": 3})


class AgainForm(FlaskForm):
    """A second call of an assembly that lacked its quorum."""

    day = DayField(_("Jour"), validators=[Needed()])
    clock = ClockField(_("Heure"), validators=[Needed()])

    @property
    def starts_at(self) -> datetime:
        """The new beginning, once the form is valid."""
        return at_paris(self.day.data, self.clock.data)


class OpeningForm(FlaskForm):
    """Who holds the assembly."""

    chair = LineField(_("Présidence de séance"), validators=[Needed()])
    secretary = LineField(_("Secrétaire de séance"), validators=[Needed()])
    scrutineers = LineField(_("Scrutateurs"), most=300, validators=[MayLack()])
    version = HiddenField()


def people_form(held: Any) -> OpeningForm:
    """The form that corrects who holds an assembly."""
    names = ("chair", "secretary", "scrutineers", "version")
    return OpeningForm(formdata=None, data={name: getattr(held, name) for name in names})


def number_or_none(text: Any) -> int | None:
    """A whole number that a hidden or chosen field holds, or None."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() else None


def day_or_none(value: Any) -> date | None:
    """The day of a field, or None."""
    return value if isinstance(value, date) else None
