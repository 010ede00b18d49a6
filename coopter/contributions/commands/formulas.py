"""Contributions, the types of members, and the formula as a kind of decision that this room owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from coopter.contributions.models import Contribution, MemberType
from coopter.contributions.policies import formulas as policies
from coopter.contributions.queries.formulas import get_contribution, last_year_called, member_types
from coopter.contributions.rules.formulas import (
    KIND,
    ContributionClosed,
    FormulaReachesCalledYear,
    cases_of,
    check_first_of_year,
    check_formula,
    contribution_of,
    formula_of,
    refuse_failing,
    say,
    together,
)
from coopter.contributions.rules.kinds import Product
from coopter.governance.rules.motions import Decided, Motion, MotionKind, register
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Refusal, Words
from coopter.values.texts import clean_line

MOST_TYPE = 60


class NameMissing(Refusal):
    """Donnez un nom, par exemple « Cotisation annuelle » : c’est lui qu’on lira sur les appels."""


class NameTaken(Refusal):
    """« %(name)s » existe déjà ici. Choisissez un autre nom."""


@command
def create_contribution(actor: Actor, *, name: str, product: Product, at: datetime) -> int:
    """Name something that members owe as members; its formula is decided afterwards. Returns its id.

    Raises NameMissing, NameTaken.
    """
    require(policies.can_design_contributions(actor))
    take_turn()
    called = clean_line(name, most=120)
    if not called:
        raise NameMissing()
    if session().scalar(select(Contribution.id).where(Contribution.name == called)) is not None:
        raise NameTaken(name=called)
    row = Contribution(name=called, product=product, created_by=actor.name, created_at=at)
    session().add(row)
    session().flush()
    after = {"name": called, "product": product}
    journal.record(actor, "contribution.created", f"contribution:{row.id}", at=at, after=after)
    return row.id


@command
def close_contribution(actor: Actor, *, contribution_id: int, at: datetime) -> None:
    """End a contribution: nothing is called any more, what was called stays. Raises ContributionClosed, NotFound."""
    require(policies.can_design_contributions(actor))
    row = get_contribution(contribution_id)
    if row.closed_at is not None:
        raise ContributionClosed()
    row.closed_at = at
    journal.record(actor, "contribution.closed", f"contribution:{row.id}", at=at, before={"name": row.name})


@command
def set_member_types(actor: Actor, *, types: Mapping[int, str], at: datetime) -> int:
    """Give each of these structures a type, or none with an empty one; returns how many changed. Raises NotFound."""
    require(policies.can_design_contributions(actor))
    take_turn()
    if set(types) - set(members.structures_by_id(types)):
        raise NotFound()
    rows, changed = member_types(), 0
    for structure_id, typed in types.items():
        name, row = clean_line(typed, most=MOST_TYPE), rows.get(structure_id)
        before = row.name if row else ""
        if name == before:
            continue
        changed += 1
        if row is None:
            session().add(MemberType(structure_id=structure_id, name=name, version=1))
        elif name:
            row.name, row.version = name, row.version + 1
        else:
            session().delete(row)
        was, now = {"type": before}, {"type": name}
        journal.record(actor, "member_type.set", f"structure:{structure_id}", at=at, before=was, after=now)
    return changed


def _check(motion: Motion) -> None:
    """What may be decided: a formula of a living contribution, whose cases hold, from a year that was not called."""
    row = get_contribution(contribution_of(motion))
    if row.closed_at is not None:
        raise ContributionClosed()
    formula = formula_of(motion)
    check_formula(formula, product=row.product)
    refuse_failing(formula, cases_of(motion))
    check_first_of_year(motion.from_on)
    _refuse_called(row.id, motion.from_on)


def _refuse_called(contribution_id: int, from_on: date) -> None:
    last = last_year_called(contribution_id)
    if last is not None and last >= from_on.year:
        raise FormulaReachesCalledYear(year=last)


def _first_uncalled(motion: Motion) -> Motion:
    """A formula adopted after its year was called counts from the next year, so that the vote is never lost."""
    last = last_year_called(contribution_of(motion))
    if last is None or last < motion.from_on.year:
        return motion
    return replace(motion, from_on=date(last + 1, 1, 1))


def _annul(actor: Actor, decided: Decided, at: datetime) -> None:
    """What was called by a formula stays: it is corrected by a difference or a credit note, not by annulling."""
    _refuse_called(contribution_of(decided), decided.from_on)


def _describe(motion: Motion) -> Words:
    name = get_contribution(contribution_of(motion)).name
    said = together(say(formula_of(motion)))
    return Words("« %(name)s », à partir du %(day)s. %(said)s", name=name, day=motion.from_on, said=said)


register(
    MotionKind(
        KIND, Words("Formule de contribution"), _check, _describe, annul=_annul, postpone=_first_uncalled
    )
)  # fmt: skip
