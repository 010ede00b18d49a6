"""Obligations: born of an event or written by hand, given to somebody, done with their proof, back when they recur."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import Obligation, ObligationFeed
from coopter.governance.queries.obligations import find_obligation, get_obligation, own_feed, possible_owners
from coopter.governance.rules.obligations import (
    AlreadyDone,
    DoneTomorrow,
    NotDoneYet,
    ObligationKind,
    TitleMissing,
    UnknownObligation,
    after_months,
    check_proof,
    kind_named,
    next_subject,
)
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import NotFound
from coopter.values.texts import clean_line

OLD_NEWS = timedelta(days=31)
TOKEN_BYTES = 32  # 256 random bits (R60 asks 128)
NO_PROOF: tuple[bytes, str] | None = None


def bear_obligation(
    actor: Actor,
    *,
    kind: str,
    subject: str,
    title: str,
    at: datetime,
    from_on: date | None = None,
    due_on: date | None = None,
    source: str | None = None,
    note: str = "",
) -> Obligation:
    """Part of a command: the obligation that an event bears, once for its subject.

    `from_on` is the day of the event, to which its kind adds its delay (`due_on` when the day is known better).
    """
    usual = kind_named(kind)
    known = find_obligation(kind, subject)
    if known is not None:
        return known
    row = Obligation(
        kind=kind, subject=subject, title=title, source=usual.source if source is None else source,
        due_on=due_on or after_months(from_on or paris_day(at), usual.months), note=note, created_by=actor.name,
        created_at=at, done_by="", proof_name="", version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"kind": kind, "subject": subject, "due_on": row.due_on}
    journal.record(actor, "obligation.born", f"obligation:{row.id}", at=at, after=after)
    return row


def bear_officers_changed(actor: Actor, *, seat_id: int, name: str, office: str, on: date, at: datetime) -> None:
    """Part of a command: an office changed hands on a day, which is to be declared (law of 1901, art. 5; D1253-3).

    A term that began long ago is a record taken over, not a change.
    """
    if office and on >= paris_day(at) - OLD_NEWS:
        title = clean_line(f"{office}, {name}")
        bear_obligation(
            actor, kind="declare-officers", subject=f"seat:{seat_id}@{on.isoformat()}", title=title, from_on=on, at=at
        )


@command
def add_obligation(
    actor: Actor,
    *,
    kind: str,
    title: str,
    due_on: date,
    at: datetime,
    owner_id: int | None = None,
    source: str = "",
    note: str = "",
) -> int:
    """Write one by hand; returns its id. Raises UnknownObligation, TitleMissing, NotFound for another's owner."""
    require(policies.can_keep_obligations(actor))
    usual = kind_named(kind)
    if not usual.by_hand:
        raise UnknownObligation()
    _check_owner(owner_id)
    name = clean_line(title)
    if not name:
        raise TitleMissing()
    row = bear_obligation(
        actor, kind=kind, subject=f"by-hand:{secrets.token_hex(8)}", title=name, due_on=due_on, at=at,
        source=clean_line(source) or usual.source, note=clean_line(note, most=500),
    )  # fmt: skip
    row.owner_id = owner_id
    session().flush()
    return row.id


@command
def edit_obligation(
    actor: Actor, *, obligation_id: int, version: int, due_on: date, owner_id: int | None, note: str, at: datetime
) -> None:
    """Change its day, who answers for it, its note; raises Conflict (R22), NotFound, AlreadyDone."""
    require(policies.can_keep_obligations(actor))
    row = reread(get_obligation(obligation_id))
    _check_owner(owner_id)
    mine = {"due_on": due_on, "owner_id": owner_id, "note": clean_line(note, most=500)}
    refuse_stale(row, version=version, mine=mine)
    if row.done_on is not None:
        raise AlreadyDone(on=row.done_on)
    before, after = changes(row, mine)
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    journal.record(actor, "obligation.edited", f"obligation:{row.id}", at=at, before=before, after=after)


