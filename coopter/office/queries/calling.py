"""What calling a contribution would do: each member's amount, what changed, what blocks; and what a call came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from coopter.billing import commands as billing
from coopter.billing import queries as documents
from coopter.billing import rules as invoicing
from coopter.billing.queries import CallDocument, Progress
from coopter.contributions.policies import calls as policies
from coopter.contributions.queries.calls import CallRecord, RunRecord, all_runs, first_run, get_row, list_calls, runs_of
from coopter.contributions.queries.calls_planned import CallPlan, plan_call
from coopter.contributions.rules.calls import FiguresMissing, FiguresStillMove, NobodyToCall, NothingToCorrect
from coopter.contributions.rules.formulas import base_name, say
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance.queries.admission import list_admissions
from coopter.governance.queries.decisions import decisions_of
from coopter.governance.rules.admission import ADMISSION
from coopter.members import queries as members
from coopter.office.queries.preview import NoBankAccount, Obstacle, PartyIncomplete, Subject
from coopter.plumbing.tenancy import grouping_in_scope
from coopter.plumbing.transaction import require
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal, Words


@dataclass(frozen=True, slots=True)
class CallPreview:
    """A call as it would be; nothing is written."""

    contribution_id: int
    name: str
    product: Product
    year: int
    kind: CallKind
    on: date
    plan: CallPlan | None
    blocks: tuple[Obstacle, ...]
    warnings: tuple[Obstacle, ...]
    nothing: Refusal | None = None  # why there is nothing to call, though nothing blocks

    @property
    def can_call(self) -> bool:
        """Nothing blocks and there is something to call."""
        return self.plan is not None and not self.blocks and self.nothing is None

    @property
    def total(self) -> Money:
        """What would be called before tax, what is given back taken away."""
        return self.plan.total if self.plan else Money.zero()

    @property
    def owing(self) -> int:
        """How many members have something to pay or to get back."""
        return sum(1 for one in self.plan.members if one.amount) if self.plan else 0

    @property
    def sentences(self) -> tuple[Words, ...]:
        """The formula in plain words."""
        return say(self.plan.formula) if self.plan else ()


@dataclass(frozen=True, slots=True)
class CalledMember:
    """What one member was called in a run, one instalment, and its document once there is one."""

    call: CallRecord
    structure_id: int
    code: str
    name: str
    document: CallDocument | None


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call that was made: its amounts, its documents, what is still to issue."""

    run: RunRecord
    members: tuple[CalledMember, ...]
    progress: Progress

    @property
    def waiting(self) -> tuple[CalledMember, ...]:
        """Calls above nothing that no document asks for yet."""
        return tuple(one for one in self.members if one.call.amount and one.document is None)

    @property
    def owed(self) -> Money:
        """Everything called, what was given back taken away."""
        return total(one.call.amount for one in self.members)


def preview_call(
    actor: Actor, *, contribution_id: int, year: int, on: date, kind: CallKind = CallKind.YEAR
) -> CallPreview:
    """What calling a contribution for a year on this day would ask of each member; nothing is written.

    Raises NotFound, and NotCalledYet for a correction before the call.
    """
    require(policies.can_read_calls(actor))
    row, plan = get_row(contribution_id), None
    blocks: list[Obstacle] = []
    try:
        plan = plan_call(contribution_id, year=year, kind=kind, on=on)
        blocks.extend(_blocks_of_plan(plan))
    except Refusal as refusal:
        blocks.append(Obstacle(Subject.GROUPING, refusal))
    blocks.extend(_blocks_of_parties(plan, on=on))
    grouping = members.get_grouping_by_id(grouping_in_scope())
    warnings = [] if grouping.iban else [Obstacle(Subject.GROUPING, NoBankAccount())]
    if plan is not None and plan.formula.base is not None and plan.figures_year >= on.year:
        warnings.append(Obstacle(Subject.HOURS, FiguresStillMove(year=plan.figures_year)))
    nothing = _nothing(plan) if plan is not None and not plan.unknown else None
    return CallPreview(
        contribution_id, row.name, row.product, year, kind, on, plan, tuple(blocks), tuple(warnings), nothing
    )


def is_called(contribution_id: int, year: int) -> bool:
    """Whether a contribution was called for a year."""
    return first_run(contribution_id, year) is not None


