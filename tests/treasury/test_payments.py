"""Payments: noted once, taken back with a reason; accounts balance to the cent, and what is late is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from coopter.billing import commands as billing
from coopter.contributions.commands.calls import call_contribution
from coopter.contributions.rules.kinds import CallKind
from coopter.office.queries.verify import verify_grouping
from coopter.treasury import commands, queries
from coopter.treasury.queries import LineKind
from coopter.treasury.rules import (
    AlreadyReversed,
    Means,
    MoreThanLeft,
    NotPayable,
    PaidInFuture,
    PaymentNotPositive,
    ReasonMissing,
    SamePayment,
)
from coopter.values.actor import Actor, Role
from coopter.values.money import Money, total
from coopter.values.refusal import NotAllowed, NotFound
from tests.contributions.calls_scene import AT, ON, a_called_cluster, restated
from tests.contributions.study_scene import Cluster
from tests.factories import a_person, actor, signed_in

TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
LATE = date(2027, 1, 10)


@pytest.fixture
def cluster(app: Flask) -> Iterator[Cluster]:
    with a_called_cluster() as made:
        run = call_contribution(made.anne, contribution_id=made.contribution, year=2026, on=ON, at=AT)
        billing.issue_calls(made.anne, run_id=run, on=ON, at=AT)
        yield made


def pay(cluster: Cluster, cents: int, *, document: int = 1, who: Actor | None = None, **facts: object) -> int:
    asked = {"means": Means.TRANSFER, "received_on": TODAY, "at": NOW, **facts}
    return commands.record_payment(who or cluster.anne, invoice_id=document, amount=Money(cents), **asked)  # type: ignore[arg-type]


def test_a_payment_lessens_what_is_left(cluster: Cluster) -> None:
    pay(cluster, 50_000, reference="VIR RESSOURCERIE")
    owed = queries.owed_document(1)
    assert (owed.owing.paid.cents, owed.owing.left.cents) == (50_000, 24_232)
    (noted,) = queries.payments_of(invoice_id=1)
    assert (noted.reference, noted.recorded_by, noted.counts) == ("VIR RESSOURCERIE", cluster.anne.name, True)
    assert verify_grouping(cluster.anne).findings == ()


def test_of_two_people_who_note_the_same_payment_the_second_is_warned(cluster: Cluster) -> None:
    """R4, R22: same document, amount and day; confirmed, it is a second one."""
    treasurer = actor(cluster.grouping, Role.TREASURER, name="Yann Kerbrat")
    pay(cluster, 30_000)
    with pytest.raises(SamePayment) as warned:
        pay(cluster, 30_000, who=treasurer)
    assert warned.value.facts["by"] == cluster.anne.name and len(queries.payments_of(invoice_id=1)) == 1
    pay(cluster, 30_000, who=treasurer, confirmed=True)
    assert queries.owed_document(1).owing.left.cents == 14_232


def test_more_than_is_left_is_asked_about_and_kept_as_a_credit(cluster: Cluster) -> None:
    with pytest.raises(MoreThanLeft):
        pay(cluster, 80_000)
    pay(cluster, 80_000, confirmed=True)
    told = queries.statement_of(cluster.anne, structure_id=cluster.structures[0].id, on=TODAY)
    assert told.balance.cents == -5_768 and told.overdue.cents == 0


def test_a_mistake_is_taken_back_once_with_its_reason(cluster: Cluster) -> None:
    payment = pay(cluster, 74_232)
    with pytest.raises(ReasonMissing):
        commands.reverse_payment(cluster.anne, payment_id=payment, reason=" ", at=NOW)
    commands.reverse_payment(cluster.anne, payment_id=payment, reason="Noté sur la mauvaise pièce", at=NOW)
    with pytest.raises(AlreadyReversed):
        commands.reverse_payment(cluster.anne, payment_id=payment, reason="Encore", at=NOW)
    told = queries.statement_of(cluster.anne, structure_id=cluster.structures[0].id, on=TODAY)
    assert [line.kind for line in told.lines] == [LineKind.DOCUMENT, LineKind.PAYMENT, LineKind.REVERSAL]
    assert told.balance.cents == 74_232 and told.paid.cents == 0
    assert verify_grouping(cluster.anne).findings == ()


def test_what_cannot_be_a_payment_is_refused(cluster: Cluster) -> None:
    note = billing.issue_credit_note(cluster.anne, invoice_id=1, reason="Adresse", on=ON, at=AT)
    with pytest.raises(NotPayable):
        pay(cluster, 100, document=note.id)
    with pytest.raises(PaymentNotPositive):
        pay(cluster, 0)
    with pytest.raises(PaidInFuture):
        pay(cluster, 100, received_on=date(2026, 11, 11))
    with pytest.raises(NotFound):
        pay(cluster, 100, document=999)
    for role in (Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE):
        with pytest.raises(NotAllowed):
            pay(cluster, 100, who=actor(cluster.grouping, role))


def test_an_account_balances_whatever_happened(cluster: Cluster) -> None:
    """Σ what is left on each document = the balance, after a payment, a difference and a document made again."""
    pay(cluster, 40_000)
    restated(cluster.anne, cluster.structures[0], 60_000_000)
    facts = {"contribution_id": cluster.contribution, "year": 2026, "on": ON, "at": AT, "kind": CallKind.CORRECTION}
    run = call_contribution(cluster.anne, **facts)  # type: ignore[arg-type]
    billing.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)
    billing.issue_credit_note(cluster.anne, invoice_id=2, reason="Adresse", on=ON, at=AT)
    billing.issue_again(cluster.anne, invoice_id=2, on=ON, at=AT)
    for structure in cluster.structures:
        told = queries.statement_of(cluster.anne, structure_id=structure.id, on=TODAY)
        left = total(one.owing.left for one in queries.owed_documents(structure_id=structure.id))
        assert told.balance == left == told.documents - told.paid
        assert told.lines[-1].balance == total(line.effect for line in told.lines)
    assert queries.owed_document(1).owing.left.cents == 74_232 - 14_232 - 40_000


def test_what_is_late_is_told_with_since_when(cluster: Cluster) -> None:
    assert queries.overdue(today=TODAY) is None
    pay(cluster, 74_232)
    late = queries.overdue(today=LATE)
    assert late is not None and (late.documents, late.since) == (7, date(2026, 12, 2))
    assert late.amount.cents == 147_635 - 74_232 and late.names[0] == "Atelier vélo Cycle d’Oc"
    accounts = {one.code: one for one in queries.account_summaries(cluster.anne, on=LATE)}
    assert accounts["M1"].overdue == Money(0) and accounts["M2"].overdue_since == date(2026, 12, 2)


def test_pages_note_a_payment_in_french_and_a_member_sees_its_own_account(cluster: Cluster, app: Flask) -> None:
    """R45, R6: amounts as typed in French; nobody else's account."""
    treasurer = signed_in(app.test_client(), a_person(Role.TREASURER))
    asked = {"amount": "1 000,00", "received_on": "15/10/2026", "means": "transfer", "reference": "VIR"}
    page = treasurer.post("/cap-cooperation/paiements/pieces/1", data=asked)
    assert page.status_code == 422 and 'name="confirmed"' in page.text
    assert treasurer.post("/cap-cooperation/paiements/pieces/1", data={**asked, "amount": "742,32"}).status_code == 303
    assert "réglée" in treasurer.get("/cap-cooperation/paiements/pieces/1").text
    assert treasurer.get("/cap-cooperation/paiements").status_code == 200
    member = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=cluster.structures[0]))
    own, other = (f"/cap-cooperation/paiements/membres/{one.id}" for one in cluster.structures[:2])
    assert "FA-2026-0001" in member.get(own).text and member.get(other).status_code == 404
    table = member.get(f"{own}/releve.csv").text
    assert table.splitlines()[0] == "\ufeffdate;nature;numéro;objet;échéance;débit;crédit;solde;moyen;note"
    assert '"742,32"' in table and member.get(f"{other}/releve.csv").status_code == 404
    assert member.get(f"{own}/releve.pdf").data.startswith(b"%PDF")
    assert treasurer.post("/cap-cooperation/paiements/1/annulation", data={"reason": "Doublon"}).status_code == 303
    assert "Doublon" in treasurer.get("/cap-cooperation/paiements/pieces/1").text


