"""An assembly lived at random against a plain model: who is there, who holds which power, who may vote, who has voted.

Proxy of an absent holder, principal who comes after all, late vote, roll changed in mid-vote, double click (T38, R33).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coopter.governance.commands.attendance import record_departure
from coopter.governance.commands.ballots import AlreadyVoted, NotOnRoll, VoteNotOpen
from coopter.governance.commands.convocation import set_right_to_vote
from coopter.governance.commands.proxies import give_proxy, revoke_proxy
from coopter.governance.commands.votes import NobodyOnRoll, cast, close_vote, open_vote
from coopter.governance.queries.assemblies import roll_of
from coopter.governance.queries.sittings import get_item
from coopter.governance.queries.votes import hands_of, outcome_of, published_ballots, vote_record
from coopter.governance.rules.proxies import AlreadyGiven, GiverCannotVote, HolderCannotVote, HolderFull
from coopter.plumbing.database import db
from coopter.values.refusal import NotAllowed
from tests.governance.meetings import AT, SIMPLE, Meeting, an_open_meeting

NAMES = "ABCDE"
MOST = 2
WHO = st.sampled_from(NAMES)
WORDS = st.sampled_from(["yes", "no", "abstain", "blank"])


class Life(RuleBasedStateMachine):
    """The machine; its model is five plain attributes."""

    app: Flask

    @initialize()
    def begin(self) -> None:
        """Everybody convened, A and B there, twelve points to vote."""
        from tests.conftest import _empty

        _empty(self.app.config["SETTINGS"])
        items = [{"title": f"Point {number}"} for number in range(12)]
        statutes = replace(SIMPLE, most_proxies=MOST)
        self.world = an_open_meeting(NAMES, statutes=statutes, items=items, absent=["C", "D", "E"])
        self.meeting: Meeting = self.world.__enter__()
        self.waiting = self.meeting.items()
        self.open: int | None = None
        self.there, self.able = set("AB"), set(NAMES)
        self.powers: dict[str, tuple[int, str]] = {}  # giver → (proxy, holder), in the order given
        self.hands: dict[str, str] = {}  # of the open vote
        self.voted: dict[str, str] = {}
        self.closed: list[tuple[int, dict[str, str]]] = []

    def teardown(self) -> None:
        """Leave the grouping's scope."""
        if hasattr(self, "world"):
            db.session.rollback()
            self.world.__exit__(None, None, None)

    # ── the model's own idea of whose hand votes ──

    def expected_hands(self) -> dict[str, str]:
        """Present and able: oneself. Absent: the holder, if there, able, and under its ceiling."""
        found = {name: name for name in NAMES if name in self.there and name in self.able}
        taken = dict.fromkeys(NAMES, 0)
        for giver, (_proxy, holder) in self.powers.items():
            if giver in self.able and giver not in found and found.get(holder) == holder and taken[holder] < MOST:
                taken[holder] += 1
                found[giver] = holder
        return found

    def ask(self, act: Any, *refusals: type[Exception]) -> bool:
        """Do it; False when it was refused as foreseen."""
        try:
            act()
        except refusals:
            return False
        return True

    # ── what happens in a room ──

    @rule(name=WHO)
    def arrive(self, name: str) -> None:
        """Twice is once (double click)."""
        self.meeting.arrive(name)
        self.there.add(name)

    @precondition(lambda self: self.there)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody leaves."""
        name = data.draw(st.sampled_from(sorted(self.there)))
        elector = self.meeting.electors[name]
        record_departure(self.meeting.coordinator, assembly_id=self.meeting.assembly_id, elector_id=elector, at=AT)
        self.there.discard(name)

    @rule(name=WHO, may=st.booleans())
    def change_roll(self, name: str, may: bool) -> None:
        """Dues paid at the door, or a right taken away, perhaps in the middle of a vote."""
        set_right_to_vote(
            self.meeting.coordinator, assembly_id=self.meeting.assembly_id,
            elector_id=self.meeting.electors[name], may_vote=may, at=AT,
        )  # fmt: skip
        (self.able.add if may else self.able.discard)(name)

    @rule(giver=WHO, holder=WHO)
    def give(self, giver: str, holder: str) -> None:
        """A power, refused as the statutes have it."""
        if giver == holder:
            return
        held = sum(1 for _proxy, one in self.powers.values() if one == holder)
        fits = giver in self.able and holder in self.able and giver not in self.powers and held < MOST
        electors = self.meeting.electors

        def act() -> None:
            proxy = give_proxy(
                self.meeting.speakers[giver], assembly_id=self.meeting.assembly_id, giver_id=electors[giver],
                holder_id=electors[holder], at=AT,
            )  # fmt: skip
            self.powers[giver] = (proxy, holder)

        assert self.ask(act, AlreadyGiven, GiverCannotVote, HolderCannotVote, HolderFull) is fits

    @precondition(lambda self: self.powers)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        """A power taken back."""
        giver = data.draw(st.sampled_from(sorted(self.powers)))
        revoke_proxy(self.meeting.speakers[giver], proxy_id=self.powers.pop(giver)[0], at=AT)

    @precondition(lambda self: self.open is None and self.waiting)
    @rule()
    def open_next(self) -> None:
        """The roll is fixed here."""
        hands = self.expected_hands()
        item = self.waiting[0]
        opened = self.ask(lambda: open_vote(self.meeting.coordinator, item_id=item, at=AT), NobodyOnRoll)
        assert opened is bool(hands)
        if opened:
            self.open, self.hands, self.voted = self.waiting.pop(0), hands, {}

    @precondition(lambda self: self.open is not None)
    @rule(voter=WHO, name=WHO, word=WORDS, twice=st.booleans())
    def vote(self, voter: str, name: str, word: str, twice: bool) -> None:
        """Somebody's phone votes for a voice: its own, one it holds, one it held, one it never had."""
        item, meeting = self.open or 0, self.meeting
        for _ in range(1 + twice):
            fits = self.hands.get(name) == voter and name not in self.voted
            choices = {meeting.electors[name]: word}
            done = self.ask(
                lambda: cast(meeting.speakers[voter], item_id=item, choices=choices, at=AT),  # noqa: B023
                AlreadyVoted, NotOnRoll, NotAllowed,
            )  # fmt: skip
            assert done is fits
            if done:
                self.voted[name] = word

    @precondition(lambda self: self.open is not None)
    @rule()
    def close(self) -> None:
        """Counted against the model's own count."""
        item = self.open or 0
        close_vote(self.meeting.coordinator, item_id=item, at=AT)
        self.closed.append((item, dict(self.voted)))
        self.open, self.hands, self.voted = None, {}, {}

    @precondition(lambda self: self.closed)
    @rule(name=WHO, data=st.data())
    def vote_late(self, name: str, data: st.DataObject) -> None:
        """After the closing nothing is taken."""
        item, _voted = data.draw(st.sampled_from(self.closed))
        with pytest.raises(VoteNotOpen):
            cast(self.meeting.speakers[name], item_id=item, choices={self.meeting.electors[name]: "yes"}, at=AT)

    # ── what always holds ──

    @invariant()
    def roll_says_what_the_model_says(self) -> None:
        """Whose hand votes for whom, now and in the open vote."""
        if not hasattr(self, "meeting"):
            return
        names = {number: name for name, number in self.meeting.electors.items()}
        now = {one.name: names[one.hand_id] for one in roll_of(self.meeting.assembly_id) if one.hand_id is not None}
        assert now == self.expected_hands()
        if self.open is not None:
            record = vote_record(self.open)
            assert {line.name: line.hand for line in record.lines if line.hand_id is not None} == self.hands
            assert {line.name: line.choice for line in record.lines if line.has_voted} == self.voted
            for voter in NAMES:
                mine = {hand.name for hand in hands_of(self.meeting.speakers[voter], self.open)}
                assert mine == {name for name, hand in self.hands.items() if hand == voter}

    @invariant()
    def every_closed_vote_keeps_its_count(self) -> None:
        """Ballots = seats that voted; nothing moves afterwards (R33)."""
        for item, voted in getattr(self, "closed", [])[-2:]:
            assert {one["name"]: one["choice"] for one in published_ballots(get_item(item))} == voted
            outcome = outcome_of(item)
            assert outcome is not None
            words = list(voted.values())
            assert {word: outcome.result["heads"][word] for word in ("yes", "no", "abstain", "blank")} == {
                word: words.count(word) for word in ("yes", "no", "abstain", "blank")
            }
            assert (outcome.verdict.value == "adopted") is (words.count("yes") > words.count("no"))


def live(app: Flask, *, lives: int, steps: int) -> None:
    """Run the machine on this app's database."""
    Life.app = app
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate],  # a life is long: the first that fails is shown as it was
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_assembly_lives_as_the_model_says(app: Flask) -> None:
    live(app, lives=8, steps=30)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_assembly_lives_as_the_model_says_all_night(app: Flask) -> None:
    live(app, lives=150, steps=50)
