"""Signature campaigns: who is asked, who answered what, what awaits somebody, and what a signatory reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from coopter.governance.models import (
    FrozenText,
    Signature,
    SignatureAttempt,
    SignatureCampaign,
    SignatureRequest,
)
from coopter.governance.queries import texts
from coopter.governance.queries.texts import FrozenRecord
from coopter.governance.rules.kinds import RequestState
from coopter.governance.rules.signing import hash_of_token, is_over, needs_code
from coopter.governance.rules.texts_difference import Difference, difference
from coopter.members import queries as members
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound

TOKEN_PREFIX = "sig_"


@dataclass(frozen=True, slots=True)
class Attempted:
    """One thing that was tried with a request."""

    act: str
    network: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One signatory of a campaign and where they stand."""

    id: int
    campaign_id: int
    position: int
    name: str
    email: str
    capacity: str
    person_id: int | None
    structure_id: int | None
    structure: str
    state: RequestState
    delegate_of: str
    asked_at: datetime | None
    reminded_at: datetime | None
    declined_because: str
    signature_id: int | None
    signed_at: datetime | None
    attempts: tuple[Attempted, ...]

    @property
    def needs_code(self) -> bool:
        """Whether a code by mail is asked as second step (R37)."""
        return needs_code(self.structure_id)


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign, the version it is about, and its signatories in order."""

    id: int
    frozen: FrozenRecord
    in_order: bool
    message: str
    consent: str
    closes_on: date | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    requests: tuple[RequestRecord, ...]

    @property
    def signed(self) -> int:
        """How many have signed."""
        return sum(one.state is RequestState.SIGNED for one in self.requests)

    @property
    def expected(self) -> int:
        """How many signatures are wanted: those who delegated or were let off are not counted."""
        away = (RequestState.DELEGATED, RequestState.WITHDRAWN)
        return sum(one.state not in away for one in self.requests)

    def is_over(self, today: date) -> bool:
        """Whether nobody may sign any more."""
        return is_over(self.closes_on, self.closed_at, today=today)


@dataclass(frozen=True, slots=True)
class ToSign:
    """What awaits somebody's signature."""

    request_id: int
    title: str
    number: int
    capacity: str
    asked_at: datetime | None
    closes_on: date | None


@dataclass(frozen=True, slots=True)
class SigningPage:
    """Everything that a signatory reads before signing; `since` is what changed since they last signed."""

    request: RequestRecord
    campaign: CampaignRecord
    grouping: str
    since: Difference | None
    since_number: int | None
    expires_at: datetime | None


def get_request(request_id: int) -> SignatureRequest:
    """A request of the grouping in scope; raises NotFound."""
    found = session().scalar(select(SignatureRequest).where(SignatureRequest.id == request_id))
    if found is None:
        raise NotFound()
    return found


def request_of(token: str) -> tuple[int, int]:
    """The grouping and the request that a link opens, whatever became of them; NotFound for what is no link (R27)."""
    if not isinstance(token, str) or not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        raise NotFound()
    with tenancy.everywhere("a link says its grouping by itself"):
        query = select(SignatureRequest.grouping_id, SignatureRequest.id).where(
            SignatureRequest.token_hash == hash_of_token(token)
        )
        found = session().execute(query).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def get_campaign(campaign_id: int) -> SignatureCampaign:
    """A campaign of the grouping in scope; raises NotFound."""
    found = session().scalar(select(SignatureCampaign).where(SignatureCampaign.id == campaign_id))
    if found is None:
        raise NotFound()
    return found


def campaign_record(campaign_id: int) -> CampaignRecord:
    """A campaign with its signatories; raises NotFound."""
    return _records([get_campaign(campaign_id)])[0]


def campaigns_of(text_id: int) -> tuple[CampaignRecord, ...]:
    """Every campaign of a text, the latest first."""
    query = (
        select(SignatureCampaign)
        .join(FrozenText, FrozenText.id == SignatureCampaign.frozen_id)
        .where(FrozenText.text_id == text_id)
        .order_by(SignatureCampaign.id.desc())
    )
    return _records(session().scalars(query))


