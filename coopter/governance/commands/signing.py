"""Signature campaigns: opened on a frozen version, one link each, reminders to whoever is next, closed (R37)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Table

from coopter.governance import policies
from coopter.governance.mail import signing as mail
from coopter.governance.models import SignatureAttempt, SignatureCampaign, SignatureRequest
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound, texts
from coopter.governance.rules.kinds import RequestState
from coopter.governance.rules.signing import (
    LINK_LIFE,
    REMINDER_GAP,
    AnswerGiven,
    CampaignClosed,
    RemindedToday,
    Signatory,
    check_signatories,
    consent_to,
    hash_of_token,
    is_over,
)
from coopter.members import queries as members
from coopter.members.commands.versions import reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.mail import check_address
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line, clean_text

ATTEMPTS: Table = SignatureAttempt.__table__  # type: ignore[assignment]
TOKEN_BYTES = 32
_OPEN = (RequestState.WAITING, RequestState.ASKED)


class HasSigned(Refusal):
    """« %(name)s » a déjà signé cette version. Retirez cette ligne de la liste."""


class ClosingPast(Refusal):
    """Le dernier jour pour signer est déjà passé. Choisissez un jour à venir, ou n'en mettez pas."""


class SignatoryIncomplete(Refusal):
    """Chaque signataire a un nom, une adresse et une qualité (présidente, gérant, salarié…). Complétez la liste."""


@command
def open_campaign(
    actor: Actor, *, frozen_id: int, signatories: Sequence[Signatory], in_order: bool, message: str,
    closes_on: date | None, at: datetime,
) -> int:  # fmt: skip
    """Ask these people to sign a frozen version, one after the other or all at once; returns the campaign's id.

    Raises SignatoryMissing, SignatoryTwice, SignatoryIncomplete, TooManySignatories, HasSigned, ClosingPast,
    NotAnAddress.
    """
    require(policies.can_prepare_governance(actor))
    frozen = texts.get_frozen(frozen_id)
    people = [_checked(one) for one in signatories]
    check_signatories(people)
    _refuse_signed(frozen_id, people)
    if is_over(closes_on, None, today=paris_day(at)):
        raise ClosingPast()
    campaign = SignatureCampaign(
        frozen_id=frozen_id, in_order=in_order, message=clean_text(message, most=2_000),
        consent=consent_to(frozen.title, frozen.number, annexes=len(frozen.annexes)), closes_on=closes_on,
        opened_by=actor.name, opened_at=at,
    )  # fmt: skip
    session().add(campaign)
    session().flush()
    requests = [
        SignatureRequest(
            campaign_id=campaign.id, position=place, name=one.name, email=one.email, capacity=one.capacity,
            person_id=one.person_id, structure_id=one.structure_id, state=RequestState.WAITING,
        )
        for place, one in enumerate(people, start=1)
    ]  # fmt: skip
    session().add_all(requests)
    session().flush()
    attempts = [ask(campaign, one, at=at) for one in (requests[:1] if in_order else requests)]
    session().flush()
    after = {
        "text": frozen.text_id, "number": frozen.number, "pdf": frozen.pdf_sha256, "in_order": in_order,
        "signatories": [{"name": one.name, "email": one.email, "capacity": one.capacity} for one in people],
    }  # fmt: skip
    _record(actor, "campaign.opened", campaign.id, attempts, at=at, after=after)
    return campaign.id


@command
def remind(actor: Actor, *, campaign_id: int, at: datetime) -> int:
    """Send a new link to each person whose turn it is and who had none for a day; the old links are worth nothing.

    Returns how many; raises CampaignClosed, RemindedToday.
    """
    require(policies.can_prepare_governance(actor))
    campaign = open_one(campaign_id, at=at)
    waiting = [one for one in _requests_of(campaign_id) if one.state is RequestState.ASKED]
    due = [one for one in waiting if (one.reminded_at or one.asked_at or at) <= at - REMINDER_GAP]
    if waiting and not due:
        raise RemindedToday()
    attempts = [ask(campaign, one, at=at, again=True) for one in due]
    _record(actor, "campaign.reminded", campaign_id, attempts, at=at, after={"people": [one.name for one in due]})
    return len(due)


@command
def resend(actor: Actor, *, request_id: int, at: datetime) -> None:
    """Send one person a new link, whatever became of the old one; raises CampaignClosed, AnswerGiven, NotFound."""
    require(policies.can_prepare_governance(actor))
    request = reread(queries.get_request(request_id))
    campaign = open_one(request.campaign_id, at=at)
    if request.state is not RequestState.ASKED:
        raise AnswerGiven()
    _record(actor, "campaign.reminded", campaign.id, [ask(campaign, request, at=at, again=True)], at=at)