@command
def do_obligation(
    actor: Actor,
    *,
    obligation_id: int,
    version: int,
    done_on: date,
    at: datetime,
    proof: tuple[bytes, str] | None = NO_PROOF,
) -> int | None:
    """Say that it is done, with its proof (bytes, file name); one that recurs is born again, and its id returned.

    Raises Conflict (R22), AlreadyDone, DoneTomorrow, ProofTooLarge, NotAProof, NotFound.
    """
    require(policies.can_keep_obligations(actor))
    row = reread(get_obligation(obligation_id))
    refuse_stale(row, version=version, mine={"done_on": done_on})
    if row.done_on is not None:
        raise AlreadyDone(on=row.done_on)
    if done_on > paris_day(at):
        raise DoneTomorrow(on=done_on)
    if proof is not None:
        check_proof(proof[0])
        row.proof_sha256, row.proof_name = files.store(proof[0]), clean_line(proof[1], most=120)
    row.done_on, row.done_by = done_on, actor.name
    row.version += 1
    after = {"done_on": done_on, "proof": row.proof_sha256}
    journal.record(actor, "obligation.done", f"obligation:{row.id}", at=at, after=after)
    return _again(actor, row, kind_named(row.kind), at=at)


@command
def reopen_obligation(actor: Actor, *, obligation_id: int, version: int, at: datetime) -> None:
    """Take back « done », said by mistake; the proof stays with it. Raises Conflict, NotDoneYet, NotFound."""
    require(policies.can_keep_obligations(actor))
    row = reread(get_obligation(obligation_id))
    refuse_stale(row, version=version, mine={"done_on": None})
    if row.done_on is None:
        raise NotDoneYet()
    before = {"done_on": row.done_on, "done_by": row.done_by}
    row.done_on, row.done_by = None, ""
    row.version += 1
    journal.record(actor, "obligation.reopened", f"obligation:{row.id}", at=at, before=before)


def drop_obligations(actor: Actor, *, subject: str, reason: str, at: datetime) -> None:
    """Part of a command: what an event had borne has no object any more; it is noted, not erased."""
    for row in session().scalars(select(Obligation).where(Obligation.subject == subject, Obligation.done_on.is_(None))):
        row.done_on, row.done_by, row.note = paris_day(at), actor.name, reason
        row.version += 1
        journal.record(actor, "obligation.dropped", f"obligation:{row.id}", at=at, after={"note": reason})


@command
def create_obligation_feed(actor: Actor, *, at: datetime) -> str:
    """Give the person who asks a new secret address and return its token; only its SHA-256 is kept (R60).

    Their earlier address stops working at once. The journal never sees the token.
    """
    require(policies.can_follow_obligations(actor))
    take_turn()
    replaced = _close_feed(actor, at=at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    assert actor.person_id is not None
    feed = ObligationFeed(person_id=actor.person_id, token_hash=feed_digest(token), created_at=at)
    session().add(feed)
    session().flush()
    after = {"feed": feed.id, "replaced": replaced}
    journal.record(actor, "obligation_feed.created", f"person:{actor.person_id}", at=at, after=after)
    return token


@command
def revoke_obligation_feed(actor: Actor, *, at: datetime) -> None:
    """Close one's own address; raises NotFound when there is none."""
    require(policies.can_follow_obligations(actor))
    take_turn()
    closed = _close_feed(actor, at=at)
    if closed is None:
        raise NotFound()
    journal.record(actor, "obligation_feed.revoked", f"person:{actor.person_id}", at=at, before={"feed": closed})


def feed_digest(token: str) -> str:
    """What is kept of a token: SHA-256 in hexadecimal; it has 256 random bits, so it needs no salt."""
    return sha256(token.encode()).hexdigest()


def _close_feed(actor: Actor, *, at: datetime) -> int | None:
    feed = own_feed(actor)
    if feed is None:
        return None
    feed.revoked_at = at
    session().flush()
    return feed.id


def _again(actor: Actor, row: Obligation, usual: ObligationKind, *, at: datetime) -> int | None:
    if not usual.every:
        return None
    due_on = after_months(row.due_on, usual.every)
    subject = next_subject(row.subject, due_on=due_on)
    born = bear_obligation(
        actor, kind=row.kind, subject=subject, title=row.title, due_on=due_on, source=row.source, at=at
    )
    born.owner_id = row.owner_id
    session().flush()
    return born.id


def _check_owner(owner_id: int | None) -> None:
    """Whoever answers for it coordinates or keeps the accounts here: anybody else is unknown (R7)."""
    if owner_id is not None and owner_id not in dict(possible_owners()):
        raise NotFound()
