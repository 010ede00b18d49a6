"""Every euro leads back to a decision: a key voted in March shares April's costs, and its invoice cites the vote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from coopter.billing import queries as billing
from coopter.costs import commands as costs
from coopter.costs import queries as shares
from coopter.costs.rules import KeyMethod, Pool, RuleReachesClosedMonth, key_motion
from coopter.governance import commands as governance
from coopter.governance import queries as decisions
from coopter.governance.commands.assemblies import AssemblyDetails, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import create_body, seat_all_members
from coopter.governance.commands.convocation import convene
from coopter.governance.commands.settings import delegate_motion, setting_motion
from coopter.governance.commands.votes import annul_outcome, close_vote, open_vote, record_ballot
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.queries.sittings import get_item
from coopter.governance.queries.votes import outcome_of
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, Basis, BodyKind, Verdict
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.presets import ASSOCIATION
from coopter.governance.rules.register import Standing
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.models import Grouping
from coopter.office import commands as office
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_person, a_structure, actor, an_employee, inside, signed_in, worked

MARCH, APRIL, MAY = Month(2026, 3), Month(2026, 4), Month(2026, 5)
MEETING = datetime(2026, 3, 14, 17, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)


@dataclass
class House:
    """Three members, one shared employee with hours and costs in March, April and May, and a general assembly."""

    grouping: Grouping
    anne: Actor
    one: Any
    two: Any
    three: Any
    nolwenn: Any
    body_id: int

    def assembly(self, *motions: Motion, starts_at: datetime = MEETING) -> tuple[int, list[int]]:
        """An assembly open with everybody there, and the resolutions of its agenda."""
        details = AssemblyDetails(
            body_id=self.body_id, title="Assemblée générale", mode=AssemblyMode.IN_PERSON, starts_at=starts_at,
            record_on=starts_at.date(), place="Salle des fêtes",
        )  # fmt: skip
        before = starts_at - timedelta(days=20)
        assembly_id = plan_assembly(self.anne, details=details, at=before)
        items = [
            governance.propose(self.anne, assembly_id=assembly_id, motion=motion, title="Résolution", at=before)
            for motion in motions
        ]
        convene(self.anne, assembly_id=assembly_id, at=before)
        open_assembly(self.anne, assembly_id=assembly_id, chair="Anne Riou", secretary="Yann Kerbrat", at=starts_at)
        for elector in roll_of(assembly_id):
            record_arrival(
                self.anne, assembly_id=assembly_id, elector_id=elector.id, means=AttendanceMeans.ON_THE_SPOT,
                person_name=elector.name, at=starts_at,
            )  # fmt: skip
        return assembly_id, items

    def vote(self, item_id: int, *choices: str, at: datetime = MEETING) -> Any:
        """Everybody votes by show of hands, and the vote is closed."""
        open_vote(self.anne, item_id=item_id, at=at)
        assembly_id = outcome_item(item_id)
        for elector, choice in zip(roll_of(assembly_id), choices, strict=True):
            record_ballot(self.anne, item_id=item_id, elector_id=elector.id, choice=choice, at=at)
        return close_vote(self.anne, item_id=item_id, at=at)

    def close(self, month: Month) -> dict[str, int]:
        """Close a month on the second of the next; each structure's cents before tax, by code."""
        on = date(month.next().year, month.next().month, 2)
        done = office.close_month(self.anne, month=month, on=on, at=LATER)
        names = {self.one.id: "A1", self.two.id: "B2", self.three.id: "C3"}
        return {names[invoice.structure_id]: invoice.net.cents for invoice in done.invoices}


def outcome_item(item_id: int) -> int:
    """The assembly of a point."""
    return get_item(item_id).assembly_id


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    with inside(a_grouping()) as grouping:
        anne = actor(grouping, Role.COORDINATOR, name="Anne Riou")
        one, two, three = a_structure("A1"), a_structure("B2"), a_structure("C3")
        nolwenn = an_employee(one, two, three)
        for month in (MARCH, APRIL, MAY):
            for place, minutes in ((one, 480), (two, 240), (three, 240)):
                worked(nolwenn, place, date(month.year, month.month, 4), minutes)
            a_cost(month, 100_000, employee=nolwenn)
        since = date(2026, 1, 1)
        at = MEETING - timedelta(days=60)
        body = create_body(
            anne,
            kind=BodyKind.GENERAL_ASSEMBLY,
            name="Assemblée générale",
            statutes=replace(ASSOCIATION, dues_needed=False),
            from_on=since,
            at=at,
        )
        seat_all_members(anne, body_id=body, on=since, at=at)
        yield House(grouping, anne, one, two, three, nolwenn, body)


def equal_key(from_on: date) -> Motion:
    """Equal parts of every employee's pool."""
    return key_motion(pool=Pool.EMPLOYEE, employee_id=None, method=KeyMethod.EQUAL, weights={}, from_on=from_on)


