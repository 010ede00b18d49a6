"""The pages of assemblies, for everybody: axe finds nothing, and nothing leaves a narrow screen's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from coopter.governance.commands.assemblies import open_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.ballots import record_ballots
from coopter.governance.commands.questions import ask_question
from coopter.governance.commands.votes import close_vote, open_vote
from coopter.governance.models import Elector
from coopter.governance.rules.kinds import AttendanceMeans
from coopter.plumbing import clock
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from tests.browser.conftest import DESK, PHONE
from tests.browser.pictures import Pictures
from tests.browser.serving import Site
from tests.browser.test_access import AXE, RUN, SCHEMES, TOO_WIDE
from tests.browser.test_assembly import Meeting, _convened
from tests.browser.world import World
from tests.factories import actor, inside

MEMBER, COORDINATOR = "Soizic Tanguy", "coordinator"


@command
def _held(meeting: Meeting) -> None:
    """Everybody is there, one vote is closed, another is open, a question waits."""
    with inside(meeting.world.grouping):
        anne, now = actor(meeting.world.grouping, Role.COORDINATOR), clock.now()
        electors = list(session().scalars(select(Elector.id).order_by(Elector.id)))
        for one in electors:
            record_arrival(
                anne, assembly_id=meeting.assembly_id, elector_id=one, means=AttendanceMeans.ON_THE_SPOT,
                person_name="", at=now,
            )  # fmt: skip
        ask_question(anne, assembly_id=meeting.assembly_id, elector_id=electors[0], question="Et le bail ?", at=now)
        open_assembly(anne, assembly_id=meeting.assembly_id, chair="Maryvonne", secretary="Anne Riou", at=now)
        delay = meeting.items["delay"]
        open_vote(anne, item_id=delay, at=now)
        record_ballots(anne, item_id=delay, choices={**dict.fromkeys(electors, "yes"), electors[1]: "abstain"}, at=now)
        close_vote(anne, item_id=delay, at=now)
        open_vote(anne, item_id=meeting.items["chair"], at=now)


def _pages(meeting: Meeting) -> dict[str, list[tuple[str, str]]]:
    life = meeting.world.url
    common = [
        ("assemblees", life("vie", "assemblees")), ("assemblee", meeting.url()), ("voter", meeting.url("voter")),
        ("pouvoirs", meeting.url("pouvoirs")), ("entrer", meeting.url("entrer")), ("salle", meeting.url("salle")),
        ("bulletins", meeting.url("bulletins")), ("deliberations", life("vie", "deliberations")),
        ("instances", life("vie", "instances")), ("proces-verbal", meeting.url("proces-verbal")),
    ]  # fmt: skip
    own = [
        ("assemblee-nouvelle", life("vie", "assemblees", "nouvelle")), ("presences", meeting.url("presences")),
        ("point", life("vie", "assemblees", "points", meeting.items["delay"])), ("pupitre", meeting.url("pupitre")),
        ("convocation", meeting.url("convocation")), ("bureau", meeting.url("bureau")),
    ]  # fmt: skip
    return {MEMBER: common, COORDINATOR: [*common, *own]}


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_pages_of_assemblies_are_for_everybody(
    width: int, site: Site, make_world: Callable[..., World], opened: Callable[..., Page], pictures: Pictures
) -> None:
    """WCAG by axe-core, both colour schemes, as a member and as whoever runs the assembly."""
    with site.app.app_context():
        meeting = _convened(make_world(closed=(), confirmed=True))
        _held(meeting)
    axe, found = AXE.read_text(encoding="utf-8"), []
    people: dict[str, Any] = {MEMBER: meeting.people[MEMBER], COORDINATOR: meeting.world.people[COORDINATOR]}
    for who, pages in _pages(meeting).items():
        page = opened(people[who], width)
        for name, address in pages:
            page.goto(address)
            pictures.take(page, f"assemblees-{who}-{name}", whole=True)
            page.evaluate(axe)
            for scheme, rules in SCHEMES:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                found += [(name, scheme, fault) for fault in page.evaluate(RUN, rules)]
            found += [(name, "too wide", fault) for fault in page.evaluate(TOO_WIDE)]
    assert found == []
