"""Two kinds of decision that stand on this storey: a dated setting of the grouping, and a delegation."""

from __future__ import annotations

from datetime import date, datetime

from coopter.governance.rules.motions import Decided, Motion, MotionKind, register
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.rules import PARAMETERS, UnknownParameter, canonical_value
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

SETTING, DELEGATE = "setting", "delegate"


class DelegateUnnamed(Refusal):
    """Une délégation nomme la personne, et dit ce qu'elle peut faire. Complétez ces deux cases."""


def setting_motion(*, name: str, value: str, from_on: date) -> Motion:
    """The motion that gives a parameter of the grouping a value; raises UnknownParameter, and what reading refuses."""
    return Motion(SETTING, name, canonical_value(name, value), from_on)


def delegate_motion(*, person: str, may: str, from_on: date, until_on: date | None) -> Motion:
    """The motion that lets a person act for the grouping, within what is said, until a day if one is given."""
    until = until_on.isoformat() if until_on else None
    return Motion(DELEGATE, clean_line(may), {"person": clean_line(person), "until": until}, from_on)


def _check_setting(motion: Motion) -> None:
    if motion.subject not in PARAMETERS:
        raise UnknownParameter(name=motion.subject)
    canonical_value(motion.subject, motion.value)


def _describe_setting(motion: Motion) -> Words:
    return Words(
        "Le réglage « %(name)s » vaut %(value)s à partir du %(day)s.",
        name=PARAMETERS[motion.subject].label,
        value=motion.value,
        day=motion.from_on,
    )


def _adopt_setting(actor: Actor, decided: Decided, at: datetime) -> None:
    members_commands.vote_parameter(
        actor, name=decided.subject, value=decided.value, from_on=decided.from_on, decided_by=decided.decided_by, at=at
    )


def _annul_setting(actor: Actor, decided: Decided, at: datetime) -> None:
    """The value of before comes back on that day, unless another was set for the same day since."""
    history = members.settings_of(decided.subject)
    that_day = [one for one in history if one.from_on == decided.from_on]
    if that_day[0].decided_by != decided.decided_by:
        return
    earlier = [one for one in history if one.from_on and one.from_on < decided.from_on]
    before = [*that_day[1:], *earlier]
    value = before[0].value if before else PARAMETERS[decided.subject].default
    members_commands.vote_parameter(
        actor, name=decided.subject, value=value, from_on=decided.from_on, at=at,
        decided_by=f"Annulation de la décision n° {decided.number}",
    )  # fmt: skip


def _check_delegate(motion: Motion) -> None:
    if not motion.subject or not (motion.value or {}).get("person"):
        raise DelegateUnnamed()


def _describe_delegate(motion: Motion) -> Words:
    until = motion.value["until"]
    facts = {"person": motion.value["person"], "may": motion.subject, "day": motion.from_on}
    if until:
        return Words(
            "%(person)s reçoit délégation à partir du %(day)s et jusqu’au %(until)s : %(may)s.",
            until=date.fromisoformat(until), **facts,
        )  # fmt: skip
    return Words("%(person)s reçoit délégation à partir du %(day)s : %(may)s.", **facts)


register(
    MotionKind(
        SETTING,
        Words("Réglage du groupement"),
        check=_check_setting,
        describe=_describe_setting,
        adopt=_adopt_setting,
        annul=_annul_setting,
    )
)
register(MotionKind(DELEGATE, Words("Délégation"), check=_check_delegate, describe=_describe_delegate))
