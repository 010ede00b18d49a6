"""The proof of a signature: its record, bound into the journal, and the time stamp of an authority when one is set."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select

from coopter.governance import policies
from coopter.governance.models import (
    Signature,
    SignatureAttempt,
    SignatureCampaign,
    SignatureRequest,
    SignatureStamp,
    SignatureWithdrawal,
)
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound, texts
from coopter.governance.queries.texts import FrozenRecord
from coopter.governance.rules.signing import (
    FORMAT,
    LEVEL,
    METHODS,
    MOST_REASON,
    AlreadyWithdrawn,
    ReasonNeeded,
    evidence_bytes,
    evidence_digest,
    instant_text,
)
from coopter.governance.rules.texts import KINDS
from coopter.members import queries as members
from coopter.plumbing import journal, outbox, stamping, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, end_reads, require
from coopter.values.actor import Actor, Role
from coopter.values.texts import clean_line

ATTEMPTS: Table = SignatureAttempt.__table__  # type: ignore[assignment]
SIGNATURES: Table = Signature.__table__  # type: ignore[assignment]
WITHDRAWALS: Table = SignatureWithdrawal.__table__  # type: ignore[assignment]
STAMPS: Table = SignatureStamp.__table__  # type: ignore[assignment]


def bind(
    request: SignatureRequest, campaign: SignatureCampaign, frozen: FrozenRecord, *, method: str,
    attempt: SignatureAttempt, actor: Actor, at: datetime,
) -> Signature:  # fmt: skip
    """Write a signature with its record, inside the act of signing; the journal's entry holds the record's SHA-256."""
    record = _record(request, campaign, frozen, method=method, network=attempt.network, at=at)
    signature = Signature(
        request_id=request.id, frozen_id=frozen.id, pdf_sha256=frozen.pdf_sha256, name=request.name,
        email=request.email, capacity=request.capacity, person_id=request.person_id,
        structure_id=request.structure_id, method=method, consent=campaign.consent, network=attempt.network,
        evidence=record, signed_at=at,
    )  # fmt: skip
    session().add(signature)
    session().flush()
    after = {
        "evidence_sha256": evidence_digest(record), "pdf_sha256": frozen.pdf_sha256, "name": request.name,
        "capacity": request.capacity, "title": frozen.title, "number": frozen.number,
    }  # fmt: skip
    sealed = {SIGNATURES: [SIGNATURES.c.id == signature.id], ATTEMPTS: [ATTEMPTS.c.id == attempt.id]}
    journal.record(actor, "signature.given", f"signature:{signature.id}", at=at, after=after, sealed=sealed)
    if stamping.authority():
        here = tenancy.grouping_in_scope()
        outbox.post(
            "time-stamp", {"signature": signature.id}, key=f"time-stamp:{here}:{signature.id}", grouping_id=here, at=at
        )
    return signature


@command
def withdraw_signature(actor: Actor, *, signature_id: int, from_on: date, reason: str, at: datetime) -> None:
    """Write that a signature binds nobody any more from a day on; what was signed stays, and was valid until then.

    Raises NotFound, AlreadyWithdrawn, ReasonNeeded.
    """
    signature = signing_bound.readable_signature(actor, signature_id)
    require(policies.can_withdraw_signature(actor, person_id=signature.person_id, structure_id=signature.structure_id))
    words = clean_line(reason, most=MOST_REASON)
    if not words:
        raise ReasonNeeded()
    if signing_bound.withdrawals_of([signature_id]):
        raise AlreadyWithdrawn()
    row = SignatureWithdrawal(
        signature_id=signature_id, from_on=from_on, reason=words, author=actor.name, recorded_at=at
    )
    session().add(row)
    session().flush()
    after = {"name": signature.name, "from_on": from_on, "reason": words}
    sealed = {WITHDRAWALS: [WITHDRAWALS.c.id == row.id]}
    journal.record(actor, "signature.withdrawn", f"signature:{signature_id}", at=at, after=after, sealed=sealed)


@outbox.handles("time-stamp")
def stamp_signature(effect: outbox.Effect) -> None:
    """Ask the authority for a stamp of a signature's record; one that is there already is kept. Idempotent."""
    if effect.grouping_id is None:
        raise ValueError("a signature belongs to a grouping")
    with tenancy.scope(effect.grouping_id):
        signature = signing_bound.get_signature(effect.payload["signature"])
        if signing_bound.stamp_of(signature.id) is not None:
            return
        content = evidence_bytes(signature.evidence)
        signature_id = signature.id
        end_reads()  # no read is left open while the authority answers
        stamped = stamping.stamp(content)
        keep_stamp(signature_id, stamped, grouping_id=effect.grouping_id, at=effect.created_at)


@command
def keep_stamp(signature_id: int, stamped: stamping.Stamped, *, grouping_id: int, at: datetime) -> None:
    """Write the authority's stamp beside the signature, and seal it; the first wins."""
    locked = select(Signature.id).where(Signature.id == signature_id).with_for_update()
    session().scalars(locked).one()
    if signing_bound.stamp_of(signature_id) is not None:
        return
    row = SignatureStamp(
        signature_id=signature_id, authority=stamped.authority, token=base64.b64encode(stamped.answer).decode("ascii"),
        stamped_at=stamped.stamped_at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    actor = Actor(None, "CoopTer", grouping_id, roles=frozenset({Role.COORDINATOR}))
    after = {"authority": stamped.authority, "stamped_at": stamped.stamped_at}
    sealed = {STAMPS: [STAMPS.c.id == row.id]}
    journal.record(actor, "signature.stamped", f"signature:{signature_id}", at=at, after=after, sealed=sealed)


def _record(
    request: SignatureRequest, campaign: SignatureCampaign, frozen: FrozenRecord, *, method: str, network: str,
    at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """What the evidence file states: plain text and numbers, so that any program reads it in thirty years."""
    house = members.get_grouping_by_id(tenancy.grouping_in_scope())
    structure = members.get_structure(request.structure_id) if request.structure_id else None
    text = texts.get_text(frozen.text_id)
    attempts = queries.attempts_of([request.id]).get(request.id, ())
    return {
        "format": FORMAT,
        "level": LEVEL,
        "grouping": {"name": house.name, "siret": house.siret or ""},
        "document": {
            "kind": str(KINDS[text.kind]),
            "title": frozen.title,
            "version": frozen.number,
            "pdf_sha256": frozen.pdf_sha256,
            "annexes": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in frozen.annexes],
            "frozen_at": instant_text(frozen.frozen_at),
            "frozen_by": frozen.frozen_by,
        },
        "signatory": {
            "name": request.name,
            "email": request.email,
            "capacity": request.capacity,
            "structure": structure.legal_name if structure else "",
            "siret": (structure.siret or "") if structure else "",
        },
        "consent": campaign.consent,
        "method": METHODS[method],
        "network": network,
        "signed_at": instant_text(at),
        "request": request.id,
        "attempts": [{"act": one.act, "network": one.network, "at": instant_text(one.at)} for one in attempts],
    }
