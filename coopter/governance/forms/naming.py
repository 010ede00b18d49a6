"""How pages name the things of an assembly: kinds of bodies, ways of meeting and voting, choices, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance.rules.kinds import (
    AssemblyMode,
    AssemblyState,
    AttendanceMeans,
    BallotMethod,
    BodyKind,
    ItemForm,
    ItemState,
    Verdict,
)

BODY_KINDS = {
    BodyKind.GENERAL_ASSEMBLY: _("Assemblée générale"),
    BodyKind.BOARD: _("Conseil d’administration"),
    BodyKind.BUREAU: _("Bureau élu"),
    BodyKind.OTHER: _("Autre instance"),
}
MODES = {
    AssemblyMode.IN_PERSON: _("Sur place"),
    AssemblyMode.REMOTE: _("À distance"),
    AssemblyMode.MIXED: _("Sur place et à distance"),
    AssemblyMode.CONSULTATION: _("Consultation écrite, entre deux dates"),
}
ASSEMBLY_STATES = {
    AssemblyState.DRAFT: ("draft", _("En préparation")),
    AssemblyState.CONVENED: ("submitted", _("Convoquée")),
    AssemblyState.OPEN: ("running", _("Ouverte")),
    AssemblyState.CLOSED: ("closed", _("Tenue")),
    AssemblyState.ANNULLED: ("cancelled", _("Annulée")),
}
ITEM_FORMS = {
    ItemForm.REPORT: _("Rapport, sans vote"),
    ItemForm.RESOLUTION: _("Résolution à voter"),
    ItemForm.ELECTION: _("Élection"),
}
ITEM_STATES = {
    ItemState.PENDING: ("draft", _("À venir")),
    ItemState.OPEN: ("running", _("Vote ouvert")),
    ItemState.CLOSED: ("done", _("Voté")),
    ItemState.WITHDRAWN: ("cancelled", _("Retirée")),
}
METHODS = {
    BallotMethod.SHOW_OF_HANDS: _("À main levée"),
    BallotMethod.ROLL_CALL: _("À l’appel nominal"),
    BallotMethod.SECRET: _("À bulletin secret"),
}
MEANS = {
    AttendanceMeans.ON_THE_SPOT: _("sur place"),
    AttendanceMeans.QR_CODE: _("par le code de la salle"),
    AttendanceMeans.REMOTE: _("à distance"),
}
VERDICTS = {
    Verdict.ADOPTED: _("Adoptée"),
    Verdict.REJECTED: _("Rejetée"),
    Verdict.ELECTED: _("Pourvue"),
    Verdict.NOT_ELECTED: _("Non pourvue"),
    Verdict.NO_QUORUM: _("Quorum non atteint"),
    Verdict.VOID: _("Sans effet"),
}
VERDICT_ICONS = {
    Verdict.ADOPTED: "circle-check",
    Verdict.REJECTED: "circle-x",
    Verdict.ELECTED: "circle-check",
    Verdict.NOT_ELECTED: "circle-x",
    Verdict.NO_QUORUM: "users",
    Verdict.VOID: "ban",
}
# What a ballot says: its code, its word, its icon; in the order of the page.
CHOICES = {
    "yes": (_("Pour"), "check"),
    "no": (_("Contre"), "x"),
    "abstain": (_("Abstention"), "minus"),
    "blank": (_("Blanc"), "circle-dashed"),
}


def named(names: Mapping[Any, Any]) -> list[SelectChoice]:
    """An enumeration's names as the choices of a list."""
    return [SelectChoice(one.value, name) for one, name in names.items()]
