"""Counting a vote in exact fractions: heads and weights, before and after the colleges' weighting (golden F)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coopter.governance.rules.ballots import ABSTAIN, ANSWERS, BLANK, NO, YES
from coopter.governance.rules.colleges import HUNDRED, College, CollegeMethod, EmptyCollege
from coopter.governance.rules.kinds import Verdict
from coopter.governance.rules.statutes import (
    HALF,
    Majority,
    MajorityBase,
    Statutes,
    majority_to_json,
)
from coopter.values.refusal import Refusal

ZERO = Fraction(0)


class CastingVoteNeeded(Refusal):
    """Partage égal des voix : les statuts donnent voix prépondérante à la présidence. Indiquez son vote, pour ou
    contre, puis closez à nouveau."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot as it counts: its college, its weight, and what it says."""

    college: str
    weight: int
    choice: Any  # a word of `ballots`, or names


@dataclass(frozen=True, slots=True)
class Seated:
    """One elector for the bases of majorities: on the roll when the vote opened (present or represented), or absent."""

    college: str
    weight: int
    on_roll: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What came out of a vote: its verdict, and every figure as plain JSON for the outcome and the recount."""

    verdict: Verdict
    result: dict[str, Any]


def tally_resolution(
    ballots: Iterable[Cast],
    *,
    electors: Iterable[Seated],
    statutes: Statutes,
    majority: Majority,
    casting: str | None = None,
) -> Tally:
    """Count a resolution; raises CastingVoteNeeded on a tie that the chair decides and has not decided yet.

    Without colleges the share is that of the weights; with colleges it is the sum over them of weight x part, in per
    cent of the weights that count (domain.md §8.4).
    """
    cast, seated = tuple(ballots), tuple(electors)
    if statutes.colleges:
        parts = [_college(college, cast, seated, statutes, majority) for college in statutes.colleges]
        yes, no, total = _weigh(parts, statutes.empty_college)
    else:
        parts = []
        counts = _counts(cast)
        yes, no = Fraction(counts[YES]), Fraction(counts[NO])
        total = Fraction(_base(counts, seated, majority))
    tie = yes == no and yes > 0
    share = yes / total if total else ZERO
    adopted = total > 0 and (share > majority.threshold if majority.strictly else share >= majority.threshold)
    used = None
    if tie and not adopted and _chair_decides(statutes, majority):
        if casting not in (YES, NO):
            raise CastingVoteNeeded()
        used, adopted = casting, casting == YES
    verdict = Verdict.ADOPTED if adopted else Verdict.REJECTED
    result = {
        "form": "resolution",
        "rule": _rule(statutes, majority),
        **_totals(cast, seated),
        "colleges": parts,
        "for": str(yes),
        "against": str(no),
        "total": str(total),
        "share": str(share),
        "tie": tie,
        "casting": used,
    }
    return Tally(verdict, result)


def tally_election(
    ballots: Iterable[Cast], *, electors: Iterable[Seated], statutes: Statutes, candidates: Sequence[str], seats: int
) -> Tally:
    """Count an election: a ballot names up to `seats` candidates, the most named are elected.

    With colleges a candidate's score is, over them, weight x part of the ballots that name it (or the whole weight
    where more than half do, under winner-takes-all). Those who tie over the last seats are told and none of them is
    elected: whoever presides applies the statutes or votes again.
    """
    cast, seated = tuple(ballots), tuple(electors)
    named = tuple(one for one in cast if not isinstance(one.choice, str))
    lines = [_candidate(name, named, statutes) for name in candidates]
    order = sorted(lines, key=lambda line: (-Fraction(line["score"]), line["name"]))
    wanted = [line for line in order if Fraction(line["score"]) > 0]
    elected = wanted[:seats]
    tied: list[dict[str, Any]] = []
    if len(wanted) > seats > 0 and wanted[seats]["score"] == wanted[seats - 1]["score"]:
        last = wanted[seats]["score"]
        tied = [line for line in wanted if line["score"] == last]
        elected = [line for line in elected if line["score"] != last]
    result = {
        "form": "election",
        "seats": seats,
        "rule": _rule(statutes, None),
        **_totals(cast, seated),
        "candidates": order,
        "elected": [line["name"] for line in elected],
        "tied": [line["name"] for line in tied],
    }
    return Tally(Verdict.ELECTED if elected else Verdict.NOT_ELECTED, result)


def _candidate(name: str, named: Sequence[Cast], statutes: Statutes) -> dict[str, Any]:
    mine = [one for one in named if name in one.choice]
    line: dict[str, Any] = {"name": name, "heads": len(mine), "weight": sum(one.weight for one in mine), "colleges": []}
    if not statutes.colleges:
        return {**line, "score": str(Fraction(line["weight"]))}
    counted: list[tuple[Fraction, Fraction]] = []
    for college in statutes.colleges:
        inside = sum(one.weight for one in named if one.college == college.code)
        voices = sum(one.weight for one in mine if one.college == college.code)
        score = ZERO
        if inside:
            part = Fraction(voices, inside)
            whole = part > HALF
            score = college.weight * (part if statutes.college_method is CollegeMethod.PROPORTIONAL else int(whole))
            counted.append((college.weight, score))
        line["colleges"].append({"code": college.code, "votes": voices, "ballots": inside, "score": str(score)})
    score = sum((one for _weight, one in counted), ZERO)
    weights = sum((weight for weight, _score in counted), ZERO)
    if statutes.empty_college is EmptyCollege.REDISTRIBUTED and weights:
        score = score * HUNDRED / weights
    return {**line, "score": str(score)}


def _counts(cast: Iterable[Cast]) -> dict[str, int]:
    counts = dict.fromkeys(ANSWERS, 0)
    for one in cast:
        counts[one.choice] += one.weight
    return counts


def _base(counts: dict[str, int], seated: Iterable[Seated], majority: Majority) -> int:
    """What the majority is a part of, in weights."""
    if majority.base is MajorityBase.ALL:
        return sum(one.weight for one in seated)
    if majority.base is MajorityBase.PRESENT:
        return sum(one.weight for one in seated if one.on_roll)
    extra = (counts[BLANK] if majority.blank_counts else 0) + (counts[ABSTAIN] if majority.abstentions_count else 0)
    return counts[YES] + counts[NO] + extra


def _college(
    college: College, cast: Sequence[Cast], seated: Sequence[Seated], statutes: Statutes, majority: Majority
) -> dict[str, Any]:
    """One college before and after weighting; it counts when its base is not empty and somebody in it voted."""
    mine = tuple(one for one in cast if one.college == college.code)
    inside = tuple(one for one in seated if one.college == college.code)
    counts, base = _counts(mine), _base(_counts(mine), inside, majority)
    counted = base > 0 and bool(mine)
    yes = no = ZERO
    if counted and statutes.college_method is CollegeMethod.PROPORTIONAL:
        yes, no = college.weight * counts[YES] / base, college.weight * counts[NO] / base
    elif counted and counts[YES] != counts[NO]:
        yes, no = (college.weight, ZERO) if counts[YES] > counts[NO] else (ZERO, college.weight)
    return {
        "code": college.code,
        "label": college.label,
        "weight": str(college.weight),
        **counts,
        "heads": len(mine),
        "roll": sum(1 for one in inside if one.on_roll),
        "electors": len(inside),
        "base": base,
        "counted": counted,
        "for": str(yes),
        "against": str(no),
    }


def _weigh(parts: Sequence[dict[str, Any]], empty: EmptyCollege) -> tuple[Fraction, Fraction, Fraction]:
    """For, against and total, in per cent; the weight of silent colleges goes to the others, or is lost."""
    yes = sum((Fraction(part["for"]) for part in parts), ZERO)
    no = sum((Fraction(part["against"]) for part in parts), ZERO)
    weights = sum((Fraction(part["weight"]) for part in parts if part["counted"]), ZERO)
    if not weights:
        return ZERO, ZERO, ZERO
    if empty is EmptyCollege.REDISTRIBUTED:
        return yes * HUNDRED / weights, no * HUNDRED / weights, HUNDRED
    return yes, no, HUNDRED


def _chair_decides(statutes: Statutes, majority: Majority) -> bool:
    """A casting vote decides an equal division under the simple majority of the votes cast, no other rule."""
    return statutes.casting_vote and majority.base is MajorityBase.CAST and majority.threshold == HALF


def _totals(cast: Sequence[Cast], seated: Sequence[Seated]) -> dict[str, Any]:
    words = [one for one in cast if isinstance(one.choice, str)]
    heads = {answer: sum(1 for one in words if one.choice == answer) for answer in ANSWERS}
    on_roll = [one for one in seated if one.on_roll]
    return {
        "heads": {**heads, "ballots": len(cast), "roll": len(on_roll), "electors": len(seated)},
        "weights": {
            **_counts(words),
            "ballots": sum(one.weight for one in cast),
            "roll": sum(one.weight for one in on_roll),
            "electors": sum(one.weight for one in seated),
        },
    }


def _rule(statutes: Statutes, majority: Majority | None) -> dict[str, Any]:
    return {
        "majority": None if majority is None else majority_to_json(majority),
        "casting_vote": statutes.casting_vote,
        "college_method": statutes.college_method.value,
        "empty_college": statutes.empty_college.value,
        "colleges": [{"code": c.code, "label": c.label, "weight": str(c.weight)} for c in statutes.colleges],
    }
