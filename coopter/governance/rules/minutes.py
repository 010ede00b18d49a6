"""Minutes drafted from what happened: date, place, who was there, quorum, each result before and after weighting.

French, like the law they serve; the draft is Markdown that the secretary completes before it is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm, ItemState, Verdict
from coopter.governance.rules.statutes import CountedOn, Majority, Quorum
from coopter.governance.rules.wording import majority_in_words, percent, quorum_in_words
from coopter.values.instants import PARIS

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip
HELD = {
    AssemblyMode.IN_PERSON: "sur place",
    AssemblyMode.REMOTE: "à distance",
    AssemblyMode.MIXED: "sur place et à distance",
}
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
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Attendee:
    """One line of the sheet: `state` is present, represented, absent or without vote; `detail` says how."""

    name: str
    college: str
    weight: int
    state: str
    detail: str


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


@dataclass(frozen=True, slots=True)
class Asked:
    """A written question and its answer."""

    who: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """Everything that the minutes tell."""

    grouping: str
    body: str
    title: str
    mode: AssemblyMode
    call: int
    starts_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    place: str
    convened_by: str
    convened_at: datetime | None
    chair: str
    secretary: str
    scrutineers: str
    record_on: date
    quorum: Quorum
    attendees: tuple[Attendee, ...]
    points: tuple[MinutesPoint, ...]
    questions: tuple[Asked, ...]


def plain(text: str) -> str:
    """A text of somebody's as it is, never as Markdown nor as a merge field (R25)."""
    return _MARKS.sub(r"\\\1", text).replace("{{", "{ {").replace("\n", " ")


