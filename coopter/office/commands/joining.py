"""What an admission asks of the rooms between: amendments to contracts, texts to sign, the entrance fee paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from coopter.governance.commands import bear_obligation, do_obligation, reopen_obligation
from coopter.governance.commands.signing import open_campaign
from coopter.governance.models import Admission, Obligation
from coopter.governance.policies import can_run_admissions
from coopter.governance.queries.admission import get_admission
from coopter.governance.queries.obligations import find_obligation
from coopter.governance.queries.texts import frozen_of, get_text
from coopter.governance.rules.kinds import AdmissionState
from coopter.governance.rules.signing import Signatory, speaks_for
from coopter.members import queries as members
from coopter.office.queries.joining import admission_of_fee
from coopter.plumbing.transaction import command, require
from coopter.staff import commands as staff_commands
from coopter.staff import queries as staff
from coopter.treasury import queries as treasury
from coopter.treasury.commands.payments import payment_recorded, payment_taken_back
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.money import Money
from coopter.values.refusal import NotFound, Refusal

TIME_TO_SIGN = timedelta(days=30)


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
    row, structure_id, joins_on = _admitted(admission_id)
    if from_on < joins_on:
        raise BeforeJoining(joins_on=joins_on)
    chosen = sorted(set(employee_ids))
    if not chosen:
        raise NobodyChosen()
    structure = members.get_structure(structure_id)
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


@command
def ask_newcomer_to_sign(actor: Actor, *, admission_id: int, text_id: int, at: datetime) -> int:
    """Ask whoever spoke for an admitted structure to sign the latest version of a text; returns the campaign's id.

    Raises NotFound without a frozen version, NotAdmittedYet, HasSigned.
    """
    require(can_run_admissions(actor))
    row, structure_id, _joins_on = _admitted(admission_id)
    frozen = frozen_of(get_text(text_id).id)
    if frozen is None:
        raise NotFound()
    structure = members.get_structure(structure_id)
    who = Signatory(row.contact_name, row.email, str(speaks_for(structure.name)), structure_id=structure_id)
    return open_campaign(
        actor, frozen_id=frozen.id, signatories=(who,), in_order=False, message="",
        closes_on=paris_day(at) + TIME_TO_SIGN, at=at,
    )  # fmt: skip


def _fee_paid(actor: Actor, *, invoice_id: int, at: datetime) -> None:
    """An entrance fee that is paid in full is no longer to be collected: done on the day of the last payment."""
    waits = _fee_obligation(invoice_id)
    if waits is None or waits.done_on is not None or treasury.owed_document(invoice_id).owing.left > Money.zero():
        return
    received_on = max(one.received_on for one in treasury.payments_of(invoice_id=invoice_id) if one.counts)
    do_obligation(actor, obligation_id=waits.id, version=waits.version, done_on=received_on, at=at)


def _fee_unpaid(actor: Actor, *, invoice_id: int, at: datetime) -> None:
    """A payment taken back leaves it to be collected again."""
    waits = _fee_obligation(invoice_id)
    if waits is None or waits.done_on is None or treasury.owed_document(invoice_id).owing.left <= Money.zero():
        return
    reopen_obligation(actor, obligation_id=waits.id, version=waits.version, at=at)


def _fee_obligation(invoice_id: int) -> Obligation | None:
    admission_id = admission_of_fee(invoice_id)
    return None if admission_id is None else find_obligation("entrance-fee", f"admission:{admission_id}")


payment_recorded.connect(_fee_paid)
payment_taken_back.connect(_fee_unpaid)


def _admitted(admission_id: int) -> tuple[Admission, int, date]:
    row = get_admission(admission_id)
    if row.state is not AdmissionState.ADMITTED or row.structure_id is None or row.joins_on is None:
        raise NotAdmittedYet()
    return row, row.structure_id, row.joins_on
