"""The end of a sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from coopter.members.models import SignedOut
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor


@command
def sign_out(actor: Actor, *, sign_in: str, readable: timedelta, at: datetime) -> None:
    """End a sign-in for every copy of its cookie; those that no cookie can name any more are forgotten (R66)."""
    require(actor.person_id is not None)
    session().execute(delete(SignedOut).where(SignedOut.at < at - readable))
    if session().get(SignedOut, sign_in) is None:
        session().add(SignedOut(id=sign_in, at=at))
    journal.record(actor, "person.signed_out", f"person:{actor.person_id}", at=at)
