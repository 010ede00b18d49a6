"""What a signatory does: ask for a code, sign, decline, delegate; whatever is refused is written down too (R37).

A refusal is an attempt that must be kept, so each act commits what happened first and raises afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from coopter.governance import policies
from coopter.governance.commands.signing import ask as send_link
from coopter.governance.commands.signing import ask_next, note, open_one, sealing
from coopter.governance.commands.signing_proofs import bind
from coopter.governance.mail import signing as mail
from coopter.governance.models import SignatureAttempt, SignatureCampaign, SignatureRequest
from coopter.governance.queries import signing as queries
from coopter.governance.queries import texts
from coopter.governance.queries.texts import FrozenRecord
from coopter.governance.rules.kinds import RequestState
from coopter.governance.rules.signing import (
    CODE_DIGITS,
    CODE_LIFE,
    MOST_CODE_ATTEMPTS,
    MOST_CODES,
    MOST_REASON,
    AlreadySigned,
    AnswerGiven,
    CampaignClosed,
    CodeExpired,
    CodeMissing,
    CodesSpent,
    CodeWrong,
    ConsentMissing,
    DelegateMissing,
    NotYourTurn,
    OtherDocument,
    ReasonNeeded,
    hash_of_code,
    hash_of_token,
    needs_code,
)
from coopter.members import queries as members
from coopter.members.commands.versions import reread
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.mail import check_address
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor
from coopter.values.refusal import No, NotFound
from coopter.values.texts import clean_line


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody comes to a request: with its link's token, or signed in as the very person it was sent to.

    `network` is their address, already cut.
    """

    token: str = ""
    actor: Actor | None = None
    request_id: int = 0
    network: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    """A request under lock, with everything that its acts need."""

    request: SignatureRequest
    campaign: SignatureCampaign
    frozen: FrozenRecord
    actor: Actor
    method: str
    network: str
    at: datetime


def send_code(way: Way, *, at: datetime) -> None:
    """Mail a code of six figures, good a quarter of an hour, for this request and this document alone (R37).

    Raises NotFound, CodesSpent after five codes or five wrong ones with a link, and what `sign` refuses of a request.
    """
    _act(way, _send_code, at=at)


def sign(way: Way, *, pdf_sha256: str, agreed: bool, code: str, at: datetime) -> int:
    """Sign the version that was shown (`pdf_sha256` is what the page displayed) and return the signature's id.

    Raises NotFound, CampaignClosed, NotYourTurn, AlreadySigned, AnswerGiven, OtherDocument, ConsentMissing, and for who
    binds a structure CodeMissing, CodeWrong, CodeExpired, CodesSpent. FileDamaged when the document is not whole.
    """

    def do(one: _Open) -> No | int:
        if pdf_sha256 != one.frozen.pdf_sha256:
            return _refused(one, OtherDocument(), "other-document")
        if not agreed:
            return _refused(one, ConsentMissing(), "consent-missing")
        if needs_code(one.request.structure_id) and (refusal := _check_code(one, code)):
            return refusal
        return _sign(one)

    return _act(way, do, at=at)


def decline(way: Way, *, reason: str, at: datetime) -> None:
    """Refuse to sign, and say why; raises ReasonNeeded and what `sign` refuses of a request."""
    words = clean_line(reason, most=MOST_REASON)
    if not words:
        raise ReasonNeeded()

    def do(one: _Open) -> No | int:
        one.request.state, one.request.declined_because = RequestState.DECLINED, words
        one.request.code_hash = None
        one.request.version += 1
        attempts = [note(one.request, "declined", at=at, network=one.network), *ask_next(one.campaign, at=at)]
        after = {"name": one.request.name, "reason": words}
        _write(one, "signature.declined", attempts, after=after)
        return one.request.id

    _act(way, do, at=at)


def delegate(way: Way, *, name: str, email: str, capacity: str, at: datetime) -> int:
    """Have somebody else sign in one's place; returns their request's id. Their capacity says by whose delegation.

    Raises DelegateMissing, NotAnAddress and what `sign` refuses of a request.
    """
    who, what = clean_line(name, most=120), clean_line(capacity, most=80)
    if not (who and what and email.strip()):
        raise DelegateMissing()
    address = check_address(email).lower()

    def do(one: _Open) -> No | int:
        person = members.find_person_by_email(address)
        heir = SignatureRequest(
            campaign_id=one.campaign.id, position=one.request.position, name=who, email=address,
            capacity=f"{what}, par délégation de {one.request.name}", delegate_of_id=one.request.id,
            structure_id=one.request.structure_id, person_id=person.id if person and person.active else None,
            state=RequestState.WAITING,
        )  # fmt: skip
        one.request.state, one.request.code_hash = RequestState.DELEGATED, None
        one.request.version += 1
        session().add(heir)
        session().flush()
        attempts = [
            note(one.request, "delegated", at=at, network=one.network),
            send_link(one.campaign, heir, at=at),
        ]
        after = {"name": one.request.name, "delegate": who, "email": address}
        _write(one, "signature.delegated", attempts, after=after)
        return heir.id

    return _act(way, do, at=at)


def _act(way: Way, do: Callable[[_Open], No | int], *, at: datetime) -> int:
    """Run an act on the request behind a way; what it refuses is raised once its attempt is kept."""
    grouping_id, request_id = _behind(way)
    with tenancy.scope(grouping_id):
        outcome = _kept(way, request_id, do, at=at)
    if isinstance(outcome, No):
        raise outcome
    return outcome


