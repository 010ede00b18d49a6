#!/usr/bin/env python3
"""Recount the votes of an export, with no code of CoopTer: python3 recount.py votes.json (code 1: a difference)."""

import hashlib
import json
import pathlib
import sys
from fractions import Fraction as F

WORDS = ("yes", "no", "abstain", "blank")


def same(vote, what, published, counted):
    if published != counted:
        sys.exit(f"n° {vote['number']} « {vote['title']} », {what}: published {published!r}, counted {counted!r}")


def weight(rows, **wanted):
    return sum(row["weight"] for row in rows if all(row[key] == value for key, value in wanted.items()))


def check_box(vote, groups):
    """No ballot dropped, added, copied or changed since the list was hashed; each counts for somebody who voted."""
    ballots, result, fit = vote["ballots"], vote["result"], vote["verdict"] != "void"
    text = json.dumps(ballots, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    same(vote, "hash of the ballots", vote["ballots_sha256"], hashlib.sha256(text.encode()).hexdigest())
    names = {ballot.get("receipt", ballot.get("elector")) for ballot in ballots}
    same(vote, "different ballots and voters", [len(ballots), result["voted"]], [len(names), len(groups)])
    same(vote, "groups", sorted((one["college"], one["weight"]) for one in ballots), sorted(groups) if fit else [])
    lists = {word: [one for one in ballots if one["choice"] == word] for word in WORDS}
    lists |= {"ballots": ballots, "electors": vote["roll"], "roll": [line for line in vote["roll"] if line["on_roll"]]}
    for name, rows in lists.items():
        same(vote, name, [result["heads"][name], result["weights"][name]], [len(rows), weight(rows)])


def base_of(majority, ballots, roll):
    if majority["base"] != "cast":
        return weight(roll) if majority["base"] == "all" else weight(roll, on_roll=True)
    words = ["yes", "no"] + ["blank"] * majority["blank_counts"] + ["abstain"] * majority["abstentions_count"]
    return sum(weight(ballots, choice=word) for word in words)


def weighed(rule, college, yes, no, base):
    """What a college gives: its weight shared as its voices for and against, or whole to the side that has more."""
    parts = (F(yes, base), F(no, base)) if rule["college_method"] == "proportional" else (F(yes > no), F(no > yes))
    return [F(college["weight"]), *(F(college["weight"]) * part for part in parts)]


def summed(rule, given, side):
    rate = 100 / sum(one[0] for one in given) if given and rule["empty_college"] == "redistributed" else 1
    return sum((one[side] for one in given), F(0)) * rate


def resolution(vote, rule, ballots, roll):
    majority, given, result = rule["majority"], [], vote["result"]
    yes, no, total = *(F(weight(ballots, choice=word)) for word in ("yes", "no")), base_of(majority, ballots, roll)
    for college, part in zip(rule["colleges"], result["colleges"], strict=True):
        mine, seats = ([row for row in rows if row["college"] == college["code"]] for rows in (ballots, roll))
        counts, base = [weight(mine, choice=word) for word in WORDS], base_of(majority, mine, seats) if mine else 0
        given += [weighed(rule, college, *counts[:2], base)] if base else []
        counts += map(str, given[-1][1:] if base else (0, 0))
        same(vote, college["label"], [part[key] for key in (*WORDS, "for", "against")], counts)
    if rule["colleges"]:
        yes, no, total = summed(rule, given, 1), summed(rule, given, 2), 100 if given else 0
    share, bar = yes / total if total else F(0), F(majority["threshold"])
    same(vote, "shares", [result[key] for key in ("for", "against", "share")], [*map(str, (yes, no, share))])
    adopted = total > 0 and (share > bar or (share == bar and not majority["strictly"]))
    tie = yes == no > 0 and rule["casting_vote"] and (majority["base"], bar) == ("cast", F(1, 2))
    return "adopted" if adopted or (tie and result["casting"] == "yes") else "rejected"


def election(vote, rule, ballots, roll):
    named, lines, result = [one for one in ballots if isinstance(one["choice"], list)], [], vote["result"]
    for name in (line["name"] for line in result["candidates"]):
        mine, given = [one for one in named if name in one["choice"]], []
        for college in rule["colleges"]:
            voices, inside = (weight(rows, college=college["code"]) for rows in (mine, named))
            given += [weighed(rule, college, voices, inside - voices, inside)] if inside else []
        score = summed(rule, given, 1) if rule["colleges"] else F(weight(mine))
        lines.append((-score, name, len(mine), weight(mine)))
    published = [(-F(one["score"]), one["name"], one["heads"], one["weight"]) for one in result["candidates"]]
    same(vote, "scores", published, sorted(lines))
    lines, seats = [line[:2] for line in sorted(lines) if line[0] < 0], result["seats"]
    cut = lines[seats][0] if len(lines) > seats and lines[seats][0] == lines[seats - 1][0] else None
    elected, tied = [n for score, n in lines[:seats] if score != cut], [n for score, n in lines if score == cut]
    found = [elected, tied] if vote["verdict"] in ("elected", "not-elected") else [[], []]
    same(vote, "elected and tied", [result["elected"], result["tied"]], found)
    return "elected" if elected else "not-elected"


for vote in json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["votes"]:
    groups = [(line["college"], line["weight"]) for line in vote["roll"] if line["voted"]]
    check_box(vote, groups)
    count = election if vote["result"]["form"] == "election" else resolution
    verdict = count(vote, vote["result"]["rule"], vote["ballots"], vote["roll"])
    void = vote["method"] == "secret" and any(groups.count(group) < 3 for group in groups)
    verdict = "void" if void else verdict if vote["result"]["quorum"]["reached"] else "no-quorum"
    same(vote, "verdict", vote["verdict"], verdict)
    print(f"n° {vote['number']} : {verdict}")
