"""What an admission reads between the rooms: whose contract names the newcomer, which document asks for its fee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coopter.billing.models import Invoice
from coopter.contributions.models import CallRun
from coopter.contributions.rules.kinds import CallKind
from coopter.governance.models import Decision
from coopter.governance.rules.admission import ADMISSION
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.staff.models import Contract, PotentialUser


@dataclass(frozen=True, slots=True)
class ContractToAmend:
    """An employee whose contract is in force on a day; `listed_from` says since when it names the structure."""

    employee_id: int
    employee: str
    job_title: str
    listed_from: date | None


def admission_of_fee(invoice_id: int) -> int | None:
    """The admission whose entrance fee a document asks for; None for any other document."""
    query = (
        select(Decision.subject)
        .join(CallRun, CallRun.decision_id == Decision.id)
        .join(Invoice, Invoice.run_id == CallRun.id)
        .where(Invoice.id == invoice_id, CallRun.kind == CallKind.ENTRANCE, Decision.kind == ADMISSION)
    )
    subject = session().scalar(query)
    return int(subject.partition(":")[2]) if subject else None


def contracts_to_amend(structure_id: int, *, on: date) -> tuple[ContractToAmend, ...]:
    """Everybody employed on a day, with whether their list of potential users names a structure (L1253-9)."""
    query = (
        select(Contract.employee_id, PotentialUser.from_on)
        .join(PotentialUser, PotentialUser.contract_id == Contract.id)
        .where(PotentialUser.structure_id == structure_id, Contract.ends_on.is_(None) | (Contract.ends_on > on))
        .order_by(PotentialUser.from_on.desc())
    )
    listed = {employee_id: from_on for employee_id, from_on in session().execute(query)}
    return tuple(
        ContractToAmend(one.id, one.name, one.contract.job_title if one.contract else "", listed.get(one.id))
        for one in staff.list_employees(on=on)
    )
