"""R39: another bank account takes two people, two days and everybody's knowledge; R40: its ends alone are written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.billing import queries as billing
from coopter.members import commands, policies, queries, rules
from coopter.members.models import BankAccountChange, Grouping, Person, RoleGrant
from coopter.members.rules import BankAccount
from coopter.office import commands as office
from coopter.office import queries as desks
from coopter.plumbing import clock, journal, outbox
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.identifiers import BicNotValid, IbanNotValid
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed, NotFound
from tests import factories as make

AT = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW, OTHER = "FR7630006000011234567890189", "FR1420041010050500013M02606", "DE89370400440532013000"
BASE = "https://ge.example"


@dataclass
class Desk:
    """A grouping with two coordinators, a treasurer, an auditor and a representative."""

    grouping: Grouping
    people: dict[str, Person]

    def actor(self, name: str) -> Actor:
        actor = queries.actor_for(self.people[name], self.grouping)
        assert actor is not None
        return actor

    def ask(self, who: str = "anne", *, iban: str = NEW, bic: str = "", at: datetime = AT) -> BankAccountChange:
        return commands.ask_bank_account_change(self.actor(who), iban=iban, bic=bic, base_url=BASE, at=at)

    def approve(self, change: BankAccountChange, who: str = "yann", *, at: datetime = AT) -> None:
        commands.approve_bank_account_change(self.actor(who), change_id=change.id, base_url=BASE, at=at)

    def refuse(self, change: BankAccountChange, who: str = "yann", *, reason: str = "Faux", at: datetime = AT) -> None:
        commands.refuse_bank_account_change(
            self.actor(who), change_id=change.id, reason=reason, base_url=BASE, at=at
        )  # fmt: skip


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    with make.inside(make.a_grouping(slug="cap", iban=OLD, bic="AGRIFRPP")) as grouping:
        structure = make.a_structure("PC2")
        yield Desk(
            grouping,
            {
                "anne": make.a_person(Role.COORDINATOR, first_name="Anne"),
                "paul": make.a_person(Role.COORDINATOR, first_name="Paul", language="en"),
                "yann": make.a_person(Role.TREASURER, first_name="Yann"),
                "zoe": make.a_person(Role.AUDITOR, first_name="Zoé"),
                "loic": make.a_person(Role.REPRESENTATIVE, structure=structure, first_name="Loïc"),
            },
        )


@command
def granted(person: Person, *, at: datetime) -> None:
    """Their role as if given then."""
    session().scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one().granted_at = at


def iban_at(at: datetime) -> str:
    account = queries.bank_account_on(at)
    assert account is not None
    return account.iban


def mails(words: str = "") -> list[dict[str, Any]]:
    query = select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail").order_by(outbox.OutboxRow.id)
    return [row.payload for row in session().scalars(query) if words in row.payload["subject"]]


def test_nothing_counts_without_the_second_person(desk: Desk) -> None:
    """Asked and never approved: the old account for ever; nobody's approval is the asker's own."""
    change = desk.ask()
    assert iban_at(AT + 1_000 * HOUR) == OLD
    with pytest.raises(rules.OwnApproval):
        desk.approve(change, "anne", at=AT + 72 * HOUR)
    for stranger in ("zoe", "loic"):
        with pytest.raises(NotAllowed):
            desk.approve(change, stranger)
    with pytest.raises(NotAllowed):
        commands.approve_bank_account_change(
            Actor.command_line(desk.grouping.id), change_id=change.id, base_url=BASE, at=AT
        )
    assert iban_at(AT + 1_000 * HOUR) == OLD


def test_a_person_with_two_roles_is_one_person(desk: Desk) -> None:
    change = desk.ask()
    make.saved(RoleGrant(person_id=desk.people["anne"].id, role=Role.TREASURER, granted_at=make.AT))
    with pytest.raises(rules.OwnApproval):
        desk.approve(change, "anne")


def test_an_account_made_a_moment_ago_approves_nothing(desk: Desk) -> None:
    """A hijacked coordinator who invites an accomplice still waits two days, in which everybody has been told."""
    change = desk.ask()
    desk.people["late"] = make.a_person(Role.TREASURER, first_name="Tard")
    granted(desk.people["late"], at=AT)
    with pytest.raises(rules.RoleTooRecent):
        desk.approve(change, "late", at=AT + 47 * HOUR)
    desk.approve(change, "late", at=AT + 48 * HOUR)


@pytest.mark.parametrize(("approved", "counts"), [(1, 48), (47, 48), (48, 48), (80, 80)])
def test_it_counts_when_approved_and_48_hours_old(desk: Desk, approved: int, counts: int) -> None:
    change = desk.ask(bic="PSSTFRPP")
    desk.approve(change, at=AT + approved * HOUR)
    assert iban_at(AT + counts * HOUR - timedelta(seconds=1)) == OLD
    assert queries.bank_account_on(AT + counts * HOUR) == BankAccount(NEW, "PSSTFRPP")
    with pytest.raises(rules.ChangeSettled):
        desk.approve(change, "paul", at=AT + 90 * HOUR)
    with pytest.raises(rules.AccountInForce):
        desk.refuse(change, at=AT + counts * HOUR)


def test_a_change_is_refused_by_anybody_even_once_approved(desk: Desk) -> None:
    change = desk.ask()
    with pytest.raises(rules.RefusalUnexplained):
        desk.refuse(change, reason=" ")
    with pytest.raises(NotAllowed):
        desk.refuse(change, "zoe")
    desk.approve(change)
    desk.refuse(change, "paul", at=AT + 47 * HOUR)
    assert iban_at(AT + 100 * HOUR) == OLD
    with pytest.raises(rules.ChangeSettled):
        desk.refuse(change)
    own = desk.ask(at=AT + 50 * HOUR)
    desk.refuse(own, "anne", at=AT + 51 * HOUR)
    with pytest.raises(rules.ChangeSettled):
        desk.approve(own, at=AT + 52 * HOUR)


def test_a_new_request_replaces_the_one_that_waits_and_both_stay(desk: Desk) -> None:
    first = desk.ask()
    second = desk.ask("paul", iban=OTHER, at=AT + HOUR)
    with pytest.raises(rules.ChangeSettled):
        desk.approve(first, at=AT + 2 * HOUR)
    desk.approve(second, "anne", at=AT + 2 * HOUR)
    assert (iban_at(AT + 48 * HOUR), iban_at(AT + 49 * HOUR)) == (OLD, OTHER)
    told = queries.list_bank_account_changes()
    assert [(one.id, one.refused_because) for one in told] == [
        (second.id, ""), (first.id, "Remplacée par une autre demande"),
    ]  # fmt: skip
    back = desk.ask(iban=OLD, bic="AGRIFRPP", at=AT + 60 * HOUR)
    desk.approve(back, at=AT + 61 * HOUR)
    assert (iban_at(AT + 107 * HOUR), iban_at(AT + 108 * HOUR)) == (OTHER, OLD)


def test_both_sides_are_told_twice_with_its_ends_alone(desk: Desk) -> None:
    """Two notices, to the grouping's address and to each who coordinates or keeps the accounts; never whole (R40)."""
    change = desk.ask()
    everybody = {"bureau@cap.example"} | {desk.people[name].email for name in ("anne", "paul", "yann")}
    asked = mails()
    assert {mail["to"] for mail in asked} == everybody and len(asked) == 4
    desk.approve(change, at=AT + HOUR)
    approved = mails()[4:]
    assert {mail["to"] for mail in approved} == everybody and len(approved) == 4
    desk.refuse(change, at=AT + 2 * HOUR)
    assert len(mails()) == 12
    assert len(mails("IBAN asked")) == len(mails("IBAN approved")) == 1, "Paul reads English"
    for mail in mails():
        written = f"{mail['subject']} {mail['text']} {mail['html']}".replace(" ", "").replace("\u00a0", "")
        assert NEW not in written and NEW[4:-4] not in written and "606" in written
        assert f"{BASE}/cap/reglages#compte" in mail["text"]
    entries = session().scalars(
        select(journal.JournalEntry)
        .where(journal.JournalEntry.action.startswith("bank_account."))
        .order_by(journal.JournalEntry.id)
    )
    kept = [(entry.action, str(entry.before) + str(entry.after)) for entry in entries]
    assert [action for action, _ in kept] == ["bank_account.asked", "bank_account.approved", "bank_account.refused"]
    assert all(NEW not in words and "2606" in words for _, words in kept)


