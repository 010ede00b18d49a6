"""Units, balances and the picture: pure, closed, the same each time (§5)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coopter.contributions.rules.kinds import Unit
from coopter.contributions.rules.reciprocity import (
    Entry,
    Source,
    balances,
    flows,
    giving_and_receiving,
    parse_quantity,
    quantity_words,
    typed_quantity,
)
from coopter.contributions.rules.reciprocity_picture import MOST_DRAWN, SIZE, draw
from coopter.values.refusal import Refusal

PARTIES = st.one_of(st.none(), st.integers(1, 6))
ENTRIES = st.lists(
    st.builds(Entry, PARTIES, PARTIES, st.sampled_from(Unit), st.integers(1, 10**9), st.sampled_from(Source)),
    max_size=40,
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


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
        (Unit.ADVICE, "1,5", 150, "1,5 jour"),
        (Unit.LOANS, "2", 200, "2 prêts"),
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
    assert {arc.width for arc in first.arcs} == {2} and all(
        len(line) <= 15 for node in first.nodes for line in node.lines
    )
    wide = draw(names, flows(entries), unit=Unit.ADVICE)
    assert None not in {node.party for node in wide.nodes}, "only who takes part in this unit is drawn"
    assert len({arc.width for arc in wide.arcs}) > 1
    back = draw(names, flows([Entry(1, 2, Unit.ADVICE, 1), Entry(2, 1, Unit.HOURS, 1)]), unit=None)
    assert [arc.both for arc in back.arcs] == [True, True] and back.arcs[0].path != back.arcs[1].path
    assert draw(names, {}, unit=None).nodes == ()
