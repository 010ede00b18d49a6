"""Whose hand votes for whom: given by the member itself, capped, revocable, worth nothing when the holder is away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from coopter.governance.commands.assemblies import close_assembly
from coopter.governance.commands.convocation import set_right_to_vote
from coopter.governance.commands.proxies import (
    AlreadyRevoked,
    ProxiesClosed,
    ProxyToOneself,
    assign_open_proxies,
    give_proxy,
    revoke_proxy,
)
from coopter.governance.queries.assemblies import proxies_of, roll_of
from coopter.governance.rules.proxies import (
    AlreadyGiven,
    GiverCannotVote,
    HolderCannotVote,
    HolderFull,
    OpenProxiesForbidden,
    OtherCollege,
    Power,
    ProxiesForbidden,
    Voice,
    assignment,
    hands,
)
from coopter.values.refusal import NotAllowed
from tests.governance.meetings import AT, SIMPLE, Meeting, an_open_meeting

VOICES = [Voice(number, "", 1, True) for number in range(1, 6)]


def who(present: set[int], *powers: Power, most: int | None = None, voices: list[Voice] = VOICES) -> dict[int, int]:
    """Whose hand votes for whom."""
    return hands(voices, present=frozenset(present), powers=powers, most=most)


def test_present_votes_alone_whatever_power_it_gave() -> None:
    """T38: the principal who came after all takes its vote back."""
    assert who({1, 2}, Power(1, 1, 2)) == {1: 1, 2: 2}


def test_absent_is_represented_by_who_is_there() -> None:
    assert who({2}, Power(1, 1, 2)) == {2: 2, 1: 2}


def test_power_held_by_an_absent_counts_for_nothing() -> None:
    """T38; nor does it pass on to the holder's own holder."""
    assert who({3}, Power(1, 1, 2)) == {3: 3}
    assert who({3}, Power(1, 1, 2), Power(2, 2, 3)) == {3: 3, 2: 3}


def test_ceiling_keeps_the_first_powers() -> None:
    powers = (Power(1, 1, 4), Power(2, 2, 4), Power(3, 3, 4))
    assert who({4}, *powers, most=2) == {4: 4, 1: 4, 2: 4}
    assert who({4}, *powers, most=0) == {4: 4}


def test_without_the_right_to_vote_neither_voice_nor_hand() -> None:
    voices = [Voice(1, "", 1, True), Voice(2, "", 1, False)]
    assert who({1, 2}, Power(1, 1, 2), voices=voices) == {1: 1}
    assert who({2}, Power(1, 1, 2), voices=voices) == {}
    assert who({1}, Power(1, 2, 1), voices=voices) == {1: 1}


POWERS = st.lists(st.tuples(st.integers(1, 5), st.none() | st.integers(1, 5)), max_size=5, unique_by=lambda p: p[0])


@given(st.sets(st.integers(1, 5)), POWERS, st.none() | st.integers(0, 3))
def test_hands_always(present: set[int], given_powers: list[tuple[int, int | None]], most: int | None) -> None:
    powers = [Power(number, giver, holder) for number, (giver, holder) in enumerate(given_powers)]
    found = who(present, *powers, most=most)
    assert all(found[one] == one for one in present)
    assert all(hand in present for hand in found.values()), "every hand is there"
    for holder in present:
        held = [giver for giver, hand in found.items() if hand == holder and giver != holder]
        assert most is None or len(held) <= most


@given(st.sets(st.integers(1, 5)), POWERS, st.none() | st.integers(0, 3))
def test_open_powers_go_the_same_way_every_time(
    present: set[int], given_powers: list[tuple[int, int | None]], most: int | None
) -> None:
    powers = [Power(number, giver, holder, holder is not None) for number, (giver, holder) in enumerate(given_powers)]
    moved = assignment(VOICES, present=frozenset(present), powers=powers, most=most)
    assert moved == assignment(VOICES, present=frozenset(present), powers=powers[::-1], most=most)
    after = [Power(p.id, p.giver_id, moved.get(p.id, p.holder_id), p.nominative) for p in powers]
    for holder in {moved[p] for p in moved}:
        assert holder in present
        assert most is None or sum(1 for p in after if p.holder_id == holder) <= most
    assert not assignment(VOICES, present=frozenset(present), powers=after, most=most), "nothing is left to move"


