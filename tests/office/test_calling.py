"""What is called one by one, and what is issued later: an entrance fee, far instalments of a taxed contribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from coopter.billing import queries as billing
from coopter.contributions.rules.calls import EntranceFeeCalled, NoEntranceFee
from coopter.contributions.rules.formulas import Instalment, VatRule
from coopter.governance import commands as governance
from coopter.governance.commands.admission import motion_of
from coopter.governance.queries.admission import get_admission
from coopter.governance.rules.admission import AdmissionDetails
from coopter.members import commands as members
from coopter.members.models import Grouping
from coopter.office.commands.calling import NothingLeft, call_and_issue, call_entrance_fee, issue_rest
from coopter.office.queries import TaskKind, accounts_desk, coordinator_desk
from coopter.office.queries.calling import entrance_fees, results_of
from coopter.office.queries.verify import verify_grouping
from coopter.values.actor import Actor, Role
from coopter.values.refusal import NotAllowed
from tests.contributions.calls_scene import RATE, a_called_cluster
from tests.factories import a_grouping, a_person, a_siret, actor, inside, signed_in

AT, ON = datetime(2026, 10, 15, 9, 0, tzinfo=UTC), date(2026, 10, 15)
ASKED = AdmissionDetails(
    name="Les Serres du Bois", siret=a_siret(77), contact_name="Iris Le Bras", email="iris@serres.example",
    legal_form="association", address="4 chemin du Bois", postcode="56100", city="Lorient", agrees_to_charter=True,
)  # fmt: skip


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    with inside(a_grouping()) as made:
        yield made


def admitted(anne: Actor, *, fee: str = "150.00") -> int:
    """A structure that asked, and was admitted with an entrance fee."""
    members.set_parameter(anne, name="entrance_fee", value=fee, from_on=date(2026, 1, 1), at=AT)
    number = governance.request_admission(anne, details=ASKED, at=AT)
    governance.decide(
        anne, motion_of(get_admission(number), joins_on=date(2026, 11, 1)), decided_by="Bureau du 14/10", at=AT
    )
    return number


def test_an_entrance_fee_is_called_once_under_its_admission(grouping: Grouping, app: Flask) -> None:
    """R4; the document cites who admitted, and verify follows it."""
    anne = actor(grouping, Role.COORDINATOR)
    number = admitted(anne)
    done = call_entrance_fee(anne, admission_id=number, on=ON, at=AT)
    record = billing.invoice_record(done.documents[0].id)
    assert (record.name, record.gross.cents, record.is_outside_vat) == ("Droit d’entrée", 15_000, True)
    assert record.basis == "Bureau du 14/10" and record.buyer.legal_name == "Les Serres du Bois"
    with pytest.raises(EntranceFeeCalled, match="Anne Riou"):
        call_entrance_fee(anne, admission_id=number, on=ON, at=AT)
    (fee,) = entrance_fees(anne)
    assert (fee.called_on, fee.invoice_id) == (ON, done.documents[0].id)
    assert verify_grouping(anne).findings == ()
    page = signed_in(app.test_client(), a_person(Role.COORDINATOR)).get("/cap-cooperation/contributions/droits-entree")
    assert "Les Serres du Bois" in page.text and "Voir la pièce" in page.text


def test_without_a_fee_or_a_decision_nothing_is_called(grouping: Grouping) -> None:
    anne = actor(grouping, Role.COORDINATOR)
    with pytest.raises(NoEntranceFee):
        call_entrance_fee(anne, admission_id=admitted(anne, fee="0.00"), on=ON, at=AT)
    with pytest.raises(NotAllowed):
        call_entrance_fee(actor(grouping, Role.TREASURER), admission_id=1, on=ON, at=AT)
    assert entrance_fees(anne) == ()


def test_an_entrance_fee_is_called_from_its_page(grouping: Grouping, app: Flask) -> None:
    number = admitted(actor(grouping, Role.COORDINATOR))
    browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
    where = f"/cap-cooperation/contributions/droits-entree/{number}"
    assert "/factures/" in browser.post(where).headers["Location"]
    assert "droits-entree" in browser.post(where).headers["Location"]  # told that it was called already
    assert len(billing.list_invoices(actor(grouping, Role.COORDINATOR))) == 1


def test_far_instalments_of_a_price_are_issued_when_their_time_has_come(app: Flask) -> None:
    """An invoice is payable within 60 days: the desk says when the next are due to be issued."""
    far = (Instalment(11, 30, 50), Instalment(12, 31, 50))
    with a_called_cluster(replace(RATE, vat=VatRule.GROUPING, instalments=far)) as cluster:
        anne = cluster.anne
        done = call_and_issue(anne, contribution_id=cluster.contribution, year=2026, on=ON, at=AT)
        (result,) = results_of(anne, contribution_id=cluster.contribution, year=2026)
        assert len(done.documents) == len(result.waiting) == 8
        with pytest.raises(NothingLeft):
            issue_rest(anne, run_id=done.run_id, on=ON, at=AT)
        later = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
        waits = [task for task in coordinator_desk(anne, at=later).tasks if task.kind is TaskKind.CALLS_TO_ISSUE]
        assert [task.count for task in waits] == [8]
        assert not [task for task in coordinator_desk(anne, at=AT).tasks if task.kind is TaskKind.CALLS_TO_ISSUE]
        where = f"/cap-cooperation/contributions/{cluster.contribution}/appel/2026"
        browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
        assert "à émettre" in browser.get(where).text
        assert browser.post(f"{where}/suite/{done.run_id + 1}").status_code == 404
        assert browser.post(f"{where}/suite/{done.run_id}").status_code == 303
        assert len(issue_rest(anne, run_id=done.run_id, on=later.date(), at=later).documents) == 8
        assert verify_grouping(anne).findings == ()
        late = accounts_desk(actor(cluster.grouping, Role.TREASURER), today=date(2026, 12, 10)).tasks
        assert [task.count for task in late if task.kind is TaskKind.PAYMENTS_OVERDUE] == [8]
