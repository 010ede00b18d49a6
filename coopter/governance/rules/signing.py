"""Signing: what one agrees to, how long a link and a code are good, and the record that proves it afterwards."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coopter.governance.rules.kinds import RequestState
from coopter.values.refusal import Refusal, Words

LINK_LIFE = timedelta(days=7)
CODE_LIFE = timedelta(minutes=15)
CODE_DIGITS = 6
MOST_CODE_ATTEMPTS = 5
MOST_CODES = 5
MOST_REASON = 500
REMINDER_GAP = timedelta(hours=24)
MOST_SIGNATORIES = 200
FORMAT = "coopter-signature/1"
LEVEL = "Signature électronique simple au sens du règlement (UE) n° 910/2014 (eIDAS), article 3, point 10"


def speaks_for(structure: str) -> Words:
    """The capacity of whoever signs for a structure, as it reads after « en qualité de »."""
    return Words("représentant·e de %(name)s", name=structure)


class SignatoryMissing(Refusal):
    """Choisissez au moins une personne qui doit signer."""


class SignatoryTwice(Refusal):
    """« %(email)s » est deux fois dans la liste avec la même qualité. Ne gardez qu'une ligne."""


class TooManySignatories(Refusal):
    """Une campagne compte %(most)s signataires au plus. Ouvrez-en une autre pour les suivants."""


class CampaignClosed(Refusal):
    """Cette campagne est close : plus personne ne peut y signer. Demandez qu'on vous l'ouvre de nouveau."""


class NotYourTurn(Refusal):
    """Ce n'est pas encore votre tour : quelqu'un doit signer avant vous. Vous recevrez un message."""


class AlreadySigned(Refusal):
    """Vous avez déjà signé ce texte. Il n'y a rien d'autre à faire."""


class AnswerGiven(Refusal):
    """Une réponse a déjà été donnée à cette demande. Si elle est à revoir, demandez un nouveau lien."""


class ConsentMissing(Refusal):
    """Cochez la case qui dit que vous avez lu le texte et que vous l'acceptez ; sans elle, rien n'est signé."""


class OtherDocument(Refusal):
    """Le document affiché n'est plus celui de cette demande. Rechargez la page et relisez-le avant de signer."""


class CodeMissing(Refusal):
    """Demandez un code, puis recopiez les six chiffres reçus par mail."""


class CodeWrong(Refusal):
    """Ce code n'est pas le bon (essai %(attempt)s sur %(most)s). Recopiez le dernier code reçu."""


class CodeExpired(Refusal):
    """Ce code n'est plus valable : il ne sert que quinze minutes. Demandez-en un autre."""


class CodesSpent(Refusal):
    """Trop d'essais avec ce lien : il ne peut plus servir. Demandez au groupement de vous en envoyer un autre."""


class RemindedToday(Refusal):
    """Chaque personne attendue a déjà reçu un message depuis moins d'un jour. Relancez-la demain."""


class ReasonNeeded(Refusal):
    """Dites pourquoi, en quelques mots : les autres signataires ont besoin de le comprendre."""


class AlreadyWithdrawn(Refusal):
    """Cette signature est déjà retirée."""


class DelegateMissing(Refusal):
    """Donnez le nom, l'adresse et la qualité de la personne qui signera à votre place."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who is asked to sign; `structure_id` when they bind one, `person_id` when they have an account."""

    name: str
    email: str
    capacity: str
    person_id: int | None = None
    structure_id: int | None = None


REQUEST_STATES: Mapping[RequestState, tuple[str, Words]] = {
    RequestState.WAITING: ("draft", Words("Attend son tour")),
    RequestState.ASKED: ("pending", Words("Attendue")),
    RequestState.SIGNED: ("done", Words("Signé")),
    RequestState.DECLINED: ("failed", Words("Refusé")),
    RequestState.DELEGATED: ("info", Words("Délégué")),
    RequestState.WITHDRAWN: ("cancelled", Words("Retirée")),
}
ATTEMPTS: Mapping[str, Words] = {
    "asked": Words("Lien envoyé"),
    "reminded": Words("Nouveau lien envoyé"),
    "code-sent": Words("Code envoyé"),
    "code-wrong": Words("Code faux"),
    "code-expired": Words("Code périmé"),
    "code-missing": Words("Essai sans code"),
    "codes-spent": Words("Essai refusé : trop de codes faux"),
    "consent-missing": Words("Essai sans accord coché"),
    "other-document": Words("Essai sur un autre document"),
    "not-turn": Words("Essai avant son tour"),
    "closed": Words("Essai après la fin"),
    "again": Words("Essai après la réponse"),
    "link-expired": Words("Essai avec un lien périmé"),
    "signed": Words("Signé"),
    "declined": Words("Refusé"),
    "delegated": Words("Délégué"),
    "withdrawn": Words("Demande retirée"),
}
METHODS: Mapping[str, str] = {
    "link": "lien personnel à usage unique reçu par mail",
    "link+code": "lien personnel à usage unique reçu par mail, puis code reçu par mail",
    "session": "session personnelle ouverte dans CoopTer",
    "session+code": "session personnelle ouverte dans CoopTer, puis code reçu par mail",
}


def check_signatories(signatories: Sequence[Signatory]) -> None:
    """Raises SignatoryMissing, TooManySignatories, SignatoryTwice."""
    if not signatories:
        raise SignatoryMissing()
    if len(signatories) > MOST_SIGNATORIES:
        raise TooManySignatories(most=MOST_SIGNATORIES)
    seen: set[tuple[str, str, int | None]] = set()
    for one in signatories:
        key = (one.email.lower(), one.capacity.casefold(), one.structure_id)
        if key in seen:
            raise SignatoryTwice(email=one.email)
        seen.add(key)


def consent_to(title: str, number: int, *, annexes: int = 0) -> str:
    """The sentence that each signatory of a version agrees to; it names annexes where there are some."""
    read = f"J’ai lu «\u00a0{title}\u00a0», version {number}"
    with_annexes = ", et ses annexes" if annexes > 1 else ", et son annexe" if annexes else ""
    return (
        f"{read}{with_annexes}. J’en accepte les termes, en la qualité indiquée à côté de mon nom, et je le signe par "
        "voie électronique."
    )


def needs_code(structure_id: int | None) -> bool:
    """Whether a second step is asked: of whoever binds a structure (R37)."""
    return structure_id is not None


def is_over(closes_on: date | None, closed_at: datetime | None, *, today: date) -> bool:
    """Whether a campaign is closed, by hand or by its last day."""
    return closed_at is not None or (closes_on is not None and today > closes_on)


def network_of(address: str | None) -> str:
    """An address cut to its network, /24 or /48: enough to compare, too little to follow somebody."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def hash_of_token(token: str) -> str:
    """What is kept of a link: the SHA-256 of its secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_of_code(code: str, *, request_id: int, pdf_sha256: str) -> str:
    """What is kept of a code, bound to the request and to the document it was sent for (R37)."""
    salt = f"{request_id}:{pdf_sha256}".encode()
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, 20_000).hex()


def instant_text(at: datetime) -> str:
    """An instant as evidence writes it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def evidence_bytes(record: Mapping[str, Any]) -> bytes:
    """The record of a signature as the bytes that are hashed: JSON, keys sorted, no blank, UTF-8."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def evidence_digest(record: Mapping[str, Any]) -> str:
    """The SHA-256 of a signature's record, which the journal holds."""
    return hashlib.sha256(evidence_bytes(record)).hexdigest()
