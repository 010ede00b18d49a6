"""Calendar feeds: a new secret address, its end, and the text served until the schedule changes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from coopter.planning import feeds, policies, queries
from coopter.planning.models import Feed
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.staff.models import Employee
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import NotFound

TOKEN_BYTES = 32  # 256 random bits (R60 asks 128)
KEPT = timedelta(days=183)  # how far back a feed looks
NAME = "Mon planning"


@command
def create_feed(actor: Actor, *, employee_id: int, at: datetime) -> str:
    """Give an employee a new secret feed and return its token, which is not kept: only its SHA-256 is (R60).

    Any earlier address of theirs stops working. The journal never sees the token.
    """
    require(policies.can_manage_feed(actor, employee_id))
    staff_commands.locked(Employee, employee_id)
    replaced = _close(employee_id, at=at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = Feed(employee_id=employee_id, token_hash=token_digest(token), created_at=at)
    session().add(feed)
    session().flush()
    refresh_feed(employee_id, at=at)
    after = {"feed": feed.id, "replaced": replaced}
    journal.record(actor, "feed.created", f"employee:{employee_id}", at=at, after=after)
    return token


@command
def revoke_feed(actor: Actor, *, employee_id: int, at: datetime) -> None:
    """Close an employee's feed at once; raises NotFound when there is none."""
    require(policies.can_manage_feed(actor, employee_id))
    staff_commands.locked(Employee, employee_id)
    closed = _close(employee_id, at=at)
    if closed is None:
        raise NotFound()
    journal.record(actor, "feed.revoked", f"employee:{employee_id}", at=at, before={"feed": closed})


def token_digest(token: str) -> str:
    """What is kept of a token: SHA-256 in hexadecimal; it has 256 random bits, so it needs no salt."""
    return sha256(token.encode()).hexdigest()


def refresh_feed(employee_id: int, *, at: datetime) -> None:
    """Part of a command that changes a schedule: write the feed's text anew, if the employee has one."""
    session().flush()
    feed = queries.open_feed(employee_id)
    if feed is None:
        return
    body = feeds.build(queries.feed_events(employee_id, from_on=paris_day(at) - KEPT), name=NAME)
    if body != feed.body:
        feed.body, feed.etag, feed.modified_at = body, feeds.etag_of(body), at


def _close(employee_id: int, *, at: datetime) -> int | None:
    feed = queries.open_feed(employee_id)
    if feed is None:
        return None
    feed.revoked_at, feed.body, feed.etag = at, None, None
    session().flush()
    return feed.id
