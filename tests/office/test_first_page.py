"""« Qu'est-ce qui m'attend ? » over all rooms: each person's own, what happens now first, then what is late."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.billing import queries as billing
from coopter.contributions.commands import campaigns
from coopter.contributions.commands import figures as declaring
from coopter.contributions.commands.campaigns import CampaignDetails
from coopter.contributions.rules.kinds import Base
from coopter.governance.commands.votes import cast, open_vote
from coopter.hours.rules import EntryState
from coopter.members import queries as members
from coopter.office import commands, queries
from coopter.plumbing import navigation
from coopter.plumbing.awaiting import in_order
from coopter.treasury import commands as treasury
from coopter.treasury.rules import Means
from coopter.values.actor import Role
from coopter.values.money import Money
from tests import factories as a
from tests.contributions.gifts_scene import given_by
from tests.contributions.members_scene import AT, Scene, declared, scene_of
from tests.governance.meetings import AT as OPENED
from tests.governance.meetings import Meeting, a_meeting, an_open_meeting
from tests.governance.signatures import a_campaign, a_charter, binding
from tests.office.conftest import SEPTEMBER, House

HOME = "/cap-cooperation/"
TURNOVER = CampaignDetails((Base.TURNOVER,), date(2026, 11, 28), "")


def steps_of(browser: FlaskClient, home: str = HOME) -> list[str]:
    """The titles of what waits, in their order; « ! » before what is urgent."""
    page = browser.get(home).get_data(as_text=True)
    found = re.findall(r'<li class="step( is-urgent)?">.*?step-title">(.*?)</h', page, re.S)
    return [("! " if urgent else "") + title.replace("&#39;", "'") for urgent, title in found]


def badge_of(browser: FlaskClient, door: str, home: str = HOME) -> str:
    """The small number beside a door, "" for none."""
    page = browser.get(home).get_data(as_text=True)
    bar = page[page.index('<nav class="doors"') : page.index("</nav>", page.index('<nav class="doors"'))]
    shown = re.search(rf'door-label">{door}</span>(?:<span class="count">(\d+)</span>)?', bar)
    return (shown and shown[1]) or ""


def test_now_then_urgent_then_the_rest() -> None:
    steps = [{"n": 1}, {"n": 2, "urgent": True}, {"n": 3, "urgent": False}, {"n": 4, "urgent": True, "now": True}]
    assert [step["n"] for step in in_order(steps)] == [4, 2, 1, 3]


# ── assemblies and signatures ──────────────────────────────────────────────────────────────────────────────────────


def browser_of(app: Flask, meeting: Meeting, name: str) -> FlaskClient:
    """A browser of somebody who speaks for this elector."""
    (structure_id,) = meeting.speakers[name].represents
    person = a.a_person(Role.REPRESENTATIVE, structure=members.get_structure(structure_id))
    return a.signed_in(app.test_client(), person)


def test_an_open_vote_comes_first_and_is_counted_beside_the_door(app: Flask) -> None:
    with an_open_meeting() as meeting:
        (item_id,) = meeting.items()
        mine, theirs = (browser_of(app, meeting, name) for name in ("A", "B"))
        assert steps_of(mine) == ["! Assemblée générale 2026 est ouverte"]
        assert badge_of(mine, "Gouvernance") == ""
        open_vote(meeting.coordinator, item_id=item_id, at=OPENED)
        assert steps_of(mine) == ["! Un vote est ouvert : Résolution"]
        assert badge_of(mine, "Gouvernance") == "1"
        cast(meeting.speakers["A"], item_id=item_id, choices={meeting.electors["A"]: "yes"}, at=OPENED)
        assert steps_of(mine) == ["! Assemblée générale 2026 est ouverte"]
        assert (badge_of(mine, "Gouvernance"), badge_of(theirs, "Gouvernance")) == ("", "1")


def test_a_power_to_give_is_on_the_first_page(app: Flask) -> None:
    """Whoever sits there is told the day; whoever does not is told nothing."""
    starts = datetime(2026, 11, 14, 9, tzinfo=UTC)
    later = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "record_on": starts.date()}
    with a_meeting(("A", "B"), **later) as meeting:
        meeting.add()
        assert "À convoquer : Assemblée générale 2026" in steps_of(
            a.signed_in(app.test_client(), a.a_person(Role.COORDINATOR))
        )
        meeting.convene()
        assert steps_of(browser_of(app, meeting, "A")) == ["Assemblée générale 2026, 14 novembre 2026 à 10:00"]
        assert steps_of(a.signed_in(app.test_client(), a.a_person(Role.EMPLOYEE))) == []


def test_a_signature_waits_for_whoever_signs_and_for_nobody_else(app: Flask) -> None:
    told = a_charter("cap-cooperation")
    with a.inside(told.grouping):
        other = a.a_person(Role.REPRESENTATIVE, structure=a.a_structure("Z9"))
        mine, theirs = (a.signed_in(app.test_client(), one) for one in (told.person, other))
        assert steps_of(mine) == []
        a_campaign(told, binding(told))
        assert steps_of(a.signed_in(app.test_client(), told.person)) == ["! À signer : Charte des Rias"]
        assert badge_of(a.signed_in(app.test_client(), told.person), "Gouvernance") == "1"
        theirs = a.signed_in(app.test_client(), other)
        assert steps_of(theirs) == [] and badge_of(theirs, "Gouvernance") == ""


# ── contributions ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def test_figures_wait_for_the_member_then_for_the_coordinator_then_for_nobody(scene: Scene) -> None:
    assert steps_of(scene.browser("north")) == []
    campaigns.open_campaign(scene.coordinator, year=2025, details=TURNOVER, at=AT)
    assert steps_of(scene.browser("north")) == ["Chiffres de 2025 à déclarer : North"]
    assert "Chiffres de 2025 à recueillir" in steps_of(scene.browser("coordinator"))
    assert not [step for step in steps_of(scene.browser("auditor")) if "Chiffres" in step]
    declared(scene, "north", {Base.TURNOVER: 100_00})
    assert steps_of(scene.browser("north")) == []
    assert "Chiffres de 2025 à relire" in steps_of(scene.browser("coordinator"))
    declaring.send_back_figures(
        scene.coordinator, structure_id=scene.id_of("north"), year=2025, version=1, reason="Il manque un zéro.", at=AT
    )
    assert steps_of(scene.browser("north")) == ["! Chiffres de 2025 à corriger : North"]
    assert "Chiffres de 2025 à relire" not in steps_of(scene.browser("coordinator"))


def test_figures_that_are_late_are_urgent(scene: Scene) -> None:
    late = CampaignDetails((Base.TURNOVER,), date(2026, 10, 14), "")
    campaigns.open_campaign(scene.coordinator, year=2025, details=late, at=AT)
    assert steps_of(scene.browser("south")) == ["! Chiffres de 2025 à déclarer : South"]


def test_a_gift_waits_for_the_other_side_alone(scene: Scene) -> None:
    given_by(scene, "north", "south")
    assert steps_of(scene.browser("south")) == ["Aide comptable"]
    assert steps_of(scene.browser("north")) == []


# ── money ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_one_s_structure_owes_and_what_is_owed_to_the_grouping(house: House, costs: None) -> None:
    """Late from the day after; told to whoever reads the invoices, each structure apart; not to the others."""
    me = a.actor(house.grouping, Role.COORDINATOR)
    commands.close_month(me, month=SEPTEMBER, on=date(2026, 9, 1), at=AT)
    assert [step for step in steps_of(house.as_(Role.REPRESENTATIVE)) if "doit" in step] == []
    (invoice,) = billing.list_invoices(me, structure_id=house.optimism.id)
    treasury.record_payment(
        me, invoice_id=invoice.id, received_on=date(2026, 10, 1), amount=Money(1), means=Means.TRANSFER, at=AT
    )
    owed = [step for step in steps_of(house.as_(Role.REPRESENTATIVE)) if "doit" in step]
    assert len(owed) == 1 and owed[0].startswith("! Aloen doit ")
    blind = house.as_(Role.REPRESENTATIVE, invoices=False)
    assert not [step for step in steps_of(blind) if "doit" in step]
    assert "! 2 pièces ne sont pas payées" in steps_of(house.as_(Role.TREASURER))


# ── the doors ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_keeps_the_accounts_finds_them_first(house: House) -> None:
    """On a phone four doors stand before « Plus »."""
    first = {
        role: [door.endpoint for door in navigation.doors_of(a.actor(house.grouping, *role))][:4]
        for role in ((Role.TREASURER,), (Role.AUDITOR,), (Role.COORDINATOR,), (Role.COORDINATOR, Role.TREASURER))
    }
    accounts = ["office.home", "billing.invoices", "treasury.accounts", "office.closings"]
    desk = ["office.home", "hours.index", "planning.week", "costs.index"]
    assert list(first.values()) == [accounts, accounts, desk, desk]
    for roles in first:
        doors = [door.endpoint for door in navigation.doors_of(a.actor(house.grouping, *roles))]
        assert len(doors) == len(set(doors)) == 14


def test_the_numbers_beside_the_doors_ask_few_statements(house: House, statements: Callable[[], int]) -> None:
    """R107: on every page, and no more when more waits (PostgreSQL is told its grouping by one more)."""
    me = a.actor(house.grouping, Role.REPRESENTATIVE, structure=house.aloen, person_id=1)

    def asked() -> int:
        statements()
        queries.waiting_for(me, today=date(2026, 10, 15))
        return statements()

    a.worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60, state=EntryState.SUBMITTED)
    few = asked()
    for day in range(6, 12):
        a.worked(house.nolwenn, house.aloen, date(2026, 10, day), 60, state=EntryState.SUBMITTED)
    assert asked() <= few <= 6
