"""« La quote-part des bénéfices »: from an idea round a ressourcerie to a paid call, and to next year's difference.

A cluster (PTCE) modelled on a ressourcerie and its partners, every name invented: one member carries the rest, and
« une quote-part proportionnelle aux bénéfices » is studied, voted, declared, called, paid and corrected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from coopter.billing import queries as billing
from coopter.billing.facturx import build
from coopter.contributions.commands import campaigns, variants
from coopter.contributions.commands import figures as figures_commands
from coopter.contributions.commands.campaigns import CampaignDetails
from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.queries.campaigns import get_campaign, member_sheet
from coopter.contributions.queries.figures import member_figures
from coopter.contributions.queries.formulas import formula_in_force
from coopter.contributions.rules.calls import AlreadyCalled
from coopter.contributions.rules.formulas import BasisYear, Case, Formula, Instalment, Tier, compute
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance.commands.assemblies import AssemblyDetails, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import create_body, seat_all_members
from coopter.governance.commands.convocation import convene
from coopter.governance.commands.votes import close_vote, open_vote, record_ballot
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BodyKind, Verdict
from coopter.governance.rules.presets import ASSOCIATION
from coopter.members.models import Grouping, Structure
from coopter.members.rules import GroupingKind
from coopter.office.commands.calling import CallNotReady, CallPreviewChanged, call_and_issue
from coopter.office.queries import TaskKind, coordinator_desk
from coopter.office.queries.calling import preview_call, results_of
from coopter.office.queries.verify import verify_grouping
from coopter.treasury import commands as treasury
from coopter.treasury import queries as accounts
from coopter.treasury.rules import Means
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from tests.billing.einvoice_check import faults
from tests.factories import a_grouping, a_person, a_structure, actor, inside, signed_in

IDEA = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
ASKED = datetime(2026, 1, 19, 9, 0, tzinfo=UTC)
MEETING = datetime(2026, 3, 20, 17, 0, tzinfo=UTC)
CALLED = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
PAID = datetime(2026, 4, 28, 9, 0, tzinfo=UTC)
NEXT = datetime(2027, 4, 20, 9, 0, tzinfo=UTC)
# A cluster of invented names: what each earned in 2025, then in 2026, in cents; a loss counts for nothing.
CAST = {
    "R1": ("Ressourcerie du Pays des Étangs", 4_812_000, 3_050_000),
    "V1": ("L’Atelier des deux-roues", 612_050, 940_000),
    "T1": ("Fil et Trame, couture solidaire", 90_000, 120_000),
    "C1": ("Le Café du Lavoir", -230_000, 410_075),
    "M1": ("Menuiserie des Cèdres SCOP", 2_140_000, 2_140_000),
}
FORMULA = Formula(
    base=Base.PROFIT,
    basis_year=BasisYear.PREVIOUS_CORRECTED,
    tiers=(Tier(30_000, 2_000_000), Tier(15_000)),
    floor=Money(5_000),
    cap=Money(90_000),
    instalments=(Instalment(5, 31, 50), Instalment(10, 31, 50)),
)


@dataclass
class Ptce:
    """The cluster, whoever coordinates it, its members by code and the contribution that is designed."""

    grouping: Grouping
    anne: Actor
    members: dict[str, Structure]
    contribution: int

    def declares(self, code: str, year: int, amount: int, *, at: datetime) -> None:
        """A member says its result itself, from its accounts, and the coordination accepts it."""
        structure = self.members[code]
        own = actor(self.grouping, Role.REPRESENTATIVE, structure=structure, name=structure.legal_name)
        sheet = member_sheet(get_campaign(year), structure.id)
        figures_commands.declare_figures(
            own, structure_id=structure.id, year=year, version=sheet.version, figures={Base.PROFIT: amount},
            source=f"Comptes annuels {year}", comment="Vu en conseil d’administration", at=at,
        )  # fmt: skip
        now = member_sheet(get_campaign(year), structure.id).version
        figures_commands.accept_figures(self.anne, structure_id=structure.id, year=year, version=now, at=at)

    def asks_figures(self, year: int, *, at: datetime) -> None:
        """A campaign for the year's results."""
        details = CampaignDetails(bases=(Base.PROFIT,), due_on=(at + timedelta(days=30)).date(), message="")
        campaigns.open_campaign(self.anne, year=year, details=details, at=at)

    def votes(self, variant_id: int) -> Verdict:
        """An assembly of all members adopts a variant."""
        body = create_body(
            self.anne, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale", from_on=date(2026, 1, 1), at=IDEA,
            statutes=replace(ASSOCIATION, dues_needed=False),
        )  # fmt: skip
        seat_all_members(self.anne, body_id=body, on=date(2026, 1, 1), at=IDEA)
        details = AssemblyDetails(
            body_id=body, title="Assemblée générale 2026", mode=AssemblyMode.IN_PERSON, starts_at=MEETING,
            record_on=MEETING.date(), place="Hangar de la ressourcerie",
        )  # fmt: skip
        before = MEETING - timedelta(days=20)
        assembly = plan_assembly(self.anne, details=details, at=before)
        item = variants.propose_variant(
            self.anne, variant_id=variant_id, assembly_id=assembly, from_on=date(2026, 1, 1),
            title="Quote-part des bénéfices", at=before,
        )  # fmt: skip
        convene(self.anne, assembly_id=assembly, at=before)
        open_assembly(self.anne, assembly_id=assembly, chair="Anne Riou", secretary="Yann Kerbrat", at=MEETING)
        for elector in roll_of(assembly):
            record_arrival(
                self.anne, assembly_id=assembly, elector_id=elector.id, means=AttendanceMeans.ON_THE_SPOT,
                person_name=elector.name, at=MEETING,
            )  # fmt: skip
        open_vote(self.anne, item_id=item, at=MEETING)
        for elector, choice in zip(roll_of(assembly), ("yes", "yes", "yes", "no", "yes"), strict=True):
            record_ballot(self.anne, item_id=item, elector_id=elector.id, choice=choice, at=MEETING)
        return close_vote(self.anne, item_id=item, at=MEETING).verdict