def to_sign(actor: Actor, *, today: date | None = None) -> tuple[ToSign, ...]:
    """What awaits this person's signature, the oldest first; what is over on `today` is left out."""
    if actor.person_id is None:
        return ()
    query = (
        select(SignatureRequest, SignatureCampaign, FrozenText.title, FrozenText.number)
        .join(SignatureCampaign, SignatureCampaign.id == SignatureRequest.campaign_id)
        .join(FrozenText, FrozenText.id == SignatureCampaign.frozen_id)
        .where(
            SignatureRequest.person_id == actor.person_id,
            SignatureRequest.state == RequestState.ASKED,
            SignatureCampaign.closed_at.is_(None),
        )
        .order_by(SignatureRequest.id)
    )
    return tuple(
        ToSign(request.id, title, number, request.capacity, request.asked_at, campaign.closes_on)
        for request, campaign, title, number in session().execute(query)
        if today is None or not is_over(campaign.closes_on, None, today=today)
    )


def signing_page(request_id: int, *, at: datetime, by_link: bool) -> SigningPage:
    """The page of a request; raises NotFound for one that was let off, and by its link once that is too old (R37)."""
    row = get_request(request_id)
    campaign = campaign_record(row.campaign_id)
    request = next(one for one in campaign.requests if one.id == request_id)
    if request.state is RequestState.WITHDRAWN:
        raise NotFound()
    if by_link and (row.token_expires_at is None or row.token_expires_at <= at):
        raise NotFound()
    before = _last_signed(request, campaign.frozen)
    since = difference(before.body, campaign.frozen.body) if before else None
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    return SigningPage(request, campaign, grouping.name, since, before.number if before else None, row.token_expires_at)


def attempts_of(request_ids: Iterable[int]) -> dict[int, tuple[Attempted, ...]]:
    """Everything that was tried with each request, the oldest first (R37)."""
    query = (
        select(SignatureAttempt).where(SignatureAttempt.request_id.in_(set(request_ids))).order_by(SignatureAttempt.id)
    )
    found: dict[int, list[Attempted]] = {}
    for row in session().scalars(query):
        found.setdefault(row.request_id, []).append(Attempted(row.act, row.network, row.at))
    return {request_id: tuple(attempts) for request_id, attempts in found.items()}


def _records(rows: Iterable[SignatureCampaign]) -> tuple[CampaignRecord, ...]:
    campaigns = list(rows)
    frozen = texts.frozen_by_id(row.frozen_id for row in campaigns)
    requests = _requests([row.id for row in campaigns])
    return tuple(
        CampaignRecord(
            row.id, frozen[row.frozen_id], row.in_order, row.message, row.consent, row.closes_on, row.opened_by,
            row.opened_at, row.closed_at, tuple(requests.get(row.id, ())),
        )
        for row in campaigns
    )  # fmt: skip


def _requests(campaign_ids: list[int]) -> dict[int, list[RequestRecord]]:
    query = (
        select(SignatureRequest)
        .where(SignatureRequest.campaign_id.in_(campaign_ids))
        .order_by(SignatureRequest.position, SignatureRequest.id)
    )
    rows = list(session().scalars(query))
    ids = [row.id for row in rows]
    signatures = {
        row.request_id: row for row in session().scalars(select(Signature).where(Signature.request_id.in_(ids)))
    }
    attempts, names = attempts_of(ids), structure_names(row.structure_id for row in rows)
    people = {row.id: row.name for row in rows}
    found: dict[int, list[RequestRecord]] = {}
    for row in rows:
        signature = signatures.get(row.id)
        found.setdefault(row.campaign_id, []).append(
            RequestRecord(
                row.id, row.campaign_id, row.position, row.name, row.email, row.capacity, row.person_id,
                row.structure_id, names.get(row.structure_id or 0, ""), row.state,
                people.get(row.delegate_of_id or 0, ""), row.asked_at, row.reminded_at, row.declined_because,
                signature.id if signature else None, signature.signed_at if signature else None,
                attempts.get(row.id, ()),
            )
        )  # fmt: skip
    return found


def _last_signed(request: RequestRecord, frozen: FrozenRecord) -> FrozenRecord | None:
    """The earlier version that this very person, or their structure, signed last."""
    query = select(Signature).where(Signature.frozen_id != frozen.id).order_by(Signature.id.desc())
    versions = {one.id: one for one in texts.frozen_versions(frozen.text_id) if one.number < frozen.number}
    for row in session().scalars(query.where(Signature.frozen_id.in_(versions))):
        same = row.email.lower() == request.email.lower()
        if same or (row.structure_id is not None and row.structure_id == request.structure_id):
            return versions[row.frozen_id]
    return None


def structure_names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these structures, by id."""
    wanted = {one for one in ids if one is not None}
    return {one.id: one.name for one in members.structures_by_id(wanted).values()} if wanted else {}
