"""A formula comes into force by a decision: variants, cases, the vote of an assembly, what a called year forbids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.commands import formulas as acts
from coopter.contributions.commands import variants
from coopter.contributions.commands.formulas import NameMissing, NameTaken
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.models import CallRun, Contribution
from coopter.contributions.queries import formulas as queries
from coopter.contributions.queries.variants import resolution_of, variant_record, variants_of
from coopter.contributions.rules.formulas import (
    KIND,
    Case,
    CaseFails,
    ContributionClosed,
    Formula,
    FormulaNotUnderstood,
    FormulaReachesCalledYear,
    StartsInsideYear,
    Tier,
    formula_motion,
    formula_of,
)
from coopter.contributions.rules.formulas_check import NothingToPay
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance import commands as governance
from coopter.governance import queries as decisions
from coopter.governance.commands.assemblies import AssemblyDetails, convene, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import create_body, seat_all_members
from coopter.governance.commands.votes import close_vote, open_vote, record_ballot
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.queries.decisions import register_on
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, Basis, BodyKind, Verdict
from coopter.governance.rules.motions import Motion, kind_of
from coopter.governance.rules.presets import ASSOCIATION
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories as a
from tests.contributions.study_scene import AT, Cluster, a_cluster

NEXT_YEAR = date(2027, 1, 1)
MEETING = datetime(2026, 11, 14, 17, 0, tzinfo=UTC)
RATE = Formula(base=Base.TURNOVER, tiers=(Tier(1000),), floor=Money(5_000))
HOLDS = Case({Base.TURNOVER: 25_000_000}, Money(25_000))


@pytest.fixture
def cluster(app: Flask) -> Iterator[Cluster]:
    with a_cluster() as made:
        yield made


def a_variant(cluster: Cluster, *cases: Case, name: str = "À 0,1 %", formula: Formula = RATE) -> int:
    details = VariantDetails(name, formula, cases)
    return variants.save_variant(cluster.anne, contribution_id=cluster.contribution, details=details, at=AT)


def an_assembly(cluster: Cluster) -> int:
    body = create_body(
        cluster.anne, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale",
        statutes=replace(ASSOCIATION, dues_needed=False), from_on=date(2026, 1, 1), at=AT,
    )  # fmt: skip
    seat_all_members(cluster.anne, body_id=body, on=date(2026, 10, 1), at=AT)
    details = AssemblyDetails(
        body_id=body, title="Assemblée de novembre", mode=AssemblyMode.IN_PERSON, starts_at=MEETING,
        record_on=MEETING.date(), place="Salle des fêtes",
    )  # fmt: skip
    return plan_assembly(cluster.anne, details=details, at=AT)


def voted(cluster: Cluster, assembly: int, item: int, choice: str) -> Verdict:
    anne = cluster.anne
    convene(anne, assembly_id=assembly, at=MEETING - timedelta(days=20))
    open_assembly(anne, assembly_id=assembly, chair="Anne Riou", secretary="Yann Kerbrat", at=MEETING)
    for elector in roll_of(assembly):
        record_arrival(
            anne, assembly_id=assembly, elector_id=elector.id, means=AttendanceMeans.ON_THE_SPOT,
            person_name=elector.name, at=MEETING,
        )  # fmt: skip
    open_vote(anne, item_id=item, at=MEETING)
    for elector in roll_of(assembly):
        record_ballot(anne, item_id=item, elector_id=elector.id, choice=choice, at=MEETING)
    return close_vote(anne, item_id=item, at=MEETING).verdict


def called(cluster: Cluster, year: int, decision: int, *, kind: CallKind = CallKind.YEAR) -> None:
    a.saved(
        CallRun(
            contribution_id=cluster.contribution, year=year, kind=kind, turn=1, decision_id=decision,
            called_on=date(year, 2, 1), total=Money(0), called_by="test", called_at=AT,
        )
    )  # fmt: skip


def test_a_variant_becomes_a_resolution_and_the_vote_puts_it_in_force(cluster: Cluster) -> None:
    """Issue 4 §2: one variant becomes a resolution; adopted, it counts from its day with nothing more to type."""
    variant, assembly = a_variant(cluster, HOLDS), an_assembly(cluster)
    item = variants.propose_variant(
        cluster.anne, variant_id=variant, assembly_id=assembly, from_on=NEXT_YEAR, title="Quote-part", at=AT
    )
    found = resolution_of(variant_record(variant))
    assert found is not None and (found.title, found.assembly) == ("Quote-part", "Assemblée de novembre")
    assert queries.formula_in_force(cluster.contribution, NEXT_YEAR) is None
    assert voted(cluster, assembly, item, "yes") is Verdict.ADOPTED
    assert queries.formula_in_force(cluster.contribution, date(2026, 12, 31)) is None
    decided, formula = queries.formula_in_force(cluster.contribution, NEXT_YEAR) or pytest.fail("nothing in force")
    assert formula == RATE and (decided.basis, decided.item_id) == (Basis.RESOLUTION, item)
    (entry, *_rest) = (one for one in register_on(NEXT_YEAR) if one.decided.kind == KIND)
    assert str(entry.said).startswith("« Quote-part d’activité », à partir du 01/01/2027. Chaque membre paie 0,1 %")
    record = queries.contribution_record(cluster.contribution, on=date(2026, 12, 31))
    assert record.formula is None and record.coming_formula == RATE


def test_rejected_it_changes_nothing(cluster: Cluster) -> None:
    variant, assembly = a_variant(cluster), an_assembly(cluster)
    item = variants.propose_variant(
        cluster.anne, variant_id=variant, assembly_id=assembly, from_on=NEXT_YEAR, title="Quote-part", at=AT
    )
    assert voted(cluster, assembly, item, "no") is Verdict.REJECTED
    assert queries.formula_in_force(cluster.contribution, NEXT_YEAR) is None


def test_a_variant_whose_case_fails_can_neither_be_proposed_nor_decided(cluster: Cluster) -> None:
    """Issue 4 §1: test cases run before it can be proposed, and the first that fails is told."""
    variant, assembly = a_variant(cluster, HOLDS, replace(HOLDS, expected=Money(1))), an_assembly(cluster)
    with pytest.raises(CaseFails) as failure:
        variants.propose_variant(
            cluster.anne, variant_id=variant, assembly_id=assembly, from_on=NEXT_YEAR, title="Quote-part", at=AT
        )
    assert failure.value.facts["number"] == 2 and variant_record(variant).item_id is None
    with pytest.raises(CaseFails):
        variants.decide_variant(cluster.anne, variant_id=variant, from_on=NEXT_YEAR, at=AT)
    wrong = formula_motion(cluster.contribution, RATE, NEXT_YEAR, cases=[replace(HOLDS, expected=Money(1))])
    with pytest.raises(CaseFails):  # no other way round either: the motion carries its cases
        governance.propose(cluster.anne, assembly_id=assembly, motion=wrong, title="Quote-part", at=AT)
    assert decisions.decisions_of(KIND) == ()


def test_initial_decisions_follow_one_another(cluster: Cluster) -> None:
    first, second = a_variant(cluster), a_variant(cluster, name="Forfait", formula=Formula(fixed=Money(10_000)))
    variants.decide_variant(cluster.anne, variant_id=first, from_on=date(2025, 1, 1), at=AT)
    done = variants.decide_variant(
        cluster.anne, variant_id=second, from_on=date(2026, 1, 1), decided_by="AG du 12/12/2025", at=AT
    )
    assert (done.basis, done.decided_by, formula_of(done).fixed) == (Basis.INITIAL, "AG du 12/12/2025", Money(10_000))
    history = queries.formula_history(cluster.contribution)
    assert [decided.from_on.year for decided, _formula in history] == [2026, 2025]
    (record,) = queries.contributions_list(on=date(2025, 6, 1))
    assert record.formula == RATE and record.coming_formula == formula_of(done)


def test_a_year_that_was_called_keeps_its_formula(cluster: Cluster) -> None:
    """R17: what was called is corrected by a difference or a credit note, never by another past."""
    done = variants.decide_variant(cluster.anne, variant_id=a_variant(cluster), from_on=date(2026, 1, 1), at=AT)
    called(cluster, 2026, done.id)
    called(cluster, 2030, done.id, kind=CallKind.ENTRANCE)
    motion = formula_motion(cluster.contribution, RATE, date(2026, 1, 1))
    with pytest.raises(FormulaReachesCalledYear):
        governance.decide(cluster.anne, motion, at=AT)
    with pytest.raises(FormulaReachesCalledYear):
        governance.annul_decision(cluster.anne, done.id, reason="Erreur", at=AT)
    late = kind_of(KIND).postpone(motion)
    assert late.from_on == NEXT_YEAR
    kind_of(KIND).check(late)
    assert kind_of(KIND).postpone(late) == late
    assert queries.last_year_called(cluster.contribution) == 2026


def test_what_may_not_be_decided(cluster: Cluster) -> None:
    anne, good = cluster.anne, formula_motion(cluster.contribution, RATE, NEXT_YEAR)
    with pytest.raises(StartsInsideYear):
        governance.decide(anne, replace(good, from_on=date(2027, 3, 1)), at=AT)
    with pytest.raises(NotFound):
        governance.decide(anne, replace(good, subject="contribution:987654"), at=AT)
    with pytest.raises(NothingToPay):
        governance.decide(anne, formula_motion(cluster.contribution, Formula(), NEXT_YEAR), at=AT)
    for broken in (replace(good, subject="pool:1"), replace(good, value=None), replace(good, value={"formula": 1})):
        with pytest.raises(FormulaNotUnderstood):
            governance.decide(anne, broken, at=AT)
    acts.close_contribution(anne, contribution_id=cluster.contribution, at=AT)
    with pytest.raises(ContributionClosed):
        governance.decide(anne, good, at=AT)
    with pytest.raises(ContributionClosed):
        a_variant(cluster)
    with pytest.raises(ContributionClosed):
        acts.close_contribution(anne, contribution_id=cluster.contribution, at=AT)


def test_contributions_have_a_name_of_their_own(cluster: Cluster) -> None:
    with pytest.raises(NameTaken):
        acts.create_contribution(cluster.anne, name=" Quote-part  d’activité ", product=Product.VOLUNTARY, at=AT)
    with pytest.raises(NameMissing):
        acts.create_contribution(cluster.anne, name=" ", product=Product.VOLUNTARY, at=AT)
    for product in Product:
        acts.create_contribution(cluster.anne, name=product.value, product=product, at=AT)
    assert session().scalars(select(Contribution)).all()[-1].closed_at is None


def test_variants_are_corrected_one_hand_at_a_time(cluster: Cluster) -> None:
    """R22."""
    variant = a_variant(cluster)
    dearer = VariantDetails("À 0,2 %", replace(RATE, tiers=(Tier(2000),)), (HOLDS,))
    variants.edit_variant(cluster.anne, variant_id=variant, version=1, details=dearer, at=AT)
    with pytest.raises(Conflict):
        variants.edit_variant(cluster.anne, variant_id=variant, version=1, details=replace(dearer, name="X"), at=AT)
    kept = variant_record(variant)
    assert (kept.name, kept.formula, kept.cases, kept.version) == ("À 0,2 %", dearer.formula, (HOLDS,), 2)
    with pytest.raises(NameTaken):
        a_variant(cluster, name="À 0,2 %")
    with pytest.raises(Conflict):
        variants.remove_variant(cluster.anne, variant_id=variant, version=1, at=AT)
    variants.remove_variant(cluster.anne, variant_id=variant, version=2, at=AT)
    assert variants_of(cluster.contribution) == ()
    told = session().scalars(select(JournalEntry.action).where(JournalEntry.subject == f"variant:{variant}")).all()
    assert told == ["variant.saved", "variant.edited", "variant.removed"]


def test_types_of_members_are_given_changed_and_taken_away(cluster: Cluster) -> None:
    one, two, *_others = (row.id for row in cluster.structures)
    assert acts.set_member_types(cluster.anne, types={one: "association", two: " Collectivité "}, at=AT) == 2
    assert queries.types_in_use() == ("association", "Collectivité")
    assert acts.set_member_types(cluster.anne, types={one: "", two: "Collectivité"}, at=AT) == 1
    assert queries.types_in_use() == ("Collectivité",)
    with pytest.raises(NotFound):
        acts.set_member_types(cluster.anne, types={987_654: "x"}, at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_else_designs(cluster: Cluster, role: Role) -> None:
    """R7."""
    variant = a_variant(cluster)
    other = a.actor(cluster.grouping, role)
    with pytest.raises(NotAllowed):
        acts.create_contribution(other, name="Autre", product=Product.VOLUNTARY, at=AT)
    with pytest.raises(NotAllowed):
        variants.save_variant(other, contribution_id=cluster.contribution, details=VariantDetails("X", RATE), at=AT)
    with pytest.raises(NotAllowed):
        variants.decide_variant(other, variant_id=variant, from_on=NEXT_YEAR, at=AT)
    with pytest.raises(NotAllowed):
        acts.set_member_types(other, types={}, at=AT)
    with pytest.raises(NotAllowed):
        variants.remove_variant(other, variant_id=variant, version=1, at=AT)


def test_a_motion_says_what_it_is(cluster: Cluster) -> None:
    motion = Motion(KIND, f"contribution:{cluster.contribution}", {"formula": RATE.to_json()}, NEXT_YEAR)
    assert str(kind_of(KIND).label) == "Formule de contribution"
    assert "Personne ne paie moins de 50,00" in str(kind_of(KIND).describe(motion))