def test_a_year_of_an_account_begins_with_the_balance_brought_forward(cluster: Cluster, app: Flask) -> None:
    """A treasurer asks for one year: what came before is one line, and the balance is that of the day."""
    pay(cluster, 20_000)
    next_year = NOW.replace(year=2027, month=1)
    commands.record_payment(
        cluster.anne, invoice_id=1, amount=Money(30_000), received_on=next_year.date(), means=Means.CHEQUE, at=next_year
    )
    facts = {"structure_id": cluster.structures[0].id, "on": next_year.date()}
    whole = queries.statement_of(cluster.anne, **facts)
    first, second = (queries.statement_of(cluster.anne, year=year, **facts) for year in (2026, 2027))
    assert whole.years == (2027, 2026) and (first.brought.cents, first.closing.cents) == (0, 54_232)
    assert (second.brought, second.closing) == (first.closing, whole.closing)
    assert (*first.lines, *second.lines) == whole.lines and whole.balance.cents == second.balance.cents == 24_232
    nothing = queries.statement_of(cluster.anne, year=2031, **facts)
    assert nothing.lines == () and nothing.closing == nothing.brought == whole.balance
    treasurer = signed_in(app.test_client(), a_person(Role.TREASURER))
    own = f"/cap-cooperation/paiements/membres/{cluster.structures[0].id}"
    assert "Solde reporté" in treasurer.get(f"{own}?annee=2027").text
    table = treasurer.get(f"{own}/releve.csv?annee=2027").text.splitlines()
    assert table[1].startswith("2027-01-01;Solde reporté;") and '"542,32"' in table[1]
    assert treasurer.get(f"{own}/releve.pdf?annee=2026").data.startswith(b"%PDF")


def test_whoever_paid_too_much_elsewhere_is_not_late(cluster: Cluster) -> None:
    """T42: a credit covers what is due; beyond it, only the rest is late."""
    restated(cluster.anne, cluster.structures[0], 100_000_000)
    facts = {"contribution_id": cluster.contribution, "year": 2026, "on": ON, "at": AT, "kind": CallKind.CORRECTION}
    run = call_contribution(cluster.anne, **facts)  # type: ignore[arg-type]
    billing.issue_calls(cluster.anne, run_id=run, on=ON, at=AT)
    asked = {"structure_id": cluster.structures[0].id, "on": LATE}
    pay(cluster, 74_232 + 20_000, confirmed=True)
    told = queries.statement_of(cluster.anne, **asked)
    assert (told.balance.cents, told.overdue.cents, len(told.late)) == (5_768, 5_768, 1)
    pay(cluster, 10_000, confirmed=True)
    told = queries.statement_of(cluster.anne, **asked)
    assert (told.balance.cents, told.overdue.cents, told.late, told.overdue_since) == (-4_232, 0, (), None)
    mine = next(one for one in queries.account_summaries(cluster.anne, on=LATE) if one.code == "M1")
    assert (mine.overdue.cents, mine.overdue_since) == (0, None)
    late = queries.overdue(today=LATE)
    assert late is not None and late.documents == 7 and mine.name not in late.names
    assert queries.overdue(today=LATE, of=frozenset({cluster.structures[0].id})) is None
