"""What a departure asks of the rooms between: refused while somebody works there later; its debts told; ties ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from coopter.governance.commands.departure import debts_asked
from coopter.governance.policies import can_run_admissions
from coopter.governance.queries.departure import departure_record
from coopter.members import queries as members
from coopter.members.commands import membership_ending
from coopter.office.queries.leaving_members import debts_of, ties_after
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.values.actor import Actor
from coopter.values.refusal import Counted, Refusal, Words


class StillPlaced(Refusal):
    """Après son dernier jour (%(last)s), « %(structure)s » aurait encore : %(what)s. Mettez-y fin d'abord : rien n'est
    coupé sans que vous l'ayez décidé."""


def _refuse_while_tied(actor: Actor, *, structure_id: int, left_on: date) -> None:
    """No membership ends under people who work there: they are named, and the coordinator decides (L1253-9)."""
    ties = ties_after(structure_id, on=left_on)
    if not ties:
        return
    what = [Words("%(employee)s (mise à disposition)", employee=one.employee) for one in ties.placements]
    if ties.hours:
        what += [Counted("%(count)s ligne d'heures", "%(count)s lignes d'heures", count=ties.hours)]
    if ties.shifts:
        what += [Counted("%(count)s créneau au planning", "%(count)s créneaux au planning", count=ties.shifts)]
    raise StillPlaced(structure=members.get_structure(structure_id).name, last=left_on - timedelta(days=1), what=what)


def _tell_debts(actor: Actor, *, structure_id: int, on: date) -> dict[str, Any]:
    return debts_of(structure_id, on=on).to_json()


membership_ending.connect(_refuse_while_tied)
debts_asked.connect(_tell_debts)


@command
def end_ties(actor: Actor, *, departure_id: int, at: datetime) -> int:
    """End the placements that go beyond a departure's last day, on that day; returns how many (planning follows).

    Those that begin later are left: they are moved or withdrawn one by one. Raises NotFound, Conflict.
    """
    require(can_run_admissions(actor))
    record = departure_record(departure_id)
    ended = 0
    for one in ties_after(record.structure_id, on=record.effective_on).placements:
        if one.can_end_on(record.effective_on):
            staff_commands.end_placement(
                actor, placement_id=one.placement_id, version=one.version, ends_on=record.effective_on, at=at
            )
            ended += 1
    return ended