@pytest.fixture
def ptce(app: Flask) -> Iterator[Ptce]:
    grouping = a_grouping(slug="pays-des-etangs", name="Pôle du Pays des Étangs", kind=GroupingKind.PTCE)
    with inside(grouping):
        anne = actor(grouping, Role.COORDINATOR, name="Anne Riou")
        rows = {code: a_structure(code, legal_name=name, trade_name=name) for code, (name, _, _) in CAST.items()}
        made = create_contribution(anne, name="Quote-part des bénéfices", product=Product.PROPORTIONAL, at=IDEA)
        yield Ptce(grouping, anne, rows, made)


def study_and_vote(ptce: Ptce) -> None:
    """Two variants on last year's figures; the gentler one, proved by its cases, is voted."""
    ptce.asks_figures(2025, at=ASKED)
    for code, (_name, profit, _) in CAST.items():
        if code != "M1":
            ptce.declares(code, 2025, profit, at=ASKED)
    steep = replace(FORMULA, tiers=(Tier(50_000),), cap=None)
    known = [one for one in member_figures(2025) if one.code != "M1"]
    before, after = (compute(formula, known, 2026) for formula in (steep, FORMULA))
    assert sum(one.amount.cents for one in before) > sum(one.amount.cents for one in after)
    cases = (Case({Base.PROFIT: 4_812_000}, Money(90_000)), Case({Base.PROFIT: -230_000}, Money(5_000)))
    for name, formula, proofs in (("Forte", steep, ()), ("Par tranches", FORMULA, cases)):
        details = VariantDetails(name, formula, proofs)
        variant = variants.save_variant(ptce.anne, contribution_id=ptce.contribution, details=details, at=IDEA)
    assert ptce.votes(variant) is Verdict.ADOPTED


