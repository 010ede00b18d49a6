"""The demonstration: made once, credible on any day, and everything in it verifies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.billing.models import Invoice
from coopter.governance.queries.admission import opinions_wanted
from coopter.governance.queries.capital import capital_page
from coopter.governance.queries.signing import to_sign
from coopter.governance.queries.signing_bound import signatories_of
from coopter.governance.queries.texts import list_texts
from coopter.hours import queries as hours
from coopter.hours.rules import EntryState
from coopter.members import queries as members
from coopter.members.models import Grouping, Person
from coopter.members.rules import VatStatus
from coopter.office import queries as office
from coopter.office.commands.demo import NotADemo, make_demo
from coopter.office.commands.demo.cast import MEMBERS, siret_of
from coopter.office.queries.verify import verify_grouping, verify_installation
from coopter.planning.models import Shift
from coopter.plumbing import journal, outbox, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.identifiers import check_siret
from coopter.values.money import Money
from coopter.values.month import Month
from tests.factories import a_grouping, a_siret

ROOT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def inside_demo(app: Flask) -> Iterator[Grouping]:
    """The demonstration as it is on an ordinary Thursday."""
    make_demo(today=date(2026, 10, 15), base_url=BASE)
    grouping = members.get_grouping("cap-cooperation")
    with tenancy.scope(grouping.id):
        yield grouping


def test_it_has_all_that_a_visitor_comes_to_see(inside_demo: Grouping) -> None:
    """Six structures of five kinds, three employees, two closed months, one open, a week of drafts, every role."""
    structures = members.list_structures()
    assert [one.code for one in structures] == ["EAU", "ECL", "KER", "RES", "SOL", "TER"]
    assert sum(one.vat_status is VatStatus.NOT_TAXABLE for one in structures) == 2
    assert hours.locked_months() == {Month(2026, 7), Month(2026, 8)}
    states = {one.state for one in hours.states_of(Month(2026, 9))}
    assert states == {EntryState.CONFIRMED, EntryState.SUBMITTED, EntryState.DISPUTED}
    week = {one.state for one in hours.week_entries(date(2026, 10, 12))}
    assert week == {EntryState.DRAFT}
    assert session().scalar(select(func.count(Invoice.id))) == 12
    assert outbox.waiting(kind="document") == 12
    assert session().scalar(select(func.count(Shift.id)).where(Shift.day >= date(2026, 10, 15))) or 0 > 100
    assert {holder.role for holder in members.list_holders()} == set(Role)
    assert all(person.active and person.password for person in session().scalars(select(Person)))


def test_it_has_a_charter_a_candidate_and_a_capital(inside_demo: Grouping) -> None:
    """A charter in two versions of which the second awaits two signatures, an opinion awaited, shares held by all."""
    (charter,) = list_texts(Actor.command_line(inside_demo.id), on=date(2026, 10, 15))
    assert (charter.frozen_number, len(signatories_of(charter.id))) == (2, 6)
    gaelle = next(one for one in members.list_holders() if one.email.startswith("gaelle"))
    actor = members.actor_for(members.get_person(gaelle.person_id), inside_demo)
    assert actor is not None
    assert [one.number for one in to_sign(actor)] == [2]
    assert [name for _id, name in opinions_wanted(actor)] == ["Les Jardins de Lanester"]
    page = capital_page(date(2026, 10, 15))
    assert (page.capital, len(page.holdings), page.too_public) == (Money(270_000), 6, False)


def test_its_open_month_waits_for_hours_alone(inside_demo: Grouping) -> None:
    """A coordinator who confirms what lacks can close: nothing else blocks."""
    preview = office.preview_month(Actor.command_line(inside_demo.id), month=Month(2026, 9), on=date(2026, 10, 15))
    assert {block.subject for block in preview.blocks} == {office.Subject.HOURS}


def test_everything_in_it_verifies(inside_demo: Grouping) -> None:
    """It was made through commands, so it is sealed like anything else."""
    assert verify_grouping(Actor.command_line(inside_demo.id)).findings == ()
    assert verify_installation(Actor.command_line(), chains=frozenset({inside_demo.id})).findings == ()


def test_its_invitations_lead_where_it_is_served(inside_demo: Grouping) -> None:
    """A mail of the demonstration names the address that the person at the keyboard sees."""
    rows = session().scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail"))
    invitations = [row.payload["text"] for row in rows if row.key.startswith("invitation:")]
    assert invitations and all(f"{BASE}/invitation/" in text for text in invitations)


@pytest.mark.parametrize("today", [date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 30)], ids=str)
def test_its_journal_is_in_the_order_of_its_days(app: Flask, today: date) -> None:
    """Whoever reads the journal from the top reads the grouping's story."""
    make_demo(today=today, base_url=BASE)
    entry = journal.JournalEntry
    days = list(session().execute(select(entry.chain, entry.at).order_by(entry.chain, entry.sequence)))
    assert days == sorted(days) and len(days) > 100


