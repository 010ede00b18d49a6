"""A request to join: what must be known of it, where it may go from where it is, and the motion that accepts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from coopter.governance.rules.kinds import AdmissionState
from coopter.governance.rules.motions import Motion
from coopter.members.rules import folded
from coopter.values.identifiers import check_siret
from coopter.values.money import Money
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line, clean_text

ADMISSION = "admission"
LONGEST_NEEDS = 4_000


class CharterNotRead(Refusal):
    """Lisez la charte du groupement, puis cochez la case : on n'entre pas dans une coopération sans la connaître."""


class NeedsMissing(Refusal):
    """Dites en quelques mots ce que vous attendez du groupement et ce que vous lui apportez : c'est ce que ses membres
    liront avant de donner leur avis."""


class AdmissionClosed(Refusal):
    """Cette demande est déjà close (%(state)s) : elle ne change plus. Enregistrez une nouvelle demande s'il le faut."""


class AlreadyProposed(Refusal):
    """Cette demande est déjà à l'ordre du jour d'une assemblée : c'est elle qui décide."""


class ReasonNeeded(Refusal):
    """Dites pourquoi : la structure a droit à une raison, et la suite du groupement aussi."""


class AmountNegative(Refusal):
    """Un droit d'entrée ou un dépôt ne peut pas être négatif. Écrivez 0 s'il n'y en a pas."""


class AnotherAdmission(Refusal):
    """Cette décision ne dit pas la même structure que la demande qu'elle accepte (%(name)s). Préparez-la de nouveau."""


STATE_WORDS: Mapping[AdmissionState, Words] = {
    AdmissionState.REQUESTED: Words("demande reçue"),
    AdmissionState.PROPOSED: Words("à l’ordre du jour"),
    AdmissionState.ADMITTED: Words("admise"),
    AdmissionState.REFUSED: Words("refusée"),
    AdmissionState.WITHDRAWN: Words("retirée"),
}
OPEN_STATES = (AdmissionState.REQUESTED, AdmissionState.PROPOSED)


@dataclass(frozen=True, slots=True)
class AdmissionDetails:
    """What a structure says of itself when it asks to join."""

    name: str
    siret: str
    contact_name: str
    email: str
    needs: str = ""
    legal_form: str = ""
    activity: str = ""
    headcount: int | None = None
    address: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    agrees_to_charter: bool = False


DETAILS = tuple(AdmissionDetails.__slots__)
_LINES = ("name", "contact_name", "legal_form", "activity", "address", "postcode", "city", "phone")


def checked_request(details: AdmissionDetails, *, by_themselves: bool) -> AdmissionDetails:
    """The same, its SIRET checked (R76) and its texts clean.

    A structure that asks by itself says its needs and that it read the charter. Raises SiretNotValid, NeedsMissing,
    CharterNotRead, HiddenCharacter, TextTooLong.
    """
    needs = clean_text(details.needs, most=LONGEST_NEEDS)
    if by_themselves and not needs:
        raise NeedsMissing()
    if by_themselves and not details.agrees_to_charter:
        raise CharterNotRead()
    lines: dict[str, Any] = {name: clean_line(getattr(details, name)) for name in _LINES}
    return replace(details, siret=check_siret(details.siret), needs=needs, **lines)


def check_open(state: AdmissionState) -> None:
    """Raise AdmissionClosed when the request was admitted, refused or withdrawn."""
    if state not in OPEN_STATES:
        raise AdmissionClosed(state=STATE_WORDS[state])


def check_amounts(*amounts: Money) -> None:
    """Raise AmountNegative."""
    if any(amount < Money.zero() for amount in amounts):
        raise AmountNegative()


def admission_motion(
    *, admission_id: int, name: str, siret: str, joins_on: date, entrance_fee: Money, deposit: Money
) -> Motion:
    """The motion that admits a structure from a day on; amounts in cents."""
    value = {
        "name": name, "siret": siret, "joins_on": joins_on.isoformat(),
        "entrance_fee_cents": entrance_fee.cents, "deposit_cents": deposit.cents,
    }  # fmt: skip
    return Motion(ADMISSION, f"admission:{admission_id}", value, joins_on)


def subject_id(motion: Motion, kind: str) -> int:
    """The id in a motion's subject « kind:12 »; 0, which no row has, when it is not one."""
    start, _, number = motion.subject.partition(":")
    return int(number) if start == kind and number.isascii() and number.isdigit() and len(number) < 19 else 0


def describe_admission(motion: Motion) -> Words:
    """The admission in a sentence."""
    fee, deposit = (Money(motion.value[name]) for name in ("entrance_fee_cents", "deposit_cents"))
    facts: dict[str, Any] = {"name": motion.value["name"], "siret": motion.value["siret"], "day": motion.from_on}
    if fee or deposit:
        return Words(
            "%(name)s (SIRET %(siret)s) est admise à partir du %(day)s ; droit d’entrée %(fee)s, dépôt %(deposit)s.",
            fee=fee, deposit=deposit, **facts,
        )  # fmt: skip
    return Words("%(name)s (SIRET %(siret)s) est admise à partir du %(day)s.", **facts)


def new_code(name: str, taken: Iterable[str]) -> str:
    """A short code for a structure that joins: the capitals of its name, numbered when they are taken."""
    words = re.findall(r"[a-z0-9]+", folded(name))
    base = ("".join(word[0] for word in words) if len(words) > 2 else "".join(words)[:6]).upper()[:6] or "S"
    known, number = set(taken), 1
    code = base
    while code in known:
        number += 1
        code = f"{base}{number}"
    return code