def test_what_is_asked_is_an_account_and_another_one(desk: Desk) -> None:
    for iban, bic, refusal in ((NEW[:-1] + "7", "", IbanNotValid), (NEW, "NON", BicNotValid),
                               (OLD, "AGRIFRPP", rules.SameAccount)):  # fmt: skip
        with pytest.raises(refusal):
            desk.ask(iban=iban, bic=bic)
    for who in ("yann", "zoe", "loic"):
        with pytest.raises(NotAllowed):
            desk.ask(who)
    assert mails() == []
    with make.inside(make.a_grouping(slug="autre", iban=None)) as other:
        with pytest.raises(rules.NoAccountYet):
            commands.ask_bank_account_change(
                make.actor(other, Role.COORDINATOR), iban=NEW, bic="", base_url=BASE, at=AT
            )  # fmt: skip
        with pytest.raises(NotFound):
            queries.get_bank_account_change(999)


def test_the_sheet_sets_the_first_account_and_no_other(desk: Desk) -> None:
    def edit(grouping: Grouping, **changes: Any) -> Grouping:
        known = {name: getattr(grouping, name) for name in rules.GROUPING_FIELDS}
        details = rules.GroupingDetails(**{**known, **changes})
        me = make.actor(grouping, Role.COORDINATOR)
        return commands.edit_grouping(me, version=grouping.version, details=details, at=AT)

    for changed in ({"iban": NEW}, {"bic": "PSSTFRPP"}, {"iban": NEW, "bic": None}):
        with pytest.raises(rules.AccountChangesApart):
            edit(desk.grouping, **changed)
    assert edit(desk.grouping, iban=None, bic=None, city="Vannes").iban == OLD
    with make.inside(make.a_grouping(slug="autre", iban=None)) as other:
        assert edit(other, iban=NEW).iban == NEW
        entry = session().scalars(select(journal.JournalEntry).where(journal.JournalEntry.chain == other.id)).one()
        assert entry.after["iban"] == rules.ends_of(NEW) == rules.ends_of(rules.ends_of(NEW)) != NEW


