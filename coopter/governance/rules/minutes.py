"""Minutes drafted from what happened: date, place, who was there, quorum, each result before and after weighting.

French, like the law they serve; the draft is Markdown that the secretary completes before it is signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from coopter.governance.rules.kinds import AssemblyMode
from coopter.governance.rules.minutes_votes import MinutesPoint, point_in_words
from coopter.governance.rules.minutes_words import clock_in_words, day_in_words, plain, table
from coopter.governance.rules.statutes import Quorum
from coopter.governance.rules.wording import quorum_in_words
from coopter.values.instants import PARIS

HELD = {
    AssemblyMode.IN_PERSON: "sur place",
    AssemblyMode.REMOTE: "à distance",
    AssemblyMode.MIXED: "sur place et à distance",
}
# Where a line of the sheet stands.
PRESENT, REPRESENTED, ABSENT, NO_VOTE = "présent", "représenté", "absent", "sans droit de vote"
ANSWERED, SILENT = "a répondu", "n’a pas répondu"


@dataclass(frozen=True, slots=True)
class Attendee:
    """One line of the sheet: `state` is one of the words above; `detail` says how."""

    name: str
    college: str
    weight: int
    state: str
    detail: str


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
    ends_at: datetime | None
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


def draft_minutes(facts: MinutesFacts) -> str:
    """The minutes as Markdown."""
    parts = [_opening(facts), _presence(facts), _agenda(facts), "## Délibérations"]
    consulted = facts.mode is AssemblyMode.CONSULTATION
    parts += [point_in_words(point, consulted=consulted) for point in facts.points]
    if facts.questions:
        parts.append(_questions(facts.questions))
    parts.append(_end(facts))
    return "\n\n".join(parts) + "\n"


def _opening(facts: MinutesFacts) -> str:
    start = facts.opened_at or facts.starts_at
    moment = _moment(start)
    where = f", {plain(facts.place)}" if facts.place else ""
    who = f"les membres de l’instance « {plain(facts.body)} » de {plain(facts.grouping)}"
    if facts.mode is AssemblyMode.CONSULTATION:
        until = f", jusqu’au {_moment(facts.ends_at)}" if facts.ends_at else ""
        lines = [f"À partir du {moment}{until}, {who} ont été consultés par écrit."]
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


def _moment(at: datetime) -> str:
    return f"{day_in_words(at.astimezone(PARIS).date())} à {clock_in_words(at)}"


def _presence(facts: MinutesFacts) -> str:
    consulted = facts.mode is AssemblyMode.CONSULTATION
    able = [one for one in facts.attendees if one.state != NO_VOTE]
    counts = {state: sum(1 for one in able if one.state == state) for state in (PRESENT, REPRESENTED, ABSENT, ANSWERED)}
    weights = any(one.weight != 1 for one in facts.attendees)
    colleges = any(one.college for one in facts.attendees)
    said = (
        f"La liste des votants a été arrêtée au {day_in_words(facts.record_on)}. Membres ayant droit de vote : "
        f"{len(able)}. "
    )
    if consulted:
        said += f"Ont répondu : {counts[ANSWERED]} ; n’ont pas répondu : {len(able) - counts[ANSWERED]}."
    else:
        said += f"Présents : {counts[PRESENT]} ; représentés : {counts[REPRESENTED]} ; absents : {counts[ABSENT]}."
    last = "Réponse" if consulted else "Présence"
    head = ["Membre", *(["Collège"] if colleges else []), *(["Voix"] if weights else []), last]
    rows = [
        [plain(one.name), *([plain(one.college)] if colleges else []), *([str(one.weight)] if weights else []),
         _state(one)]
        for one in facts.attendees
    ]  # fmt: skip
    title = "## Réponses et quorum" if consulted else "## Présences et quorum"
    return "\n\n".join((title, said, table(head, rows), str(quorum_in_words(facts.quorum))))


def _state(one: Attendee) -> str:
    return f"{one.state}, {plain(one.detail)}" if one.detail else one.state


def _agenda(facts: MinutesFacts) -> str:
    lines = [f"{place}. {plain(point.title)}" for place, point in enumerate(facts.points, start=1)]
    return "\n".join(["## Ordre du jour", "", *lines])


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