def call(ptce: Ptce, *, at: datetime = CALLED, kind: CallKind = CallKind.YEAR, expected: Money | None = None) -> object:
    return call_and_issue(
        ptce.anne, contribution_id=ptce.contribution, year=2026, on=at.date(), at=at, kind=kind, expected=expected
    )  # fmt: skip


def test_the_quote_part_of_profits_from_the_idea_to_the_paid_call(ptce: Ptce, app: Flask) -> None:
    """Issue 4 §6: the whole story, and every euro leads back to the resolution."""
    study_and_vote(ptce)
    decided, formula = formula_in_force(ptce.contribution, CALLED.date()) or (None, None)
    assert decided is not None and formula == FORMULA and decided.decided_by.startswith("Résolution n° 1")

    waiting = preview_call(ptce.anne, contribution_id=ptce.contribution, year=2026, on=CALLED.date())
    assert not waiting.can_call and "Menuiserie des Cèdres" in str(waiting.blocks[0].refusal)
    ptce.declares("M1", 2025, CAST["M1"][1], at=CALLED)
    preview = preview_call(ptce.anne, contribution_id=ptce.contribution, year=2026, on=CALLED.date())
    owed = {one.member.code: one.owed.cents for one in preview.plan.members} if preview.plan else {}
    assert preview.can_call
    assert owed == {"R1": 90_000, "V1": 18_362, "T1": 5_000, "C1": 5_000, "M1": 62_100}

    with pytest.raises(CallPreviewChanged):
        call(ptce, expected=Money(1))
    call(ptce, expected=preview.total)
    with pytest.raises(AlreadyCalled, match="Anne Riou"):
        call(ptce)
    (result,) = results_of(ptce.anne, contribution_id=ptce.contribution, year=2026)
    assert result.progress.total == 10 and result.run.total == preview.total
    first = next(one for one in result.members if one.code == "R1")
    assert first.document is not None and first.call.due_on == date(2026, 5, 31)
    record = billing.invoice_record(first.document.invoice_id)
    assert record.is_outside_vat and record.gross.cents == 45_000 and record.basis == decided.decided_by
    assert faults(build(record)) == []
    assert verify_grouping(ptce.anne).findings == ()

    member = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=ptce.members["R1"]))
    why = member.get(f"/pays-des-etangs/factures/{record_id(first)}/lignes/1/pourquoi").text
    for words in ("Résolution n° 1", "Plafond", "Une perte compte pour zéro", f"#decision-{decided.id}"):
        assert words in why, words

    pay_all(ptce, "R1")
    told = accounts.statement_of(ptce.anne, structure_id=ptce.members["R1"].id, on=date(2026, 12, 1))
    assert (told.balance.cents, told.paid.cents) == (0, 90_000)
    late = accounts.overdue(today=date(2026, 6, 15))
    assert late is not None and late.documents == 4 and late.since == date(2026, 5, 31)
    desk = coordinator_desk(ptce.anne, at=datetime(2026, 6, 15, 9, 0, tzinfo=UTC))
    assert [task.count for task in desk.tasks if task.kind is TaskKind.PAYMENTS_OVERDUE] == [4]


def test_next_year_the_difference_is_called_or_given_back(ptce: Ptce) -> None:
    """Issue 4 §3: correction next year as a difference; decision 0008."""
    study_and_vote(ptce)
    ptce.declares("M1", 2025, CAST["M1"][1], at=CALLED)
    call(ptce)
    pay_all(ptce, "R1")
    ptce.asks_figures(2026, at=NEXT - timedelta(days=60))
    for code, (_name, _, profit) in CAST.items():
        ptce.declares(code, 2026, profit, at=NEXT - timedelta(days=30))
    call(ptce, at=NEXT, kind=CallKind.CORRECTION)
    first, second = results_of(ptce.anne, contribution_id=ptce.contribution, year=2026)
    moved = {}
    for one in second.members:
        moved[one.code] = moved.get(one.code, 0) + one.call.amount.cents
    assert {code: cents for code, cents in moved.items() if cents} == {"R1": -14_250, "V1": 9_838, "C1": 7_302}
    note = next(one for one in second.members if one.code == "R1" and one.call.amount)
    assert note.document is not None
    record = billing.invoice_record(note.document.invoice_id)
    assert record.is_partial and record.gross.cents == 14_250 and faults(build(record)) == []
    told = accounts.statement_of(ptce.anne, structure_id=ptce.members["R1"].id, on=NEXT.date())
    assert told.balance.cents == -14_250
    assert first.run.decision_id == second.run.decision_id
    assert verify_grouping(ptce.anne).findings == ()