def _behind(way: Way) -> tuple[int, int]:
    if way.actor is None:
        return queries.request_of(way.token)
    return tenancy.grouping_in_scope(), way.request_id


@command
def _kept(way: Way, request_id: int, do: Callable[[_Open], No | int], *, at: datetime) -> No | int:
    request: SignatureRequest = reread(queries.get_request(request_id))
    if way.actor is not None and not policies.can_sign_request(way.actor, person_id=request.person_id):
        raise NotFound()  # to anybody else this request does not exist
    campaign = queries.get_campaign(request.campaign_id)
    actor = way.actor or Actor(request.person_id, request.name, tenancy.grouping_in_scope())
    one = _Open(
        request, campaign, texts.get_frozen(campaign.frozen_id), actor, "session" if way.actor else "link",
        way.network, at,
    )  # fmt: skip
    return _may_not(one, way) or do(one)


def _may_not(one: _Open, way: Way) -> No | None:
    """Why this request cannot be answered now, if so; the attempt is kept."""
    if way.actor is None and not _is_good(one.request, way.token, at=one.at):
        return _refused(one, NotFound(), "link-expired")
    if one.request.state is RequestState.WITHDRAWN:
        return _refused(one, NotFound(), "closed")
    if one.request.state is RequestState.SIGNED:
        return _refused(one, AlreadySigned(), "again")
    try:
        open_one(one.campaign.id, at=one.at)
    except CampaignClosed as closed:
        return _refused(one, closed, "closed")
    if one.request.state is RequestState.WAITING:
        return _refused(one, NotYourTurn(), "not-turn")
    if one.request.state is not RequestState.ASKED:
        return _refused(one, AnswerGiven(), "again")
    return None


def _is_good(request: SignatureRequest, token: str, *, at: datetime) -> bool:
    """Whether the link is the last one sent, whole, and not too old; looked at again under the lock."""
    same = request.token_hash is not None and compare_digest(request.token_hash, hash_of_token(token))
    return same and request.token_expires_at is not None and at < request.token_expires_at


def _send_code(one: _Open) -> No | int:
    since = one.request.reminded_at or one.request.asked_at
    sent = [a for a in queries.attempts_of([one.request.id]).get(one.request.id, ()) if a.act == "code-sent"]
    if one.request.code_attempts >= MOST_CODE_ATTEMPTS or sum(a.at >= (since or a.at) for a in sent) >= MOST_CODES:
        return _refused(one, CodesSpent(), "codes-spent")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    digest = hash_of_code(code, request_id=one.request.id, pdf_sha256=one.frozen.pdf_sha256)
    one.request.code_hash, one.request.code_expires_at = digest, one.at + CODE_LIFE
    one.request.version += 1
    mail.send_code(one.request, one.frozen, code=code, at=one.at)
    _keep(one, "code-sent", "signature.code_sent")
    return one.request.id


def _check_code(one: _Open, code: str) -> No | None:
    """Why the code is refused, if so; five wrong ones spend the link (R37)."""
    request, typed = one.request, "".join(code.split())
    if request.code_attempts >= MOST_CODE_ATTEMPTS:
        return _refused(one, CodesSpent(), "codes-spent")
    if request.code_hash is None or request.code_expires_at is None or not typed:
        return _refused(one, CodeMissing(), "code-missing")
    if request.code_expires_at <= one.at:
        return _refused(one, CodeExpired(), "code-expired")
    digest = hash_of_code(typed, request_id=request.id, pdf_sha256=one.frozen.pdf_sha256)
    if compare_digest(digest, request.code_hash):
        return None
    request.code_attempts += 1
    if request.code_attempts >= MOST_CODE_ATTEMPTS:
        request.code_hash = None
    return _refused(one, CodeWrong(attempt=request.code_attempts, most=MOST_CODE_ATTEMPTS), "code-wrong")


def _sign(one: _Open) -> int:
    texts.document_of(one.frozen)  # the bytes are there and are those that were bound, or nothing is signed (R36)
    method = f"{one.method}+code" if needs_code(one.request.structure_id) else one.method
    one.request.state = RequestState.SIGNED
    one.request.code_hash = one.request.code_expires_at = None
    one.request.version += 1
    note_ = note(one.request, "signed", at=one.at, network=one.network)
    signature = bind(one.request, one.campaign, one.frozen, method=method, attempt=note_, actor=one.actor, at=one.at)
    mail.tell_signed(signature, one.frozen, at=one.at)
    asked = ask_next(one.campaign, at=one.at)
    if asked:
        _write(one, "campaign.went_on", asked, after={"asked": len(asked)})
    record = queries.campaign_record(one.campaign.id)
    if record.signed == record.expected:
        mail.tell_all_signed(one.frozen, campaign_id=one.campaign.id, signed=record.signed, at=one.at)
    return signature.id


def _refused(one: _Open, refusal: No, act: str) -> No:
    _keep(one, act, "signature.refused")
    return refusal


def _keep(one: _Open, act: str, action: str) -> None:
    attempt = note(one.request, act, at=one.at, network=one.network)
    _write(one, action, [attempt], after={"name": one.request.name, "act": act})


def _write(one: _Open, action: str, attempts: Sequence[SignatureAttempt], *, after: Mapping[str, object]) -> None:
    subject = f"campaign:{one.campaign.id}"
    journal.record(one.actor, action, subject, at=one.at, after=after, sealed=sealing(attempts))
