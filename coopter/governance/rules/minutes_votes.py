"""What the minutes say of each point: the text, the debate, the vote before and after weighting, the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coopter.governance.rules.kinds import BallotMethod, ItemForm, ItemState, Verdict
from coopter.governance.rules.minutes_words import plain, table
from coopter.governance.rules.statutes import CountedOn, Majority
from coopter.governance.rules.wording import majority_in_words, percent

VOTED = {
    BallotMethod.SHOW_OF_HANDS: "à main levée",
    BallotMethod.ROLL_CALL: "à l’appel nominal",
    BallotMethod.SECRET: "à bulletin secret",
}
VERDICTS = {
    Verdict.ADOPTED: "La résolution est adoptée.",
    Verdict.REJECTED: "La résolution est rejetée.",
    Verdict.ELECTED: "Sont élus : %s.",
    Verdict.NOT_ELECTED: "Aucun siège n’est pourvu.",
    Verdict.NO_QUORUM: "Le quorum n’étant pas atteint, rien n’est décidé.",
    Verdict.VOID: "Le scrutin est sans effet : son résultat aurait révélé un vote.",
}
ANSWERS = (("yes", "Pour"), ("no", "Contre"), ("abstain", "Abstentions"), ("blank", "Blancs"))


@dataclass(frozen=True, slots=True)
class Deliberation:
    """What a vote gave: its number in the register, its figures, and the decision that it took."""

    number: int
    verdict: Verdict
    result: dict[str, Any]
    ballots_sha256: str
    decision: str
    annulled_because: str


@dataclass(frozen=True, slots=True)
class MinutesPoint:
    """One point of the agenda as it was held."""

    position: int
    title: str
    text: str
    form: ItemForm
    method: BallotMethod
    state: ItemState
    amends: str
    majority: Majority | None
    notes: str
    deliberation: Deliberation | None


def point_in_words(point: MinutesPoint, *, consulted: bool) -> str:
    """One point of the agenda as it was held; `consulted` by writing, nobody was there."""
    parts = [f"### {point.position}. {plain(point.title)}"]
    if point.amends:
        parts.append(f"*Amendement à « {plain(point.amends)} ».*")
    if point.text:
        parts.append("\n".join(f"> {line}" for line in point.text.replace("{{", "{ {").splitlines()))
    if point.notes:
        parts.append(point.notes.replace("{{", "{ {"))
    if point.state is ItemState.WITHDRAWN:
        parts.append("Ce point est retiré : il n’est pas voté.")
    elif point.deliberation is not None:
        parts += _deliberation(point, point.deliberation, consulted=consulted)
    elif point.form is not ItemForm.REPORT:
        parts.append("Ce point n’a pas été mis aux voix.")
    return "\n\n".join(parts)


def _deliberation(point: MinutesPoint, found: Deliberation, *, consulted: bool) -> list[str]:
    result = found.result
    how = f"{VOTED[point.method]}, par écrit" if consulted else VOTED[point.method]
    rule = f" {majority_in_words(point.majority)}" if point.majority is not None else ""
    parts = [f"**Délibération n° {found.number}.** Vote {how}.{rule}"]
    if quorum := _quorum(result.get("quorum"), consulted=consulted):
        parts.append(quorum)
    if "voted" in result:
        parts.append(f"Ont voté : {result['voted']} sur {result['heads']['roll']}.")
    if found.verdict is not Verdict.VOID:
        parts.append(_candidates(result) if result["form"] == "election" else _answers(result))
    if result.get("colleges") and found.verdict is not Verdict.VOID:
        parts += [_colleges(result["colleges"]), _weighted(result)]
    parts += _ties(result)
    verdict = VERDICTS[found.verdict]
    names = ", ".join(plain(name) for name in result.get("elected", ()))
    parts.append(f"**{verdict % names if '%s' in verdict else verdict}**")
    if found.decision:
        parts.append(found.decision)
    if found.annulled_because:
        parts.append(f"Cette délibération a été annulée : {plain(found.annulled_because)}")
    parts.append(f"Empreinte des bulletins (SHA-256) : `{found.ballots_sha256}`")
    return parts


def _quorum(state: dict[str, Any] | None, *, consulted: bool) -> str:
    if not state:
        return ""
    whole = state["parts"][0]
    unit = "voix" if state["on"] == CountedOn.WEIGHTS.value else "membres"
    reached = "atteint" if state["reached"] else "non atteint"
    many = "s" if whole["counted"] > 1 else ""
    unit = unit if unit == "voix" else f"membre{many}"
    there = "ayant répondu" if consulted else f"présent{many} ou représenté{many}"
    text = f"Quorum {reached} : {whole['counted']} {unit} {there} sur {whole['electors']}, {whole['needed']} requis."
    if not state["per_college"]:
        return text
    each = [f"{plain(one['college'])} {one['counted']}/{one['electors']}" for one in state["parts"][1:]]
    return f"{text} Par collège : {', '.join(each)}."


def _answers(result: dict[str, Any]) -> str:
    heads, weights = result["heads"], result["weights"]
    differ = heads != weights
    head = ["Réponse", "Votants", *(["Voix"] if differ else [])]
    return table(
        head, [[label, str(heads[code]), *([str(weights[code])] if differ else [])] for code, label in ANSWERS]
    )


def _candidates(result: dict[str, Any]) -> str:
    weighted = any(line["colleges"] for line in result["candidates"])
    head = ["Candidature", "Votants", "Voix", *(["Après pondération"] if weighted else [])]
    rows = [
        [plain(line["name"]), str(line["heads"]), str(line["weight"]),
         *([percent(Fraction(line["score"]))] if weighted else [])]
        for line in result["candidates"]
    ]  # fmt: skip
    blank = result["heads"]["blank"] + result["heads"]["abstain"]
    return table(head, rows) + (f"\n\nBlancs et abstentions : {blank}." if blank else "")


def _colleges(colleges: Sequence[dict[str, Any]]) -> str:
    head = ["Collège", "Pour", "Contre", "Abstentions", "Blancs", "Poids", "Pour, pondéré", "Contre, pondéré"]
    rows = [
        [plain(one["label"]), str(one["yes"]), str(one["no"]), str(one["abstain"]), str(one["blank"]),
         percent(Fraction(one["weight"])), *(_part(one, side) for side in ("for", "against"))]
        for one in colleges
    ]  # fmt: skip
    return table(head, rows)


def _part(one: dict[str, Any], side: str) -> str:
    return percent(Fraction(one[side])) if one["counted"] else "ne compte pas"


def _weighted(result: dict[str, Any]) -> str:
    total = Fraction(result["total"])
    if not total:
        return "Aucun collège n’a exprimé de vote."
    yes, no = (percent(Fraction(result[side]) * 100 / total) for side in ("for", "against"))
    return f"Après pondération des collèges : {yes} pour, {no} contre."


def _ties(result: dict[str, Any]) -> list[str]:
    if result.get("casting"):
        word = "pour" if result["casting"] == "yes" else "contre"
        return [f"Les voix étant égales, la voix de la présidence départage : {word}."]
    if result.get("tied"):
        return [f"À égalité, donc à départager : {', '.join(plain(name) for name in result['tied'])}."]
    return ["Les voix sont égales."] if result.get("tie") else []
