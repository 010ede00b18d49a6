#!/usr/bin/env python3
"""Recount the votes of an export, with no code of CoopTer: python3 recount.py votes.json (code 1: a difference)."""

import hashlib
import json
import sys
from fractions import Fraction as F


def same(vote, what, published, counted):
    if published != counted:
        sys.exit(f"n° {vote['number']} « {vote['title']} », {what}: published {published!r}, counted {counted!r}")


def weight(rows, **wanted):
    return sum(row["weight"] for row in rows if all(row[key] == value for key, value in wanted.items()))


def check_box(vote, groups):
    """No ballot dropped, added, copied or changed since the list was hashed; each counts for somebody who voted."""
    ballots = vote["ballots"]
    text = json.dumps(ballots, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    same(vote, "hash of the ballots", vote["ballots_sha256"], hashlib.sha256(text.encode()).hexdigest())
    names = [ballot.get("receipt", ballot.get("elector")) for ballot in ballots]
    same(vote, "different ballots", len(names), len(set(names)))
    same(vote, "voters", vote["result"]["voted"], len(groups))
    if vote["verdict"] != "void":
        same(vote, "ballots by group", sorted((one["college"], one["weight"]) for one in ballots), sorted(groups))


def base_of(majority, ballots, roll):
    if majority["base"] != "cast":
        return weight(roll) if majority["base"] == "all" else weight(roll, on_roll=True)
    words = ["yes", "no"] + ["blank"] * majority["blank_counts"] + ["abstain"] * majority["abstentions_count"]
    return sum(weight(ballots, choice=word) for word in words)


def weighed(rule, scores):
    """The colleges' scores summed, in per cent; those that do not count leave their weight to the others, or lose it.

    `scores` holds, for each college that counts, its weight and its parts of the voices: for, and against.
    """
    proportional = rule["college_method"] == "proportional"
    scores = [(w, parts if proportional else [F(p > q) for p, q in (parts, parts[::-1])]) for w, parts in scores]
    rate = 100 / sum(w for w, _ in scores) if scores and rule["empty_college"] == "redistributed" else 1
    return [sum((w * parts[side] for w, parts in scores), F(0)) * rate for side in (0, 1)]


def resolution(vote, rule, ballots, roll):
    majority, scores = rule["majority"], []
    yes, no = (F(weight(ballots, choice=word)) for word in ("yes", "no"))
    total = base_of(majority, ballots, roll)
    for college in rule["colleges"]:
        mine, seats = ([row for row in rows if row["college"] == college["code"]] for rows in (ballots, roll))
        if mine and (base := base_of(majority, mine, seats)):
            scores.append((F(college["weight"]), [F(weight(mine, choice=word), base) for word in ("yes", "no")]))
    if rule["colleges"]:
        (yes, no), total = weighed(rule, scores), 100 if scores else 0
    share, bar = yes / total if total else F(0), F(majority["threshold"])
    same(vote, "shares", [vote["result"][key] for key in ("for", "against", "share")], [*map(str, (yes, no, share))])
    adopted = total > 0 and (share > bar or (share == bar and not majority["strictly"]))
    if yes == no > 0 and not adopted and rule["casting_vote"] and (majority["base"], bar) == ("cast", F(1, 2)):
        adopted = vote["result"]["casting"] == "yes"
    return "adopted" if adopted else "rejected"


def election(vote, rule, ballots, roll):
    named, lines = [one for one in ballots if isinstance(one["choice"], list)], []
    for name in (line["name"] for line in vote["result"]["candidates"]):
        mine, scores = [one for one in named if name in one["choice"]], []
        for college in rule["colleges"]:
            if inside := weight(named, college=college["code"]):
                part = F(weight(mine, college=college["code"]), inside)
                scores.append((F(college["weight"]), [part, 1 - part]))
        lines.append((-weighed(rule, scores)[0] if rule["colleges"] else -F(weight(mine)), name))
    published = [(-F(line["score"]), line["name"]) for line in vote["result"]["candidates"]]
    same(vote, "scores", published, sorted(lines))
    lines, seats = sorted(line for line in lines if line[0] < 0), vote["result"]["seats"]
    cut = lines[seats][0] if len(lines) > seats and lines[seats][0] == lines[seats - 1][0] else None
    elected = [name for score, name in lines[:seats] if score != cut]
    if vote["verdict"] in ("elected", "not-elected"):
        tied = [name for score, name in lines if score == cut]
        same(vote, "elected and tied", [vote["result"]["elected"], vote["result"]["tied"]], [elected, tied])
    return "elected" if elected else "not-elected"


with open(sys.argv[1], encoding="utf-8") as export:
    votes = json.load(export)["votes"]
for vote in votes:
    groups = [(line["college"], line["weight"]) for line in vote["roll"] if line["voted"]]
    check_box(vote, groups)
    count = election if vote["result"]["form"] == "election" else resolution
    verdict = count(vote, vote["result"]["rule"], vote["ballots"], vote["roll"])
    if vote["method"] == "secret" and any(groups.count(group) < 3 for group in groups):
        verdict = "void"
    elif not vote["result"]["quorum"]["reached"]:
        verdict = "no-quorum"
    same(vote, "verdict", vote["verdict"], verdict)
    print(f"n° {vote['number']} : {verdict}")
