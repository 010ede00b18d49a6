"""Calling money from members: the amounts of a year at once, a difference, an entrance fee, an amount agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from coopter.contributions.models import Call, CallRun, Contribution
from coopter.contributions.policies import calls as policies
from coopter.contributions.queries.calls import get_row, left_of_calls
from coopter.contributions.queries.calls_planned import CallPlan, Reckoned, plan_call
from coopter.contributions.rules.calls import (
    AgreementMissing,
    AmountNotPositive,
    EntranceFeeCalled,
    FiguresMissing,
    NobodyToCall,
    NoEntranceFee,
    NoSuchYearToCall,
    NothingToCorrect,
    Part,
    lowering,
    parts_of,
)
from coopter.contributions.rules.figures import YEARS
from coopter.contributions.rules.formulas import Step, StepKind, base_name
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance import commands as governance
from coopter.governance.queries.admission import get_admission
from coopter.governance.queries.decisions import decision_in_force
from coopter.governance.rules.admission import ADMISSION
from coopter.governance.rules.motions import Motion, MotionKind, register
from coopter.members import queries as members
from coopter.members import rules as terms
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.refusal import Words
from coopter.values.texts import clean_line

RUNS: Table = CallRun.__table__  # type: ignore[assignment]
CALLS: Table = Call.__table__  # type: ignore[assignment]
VOLUNTARY = "voluntary-contribution"
ENTRANCE_NAME = "Droit d’entrée"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one member is called in a run: its parts, and what makes the amount as it is sealed."""

    structure_id: int
    parts: tuple[Part, ...]
    detail: Mapping[str, Any]


@command
def call_contribution(
    actor: Actor, *, contribution_id: int, year: int, on: date, at: datetime, kind: CallKind = CallKind.YEAR
) -> int:
    """Call a contribution from every member by the formula in force, or the difference from what was called before;
    returns the run's id. The documents are billing's (`issue_calls`), in the same transaction.

    The grouping's row is locked, so that two coordinators cannot call twice: the second is told who did and when.
    Raises NotFound, NoFormulaYet, AlreadyCalled, NotCalledYet, FiguresMissing, NobodyToCall, NothingToCorrect, and the
    refusals of a budget that cannot be raised.
    """
    require(policies.can_call(actor))
    take_turn()
    plan = plan_call(contribution_id, year=year, kind=kind, on=on)
    if plan.unknown:
        raise FiguresMissing(
            what=base_name(plan.formula.base or Base.OTHER, plan.formula.named),
            year=plan.figures_year,
            members=plan.unknown,
        )
    asked = _asked(plan, on=on)
    if not any(part.amount for one in asked for part in one.parts):
        raise (NothingToCorrect if kind is CallKind.CORRECTION else NobodyToCall)(name=plan.name, year=year)
    return _write(
        actor, asked, contribution_id=contribution_id, year=year, kind=kind, decision_id=plan.decided.id, on=on, at=at
    )


@command
def call_entrance_fee(actor: Actor, *, admission_id: int, on: date, at: datetime) -> int:
    """Call the entrance fee that an admission decided, once; returns the run's id.

    Raises NotFound, NoEntranceFee, EntranceFeeCalled.
    """
    require(policies.can_call(actor))
    take_turn()
    row = get_admission(admission_id)
    decided = decision_in_force(ADMISSION, on=date.max, subject=f"{ADMISSION}:{row.id}")
    if decided is None or row.structure_id is None or not row.entrance_fee:
        raise NoEntranceFee()
    known = session().scalar(
        select(CallRun).where(CallRun.decision_id == decided.id, CallRun.kind == CallKind.ENTRANCE)
    )
    if known is not None:
        raise EntranceFeeCalled(name=row.name, by=known.called_by, at=known.called_at)
    contribution_id = _entrance(actor, at=at)
    asked = _agreed(row.structure_id, row.entrance_fee, sentences=[decided.decided_by], on=on)
    return _write(
        actor, [asked], contribution_id=contribution_id, year=on.year, kind=CallKind.ENTRANCE, decision_id=decided.id,
        on=on, at=at,
    )  # fmt: skip


@command
def call_voluntary(
    actor: Actor,
    *,
    contribution_id: int,
    structure_id: int,
    amount: Money,
    agreed: str,
    year: int,
    on: date,
    at: datetime,
) -> int:
    """Call an amount agreed with one member; the agreement is written in the register and cited. Returns the run's id.

    Raises NotFound, AmountNotPositive, NoSuchYearToCall, AgreementMissing.
    """
    require(policies.can_call(actor))
    take_turn()
    contribution, structure = get_row(contribution_id), members.get_structure(structure_id)
    told = clean_line(agreed, most=200)
    if amount <= Money.zero():
        raise AmountNotPositive()
    if year not in YEARS:
        raise NoSuchYearToCall(year=str(year))
    if not told:
        raise AgreementMissing()
    value = {"structure": structure_id, "name": structure.name, "year": year, "cents": amount.cents}
    motion = Motion(VOLUNTARY, f"contribution:{contribution.id}/structure:{structure_id}", value, on)
    decided = governance.decide(actor, motion, decided_by=told, at=at)
    asked = _agreed(structure_id, amount, sentences=[told], on=on)
    return _write(
        actor, [asked], contribution_id=contribution_id, year=year, kind=CallKind.VOLUNTARY, decision_id=decided.id,
        on=on, at=at,
    )  # fmt: skip