@command
def let_off(actor: Actor, *, request_id: int, at: datetime) -> None:
    """Take somebody off a campaign: their link is worth nothing from now on, and the next is asked.

    Raises CampaignClosed, AnswerGiven for one who already signed.
    """
    require(policies.can_prepare_governance(actor))
    request = reread(queries.get_request(request_id))
    campaign = open_one(request.campaign_id, at=at)
    if request.state not in (*_OPEN, RequestState.DECLINED):
        raise AnswerGiven()
    attempts = [_revoke(request, at=at), *ask_next(campaign, at=at)]
    _record(actor, "campaign.let_off", campaign.id, attempts, at=at, after={"name": request.name})


@command
def close_campaign(actor: Actor, *, campaign_id: int, at: datetime) -> None:
    """End a campaign before its time: nobody else may sign, every link is worth nothing. Raises CampaignClosed."""
    require(policies.can_prepare_governance(actor))
    campaign = reread(queries.get_campaign(campaign_id))
    if campaign.closed_at is not None:
        raise CampaignClosed()
    attempts = [_revoke(one, at=at) for one in _requests_of(campaign_id) if one.state in _OPEN]
    campaign.closed_at = at
    _record(actor, "campaign.closed", campaign_id, attempts, at=at)


def ask(
    campaign: SignatureCampaign, request: SignatureRequest, *, at: datetime, again: bool = False
) -> SignatureAttempt:
    """Make a new link and send it, inside the caller's command; only its hash is kept."""
    token = queries.TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    request.state = RequestState.ASKED
    request.token_hash, request.token_expires_at = hash_of_token(token), at + LINK_LIFE
    request.code_hash, request.code_expires_at, request.code_attempts = None, None, 0
    request.asked_at, request.reminded_at = request.asked_at or at, at if again else request.reminded_at
    request.version += 1
    frozen = texts.get_frozen(campaign.frozen_id)
    mail.ask_to_sign(request, frozen, token=token, message=campaign.message, by=campaign.opened_by, again=again, at=at)
    return note(request, "reminded" if again else "asked", at=at)


def ask_next(campaign: SignatureCampaign, *, at: datetime) -> list[SignatureAttempt]:
    """In order: ask whoever comes next, once nobody before them is awaited or said no. Ends what is complete."""
    session().flush()
    requests = _requests_of(campaign.id)
    if not any(one.state in (*_OPEN, RequestState.DECLINED) for one in requests):
        campaign.closed_at = campaign.closed_at or at
        return []
    if not campaign.in_order:
        return []
    for one in requests:
        if one.state in (RequestState.ASKED, RequestState.DECLINED):
            return []
        if one.state is RequestState.WAITING:
            return [ask(campaign, one, at=at)]
    return []


def note(request: SignatureRequest, act: str, *, at: datetime, network: str = "") -> SignatureAttempt:
    """Write an attempt; the caller's journal entry seals it."""
    attempt = SignatureAttempt(request_id=request.id, act=act, network=network, at=at)
    session().add(attempt)
    session().flush()
    return attempt


def open_one(campaign_id: int, *, at: datetime) -> SignatureCampaign:
    """A campaign where people may still sign, locked; raises CampaignClosed, NotFound."""
    campaign: SignatureCampaign = reread(queries.get_campaign(campaign_id))
    if is_over(campaign.closes_on, campaign.closed_at, today=paris_day(at)):
        raise CampaignClosed()
    return campaign


def sealing(attempts: Iterable[SignatureAttempt]) -> dict[Table, journal.Conditions]:
    """What a journal entry seals: these attempts."""
    return {ATTEMPTS: [ATTEMPTS.c.id.in_([one.id for one in attempts])]}


def _record(
    actor: Actor, action: str, campaign_id: int, attempts: Sequence[SignatureAttempt], *, at: datetime,
    after: dict[str, object] | None = None,
) -> None:  # fmt: skip
    journal.record(actor, action, f"campaign:{campaign_id}", at=at, after=after, sealed=sealing(attempts))


def _revoke(request: SignatureRequest, *, at: datetime) -> SignatureAttempt:
    request.state = RequestState.WITHDRAWN
    request.code_hash = request.code_expires_at = None
    request.token_expires_at = at if request.token_hash else None
    request.version += 1
    return note(request, "withdrawn", at=at)


def _requests_of(campaign_id: int) -> list[SignatureRequest]:
    return [reread(queries.get_request(one.id)) for one in queries.campaign_record(campaign_id).requests]


def _checked(one: Signatory) -> Signatory:
    """A signatory with one address, a structure of the grouping, and the account that this address signs in with."""
    name, capacity = clean_line(one.name, most=120), clean_line(one.capacity, most=120)
    if not (name and capacity):
        raise SignatoryIncomplete()
    email = check_address(one.email).lower()
    if one.structure_id is not None:
        members.get_structure(one.structure_id)
    person = members.find_person_by_email(email)
    return Signatory(name, email, capacity, person.id if person and person.active else None, one.structure_id)


def _refuse_signed(frozen_id: int, people: Sequence[Signatory]) -> None:
    done = signing_bound.signed_version(frozen_id)
    for one in people:
        if (one.email, one.structure_id) in done:
            raise HasSigned(name=one.name)
