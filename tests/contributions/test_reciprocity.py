"""What members give and receive: agreed by both sides, each unit by itself, seen by whom it concerns (§5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.commands import reciprocity as commands
from coopter.contributions.queries import reciprocity as queries
from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import (
    DisputeUnexplained,
    Entry,
    EurosValuedTwice,
    GiftSettled,
    GiftToOneself,
    GiftUnnamed,
    GiftWithdrawn,
    GivenTomorrow,
    NothingGiven,
    balances,
)
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotAllowed, NotFound, Refusal
from tests import factories as a
from tests.contributions.gifts_scene import DAY, agreed, called, details, given_by
from tests.contributions.members_scene import AT, Scene, scene_of


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def test_a_gift_counts_once_the_other_side_says_so(scene: Scene) -> None:
    """Recorded by one, asked of the other by mail, confirmed by the other alone."""
    gift_id = given_by(scene, "north", "south", valued=Money(300_00))
    assert queries.entries_of() == ()
    assert any("Aide comptable" in one["text"] for one in session().scalars(select(OutboxRow.payload)))
    assert [one.id for one in queries.waiting_for(scene.speaks("south"))] == [gift_id]
    assert queries.waiting_for(scene.speaks("north")) == ()
    for other in (scene.speaks("north"), scene.coordinator):
        with pytest.raises(NotAllowed):
            commands.confirm_gift(other, gift_id=gift_id, version=1, at=AT)
    commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=1, at=AT)
    assert queries.entries_of() == (Entry(scene.id_of("north"), scene.id_of("south"), Unit.ADVICE, 100),)
    assert queries.entries_of(2025) == () and len(queries.entries_of(2026)) == 1
    for act in (commands.confirm_gift, commands.withdraw_gift):
        with pytest.raises(GiftSettled):
            act(scene.speaks("south"), gift_id=gift_id, version=2, at=AT)


def test_a_receiver_may_be_the_one_who_records(scene: Scene) -> None:
    """Then the giver confirms."""
    gift_id = commands.record_gift(
        scene.speaks("south"), details=details(scene, "north", "south"), side_id=scene.id_of("south"), at=AT
    )
    with pytest.raises(NotAllowed):
        commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=1, at=AT)
    commands.confirm_gift(scene.speaks("north"), gift_id=gift_id, version=1, at=AT)
    assert len(queries.entries_of()) == 1


def test_a_dispute_has_a_reason_and_ends_by_a_correction_or_a_withdrawal(scene: Scene) -> None:
    """The side that recorded is told; it corrects, and the other is asked again."""
    gift_id = given_by(scene, "north", "south")
    with pytest.raises(DisputeUnexplained):
        commands.dispute_gift(scene.speaks("south"), gift_id=gift_id, version=1, reason=" ", at=AT)
    commands.dispute_gift(scene.speaks("south"), gift_id=gift_id, version=1, reason="Une demi-journée", at=AT)
    assert [one.id for one in queries.waiting_for(scene.speaks("north"))] == [gift_id]
    assert any("Une demi-journée" in one["text"] for one in session().scalars(select(OutboxRow.payload)))
    half = details(scene, "north", "south", quantity=50)
    with pytest.raises(NotAllowed):
        commands.correct_gift(scene.speaks("south"), gift_id=gift_id, version=2, details=half, at=AT)
    with pytest.raises(NotFound):
        commands.correct_gift(
            scene.speaks("north"), gift_id=gift_id, version=2, details=details(scene, "north", "east"), at=AT
        )
    commands.correct_gift(scene.speaks("north"), gift_id=gift_id, version=2, details=half, at=AT)
    assert queries.visible_gift(scene.speaks("south"), gift_id).state is GiftState.OFFERED
    commands.withdraw_gift(scene.speaks("north"), gift_id=gift_id, version=3, at=AT)
    with pytest.raises(GiftWithdrawn):
        commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=4, at=AT)
    assert queries.entries_of() == ()


def test_gifts_to_the_grouping_are_confirmed_by_its_coordinator(scene: Scene) -> None:
    """In kind, valued or not; the coordinator does not answer what it recorded itself."""
    gift_id = given_by(scene, "north", None, unit=Unit.SURFACE, quantity=6_000, valued=Money(120_00))
    with pytest.raises(NotAllowed):
        commands.confirm_gift(a.actor(scene.grouping, Role.TREASURER), gift_id=gift_id, version=1, at=AT)
    commands.confirm_gift(scene.coordinator, gift_id=gift_id, version=1, at=AT)
    received = commands.record_gift(scene.coordinator, details=details(scene, "south", None), side_id=None, at=AT)
    with pytest.raises(NotAllowed):
        commands.confirm_gift(scene.coordinator, gift_id=received, version=1, at=AT)
    with pytest.raises(NotAllowed):
        commands.record_gift(
            scene.coordinator, details=details(scene, "south", None), side_id=scene.id_of("south"), at=AT
        )
    commands.confirm_gift(scene.speaks("south"), gift_id=received, version=1, at=AT)
    assert len(queries.entries_of()) == 2


def test_the_coordinator_types_for_a_member_and_the_other_member_answers(scene: Scene) -> None:
    """For whoever has no access; a stranger to both sides may not."""
    told = details(scene, "east", "south")
    with pytest.raises(NotAllowed):
        commands.record_gift(scene.speaks("north"), details=told, side_id=scene.id_of("east"), at=AT)
    with pytest.raises(NotFound):
        commands.record_gift(scene.speaks("north"), details=told, side_id=scene.id_of("north"), at=AT)
    gift_id = commands.record_gift(scene.coordinator, details=told, side_id=scene.id_of("east"), at=AT)
    commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=1, at=AT)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"quantity": 0}, NothingGiven),
        ({"given_on": date(2026, 10, 2)}, GivenTomorrow),
        ({"what": "  "}, GiftUnnamed),
        ({"unit": Unit.EUROS, "valued": Money(1)}, EurosValuedTwice),
        ({"valued": Money(-1)}, NothingGiven),
    ],
)
def test_what_cannot_be_given_is_refused(scene: Scene, changes: dict[str, object], refusal: type[Refusal]) -> None:
    """Each with its remedy."""
    with pytest.raises(refusal):
        given_by(scene, "north", "south", **changes)


def test_nobody_gives_to_themselves(scene: Scene) -> None:
    """Nor to a structure of elsewhere (R7)."""
    with pytest.raises(GiftToOneself):
        given_by(scene, "north", "north")
    with pytest.raises(NotFound):
        given_by(scene, "north", "south", receiver_id=987_654_321)


def test_a_stale_answer_shows_what_stands_now(scene: Scene) -> None:
    """R22: the gift was corrected since the page was opened."""
    gift_id = given_by(scene, "north", "south")
    half = details(scene, "north", "south", quantity=50)
    commands.correct_gift(scene.speaks("north"), gift_id=gift_id, version=1, details=half, at=AT)
    with pytest.raises(Conflict) as clash:
        commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=1, at=AT)
    assert clash.value.theirs["quantity"] == "0,5 jour"
    with pytest.raises(Conflict) as both:
        commands.correct_gift(scene.speaks("north"), gift_id=gift_id, version=1, details=half, at=AT)
    assert both.value.mine["quantity"] == "0,5 jour"


def test_the_ledger_is_fed_by_hours_gifts_and_calls(scene: Scene) -> None:
    """Hours come from the grouping, a call goes to it, what is given back comes from it; no unit becomes another."""
    a.worked(scene.nolwenn, scene.members["north"], DAY, 90)
    agreed(scene, "north", "south")
    called(scene, "south", 500_00)
    called(scene, "south", -100_00, turn=2)
    north, south = scene.id_of("north"), scene.id_of("south")
    found = balances(queries.entries_of(2026))
    assert (found[None, Unit.HOURS].given, found[north, Unit.HOURS].received) == (90, 90)
    assert found[north, Unit.ADVICE].given == found[south, Unit.ADVICE].received == 100
    assert found[south, Unit.EUROS].given == 500_00 and found[south, Unit.EUROS].net == 400_00
    assert queries.years_of_ledger() == (2026,) and queries.entries_of(2025) == ()


def euros_seen(actor: Actor) -> list[str]:
    """Names in the table of euros."""
    return [row.name for unit, rows in queries.ledger(actor).tables if unit is Unit.EUROS for row in rows]


def test_euros_are_for_both_sides_and_for_those_who_read_accounts(scene: Scene) -> None:
    """Other units are everybody's: the page is shown to the assembly."""
    called(scene, "south", 500_00)
    agreed(scene, "north", "south", valued=Money(300_00))
    agreed(scene, "north", "east", unit=Unit.EUROS, quantity=50_00)
    assert euros_seen(scene.speaks("south")) == ["South"]
    assert euros_seen(scene.speaks("west")) == []
    assert "East" in euros_seen(a.actor(scene.grouping, Role.AUDITOR))
    seen = queries.gifts_for(scene.speaks("west"))
    assert [(one.unit, one.valued) for one in seen] == [(Unit.ADVICE, None)]
    assert [one.valued for one in queries.gifts_for(scene.speaks("south"))] == [Money(300_00)]
    assert len(queries.gifts_for(a.actor(scene.grouping, Role.TREASURER))) == 2
    assert queries.visible_entries(a.actor(scene.grouping, Role.EMPLOYEE)) == ()


def test_what_is_not_confirmed_is_between_the_two(scene: Scene) -> None:
    """R7: a third member does not know of it."""
    gift_id = given_by(scene, "north", "south")
    with pytest.raises(NotFound):
        queries.visible_gift(scene.speaks("west"), gift_id)
    with pytest.raises(NotFound):
        commands.confirm_gift(scene.speaks("west"), gift_id=gift_id, version=1, at=AT)
    assert queries.gifts_for(scene.speaks("west")) == () and len(queries.gifts_for(scene.speaks("south"))) == 1
    commands.confirm_gift(scene.speaks("south"), gift_id=gift_id, version=1, at=AT)
    assert queries.visible_gift(scene.speaks("west"), gift_id).quantity == 100
