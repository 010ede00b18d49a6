"""What the minutes of an assembly tell, read from what happened there."""

from __future__ import annotations

from collections.abc import Iterable

from coopter.governance.queries.assemblies import ElectorRecord, ProxyRecord, StayRecord, proxies_of, roll_of, stays_of
from coopter.governance.queries.decisions import list_decisions
from coopter.governance.queries.sittings import (
    AssemblyRecord,
    ItemRecord,
    agenda_of,
    assembly_record,
    questions_of,
)
from coopter.governance.queries.votes import OutcomeRecord, answered_by, outcomes_of
from coopter.governance.rules.kinds import AssemblyMode, ItemForm
from coopter.governance.rules.minutes import (
    ABSENT,
    ANSWERED,
    NO_VOTE,
    PRESENT,
    REPRESENTED,
    SILENT,
    Asked,
    Attendee,
    MinutesFacts,
)
from coopter.governance.rules.minutes_votes import Deliberation, MinutesPoint
from coopter.governance.rules.minutes_words import clock_in_words, day_in_words
from coopter.governance.rules.motions import Decided, kind_of
from coopter.governance.rules.statutes import Majority, MajorityUnknown, Statutes
from coopter.members import queries as members
from coopter.plumbing import tenancy


def minutes_facts(assembly_id: int) -> MinutesFacts:
    """Everything that the minutes of an assembly tell; raises NotFound."""
    record = assembly_record(assembly_id)
    statutes = record.statutes or Statutes()
    outcomes = {one.item_id: one for one in outcomes_of(assembly_id)}
    decisions = {one.item_id: one for one in list_decisions() if one.item_id is not None}
    agenda = agenda_of(assembly_id)
    titles = {one.id: one.title for one in agenda}
    same = (
        "body", "title", "mode", "call", "starts_at", "ends_at", "opened_at", "closed_at", "place", "convened_by",
        "convened_at", "chair", "secretary", "scrutineers", "record_on",
    )  # fmt: skip
    return MinutesFacts(
        grouping=members.get_grouping_by_id(tenancy.grouping_in_scope()).name,
        quorum=statutes.quorum_of(record.call), attendees=attendees_of(record),
        points=tuple(_point(one, statutes, titles, outcomes.get(one.id), decisions.get(one.id)) for one in agenda),
        questions=tuple(Asked(one.elector, one.question, one.answer) for one in questions_of(assembly_id)),
        **{name: getattr(record, name) for name in same},
    )  # fmt: skip


def attendees_of(record: AssemblyRecord) -> tuple[Attendee, ...]:
    """Each line of the roll: present (with its hours), represented by whom, or absent; consulted, who answered."""
    if record.mode is AssemblyMode.CONSULTATION:
        return _consulted(record)
    statutes, roll = record.statutes or Statutes(), roll_of(record.id)
    stays: dict[int, list[StayRecord]] = {}
    for stay in stays_of(record.id):
        stays.setdefault(stay.elector_id, []).append(stay)
    powers = {one.giver_id: one for one in proxies_of(record.id) if one.revoked_at is None}
    names = {one.id: one.name for one in roll}
    return tuple(_attendee(one, statutes, stays, powers, names) for one in roll)


def _attendee(
    one: ElectorRecord, statutes: Statutes, stays: dict[int, list[StayRecord]], powers: dict[int, ProxyRecord],
    names: dict[int, str],
) -> Attendee:  # fmt: skip
    label = _label(statutes, one.college)
    power = powers.get(one.id)
    state, detail = ABSENT, ""
    if one.id in stays:
        state, detail = PRESENT, _hours(one.name, stays[one.id])
    elif power is not None and power.holder_id in stays:
        state, detail = REPRESENTED, f"pouvoir à {names[power.holder_id]}"
    if not one.may_vote:
        detail = ", ".join(part for part in (state if state != ABSENT else "", detail, str(one.why_not or "")) if part)
        state = NO_VOTE
    return Attendee(one.name, label, one.weight, state, detail)


def _consulted(record: AssemblyRecord) -> tuple[Attendee, ...]:
    """Who answered a consultation, itself or by whoever held its power: a ballot in one of its votes at least."""
    statutes, roll = record.statutes or Statutes(), roll_of(record.id)
    names, hands = {one.id: one.name for one in roll}, answered_by(record.id)
    found = []
    for one in roll:
        hand = hands.get(one.id)
        state = ANSWERED if hand is not None else SILENT
        detail = f"pouvoir à {names[hand]}" if hand not in (None, one.id) else ""
        if not one.may_vote:
            state, detail = NO_VOTE, str(one.why_not or "")
        found.append(Attendee(one.name, _label(statutes, one.college), one.weight, state, detail))
    return tuple(found)


def _label(statutes: Statutes, code: str) -> str:
    college = statutes.college(code)
    return college.label if college else code


def _hours(name: str, stays: Iterable[StayRecord]) -> str:
    """Who was there, and from when to when for those who left."""
    parts = []
    for stay in stays:
        left = f" à {clock_in_words(stay.left_at)}" if stay.left_at else ""
        word = f"de {clock_in_words(stay.arrived_at)}{left}" if left else f"depuis {clock_in_words(stay.arrived_at)}"
        parts.append(f"{stay.person_name}, {word}" if stay.person_name not in ("", name) else word)
    return " ; ".join(parts)


def _point(
    item: ItemRecord, statutes: Statutes, titles: dict[int, str], outcome: OutcomeRecord | None, decided: Decided | None
) -> MinutesPoint:
    voted = item.form is ItemForm.RESOLUTION
    return MinutesPoint(
        position=item.position, title=item.title, text=item.body, form=item.form, method=item.method, state=item.state,
        amends=titles.get(item.amends_id or 0, ""), majority=_majority(statutes, item) if voted else None,
        notes=item.notes, deliberation=_deliberation(outcome, decided) if outcome else None,
    )  # fmt: skip


def _majority(statutes: Statutes, item: ItemRecord) -> Majority | None:
    try:
        return statutes.majority(item.majority)
    except MajorityUnknown:
        return None


def _deliberation(outcome: OutcomeRecord, decided: Decided | None) -> Deliberation:
    said = ""
    if decided is not None:
        what = kind_of(decided.kind).describe(decided.motion)
        dated = decided.from_on in what.facts.values()  # some sentences already say from when
        since = "" if dated else f", en vigueur à partir du {day_in_words(decided.from_on)}"
        said = f"Décision n° {decided.number} : {what.rstrip('.')}{since}."
    return Deliberation(
        outcome.number, outcome.verdict, outcome.result, outcome.ballots_sha256, said, outcome.annulled_because or ""
    )
