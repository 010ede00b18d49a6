"""Anybody recounts: a script that shares no code finds the same results, and every ballot dropped or copied (R35)."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from flask import Flask

from coopter.governance.commands.votes import cast, close_vote, open_vote
from coopter.governance.queries.votes import ballots_export
from coopter.governance.rules.ballots import ballots_digest, too_small
from coopter.governance.rules.colleges import College, CollegeMethod, EmptyCollege
from coopter.governance.rules.kinds import BallotMethod, Verdict
from coopter.governance.rules.statutes import Majority, MajorityBase, Statutes
from coopter.governance.rules.tally import Cast, CastingVoteNeeded, Seated, tally_election, tally_resolution
from tests.governance.meetings import AT, ELECTION, an_open_meeting

SCRIPT = Path(__file__).parents[2] / "tools" / "recount.py"
RANDOM_ELECTIONS = 200


def recount(export: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as anybody would, without our code in reach."""
    path = folder / "votes.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path)], check=False, capture_output=True, text=True, cwd=folder
    )


def test_script_is_short_and_stands_alone() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert "import coopter" not in text and "from coopter" not in text


def some_statutes(dice: random.Random) -> Statutes:
    """Rules as statutes may give them."""
    threshold = dice.choice([Fraction(1, 2), Fraction(2, 3), Fraction(4, 5), Fraction(1, 3)])
    majority = Majority(
        "m", "M", dice.choice(list(MajorityBase)), threshold, strictly=dice.random() < 0.5,
        blank_counts=dice.random() < 0.5, abstentions_count=dice.random() < 0.5,
    )  # fmt: skip
    cuts = sorted(dice.sample(range(1, 100), 2))
    weights = [cuts[0], cuts[1] - cuts[0], 100 - cuts[1]]
    colleges = tuple(College(code, code, Fraction(w)) for code, w in zip("XYZ", weights, strict=True))
    return Statutes(
        majorities=(majority,), casting_vote=dice.random() < 0.5, colleges=colleges if dice.random() < 0.6 else (),
        college_method=dice.choice(list(CollegeMethod)), empty_college=dice.choice(list(EmptyCollege)),
    )  # fmt: skip


def some_vote(number: int, dice: random.Random) -> dict[str, Any]:
    """One random vote, counted by us, as the export gives it."""
    statutes, election = some_statutes(dice), dice.random() < 0.4
    codes = [one.code for one in statutes.colleges] or [""]
    secret = dice.random() < 0.5
    roll = [
        {"college": dice.choice(codes), "weight": 1 if secret else dice.randint(1, 4), "on_roll": dice.random() < 0.8,
         "voted": False}
        for _ in range(dice.randint(0, 30))
    ]  # fmt: skip
    names = ["Maëlle", "Yann", "Zoé", "Gwenn"][: dice.randint(1, 4)]
    seats = dice.randint(1, 3)
    ballots: list[dict[str, Any]] = []
    for line in roll:
        line["voted"] = line["on_roll"] and dice.random() < 0.9
        if line["voted"]:
            chosen = sorted(dice.sample(names, dice.randint(1, min(seats, len(names)))))
            choice = dice.choice(
                [chosen, chosen, "blank", "abstain"] if election else ["yes", "no", "abstain", "blank"]
            )
            who = {"receipt": f"{dice.getrandbits(80):020x}"} if secret else {"elector": len(ballots), "name": "N"}
            ballots.append({**who, "college": line["college"], "weight": line["weight"], "choice": choice})
    groups = [(line["college"], line["weight"]) for line in roll if line["voted"]]
    void = secret and too_small({group: groups.count(group) for group in groups}) is not None
    ballots = [] if void else sorted(ballots, key=lambda one: one.get("receipt", one.get("elector")))
    cast_ballots = [Cast(one["college"], one["weight"], one["choice"]) for one in ballots]
    seated = [Seated(line["college"], line["weight"], line["on_roll"]) for line in roll]
    if election:
        tally = tally_election(cast_ballots, electors=seated, statutes=statutes, candidates=names, seats=seats)
    else:
        rules = {"electors": seated, "statutes": statutes, "majority": statutes.majorities[0]}
        try:
            tally = tally_resolution(cast_ballots, **rules)
        except CastingVoteNeeded:
            tally = tally_resolution(cast_ballots, **rules, casting=dice.choice(["yes", "no"]))
    return {
        "number": number, "title": f"Vote {number}", "method": "secret" if secret else "roll-call", "annulled": False,
        "verdict": "void" if void else tally.verdict.value, "roll": roll, "ballots": ballots,
        "ballots_sha256": ballots_digest(ballots),
        "result": {**tally.result, "voted": len(groups), "quorum": {"reached": True}},
    }  # fmt: skip


