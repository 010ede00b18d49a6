"""Mails about a request to join: that it arrived, and what was decided."""

from __future__ import annotations

from datetime import datetime

from coopter.governance.mail.posting import write_to
from coopter.governance.models import Admission
from coopter.members import queries as members
from coopter.members.rules import INITIAL
from coopter.plumbing import mail, tenancy
from coopter.values.refusal import Words


def tell_received(row: Admission, *, online: bool, at: datetime) -> None:
    """Acknowledge a request; one that came by itself is told to the grouping's mailbox too.

    Nothing that was typed is said again but the SIRET: nobody can have us carry their own words to a stranger.
    """
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    facts = {"siret": row.siret, "at": at, "where": grouping.email}
    key = f"admission:{row.id}"
    write_to(
        row.email, Words("Votre demande d’adhésion est arrivée"), "admission_received", facts, key=f"{key}:received",
        at=at,
    )  # fmt: skip
    if online and grouping.email:
        link = mail.absolute(f"/{grouping.slug}/vie/admissions/{row.id}")
        write_to(
            grouping.email, Words("Une structure demande à entrer : « %(name)s »", name=row.name), "admission_asked",
            {"name": row.name, "siret": row.siret, "needs": row.needs, "link": link}, key=f"{key}:asked", at=at,
        )  # fmt: skip


def tell_decided(row: Admission, *, outcome: str, decided_by: str = "", at: datetime) -> None:
    """Say what became of a request: « admitted », « refused », « withdrawn », or « annulled » after an admission."""
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    facts = {
        "name": row.contact_name, "structure": row.name, "outcome": outcome, "where": grouping.email,
        "decided_by": "" if decided_by == INITIAL else decided_by, "joins_on": row.joins_on,
        "entrance_fee": row.entrance_fee, "deposit": row.deposit, "reason": row.closed_because,
    }  # fmt: skip
    write_to(
        row.email, Words("Votre demande d’adhésion : « %(name)s »", name=row.name), "admission_decided", facts,
        key=f"admission:{row.id}:{outcome}:{row.version}", at=at,
    )  # fmt: skip