def day_in_words(day: date) -> str:
    """« 14 mars 2026 », « 1er mars 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_in_words(at: datetime) -> str:
    """« 18 h 30 », as Paris clocks show it."""
    there = at.astimezone(PARIS)
    return f"{there.hour} h {there.minute:02d}" if there.minute else f"{there.hour} h"


def draft_minutes(facts: MinutesFacts) -> str:
    """The minutes as Markdown."""
    parts = [_opening(facts), _presence(facts), _agenda(facts), "## Délibérations"]
    parts += [_point(point) for point in facts.points]
    if facts.questions:
        parts.append(_questions(facts.questions))
    parts.append(_end(facts))
    return "\n\n".join(parts) + "\n"


def _opening(facts: MinutesFacts) -> str:
    start = facts.opened_at or facts.starts_at
    moment = f"{day_in_words(start.astimezone(PARIS).date())} à {clock_in_words(start)}"
    where = f", {plain(facts.place)}" if facts.place else ""
    who = f"les membres de l’instance « {plain(facts.body)} » de {plain(facts.grouping)}"
    if facts.mode is AssemblyMode.CONSULTATION:
        lines = [f"À partir du {moment}, {who} ont été consultés par écrit."]
    else:
        lines = [f"Le {moment}, {who} se sont réunis {HELD[facts.mode]}{where}."]
    if facts.convened_at is not None:
        call = "Cette seconde convocation" if facts.call > 1 else "La convocation"
        sent = day_in_words(facts.convened_at.astimezone(PARIS).date())
        lines.append(f"{call} a été envoyée le {sent} par {plain(facts.convened_by)}.")
    people = [("Présidence de séance", facts.chair), ("Secrétariat de séance", facts.secretary),
              ("Scrutateurs", facts.scrutineers)]  # fmt: skip
    named = [f"- {label} : {plain(name)}" for label, name in people if name]
    return " ".join(lines) + ("\n\n" + "\n".join(named) if named else "")


def _presence(facts: MinutesFacts) -> str:
    able = [one for one in facts.attendees if one.state != "sans droit de vote"]
    counts = {state: sum(1 for one in able if one.state == state) for state in ("présent", "représenté", "absent")}
    weights = any(one.weight != 1 for one in facts.attendees)
    colleges = any(one.college for one in facts.attendees)
    said = (
        f"La liste des votants a été arrêtée au {day_in_words(facts.record_on)}. Membres ayant droit de vote : "
        f"{len(able)}. Présents : {counts['présent']} ; représentés : {counts['représenté']} ; absents : "
        f"{counts['absent']}."
    )
    head = ["Membre", *(["Collège"] if colleges else []), *(["Voix"] if weights else []), "Présence"]
    rows = [
        [plain(one.name), *([plain(one.college)] if colleges else []), *([str(one.weight)] if weights else []),
         _state(one)]
        for one in facts.attendees
    ]  # fmt: skip
    return "\n\n".join(("## Présences et quorum", said, _table(head, rows), str(quorum_in_words(facts.quorum))))


def _state(one: Attendee) -> str:
    return f"{one.state}, {plain(one.detail)}" if one.detail else one.state


def _agenda(facts: MinutesFacts) -> str:
    lines = [f"{place}. {plain(point.title)}" for place, point in enumerate(facts.points, start=1)]
    return "\n".join(["## Ordre du jour", "", *lines])


def _point(point: MinutesPoint) -> str:
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
        parts += _deliberation(point, point.deliberation)
    elif point.form is not ItemForm.REPORT:
        parts.append("Ce point n’a pas été mis aux voix.")
    return "\n\n".join(parts)


def _deliberation(point: MinutesPoint, found: Deliberation) -> list[str]:
    result = found.result
    rule = f" {majority_in_words(point.majority)}" if point.majority is not None else ""
    parts = [f"**Délibération n° {found.number}.** Vote {VOTED[point.method]}.{rule}"]
    if quorum := _quorum(result.get("quorum")):
        parts.append(quorum)
    parts.append(_candidates(result) if result["form"] == "election" else _answers(result))
    if result.get("colleges"):
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


def _quorum(state: dict[str, Any] | None) -> str:
    if not state:
        return ""
    whole = state["parts"][0]
    unit = "voix" if state["on"] == CountedOn.WEIGHTS.value else "membres"
    reached = "atteint" if state["reached"] else "non atteint"
    text = (
        f"Quorum {reached} : {whole['counted']} {unit} présents ou représentés sur {whole['electors']}, "
        f"{whole['needed']} requis."
    )
    if not state["per_college"]:
        return text
    each = [f"{plain(one['college'])} {one['counted']}/{one['electors']}" for one in state["parts"][1:]]
    return f"{text} Par collège : {', '.join(each)}."


def _answers(result: dict[str, Any]) -> str:
    heads, weights = result["heads"], result["weights"]
    differ = heads != weights
    head = ["Réponse", "Votants", *(["Voix"] if differ else [])]
    return _table(
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
    return _table(head, rows) + (f"\n\nBlancs et abstentions : {blank}." if blank else "")


def _colleges(colleges: Sequence[dict[str, Any]]) -> str:
    head = ["Collège", "Pour", "Contre", "Abstentions", "Blancs", "Poids", "Pour, pondéré", "Contre, pondéré"]
    rows = [
        [plain(one["label"]), str(one["yes"]), str(one["no"]), str(one["abstain"]), str(one["blank"]),
         percent(Fraction(one["weight"])), *(_part(one, side) for side in ("for", "against"))]
        for one in colleges
    ]  # fmt: skip
    return _table(head, rows)


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


def _questions(questions: Iterable[Asked]) -> str:
    parts = ["## Questions écrites"]
    for one in questions:
        answer = plain(one.answer) if one.answer else "sans réponse à ce jour."
        parts.append(f"**{plain(one.who)}** : {plain(one.question)}\n\nRéponse : {answer}")
    return "\n\n".join(parts)


def _end(facts: MinutesFacts) -> str:
    if facts.closed_at is None:
        return "## Clôture\n\nL’assemblée n’est pas close."
    day = facts.closed_at.astimezone(PARIS).date()
    return (
        f"## Clôture\n\nL’ordre du jour étant épuisé, l’assemblée est close le {day_in_words(day)} à "
        f"{clock_in_words(facts.closed_at)}. De tout ce qui précède il est dressé le présent procès-verbal, signé par "
        "la présidence et le secrétariat de séance."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