def results_of(actor: Actor, *, contribution_id: int, year: int) -> tuple[CallResult, ...]:
    """What the calls of a contribution for a year came to, the first one first."""
    require(policies.can_read_calls(actor))
    runs = runs_of(contribution_id, year=year)
    made = documents.documents_of_calls(run.id for run in runs)
    structures = members.structures_by_id()
    return tuple(
        CallResult(
            run,
            tuple(
                CalledMember(call, call.structure_id, structures[call.structure_id].code,
                             structures[call.structure_id].name, made.get(call.id))
                for call in list_calls(run.id)
            ),
            documents.progress_of_run(run.id),
        )
        for run in runs
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EntranceFee:
    """What an admission asks at the door; the day and the document once it was called."""

    admission_id: int
    name: str
    joins_on: date
    amount: Money
    called_on: date | None
    invoice_id: int | None


def entrance_fees(actor: Actor) -> tuple[EntranceFee, ...]:
    """The entrance fees that admissions decided, the latest admission first."""
    require(policies.can_read_calls(actor))
    runs = {run.decision_id: run for run in all_runs() if run.kind is CallKind.ENTRANCE}
    made = documents.documents_of_calls(run.id for run in runs.values())
    decided = {one.subject: one.id for one in decisions_of(ADMISSION)}
    found = []
    for row in list_admissions(open=False):
        if row.structure_id is None or row.joins_on is None or not row.entrance_fee:
            continue
        run = runs.get(decided.get(f"{ADMISSION}:{row.id}", 0))
        document = next((made[one.id] for one in list_calls(run.id) if one.id in made), None) if run else None
        found.append(
            EntranceFee(
                row.id, row.name, row.joins_on, row.entrance_fee, run.called_on if run else None,
                document.invoice_id if document else None,
            )
        )  # fmt: skip
    return tuple(found)


def blocks_of_documents(drafts: Sequence[billing.Drafted]) -> Iterator[Obstacle]:
    """What the grouping's or a structure's record lacks for these documents."""
    if not drafts:
        return
    record = drafts[0].record
    regime = None if record.is_outside_vat else record.vat_regime
    if missing := invoicing.missing_mentions(record.seller, seller=True, regime=regime):
        yield Obstacle(Subject.GROUPING, PartyIncomplete(name=record.seller.legal_name, missing=missing))
    told: set[int] = set()
    for drafted in drafts:
        missing = invoicing.missing_mentions(drafted.record.buyer)
        if missing and drafted.structure.id not in told:
            told.add(drafted.structure.id)
            refusal = PartyIncomplete(name=drafted.structure.legal_name, missing=missing)
            yield Obstacle(Subject.STRUCTURE, refusal, drafted.structure.id)


def _blocks_of_plan(plan: CallPlan) -> Iterator[Obstacle]:
    if plan.unknown:
        what = base_name(plan.formula.base or Base.OTHER, plan.formula.named)
        yield Obstacle(Subject.HOURS, FiguresMissing(what=what, year=plan.figures_year, members=plan.unknown))


def _nothing(plan: CallPlan) -> Refusal | None:
    """Why a call that could be made would ask nothing of anybody."""
    if any(one.amount for one in plan.members):
        return None
    return (NothingToCorrect if plan.kind is CallKind.CORRECTION else NobodyToCall)(name=plan.name, year=plan.year)


def _blocks_of_parties(plan: CallPlan | None, *, on: date) -> Iterator[Obstacle]:
    """The mentions that a member's page, or the grouping's, lacks."""
    if plan is None:
        return
    grouping = members.get_grouping_by_id(grouping_in_scope())
    if missing := invoicing.missing_mentions(documents.seller_of(grouping), seller=True):
        yield Obstacle(Subject.GROUPING, PartyIncomplete(name=grouping.name, missing=missing))
    rows = members.structures_by_id(one.member.structure_id for one in plan.members if one.amount)
    for structure in rows.values():
        if missing := invoicing.missing_mentions(documents.buyer_of(structure)):
            refusal = PartyIncomplete(name=structure.legal_name, missing=missing)
            yield Obstacle(Subject.STRUCTURE, refusal, structure.id)