def test_a_closing_names_the_account_approved_by_then(desk: Desk) -> None:
    """Close while a change waits, or is approved and young: the last approved one; whatever day the invoice says."""
    structure = make.a_structure("PC3")
    employee = make.an_employee(structure)
    for month in (7, 8, 9):
        make.worked(employee, structure, date(2026, month, 2), 480)
        make.a_cost(Month(2026, month), 100_000, employee=employee)

    def closed(month: int, at: datetime) -> Any:
        done = office.close_month(desk.actor("anne"), month=Month(2026, month), on=date(2026, 12, 31), at=at)
        return billing.invoice_record(done.invoices[0].id).account

    change = desk.ask(bic="PSSTFRPP")
    assert closed(7, AT + 10 * HOUR).iban == OLD
    desk.approve(change, at=AT + 11 * HOUR)
    assert closed(8, AT + 47 * HOUR).iban == OLD
    account = closed(9, AT + 48 * HOUR)
    assert (account.iban, account.bic, account.name) == (NEW, "PSSTFRPP", desk.grouping.name)


def test_the_desk_asks_those_who_may_approve(desk: Desk) -> None:
    desk.ask()

    def told(name: str) -> bool:
        actor = desk.actor(name)
        if actor.has(Role.COORDINATOR):
            tasks = desks.coordinator_desk(actor, at=AT).tasks
        else:
            tasks = desks.accounts_desk(actor, today=AT.date()).tasks
        return desks.TaskKind.BANK_ACCOUNT in {task.kind for task in tasks}

    assert {name: told(name) for name in ("anne", "paul", "yann", "zoe")} == {
        "anne": False, "paul": True, "yann": True, "zoe": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "sees", "asks", "decides"),
    [
        (Role.COORDINATOR, True, True, True), (Role.TREASURER, True, False, True), (Role.AUDITOR, True, False, False),
        (Role.REPRESENTATIVE, False, False, False), (Role.EMPLOYEE, False, False, False),
    ],
)  # fmt: skip
def test_who_may_what(role: Role, sees: bool, asks: bool, decides: bool) -> None:
    actor = Actor(7, "X", 1, frozenset({role}))
    assert policies.can_see_bank_account(actor) is sees
    assert policies.can_ask_bank_account_change(actor) is asks
    assert policies.can_decide_bank_account_change(actor) is decides
    assert policies.can_approve_bank_account_change(actor, 8) is decides
    assert not policies.can_approve_bank_account_change(actor, 7)