def test_random_elections_are_recounted_the_same(tmp_path: Path) -> None:
    """R33, R35: two hundred random votes of every rule, one verdict each from two programs."""
    dice = random.Random(20_260_314)
    votes = [some_vote(number, dice) for number in range(1, RANDOM_ELECTIONS + 1)]
    verdict = recount({"votes": votes}, tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    assert len(verdict.stdout.splitlines()) == RANDOM_ELECTIONS
    assert {vote["verdict"] for vote in votes} == {"adopted", "rejected", "elected", "not-elected", "void"}


def test_a_result_changed_by_a_hair_is_found(tmp_path: Path) -> None:
    """The script does not merely read what is published: change any verdict and it says no."""
    dice = random.Random(7)
    swapped = {"adopted": "rejected", "rejected": "adopted", "elected": "not-elected", "not-elected": "elected"}
    votes = [vote for number in range(40) if (vote := some_vote(number, dice))["verdict"] in swapped]
    for vote in votes:
        false = {**vote, "verdict": swapped[vote["verdict"]]}
        assert recount({"votes": [false]}, tmp_path).returncode == 1


def test_drops_and_copies_of_a_real_vote_are_all_found(app: Flask, tmp_path: Path) -> None:
    """R35: each ballot of the box dropped, copied over another, or changed in turn: 100 % detected."""
    items = (
        {"title": "Secret", "method": BallotMethod.SECRET},
        {**ELECTION, "seats": 2, "candidates": ("Maëlle", "Yann", "Zoé")},
        {"title": "Appel"},
    )
    with an_open_meeting("ABCDEF", items=items) as meeting:
        codes = []
        for item, choices in zip(
            meeting.items(),
            (["yes", "yes", "no", "no", "yes", "blank"],
             [["Maëlle"], ["Maëlle", "Yann"], ["Zoé"], "abstain", ["Yann"], ["Yann"]],
             ["yes", "no", "no", "abstain", "yes", "yes"]),
            strict=True,
        ):  # fmt: skip
            open_vote(meeting.coordinator, item_id=item, at=AT)
            for name, choice in zip("ABCDEF", choices, strict=True):
                (receipt,) = cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: choice}, at=AT)
                codes.append(receipt.code)
            assert close_vote(meeting.coordinator, item_id=item, at=AT).verdict is not Verdict.VOID
        export = ballots_export(meeting.assembly_id)
    verdict = recount(export, tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    published = {ballot["receipt"] for vote in export["votes"][:2] for ballot in vote["ballots"]}
    assert published == set(codes[:12]), "each voter finds its receipt in the list"
    assert codes[12:] == [""] * 6
    for number, vote in enumerate(export["votes"]):
        for place in range(len(vote["ballots"])):
            for spoil in (drop, copy_over, replay, change):
                spoiled = copy.deepcopy(export)
                spoil(spoiled["votes"][number]["ballots"], place)
                assert recount(spoiled, tmp_path).returncode == 1, (vote["title"], place, spoil.__name__)


def drop(ballots: list[Any], place: int) -> None:
    """One ballot is gone."""
    del ballots[place]


def copy_over(ballots: list[Any], place: int) -> None:
    """One ballot is replaced by a copy of its neighbour, as against Helios [P14]."""
    ballots[place] = copy.deepcopy(ballots[place - 1])


def replay(ballots: list[Any], place: int) -> None:
    """One ballot is in the box twice."""
    ballots.append(copy.deepcopy(ballots[place]))


def change(ballots: list[Any], place: int) -> None:
    """One ballot says something else."""
    ballots[place]["choice"] = "blank" if ballots[place]["choice"] == "abstain" else "abstain"


def test_every_figure_that_a_page_shows_is_counted_again(tmp_path: Path) -> None:
    """R35: not the verdict alone: voices, voters, each college before and after weighting, each candidate."""
    dice = random.Random(11)
    votes = [some_vote(number, dice) for number in range(60)]
    colleges = next(v for v in votes if v["verdict"] == "adopted" and v["result"]["colleges"])
    persons = next(v for v in votes if v["verdict"] == "elected" and len(v["result"]["candidates"]) > 1)
    changed: list[dict[str, Any]] = []

    def change(vote: dict[str, Any], *path: Any, to: Any) -> None:
        false = copy.deepcopy(vote)
        place = false["result"]
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != to
        place[path[-1]] = to
        changed.append(false)

    for unit in ("heads", "weights"):
        for name in ("yes", "no", "abstain", "blank", "ballots", "roll", "electors"):
            change(colleges, unit, name, to=999)
    for name in ("yes", "no", "abstain", "blank"):
        change(colleges, "colleges", 0, name, to=999)
    for name in ("for", "against"):
        change(colleges, "colleges", 0, name, to="1/7")
    for name in ("heads", "weight"):
        change(persons, "candidates", 0, name, to=999)
    change(persons, "elected", to=[])
    for false in changed:
        assert recount({"votes": [false]}, tmp_path).returncode == 1