def test_a_key_voted_in_march_shares_april_and_not_march(house: House, app: Flask) -> None:
    """R106's motto, issue 3 §4: with no further typing, and April's invoice cites the resolution."""
    _assembly, (item,) = house.assembly(equal_key(APRIL.first))
    outcome = house.vote(item, "yes", "yes", "no")
    assert outcome.verdict is Verdict.ADOPTED
    assert house.close(MARCH) == {"A1": 50_000, "B2": 25_000, "C3": 25_000}
    assert house.close(APRIL) == {"A1": 33_334, "B2": 33_333, "C3": 33_333}
    march, april = (billing.invoices_of_month(month)[0] for month in (MARCH, APRIL))
    cited = billing.invoice_record(april.id).basis
    assert cited.startswith("Résolution n° 1, ") and "14/03/2026" in cited
    assert "Résolution" not in billing.invoice_record(march.id).basis
    (decided,) = [one for one in decisions.list_decisions() if one.kind == "allocation-key"]
    assert (decided.basis, decided.item_id, decided.decided_by) == (Basis.RESOLUTION, item, cited)
    assert {line.decision_id for line in billing.list_lines(april.id)} == {decided.id}
    assert {line.decision_id for line in billing.list_lines(march.id)} == {None}
    effect = billing.billed_by_decision()[decided.id]
    assert (effect.documents, effect.first, effect.last, effect.net.cents) == (3, APRIL, APRIL, 100_000)
    assert {split.key.decided_by for split in shares.splits_of(APRIL)} == {cited}
    browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
    why = browser.get(f"/cap-cooperation/factures/{april.id}/lignes/1/pourquoi").text
    assert "Résolution n° 1" in why and f"#decision-{decided.id}" in why
    register = browser.get("/cap-cooperation/vie/decisions").text.replace("\u202f", " ").replace("\xa0", " ")
    assert "à parts égales" in register and "1 000,00 €" in register and "En vigueur" in register
    member = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=house.one))
    seen = member.get("/cap-cooperation/vie/decisions").text
    assert "à parts égales" in seen and "Effet sur les factures" not in seen


def test_rejected_changes_nothing_and_annulled_never_counted(house: House) -> None:
    _assembly, (refused, adopted) = house.assembly(equal_key(APRIL.first), equal_key(APRIL.first))
    assert house.vote(refused, "no", "no", "yes").verdict is Verdict.REJECTED
    assert [one.kind for one in decisions.list_decisions()] == ["body-rules"]
    house.vote(adopted, "yes", "yes", "yes")
    outcome = outcome_of(adopted)
    assert outcome is not None
    annul_outcome(house.anne, outcome_id=outcome.id, reason="Convocation irrégulière", at=LATER)
    assert decisions.decisions_of("allocation-key") == ()
    assert decisions.register_on(APRIL.first)[0].standing is Standing.ANNULLED
    house.close(MARCH)
    assert house.close(APRIL) == {"A1": 50_000, "B2": 25_000, "C3": 25_000}


def test_a_later_decision_replaces_and_the_register_tells_on_each_day(house: House) -> None:
    costs.set_allocation_rule(
        house.anne, pool=Pool.EMPLOYEE, method=KeyMethod.HEADCOUNT, from_on=MARCH.first, at=MEETING
    )
    _assembly, (item,) = house.assembly(equal_key(MAY.first))
    house.vote(item, "yes", "yes", "yes")

    def told(day: date) -> dict[str, Standing]:
        return {
            one.decided.decided_by[:10]: one.standing
            for one in decisions.register_on(day)
            if one.decided.kind == "allocation-key"
        }

    assert told(date(2026, 2, 1)) == {"Reprise in": Standing.COMING, "Résolution": Standing.COMING}
    assert told(date(2026, 4, 1)) == {"Reprise in": Standing.IN_FORCE, "Résolution": Standing.COMING}
    assert told(date(2026, 5, 1)) == {"Reprise in": Standing.REPLACED, "Résolution": Standing.IN_FORCE}
    initial = next(one for one in decisions.list_decisions() if one.decided_by == "Reprise initiale")
    assert initial.author == "Anne Riou"


def test_what_a_closed_month_was_shared_by_stays(house: House) -> None:
    """R17: the past is mirrored by credit notes, never shared again."""
    _assembly, (item,) = house.assembly(equal_key(MARCH.first))
    house.close(MARCH)
    house.vote(item, "yes", "yes", "yes")
    (decided,) = decisions.decisions_of("allocation-key")
    assert decided.from_on == APRIL.first  # March was closed before the vote: it counts from the first open month
    house.close(APRIL)
    outcome = outcome_of(item)
    assert outcome is not None
    with pytest.raises(RuleReachesClosedMonth):
        annul_outcome(house.anne, outcome_id=outcome.id, reason="Trop tard", at=LATER)
    assert len(decisions.decisions_of("allocation-key")) == 1 and outcome_of(item).annulled_because is None  # type: ignore[union-attr]


def test_a_vote_sets_a_setting_and_a_delegate_and_their_annulment_gives_back(house: House) -> None:
    members_commands.set_parameter(
        house.anne, name="payment_days", value="30", from_on=date(2026, 4, 1), at=MEETING, decided_by="Bureau"
    )
    setting = setting_motion(name="payment_days", value="45", from_on=date(2026, 4, 1))
    delegate = delegate_motion(
        person="Yann Kerbrat", may="signer les conventions", from_on=date(2026, 4, 1), until_on=None
    )
    _assembly, (days, signs) = house.assembly(setting, delegate)
    house.vote(days, "yes", "yes", "yes")
    house.vote(signs, "yes", "yes", "yes")
    now = members.parameter("payment_days", on=date(2026, 4, 2))
    assert now.value == "45" and now.decided_by.startswith("Résolution n° 1")
    assert decisions.decision_in_force("delegate", on=date(2026, 4, 2), subject="signer les conventions")
    outcome = outcome_of(days)
    assert outcome is not None
    annul_outcome(house.anne, outcome_id=outcome.id, reason="Hors ordre du jour", at=LATER)
    back = members.parameter("payment_days", on=date(2026, 4, 2))
    assert back.value == "30" and back.decided_by.startswith("Annulation de la décision")
