"""What members give and receive: agreed by both sides, each unit by itself, seen by whom it concerns (§5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from coopter.contributions.commands import reciprocity as commands
from coopter.contributions.commands.reciprocity import GiftDetails
from coopter.contributions.models import Call, CallRun, Contribution, Gift
from coopter.contributions.queries import reciprocity as queries
from coopter.contributions.rules.kinds import CallKind, GiftState, Product, Unit
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
    Source,
    balances,
    flows,
    giving_and_receiving,
    parse_quantity,
    quantity_words,
    typed_quantity,
)
from coopter.contributions.rules.reciprocity_picture import MOST_DRAWN, SIZE, draw
from coopter.governance import commands as governance
from coopter.governance.rules.motions import Motion
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotAllowed, NotFound, Refusal
from tests import factories as a
from tests.contributions.members_scene import AT, Scene, scene_of

DAY = date(2026, 3, 2)
PAGE = "/cap-cooperation/reciprocite"
PARTIES = st.one_of(st.none(), st.integers(1, 6))
ENTRIES = st.lists(
    st.builds(Entry, PARTIES, PARTIES, st.sampled_from(Unit), st.integers(1, 10**9), st.sampled_from(Source)),
    max_size=40,
)


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def details(scene: Scene, giver: str, receiver: str | None, **changes: object) -> GiftDetails:
    """A day of advice, unless said otherwise."""
    made = GiftDetails(
        scene.id_of(giver), scene.id_of(receiver) if receiver else None, DAY, Unit.ADVICE, 100, "Aide comptable"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def given_by(scene: Scene, giver: str, receiver: str | None, **changes: object) -> int:
    """A gift that its giver recorded."""
    return commands.record_gift(
        scene.speaks(giver), details=details(scene, giver, receiver, **changes), side_id=scene.id_of(giver), at=AT
    )


def agreed(scene: Scene, giver: str, receiver: str | None, **changes: object) -> int:
    """A gift that both sides agree on."""
    gift_id = given_by(scene, giver, receiver, **changes)
    other = scene.speaks(receiver) if receiver else scene.coordinator
    commands.confirm_gift(other, gift_id=gift_id, version=1, at=AT)
    return gift_id


# ── Pure ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@UNHURRIED
@given(ENTRIES)
def test_in_each_unit_all_gives_make_all_receives(entries: list[Entry]) -> None:
    """The ledger is closed: nothing appears, nothing is lost, no unit leaks into another."""
    found = balances(entries)
    for unit in Unit:
        mine = [balance for (_party, one), balance in found.items() if one is unit]
        whole = sum(entry.quantity for entry in entries if entry.unit is unit)
        assert sum(one.given for one in mine) == sum(one.received for one in mine) == whole
        assert sum(one.net for one in mine) == 0


@UNHURRIED
@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_the_ledger_says_nothing(entries: list[Entry], random: object) -> None:
    """Balances and flows are sums."""
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert balances(shuffled) == balances(entries) and flows(shuffled) == flows(entries)


@given(st.sampled_from(Unit), st.integers(1, 99_999))
def test_a_quantity_reads_back(unit: Unit, quantity: int) -> None:
    """What a form shows again is what was kept."""
    assert parse_quantity(unit, typed_quantity(unit, quantity)) == quantity


@pytest.mark.parametrize(
    ("unit", "text", "quantity", "words"),
    [
        (Unit.HOURS, "7h30", 450, "7\u00a0h\u00a030"),
        (Unit.ADVICE, "1,5", 150, "1,5 jour(s)"),
        (Unit.LOANS, "2", 200, "2 prêt(s)"),
        (Unit.SURFACE, "60", 6_000, "60 m² × jour"),
        (Unit.WEIGHT, "12,345", 12_345, "12,345 kg"),
        (Unit.ENERGY, "1 000", 1_000_000, "1\u202f000 kWh"),
        (Unit.EUROS, "1 234,56 €", 123_456, "1\u202f234,56\u00a0€"),
    ],
)
def test_each_unit_is_typed_and_said_its_own_way(unit: Unit, text: str, quantity: int, words: str) -> None:
    """R45."""
    assert parse_quantity(unit, text) == quantity and quantity_words(unit, quantity) == words


@pytest.mark.parametrize("text", ["0", "-1", "", "un"])
@pytest.mark.parametrize("unit", list(Unit))
def test_nothing_is_no_gift(unit: Unit, text: str) -> None:
    """In any unit."""
    with pytest.raises(Refusal):
        parse_quantity(unit, text)


def test_a_call_is_owed_and_not_given() -> None:
    """Else whoever is called would be a giver."""
    entries = [Entry(1, None, Unit.EUROS, 5, Source.CALL), Entry(None, 2, Unit.HOURS, 60, Source.HOURS),
               Entry(2, 1, Unit.ADVICE, 1)]  # fmt: skip
    assert giving_and_receiving(entries, members=frozenset({1, 2, 3})) == ({2}, {1, 2})


def test_the_picture_is_the_same_each_time_and_inside_its_frame() -> None:
    """Deterministic; at most 24 members, the best linked, in the order of the codes."""
    names = [(rank, f"Structure au nom long {rank}") for rank in range(1, 41)] + [(None, "Groupement")]
    entries = [Entry(one, one % 40 + 1, Unit.ADVICE, one) for one in range(1, 41)] + [Entry(None, 1, Unit.HOURS, 60)]
    first, again = draw(names, flows(entries), unit=None), draw(names, flows(reversed(entries)), unit=None)
    assert first == again and first.left_out == 40 - MOST_DRAWN
    assert all(0 <= node.x <= SIZE and 0 <= node.y <= SIZE for node in first.nodes)
    assert {arc.width for arc in first.arcs} == {2} and all(len(node.label) <= 18 for node in first.nodes)
    wide = draw(names, flows(entries), unit=Unit.ADVICE)
    assert None not in {node.party for node in wide.nodes}, "only who takes part in this unit is drawn"
    assert len({arc.width for arc in wide.arcs}) > 1
    back = draw(names, flows([Entry(1, 2, Unit.ADVICE, 1), Entry(2, 1, Unit.HOURS, 1)]), unit=None)
    assert [arc.both for arc in back.arcs] == [True, True] and back.arcs[0].path != back.arcs[1].path
    assert draw(names, {}, unit=None).nodes == ()


# ── Both sides ────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    assert clash.value.theirs["quantity"] == "0,5 jour(s)"
    with pytest.raises(Conflict) as both:
        commands.correct_gift(scene.speaks("north"), gift_id=gift_id, version=1, details=half, at=AT)
    assert both.value.mine["quantity"] == "0,5 jour(s)"


# ── The ledger ────────────────────────────────────────────────────────────────────────────────────────────────────────


def called(scene: Scene, name: str, cents: int, *, year: int = 2026, turn: int = 1) -> None:
    """A contribution called from a member, as `call_contribution` leaves it."""
    motion = Motion("figures-publication", f"figures:{year}", {"year": year, "bases": []}, DAY)
    decision = governance.decide(scene.coordinator, motion, at=AT)
    made = a.saved(
        Contribution(name=f"Part {name} {turn}", product=Product.PROPORTIONAL, created_by="Anne", created_at=AT)
    )
    run = a.saved(
        CallRun(contribution_id=made.id, year=year, kind=CallKind.YEAR, turn=turn, decision_id=decision.id,
                called_on=DAY, total=Money(cents), called_by="Anne", called_at=AT)
    )  # fmt: skip
    a.saved(
        Call(run_id=run.id, structure_id=scene.id_of(name), instalment=1, due_on=DAY, amount=Money(cents), detail={})
    )


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


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def typed(scene: Scene, other: str, **changes: str) -> dict[str, str]:
    """What a phone sends."""
    return {
        "side": str(scene.id_of("north")), "direction": "given", "other": other, "what": "Une journée",
        "unit": "advice", "quantity": "1,5", "given_on": "2026-03-02", "valued": "", **changes,
    }  # fmt: skip


def test_a_gift_by_its_pages(scene: Scene) -> None:
    """Noted on a phone, disputed, corrected, confirmed; a double click notes once (R4)."""
    north = scene.browser("north")
    assert north.get(f"{PAGE}/noter").status_code == 200
    south_id = str(scene.id_of("south"))
    form = {**typed(scene, south_id), "operation_key": "k" * 22}
    assert [north.post(f"{PAGE}/noter", data=dict(form)).status_code for _ in range(2)] == [303, 303]
    (gift_id,) = session().scalars(select(Gift.id)).all()
    page = f"{PAGE}/{gift_id}"
    assert "Retirer" in north.get(page).text and "Contester" not in north.get(page).text
    south = scene.browser("south")
    assert "Répondre" in south.get(PAGE).text
    assert south.post(f"{page}/contester", data={"version": "1", "reason": ""}).status_code == 422
    assert south.post(f"{page}/contester", data={"version": "1", "reason": "Un jour"}).status_code == 303
    north = scene.browser("north")
    assert "Un jour" in north.get(page).text and north.get(f"{page}/corriger").status_code == 200
    assert north.post(f"{page}/corriger", data=typed(scene, south_id, version="1", quantity="1")).status_code == 409
    fixed = north.post(f"{page}/corriger", data=typed(scene, south_id, version="2", quantity="1"))
    assert fixed.status_code == 303
    south = scene.browser("south")
    assert south.post(f"{page}/confirmer", data={"version": "2"}).status_code == 409
    assert south.post(f"{page}/confirmer", data={"version": "3"}).status_code == 303
    shown = south.get(PAGE).text
    assert "<title id=" in shown and "Qui donne à qui" in shown and "1 jour(s)" in shown
    assert south.get(f"{PAGE}?annee=2026&unite=advice").status_code == 200
    assert "Conseil et expertise" in south.get(f"{PAGE}/export.csv").data.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": "beaucoup"}, "beaucoup"),
        ({"other": "groupement", "direction": "received"}, "notez ce qu’il reçoit"),
        ({"other": "987654"}, "Avec"),
        ({"unit": "bonheur"}, "Compté en"),
        ({"what": ""}, "Remplissez ce champ"),
        ({"given_on": "2026-12-31"}, "à venir"),
    ],
)
def test_what_is_typed_wrong_is_shown_again(scene: Scene, changes: dict[str, str], said: str) -> None:
    """422, with what was typed and the remedy."""
    sent = scene.browser("north").post(f"{PAGE}/noter", data={**typed(scene, str(scene.id_of("south"))), **changes})
    assert sent.status_code == 422 and said in sent.text
    assert session().scalars(select(Gift)).all() == []


def test_doors_by_role_and_grouping(scene: Scene, app: Flask) -> None:
    """R6, R7: employees have no door here; another grouping finds nothing."""
    gift_id = given_by(scene, "north", "south")
    for who in ("coordinator", "treasurer", "auditor", "north"):
        assert scene.browser(who).get(PAGE).status_code == 200
        assert scene.browser(who).get(f"{PAGE}/{gift_id}").status_code == 200
    assert scene.browser("employee").get(PAGE).status_code == 403
    assert scene.browser("treasurer").get(f"{PAGE}/noter").status_code == 403
    assert scene.browser("coordinator").post(f"{PAGE}/{gift_id}/confirmer", data={"version": "1"}).status_code == 403
    with a.inside(a.a_grouping(slug="ailleurs")):
        stranger = a.a_person(Role.COORDINATOR, tf_primary_method="authenticator", tf_totp_secret="x")
    browser = a.signed_in(app.test_client(), stranger)
    assert browser.get(f"/ailleurs/reciprocite/{gift_id}").status_code == 404
    assert browser.post(f"/ailleurs/reciprocite/{gift_id}/confirmer", data={"version": "1"}).status_code == 404
    assert "Rien encore" in browser.get("/ailleurs/reciprocite").text
