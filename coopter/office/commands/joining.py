"""What an admission asks of the rooms between: amendments to the employees' lists of potential users."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from coopter.governance.commands import bear_obligation
from coopter.governance.policies import can_run_admissions
from coopter.governance.queries.admission import get_admission
from coopter.governance.rules.kinds import AdmissionState
from coopter.members import queries as members
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal


class NotAdmittedYet(Refusal):
    """Cette structure n'est pas encore admise : ses avenants se préparent une fois la décision prise."""


class NobodyChosen(Refusal):
    """Cochez au moins une personne dont le contrat doit nommer cette structure."""


class BeforeJoining(Refusal):
    """La structure est membre à partir du %(joins_on)s : un avenant ne peut pas la nommer avant."""


@command
def list_on_contracts(
    actor: Actor, *, admission_id: int, employee_ids: Iterable[int], from_on: date, at: datetime
) -> int:
    """Put an admitted structure on the lists of these employees, all or none; an amendment to sign is born for each.

    Raises NotFound, NotAdmittedYet, NobodyChosen, BeforeJoining, NoContract, AlreadyOnTheList (L1253-9).
    """
    require(can_run_admissions(actor))
    row = get_admission(admission_id)
    if row.state is not AdmissionState.ADMITTED or row.structure_id is None or row.joins_on is None:
        raise NotAdmittedYet()
    if from_on < row.joins_on:
        raise BeforeJoining(joins_on=row.joins_on)
    chosen = sorted(set(employee_ids))
    if not chosen:
        raise NobodyChosen()
    structure = members.get_structure(row.structure_id)
    for employee_id in chosen:
        name = staff.get_employee(employee_id).name
        staff_commands.add_potential_user(
            actor, employee_id=employee_id, structure_id=structure.id, from_on=from_on, at=at
        )
        bear_obligation(
            actor, kind="amendment", subject=f"employee:{employee_id}/admission:{row.id}",
            title=f"{name} · {structure.name}", from_on=from_on, at=at,
        )  # fmt: skip
    return len(chosen)