def browser(app: Flask, person: Person, *, age: timedelta = timedelta(0)) -> FlaskClient:
    """Signed in, so long ago."""
    client = make.signed_in(app.test_client(), person)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - age.total_seconds()
        cookie["fs_gexp"] = time.time() + 3_600  # the library's grace, which must not count here
    return client


def test_a_stolen_session_opens_none_of_these_doors(app: Flask, desk: Desk) -> None:
    """An hour after the sign-in the session still works, and not for this: first the password again."""
    change = desk.ask("paul")
    stolen = browser(app, desk.people["anne"], age=HOUR)
    assert stolen.get("/cap/reglages").status_code == 200
    form = stolen.get("/cap/reglages/compte")
    assert form.status_code == 303 and "/compte/verification" in form.location
    for path, data in (("/cap/reglages/compte", {"iban": OTHER}),
                       (f"/cap/reglages/compte/{change.id}/approbation", {})):  # fmt: skip
        answer = stolen.post(path, data=data)
        assert answer.status_code == 303 and "/compte/verification" in answer.location
    with make.inside(desk.grouping):
        (kept,) = queries.list_bank_account_changes()
        assert kept.waits and kept.account.iban == NEW


def test_two_people_change_it_through_the_pages(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    anne, yann = browser(app, desk.people["anne"]), browser(app, desk.people["yann"])
    assert anne.get("/cap/reglages/compte").status_code == 200
    assert anne.post("/cap/reglages/compte", data={"iban": "FR00"}).status_code == 422
    assert anne.post("/cap/reglages/compte", data={"iban": OLD, "bic": "AGRIFRPP"}).status_code == 422
    assert anne.post("/cap/reglages/compte", data={"iban": NEW}).status_code == 303
    own, theirs = anne.get("/cap/reglages").text, yann.get("/cap/reglages").text
    approval = "/approbation"
    assert "IBAN à approuver" in own and approval not in own and "/refus" in own
    assert approval in theirs and "3000\u00a06000" in theirs and "2004\u00a01010" in theirs
    assert "IBAN à approuver" in yann.get("/cap/").text
    assert "Une demande attend" in anne.get("/cap/reglages/compte").text
    with make.inside(desk.grouping):
        (change,) = queries.list_bank_account_changes()
    where = f"/cap/reglages/compte/{change.id}"
    assert "une autre personne" in _after(anne, where + approval)
    assert "Le changement d’IBAN est approuvé" in _after(yann, where + approval)
    assert "a approuvé un changement d’IBAN" in anne.get("/cap/journal").text
    monkeypatch.setattr(clock, "now", lambda: AT + 49 * HOUR)
    assert "2004\u00a01010" in anne.get("/cap/reglages").text
    assert "déjà en place" in _after(yann, where + "/refus", reason="trop tard")
    sheet = anne.get("/cap/reglages/identite").text
    assert 'name="iban"' not in sheet and 'name="city"' in sheet


def _after(client: FlaskClient, path: str, **data: str) -> str:
    assert client.post(path, data=data).status_code == 303
    return client.get("/cap/reglages").text