def test_a_member_without_address_blocks_before_anything_is_written(ptce: Ptce) -> None:
    """R1: all of it, or nothing."""
    study_and_vote(ptce)
    ptce.declares("M1", 2025, CAST["M1"][1], at=CALLED)
    nowhere = a_structure("Z1", address="", joined_on=date(2025, 1, 1))
    ptce.members["Z1"] = nowhere
    ptce.declares("Z1", 2025, 100_000, at=CALLED)
    with pytest.raises(CallNotReady, match="l’adresse"):
        call(ptce)
    assert results_of(ptce.anne, contribution_id=ptce.contribution, year=2026) == ()
    assert billing.list_invoices(ptce.anne) == ()


def record_id(member: object) -> int:
    """The document of a called member."""
    return member.document.invoice_id  # type: ignore[attr-defined, no-any-return]


def pay_all(ptce: Ptce, code: str) -> None:
    """A member pays its two instalments at once."""
    for one in accounts.owed_documents(structure_id=ptce.members[code].id):
        treasury.record_payment(
            ptce.anne, invoice_id=one.id, amount=one.owing.left, received_on=PAID.date(), means=Means.TRANSFER, at=PAID
        )


def test_the_pages_call_and_tell(ptce: Ptce, app: Flask) -> None:
    """R4, R8: preview, act, result; whoever comes second is told, a treasurer only reads."""
    study_and_vote(ptce)
    where = f"/pays-des-etangs/contributions/{ptce.contribution}/appel/2026"
    browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
    blocked = browser.get(where)
    assert blocked.status_code == 200 and "Menuiserie des Cèdres" in blocked.text and "Voir la campagne" in blocked.text
    ptce.declares("M1", 2025, CAST["M1"][1], at=CALLED)
    assert "Appeler 2026" in browser.get(where).text
    form = {"on": "2026-10-15", "expected": "1", "kind": "year"}
    assert browser.post(where, data=form).status_code == 409
    form["expected"] = "180462"
    assert browser.post(where, data=form).status_code == 303
    assert browser.post(where, data=form).status_code == 409
    done = browser.get(where).text
    assert "FA-2026-0001" in done and "Corriger par la différence" in done
    assert "Des chiffres manquent" in browser.get(f"{where}?difference=1").text  # those of 2026 are not known yet
    assert browser.get(f"/pays-des-etangs/contributions/{ptce.contribution}/appels").status_code == 200
    treasurer = signed_in(app.test_client(), a_person(Role.TREASURER))
    assert treasurer.get(where).status_code == 200 and treasurer.post(where, data=form).status_code == 403
    page = browser.get(f"/pays-des-etangs/structures/{ptce.members['R1'].id}").text
    assert "Contribution et bénéfice" in page and "Solde dû" in page


def test_an_amount_agreed_is_called_from_its_page(ptce: Ptce, app: Flask) -> None:
    browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
    where = f"/pays-des-etangs/contributions/{ptce.contribution}/volontaire"
    form = {"structure": ptce.members["T1"].id, "amount": "150,00", "year": "2026", "agreed": "Courriel du 3 octobre"}
    assert browser.get(where).status_code == 200
    assert browser.post(where, data={**form, "amount": "0"}).status_code == 422
    assert browser.post(where, data=form).status_code == 303
    (document,) = billing.list_invoices(ptce.anne)
    assert (document.gross.cents, document.title) == (15_000, "Quote-part des bénéfices 2026")
    assert verify_grouping(ptce.anne).findings == ()
