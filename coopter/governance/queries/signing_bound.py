"""Who is bound: the signatures given, the version that each is about, since when, and those withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import FrozenText, Signature, SignatureStamp, SignatureWithdrawal
from coopter.governance.queries import texts
from coopter.governance.queries.signing import structure_names
from coopter.governance.queries.texts import FrozenRecord
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is bound by which version of a text, since when."""

    signature_id: int
    name: str
    capacity: str
    structure_id: int | None
    structure: str
    number: int
    signed_at: datetime
    first_signed_at: datetime
    is_latest: bool
    withdrawn_from: date | None


def signatories_of(text_id: int) -> tuple[Signed, ...]:
    """Who is bound by which version of a text since when, structures and people by name; withdrawals are told."""
    frozen = {one.id: one for one in texts.frozen_versions(text_id)}
    latest = max((one.number for one in frozen.values()), default=0)
    rows = list(session().scalars(select(Signature).where(Signature.frozen_id.in_(frozen)).order_by(Signature.id)))
    withdrawn = withdrawals_of(row.id for row in rows)
    names = structure_names(row.structure_id for row in rows)
    found: dict[Any, Signed] = {}
    for row in rows:
        key = row.structure_id or row.email.lower()
        before = found.get(key)
        goes_on = before is not None and before.withdrawn_from is None
        first = before.first_signed_at if before is not None and goes_on else row.signed_at
        number = frozen[row.frozen_id].number
        found[key] = Signed(
            row.id, row.name, row.capacity, row.structure_id, names.get(row.structure_id or 0, ""), number,
            row.signed_at, first, number == latest, withdrawn.get(row.id),
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (one.structure or one.name).casefold()))


def get_signature(signature_id: int) -> Signature:
    """A signature of the grouping in scope; raises NotFound."""
    found = session().scalar(select(Signature).where(Signature.id == signature_id))
    if found is None:
        raise NotFound()
    return found


def readable_signature(actor: Actor, signature_id: int) -> Signature:
    """A signature whose evidence this person may have: their own, their structure's, or the books'; else NotFound."""
    found = get_signature(signature_id)
    own = found.person_id is not None and found.person_id == actor.person_id
    if not (own or found.structure_id in actor.represents or policies.can_follow_signatures(actor)):
        raise NotFound()
    return found


def withdrawals_of(ids: Iterable[int]) -> dict[int, date]:
    """The day from which each withdrawn signature binds nobody any more."""
    query = select(SignatureWithdrawal).where(SignatureWithdrawal.signature_id.in_(set(ids)))
    return {row.signature_id: row.from_on for row in session().scalars(query)}


def signed_by_structure(structure_id: int) -> tuple[tuple[FrozenRecord, Signed], ...]:
    """The texts that bind a structure: the version it signed last, and since when."""
    query = (
        select(FrozenText.text_id)
        .join(Signature, Signature.frozen_id == FrozenText.id)
        .where(Signature.structure_id == structure_id)
        .distinct()
    )
    found = []
    for text_id in session().scalars(query).all():
        latest = texts.frozen_of(text_id)
        assert latest is not None, "a signed text has a frozen version"
        found += [(latest, one) for one in signatories_of(text_id) if one.structure_id == structure_id]
    return tuple(found)


def signed_version(frozen_id: int) -> frozenset[tuple[str, int | None]]:
    """Who is bound by this very version: address and structure."""
    rows = session().scalars(select(Signature).where(Signature.frozen_id == frozen_id)).all()
    withdrawn = withdrawals_of(row.id for row in rows)
    return frozenset((row.email.lower(), row.structure_id) for row in rows if row.id not in withdrawn)


def stamp_of(signature_id: int) -> SignatureStamp | None:
    """The time stamp of a signature, if an authority gave one."""
    return session().scalar(select(SignatureStamp).where(SignatureStamp.signature_id == signature_id))


def signed_by(person_id: int | None) -> tuple[tuple[Signature, FrozenRecord], ...]:
    """What somebody signed while signed in with this account or by its address, the latest first."""
    if person_id is None:
        return ()
    rows = session().scalars(select(Signature).where(Signature.person_id == person_id).order_by(Signature.id.desc()))
    signed = list(rows)
    frozen = texts.frozen_by_id(row.frozen_id for row in signed)
    return tuple((row, frozen[row.frozen_id]) for row in signed)
