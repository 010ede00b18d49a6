"""Admissions and departures put to the vote: a resolution on an assembly's agenda, which carries the decision."""

from __future__ import annotations

from datetime import date, datetime

from coopter.governance import policies
from coopter.governance.commands.admission import mark_proposed, motion_of, refuse_decided
from coopter.governance.commands.agenda import propose
from coopter.governance.commands.departure import mark_departure_proposed, motion_of_departure, refuse_departed
from coopter.governance.queries.admission import get_admission
from coopter.governance.queries.departure import get_departure
from coopter.governance.rules.admission import describe_admission
from coopter.governance.rules.departure import describe_departure
from coopter.governance.rules.kinds import BallotMethod, DepartureKind
from coopter.members import queries as members
from coopter.members.commands.versions import refuse_stale, reread
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor


@command
def propose_admission(
    actor: Actor, *, admission_id: int, version: int, assembly_id: int, joins_on: date, at: datetime
) -> int:
    """Put a request on an assembly's agenda; adopted, it is a member from `joins_on`. Returns the point's id.

    Raises Conflict, AdmissionClosed, AlreadyProposed, AlreadyInside, AgendaFixed.
    """
    require(policies.can_run_admissions(actor))
    row = reread(get_admission(admission_id))
    refuse_stale(row, version=version, mine={"joins_on": joins_on})
    refuse_decided(row)
    motion = motion_of(row, joins_on=joins_on)
    item_id = propose(
        actor, assembly_id=assembly_id, motion=motion, title=f"Admission de {row.name}",
        body=describe_admission(motion), at=at,
    )  # fmt: skip
    row.joins_on = joins_on
    mark_proposed(actor, row, item_id=item_id, at=at)
    return item_id


@command
def propose_departure(
    actor: Actor,
    *,
    departure_id: int,
    version: int,
    assembly_id: int,
    at: datetime,
    method: BallotMethod = BallotMethod.SHOW_OF_HANDS,
) -> int:
    """Put a departure or an exclusion on an assembly's agenda; returns the point's id.

    Raises Conflict, DepartureClosed, DepartureProposed, AgendaFixed, PersonsSecret.
    """
    require(policies.can_run_admissions(actor))
    row = reread(get_departure(departure_id))
    refuse_stale(row, version=version, mine={})
    refuse_departed(row)
    motion = motion_of_departure(row)
    name = members.get_structure(row.structure_id).name
    title = f"Exclusion de {name}" if row.kind is DepartureKind.EXCLUSION else f"Départ de {name}"
    item_id = propose(
        actor, assembly_id=assembly_id, motion=motion, title=title, body=describe_departure(motion), method=method,
        at=at,
    )  # fmt: skip
    mark_departure_proposed(actor, row, item_id=item_id, at=at)
    return item_id