def give(meeting: Meeting, giver: str, holder: str | None, *, by: str | None = None) -> int:
    """One gives its power."""
    holder_id = meeting.electors[holder] if holder else None
    actor = meeting.speakers[by or giver]
    return give_proxy(actor, assembly_id=meeting.assembly_id, giver_id=meeting.electors[giver], holder_id=holder_id,
                      at=AT)  # fmt: skip


def test_member_gives_its_own_power_and_takes_it_back(app: Flask) -> None:
    """T36: no secretary needed; nobody gives another's."""
    with an_open_meeting(absent=["A"]) as meeting:
        with pytest.raises(NotAllowed):
            give(meeting, "A", "B", by="B")
        proxy = give(meeting, "A", "B")
        with pytest.raises(AlreadyGiven):
            give(meeting, "A", "C")
        holds = {one.name: one.holds for one in roll_of(meeting.assembly_id)}
        assert holds["B"] == (meeting.electors["A"],)
        with pytest.raises(NotAllowed):
            revoke_proxy(meeting.speakers["B"], proxy_id=proxy, at=AT)
        revoke_proxy(meeting.speakers["A"], proxy_id=proxy, at=AT, reason="Je viens")
        with pytest.raises(AlreadyRevoked):
            revoke_proxy(meeting.speakers["A"], proxy_id=proxy, at=AT)
        give_proxy(meeting.coordinator, assembly_id=meeting.assembly_id, giver_id=meeting.electors["A"],
                   holder_id=meeting.electors["C"], at=AT)  # fmt: skip
        assert [one.revoked_because for one in proxies_of(meeting.assembly_id)] == ["Je viens", ""]
        close_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT)
        with pytest.raises(ProxiesClosed):
            give(meeting, "B", "C")


def test_what_the_statutes_forbid(app: Flask) -> None:
    with an_open_meeting(statutes=replace(SIMPLE, most_proxies=1, open_proxies=False), absent=["A", "B"]) as meeting:
        give(meeting, "A", "C")
        for holder, refusal in (("C", HolderFull), ("B", ProxyToOneself), (None, OpenProxiesForbidden)):
            with pytest.raises(refusal):
                give(meeting, "B", holder)
        assembly, elector = meeting.assembly_id, meeting.electors
        set_right_to_vote(meeting.coordinator, assembly_id=assembly, elector_id=elector["D"], may_vote=False, at=AT)
        with pytest.raises(HolderCannotVote):
            give(meeting, "B", "D")
        with pytest.raises(GiverCannotVote):
            give(meeting, "D", "C")


def test_no_proxies_at_all(app: Flask) -> None:
    with an_open_meeting(statutes=replace(SIMPLE, most_proxies=0)) as meeting, pytest.raises(ProxiesForbidden):
        give(meeting, "A", "B")


def test_inside_its_college(app: Flask) -> None:
    from coopter.governance.rules.presets import SCIC

    statutes = replace(SCIC, persons_secret=False, proxies_in_college=True)
    colleges = {"A": "A", "B": "A", "C": "B", "D": "C"}
    with an_open_meeting(statutes=statutes, colleges=colleges, absent=["A"]) as meeting:
        with pytest.raises(OtherCollege):
            give(meeting, "A", "C")
        give(meeting, "A", "B")


def test_open_powers_are_handed_to_those_present(app: Flask) -> None:
    with an_open_meeting("ABCDE", statutes=replace(SIMPLE, most_proxies=1), absent=["A", "B", "C"]) as meeting:
        for giver in "ABC":
            give(meeting, giver, None)
        assert assign_open_proxies(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT) == 2
        hand = {one.name: one.hand_id for one in roll_of(meeting.assembly_id)}
        assert (hand["A"], hand["B"], hand["C"]) == (meeting.electors["D"], meeting.electors["E"], None)
        assert assign_open_proxies(meeting.coordinator, assembly_id=meeting.assembly_id, at=AT) == 0