def total_of(run_id: int) -> Money:
    """What a run comes to before tax, inside the command that made it."""
    return session().scalars(select(CallRun.total).where(CallRun.id == run_id)).one()


def _asked(plan: CallPlan, *, on: date) -> list[_Asked]:
    """The parts of every member: instalments for a year, one more for a rise, earlier calls lowered for a fall."""
    left = left_of_calls(plan.contribution_id, plan.year) if plan.kind is CallKind.CORRECTION else {}
    found = []
    for one in plan.members:
        structure_id, otherwise = one.member.structure_id, _in_time(one.member.structure_id, on=on)
        if plan.kind is CallKind.YEAR:
            parts = parts_of(plan.formula, one.amount, year=plan.year, on=on, otherwise=otherwise)
        elif one.amount < Money.zero():
            parts = lowering(one.amount, left.get(structure_id, []), on=on)
        else:
            parts = (Part(otherwise, one.amount),)
        found.append(_Asked(structure_id, parts, _detail(plan, one)))
    return found


def _detail(plan: CallPlan, one: Reckoned) -> dict[str, Any]:
    """All that makes the amount, as facts: the formula itself stands in the decision that the run names."""
    steps = [*one.steps, Step(StepKind.OWED, one.owed, (("year", plan.year),))]
    if plan.kind is CallKind.CORRECTION:
        steps += [Step(StepKind.CALLED, one.before), Step(StepKind.DIFFERENCE, one.amount)]
    return {
        "figures_year": plan.figures_year,
        "measured": {base.value: amount for base, amount in one.member.figures.items() if base is plan.formula.base},
        "type": one.member.type,
        "days": one.days,
        "steps": [step.to_json() for step in steps],
        "owed": one.owed.cents,
        "before": one.before.cents,
    }


def _agreed(structure_id: int, amount: Money, *, sentences: list[str], on: date) -> _Asked:
    """One member, one amount that was decided as such."""
    step = Step(StepKind.AGREED, amount).to_json()
    detail = {"sentences": sentences, "steps": [step], "owed": amount.cents, "before": 0}
    return _Asked(structure_id, (Part(_in_time(structure_id, on=on), amount),), detail)


def _in_time(structure_id: int, *, on: date) -> date:
    """The day by which this structure pays what is asked on a day, where no instalment says another."""
    public = members.get_structure(structure_id).is_public_body
    name = "payment_days_public" if public else "payment_days"
    return on + timedelta(days=terms.as_days(members.parameter(name, on=on)))


def _write(
    actor: Actor,
    asked: Iterable[_Asked],
    *,
    contribution_id: int,
    year: int,
    kind: CallKind,
    decision_id: int,
    on: date,
    at: datetime,
) -> int:
    """The run and its calls, sealed."""
    asked = list(asked)
    whole = total(part.amount for one in asked for part in one.parts)
    run = CallRun(
        contribution_id=contribution_id, year=year, kind=kind, turn=_next_turn(contribution_id, year, kind),
        decision_id=decision_id, called_on=on, total=whole, called_by=actor.name, called_at=at,
    )  # fmt: skip
    session().add(run)
    session().flush()
    for one in asked:
        for number, part in enumerate(one.parts, start=1):
            detail = {**one.detail, "instalments": len(one.parts), "lowers": part.lowers}
            call = Call(
                run_id=run.id, structure_id=one.structure_id, instalment=number, due_on=part.due_on,
                amount=part.amount, detail=detail,
            )  # fmt: skip
            session().add(call)
    session().flush()
    after = {"contribution": contribution_id, "year": year, "kind": kind, "members": len(asked), "total": whole}
    sealed = {RUNS: [RUNS.c.id == run.id], CALLS: [CALLS.c.run_id == run.id]}
    journal.record(actor, "contribution.called", f"call_run:{run.id}", at=at, after=after, sealed=sealed)
    return run.id


def _next_turn(contribution_id: int, year: int, kind: CallKind) -> int:
    query = select(func.max(CallRun.turn)).where(
        CallRun.contribution_id == contribution_id, CallRun.year == year, CallRun.kind == kind
    )
    return (session().scalar(query) or 0) + 1


def _entrance(actor: Actor, *, at: datetime) -> int:
    """The grouping's entrance fee as a contribution: the oldest one that is still open, made when there is none."""
    known = session().scalar(
        select(Contribution)
        .where(Contribution.product == Product.ENTRANCE_FEE, Contribution.closed_at.is_(None))
        .order_by(Contribution.id)
    )
    if known is not None:
        return known.id
    row = Contribution(name=ENTRANCE_NAME, product=Product.ENTRANCE_FEE, created_by=actor.name, created_at=at)
    session().add(row)
    session().flush()
    after = {"name": row.name, "product": row.product}
    journal.record(actor, "contribution.created", f"contribution:{row.id}", at=at, after=after)
    return row.id


def _check_voluntary(motion: Motion) -> None:
    members.get_structure(motion.value["structure"])
    if motion.value["cents"] <= 0:
        raise AmountNotPositive()


def _describe_voluntary(motion: Motion) -> Words:
    value = motion.value
    return Words(
        "%(name)s verse volontairement %(amount)s pour %(year)s.",
        name=value["name"], amount=Money(value["cents"]), year=str(value["year"]),
    )  # fmt: skip


register(MotionKind(VOLUNTARY, Words("Contribution volontaire"), check=_check_voluntary, describe=_describe_voluntary))