@pytest.mark.parametrize("today", [date(2026, 11, 2), date(2027, 1, 3), date(2028, 2, 29)], ids=str)
def test_it_can_be_made_on_any_day(app: Flask, today: date) -> None:
    """A Monday after a holiday, a Sunday of January, a leap day."""
    demo = make_demo(today=today, base_url=BASE)
    assert demo.is_new
    assert len(demo.people) == 12
    assert not make_demo(today=today, base_url=BASE).is_new


def test_it_never_meets_real_people(app: Flask) -> None:
    """Where anything else stands, the demonstration refuses: everybody there could sign in with one click."""
    a_grouping(slug="vrai-groupement")
    with pytest.raises(NotADemo):
        make_demo(today=date(2026, 10, 15), base_url=BASE)


def test_its_numbers_are_nobodys() -> None:
    """Valid, and of a range that is not attributed; the same as the factories make."""
    for member in MEMBERS:
        siret = siret_of(member.number)
        assert check_siret(siret) == siret == a_siret(member.number)
        assert siret.startswith("9999")


@pytest.mark.timeout(120)
def test_it_is_served_at_once_with_its_sign_ins(tmp_path: Path, on_postgresql: bool) -> None:
    """One command: the address answers, the documents come behind; a second time the same data are served."""
    if on_postgresql:
        pytest.skip("the served demonstration is the embedded database's")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COOPTER_LISTEN": "127.0.0.1:8973"}
    made = subprocess.run(
        [sys.executable, "-m", "coopter", "demo", "--no-serve", "--json"], cwd=ROOT, env=environ, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    facts = json.loads(made.stdout)
    assert (facts["is_new"], len(facts["people"]), facts["address"]) == (True, 12, "http://127.0.0.1:8973")
    assert Path(facts["data_dir"]) == tmp_path / ".local" / "share" / "coopter-demo"
    with subprocess.Popen(
        [sys.executable, "-m", "coopter", "demo"], cwd=ROOT, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as served:  # fmt: skip
        try:
            page = answer_of("http://127.0.0.1:8973/", served)
            assert "Anne Riou" in page
            wait_for_documents(Path(facts["data_dir"]))
        finally:
            served.send_signal(signal.SIGTERM)
            out, err = served.communicate(timeout=20)
    assert (served.returncode, "déjà là" in out, "Traceback" in err) == (0, True, False), err


def answer_of(url: str, served: subprocess.Popen[str]) -> str:
    """The page, once the server answers."""
    for _ in range(400):
        assert served.poll() is None, served.stderr.read() if served.stderr else ""
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def wait_for_documents(data_dir: Path) -> None:
    """The worker beside the pages makes the twelve PDFs and XMLs; the charter's two versions are there already."""
    for _ in range(600):
        if len([one for one in data_dir.glob("files/??/*") if not one.name.startswith(".")]) == 26:
            return
        time.sleep(0.1)
    raise AssertionError("the documents never came")
