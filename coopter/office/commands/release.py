"""Release: a copy put back from a backup becomes the installation, and may write to people again (R101)."""

from __future__ import annotations

from datetime import datetime

from coopter.plumbing import journal, outbox, quarantine
from coopter.plumbing.transaction import after_commit, command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal


class NotInQuarantine(Refusal):
    """Cette installation n'est pas en quarantaine : ses courriels partent et ses liens s'ouvrent."""


@command
def release(actor: Actor, *, drop_waiting: bool, at: datetime) -> int:
    """End the quarantine; the mails that waited in the backup leave now, or never with `drop_waiting`.

    Returns how many were dropped. Raises NotInQuarantine.
    """
    require(actor.is_administrator)
    if not quarantine.stands():
        raise NotInQuarantine()
    dropped = outbox.drop_waiting(but=quarantine.INDOORS, at=at) if drop_waiting else 0
    journal.record(actor, "installation.released", "installation", at=at, after={"dropped": dropped})
    after_commit(quarantine.end)
    return dropped
