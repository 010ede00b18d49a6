"""How much is asked of a person by name: signatures and open votes, in two statements, for every page's navigation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, func, or_, select

from coopter.governance.models import AgendaItem, SignatureCampaign, SignatureRequest
from coopter.governance.queries.votes import HAND, ROLL
from coopter.governance.rules.kinds import BallotMethod, ItemState, RequestState
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor


def asked_of(actor: Actor, *, today: date) -> int:
    """Texts to sign whose campaign is not over on `today`, and points put to a vote on which a voice of theirs has not
    been cast."""
    if actor.person_id is None:
        return 0
    return _signatures(actor.person_id, today) + _votes(actor)


def _signatures(person_id: int, today: date) -> int:
    query = (
        select(func.count(SignatureRequest.id))
        .join(SignatureCampaign, SignatureCampaign.id == SignatureRequest.campaign_id)
        .where(
            SignatureRequest.person_id == person_id,
            SignatureRequest.state == RequestState.ASKED,
            SignatureCampaign.closed_at.is_(None),
            or_(SignatureCampaign.closes_on.is_(None), SignatureCampaign.closes_on >= today),
        )
    )
    return session().scalar(query) or 0


def _votes(actor: Actor) -> int:
    own = and_(HAND.c.structure_id.is_(None), HAND.c.person_id == actor.person_id)
    query = (
        select(func.count(AgendaItem.id.distinct()))
        .join(ROLL, (ROLL.c.item_id == AgendaItem.id) & (ROLL.c.grouping_id == tenancy.current()))
        .join(HAND, (HAND.c.id == ROLL.c.hand_id) & (HAND.c.grouping_id == tenancy.current()))
        .where(
            AgendaItem.state == ItemState.OPEN,
            AgendaItem.method != BallotMethod.SHOW_OF_HANDS,
            ROLL.c.has_voted.is_(False),
            or_(HAND.c.structure_id.in_(sorted(actor.represents)), own),  # as `hands_of` has it
        )
    )
    return session().scalar(query) or 0
