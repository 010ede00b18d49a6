"""Variants: saved, corrected, proved by their cases, and put to a vote or written down as already decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from coopter.contributions.commands.formulas import NameMissing, NameTaken
from coopter.contributions.models import Variant
from coopter.contributions.policies import formulas as policies
from coopter.contributions.queries.formulas import get_contribution
from coopter.contributions.queries.variants import get_variant, variant_record
from coopter.contributions.rules.formulas import (
    Case,
    ContributionClosed,
    Formula,
    TooManyCases,
    check_formula,
    formula_motion,
)
from coopter.contributions.rules.formulas_cases import MOST_CASES, MOST_OTHERS
from coopter.contributions.rules.kinds import Product
from coopter.governance import commands as governance
from coopter.governance.rules.motions import Decided
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread
from coopter.members.rules import INITIAL
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

MOST_VARIANTS = 40


class TooManyVariants(Refusal):
    """Une contribution garde au plus %(most)s variantes. Supprimez celles qui ne servent plus."""


@dataclass(frozen=True, slots=True)
class VariantDetails:
    """What is typed of a variant."""

    name: str
    formula: Formula
    cases: tuple[Case, ...] = ()


@command
def save_variant(actor: Actor, *, contribution_id: int, details: VariantDetails, at: datetime) -> int:
    """Keep a formula under a name, for others to see what it would ask of them; returns its id.

    Its cases need not hold yet. Raises NameMissing, NameTaken, ContributionClosed and what `check_formula` raises.
    """
    require(policies.can_design_contributions(actor))
    take_turn()
    parent = get_contribution(contribution_id)
    if parent.closed_at is not None:
        raise ContributionClosed()
    checked = _checked(details, contribution_id=contribution_id, product=parent.product)
    row = Variant(contribution_id=contribution_id, written_by=actor.name, written_at=at, version=1, **checked)
    session().add(row)
    session().flush()
    journal.record(actor, "variant.saved", f"variant:{row.id}", at=at, after=checked)
    return row.id


@command
def edit_variant(actor: Actor, *, variant_id: int, version: int, details: VariantDetails, at: datetime) -> None:
    """Change a variant's name, formula or cases; raises Conflict (R22) and what `save_variant` raises."""
    require(policies.can_design_contributions(actor))
    take_turn()
    row = reread(get_variant(variant_id))
    product = get_contribution(row.contribution_id).product
    mine = _checked(details, contribution_id=row.contribution_id, product=product, variant_id=variant_id)
    refuse_stale(row, version=version, mine=mine)
    before, after = changes(row, mine)
    if not after:
        return
    for name, value in mine.items():
        setattr(row, name, value)
    row.version += 1
    row.written_by, row.written_at = actor.name, at
    journal.record(actor, "variant.edited", f"variant:{variant_id}", at=at, before=before, after=after)


@command
def remove_variant(actor: Actor, *, variant_id: int, version: int, at: datetime) -> None:
    """Throw a variant away; a resolution made of it keeps its own copy. Raises Conflict (R22), NotFound."""
    require(policies.can_design_contributions(actor))
    row = reread(get_variant(variant_id))
    refuse_stale(row, version=version, mine={})
    before = {"name": row.name, "formula": row.formula}
    session().delete(row)
    session().flush()
    journal.record(actor, "variant.removed", f"variant:{variant_id}", at=at, before=before)


@command
def propose_variant(
    actor: Actor, *, variant_id: int, assembly_id: int, from_on: date, title: str, body: str = "", at: datetime
) -> int:
    """Make a variant a resolution of an assembly in preparation, its cases run first; returns the point's id.

    The resolution carries a copy: what the assembly votes no longer changes with the variant. Raises CaseFails with the
    first case that does not hold, and what the motion's check refuses.
    """
    require(policies.can_design_contributions(actor))
    row, variant = reread(get_variant(variant_id)), variant_record(variant_id)
    motion = formula_motion(variant.contribution_id, variant.formula, from_on, cases=variant.cases)
    item_id = governance.propose(actor, assembly_id=assembly_id, motion=motion, title=title, body=body, at=at)
    row.item_id = item_id
    row.version += 1
    journal.record(actor, "variant.proposed", f"variant:{variant_id}", at=at, after={"item_id": item_id})
    return item_id


@command
def decide_variant(actor: Actor, *, variant_id: int, from_on: date, at: datetime, decided_by: str = INITIAL) -> Decided:
    """Write a variant down as the formula that was decided before or elsewhere (« reprise initiale »).

    Raises CaseFails and what the motion's check refuses.
    """
    require(policies.can_design_contributions(actor))
    variant = variant_record(variant_id)
    motion = formula_motion(variant.contribution_id, variant.formula, from_on, cases=variant.cases)
    return governance.decide(actor, motion, at=at, decided_by=decided_by)


def _checked(
    details: VariantDetails, *, contribution_id: int, product: Product, variant_id: int | None = None
) -> dict[str, object]:
    name = clean_line(details.name, most=80)
    if not name:
        raise NameMissing()
    query = select(Variant.id).where(Variant.contribution_id == contribution_id, Variant.name == name)
    if session().scalar(query) not in (None, variant_id):
        raise NameTaken(name=name)
    check_formula(details.formula, product=product)
    if variant_id is None:
        _refuse_too_many(contribution_id)
    return {"name": name, "formula": details.formula.to_json(), "cases": _cases(details.cases)}


def _cases(cases: Sequence[Case]) -> list[dict[str, object]]:
    if len(cases) > MOST_CASES or any(len(case.others) > MOST_OTHERS for case in cases):
        raise TooManyCases(most=MOST_CASES, others=MOST_OTHERS)
    return [case.to_json() for case in cases]


def _refuse_too_many(contribution_id: int) -> None:
    query = select(Variant.id).where(Variant.contribution_id == contribution_id)
    if len(session().scalars(query).all()) >= MOST_VARIANTS:
        raise TooManyVariants(most=MOST_VARIANTS)
