"""What came out of a vote and who is there, as a page and the screen show it: words and widths, no counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance.forms.naming import CHOICES, VERDICT_ICONS, VERDICTS
from coopter.governance.queries.votes import OutcomeRecord
from coopter.governance.rules.kinds import Verdict
from coopter.governance.rules.quorum import QuorumPart, QuorumState
from coopter.governance.rules.statutes import CountedOn, Statutes
from coopter.governance.rules.wording import percent
from coopter.plumbing.pages import written


@dataclass(frozen=True)
class ResultRow:
    """One answer or one candidate: its bar and its figures."""

    code: str
    label: str
    percent: int
    figures: str


@dataclass(frozen=True)
class CollegeRow:
    """One college, before weighting and after."""

    name: str
    said: str


@dataclass(frozen=True)
class Result:
    """A vote's outcome as it is shown."""

    number: int
    verdict: str
    word: str
    icon: str
    rows: tuple[ResultRow, ...]
    colleges: tuple[CollegeRow, ...]
    sentences: tuple[str, ...]


def shown_result(outcome: OutcomeRecord) -> Result:
    """An outcome in words and bars: heads first, then what the weighting makes of them."""
    result = outcome.result
    election = result.get("form") == "election"
    return Result(
        number=outcome.number, verdict=outcome.verdict.value, word=str(VERDICTS[outcome.verdict]),
        icon=VERDICT_ICONS[outcome.verdict],
        rows=() if outcome.verdict is Verdict.VOID else _candidates(result) if election else _answers(result),
        colleges=tuple(_college(one) for one in result.get("colleges", ()) if not election),
        sentences=tuple(_sentences(outcome, result)),
    )  # fmt: skip


def _answers(result: Mapping[str, Any]) -> tuple[ResultRow, ...]:
    heads, weights = result.get("heads"), result.get("weights")
    if not heads or not weights:
        return ()
    whole = sum(weights[code] for code in CHOICES) or 1
    return tuple(
        ResultRow(code, str(label), weights[code] * 100 // whole, _figures(heads[code], weights[code], result))
        for code, (label, _icon) in CHOICES.items()
        if code in ("yes", "no") or heads[code]
    )


def _candidates(result: Mapping[str, Any]) -> tuple[ResultRow, ...]:
    weights = result.get("weights")
    whole = (weights or {}).get("ballots") or 1
    rows = []
    for line in result.get("candidates", ()):
        code = "yes" if line["name"] in result["elected"] else "abstain"
        figures = _figures(line["heads"], line["weight"], result)
        if line["colleges"]:
            figures += " · " + written(percent(Fraction(line["score"])))
        rows.append(ResultRow(code, line["name"], line["weight"] * 100 // whole, figures))
    return tuple(rows)


def _figures(heads: int, weight: int, result: Mapping[str, Any]) -> str:
    votes = ngettext("%(num)d voix", "%(num)d voix", weight)
    same = result["heads"]["ballots"] == result["weights"]["ballots"]
    return votes if same else votes + " · " + ngettext("%(num)d votant", "%(num)d votants", heads)


def _college(one: Mapping[str, Any]) -> CollegeRow:
    weight = written(percent(Fraction(one["weight"])))
    votes = _("%(yes)s pour, %(no)s contre", yes=one["yes"], no=one["no"])
    if one["abstain"]:
        votes += ", " + ngettext("%(num)d abstention", "%(num)d abstentions", one["abstain"])
    if not one["counted"]:
        return CollegeRow(
            one["label"], _("%(votes)s : son poids (%(weight)s) ne compte pas", votes=votes, weight=weight)
        )
    share = written(percent(Fraction(one["for"])))
    said = _("%(votes)s : %(share)s pour, sur les %(weight)s qu’il pèse", votes=votes, share=share, weight=weight)
    return CollegeRow(one["label"], said)


def _sentences(outcome: OutcomeRecord, result: Mapping[str, Any]) -> list[str]:
    said = []
    if outcome.verdict is Verdict.VOID:
        said.append(
            _("Trop peu de voix dans un groupe : publier le résultat aurait dit qui a voté quoi. Les bulletins ont été "
              "détruits sans être lus.")
        )  # fmt: skip
    elif "share" in result and Fraction(result.get("total") or 0):
        said.append(_after(result))
    if result.get("casting"):
        said.append(
            _("Égalité des voix : la voix de la présidence a départagé, %(choice)s.",
              choice=str(CHOICES[result["casting"]][0]).lower())
        )  # fmt: skip
    elif result.get("tie"):
        said.append(_("Égalité des voix."))
    if result.get("elected"):
        said.append(_("Élu·es : %(names)s.", names=", ".join(result["elected"])))
    if result.get("tied"):
        said.append(_("À égalité, donc à départager : %(names)s.", names=", ".join(result["tied"])))
    if outcome.decision_number is not None:
        said.append(_("Décision n° %(number)s du registre.", number=outcome.decision_number))
    if outcome.annulled_because is not None:
        said.append(_("Délibération annulée : %(reason)s", reason=outcome.annulled_because))
    return said


def _after(result: Mapping[str, Any]) -> str:
    share = percent(Fraction(result["share"]) * 100)
    if not result.get("colleges"):
        return _("%(share)s de ce que la majorité compte.", share=share)
    against = written(percent(Fraction(result["against"]) * 100 / Fraction(result["total"])))
    return _("Après pondération des collèges : %(share)s pour, %(against)s contre.", share=share, against=against)


@dataclass(frozen=True)
class QuorumLine:
    """One college of a quorum; its icon says whether it is reached, where each college must reach it."""

    icon: str
    words: str


@dataclass(frozen=True)
class QuorumShown:
    """The quorum as it stands."""

    is_reached: bool
    needed: int
    there: int
    whole: int
    words: str
    note: str
    colleges: tuple[QuorumLine, ...]


def shown_quorum(state: QuorumState | None, statutes: Statutes | None) -> QuorumShown | None:
    """The quorum in figures and words; None before there are rules."""
    if state is None or statutes is None:
        return None
    whole = state.whole
    note = _("Présents : %(present)s, représentés : %(represented)s", present=whole.present,
             represented=whole.represented)  # fmt: skip
    if state.on is CountedOn.WEIGHTS:
        note += " · " + _("compté en voix")
    return QuorumShown(
        is_reached=state.reached, needed=whole.needed, there=whole.counted, whole=max(whole.electors, 1),
        words=_out_of(whole), note=note,
        colleges=tuple(_line(part, statutes, decides=state.per_college) for part in state.parts[1:]),
    )  # fmt: skip


def _out_of(part: QuorumPart, *, decides: bool = True) -> str:
    if not part.needed or not decides:
        return _("%(there)s sur %(whole)s", there=part.counted, whole=part.electors)
    return _("%(there)s sur %(whole)s, il en faut %(needed)s", there=part.counted, whole=part.electors,
             needed=part.needed)  # fmt: skip


def _line(part: QuorumPart, statutes: Statutes, *, decides: bool) -> QuorumLine:
    college = statutes.college(part.college)
    icon = "users" if not decides else "circle-check" if part.reached else "circle-dashed"
    return QuorumLine(icon, f"{college.label if college else part.college} : {_out_of(part, decides=decides)}")
