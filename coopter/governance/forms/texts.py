"""What people type about texts: a new one, a version as it is written, and from which day a version counts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.texts import KINDS
from coopter.plumbing.fields import DayField, LineField, MayLack, Needed

OFFERED = tuple(kind for kind in TextKind if kind is not TextKind.MINUTES)  # minutes are born of an assembly


class NewTextForm(FlaskForm):
    """A text to begin, from the model of its kind."""

    kind = SelectField(
        _("Genre de texte"), coerce=TextKind,
        choices=[SelectChoice(kind.value, _(KINDS[kind].source)) for kind in OFFERED],
        description=_("Un modèle court vous est proposé ; vous le changez comme vous voulez."),
    )  # fmt: skip
    title = LineField(_("Titre"), most=150, validators=[Needed()])
    structure_id = SelectField(
        _("Pour une structure"), coerce=int, validate_choice=False,
        description=_("Ses coordonnées rempliront les champs du modèle."), validators=[MayLack()],
    )  # fmt: skip


class DraftForm(FlaskForm):
    """A version as it is written."""

    title = LineField(_("Titre"), most=150, validators=[Needed()])
    body = TextAreaField(
        _("Texte"),
        description=_(
            "Une ligne vide sépare deux paragraphes. « # » commence un titre, « - » une liste, **gras** en gras."
        ),
        render_kw={"rows": 24, "spellcheck": "true"},
    )
    what_changed = TextAreaField(
        _("Ce qui change dans cette version"), validators=[MayLack()], render_kw={"rows": 2},
        description=_("Quelques mots pour celles et ceux qui devront signer de nouveau."),
    )  # fmt: skip


class AdoptForm(FlaskForm):
    """A version put in force before, or outside, an assembly held here."""

    from_on = DayField(_("En vigueur à partir du"), validators=[Needed()])
    decided_by = LineField(
        _("Décidé par"), validators=[MayLack()],
        description=_("Par exemple : assemblée générale du 12/12/2025. Vide : « Reprise initiale »."),
    )  # fmt: skip
