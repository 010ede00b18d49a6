"""The convocation before it leaves: who receives it, who may vote, and what the statutes would say against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from coopter.governance.commands.convocation import why_not
from coopter.governance.queries.bodies import SeatRecord, seats_of
from coopter.governance.queries.sittings import AssemblyRecord, agenda_of
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState
from coopter.governance.rules.statutes import WHY_NOT, Statutes
from coopter.members import queries as members
from coopter.plumbing.formats import day
from coopter.plumbing.pages import localised
from coopter.values.actor import Role
from coopter.values.instants import paris_day
from coopter.values.refusal import Words

_day = localised(day)


@dataclass(frozen=True)
class Line:
    """One seat: who is written to, and whether it may vote."""

    name: str
    people: str
    vote: Words


@dataclass(frozen=True)
class Look:
    """The convocation as it would leave."""

    warnings: list[tuple[str, str, str]]
    lines: list[Line]
    text: str
    confirm: str
    may_send: bool


def notice_look(record: AssemblyRecord, *, at: datetime) -> Look:
    """Everything to read before convening."""
    seats = seats_of(record.body_id, on=record.record_on)
    statutes = record.statutes or Statutes()
    speakers = _speakers()
    inside = members.member_ids(record.record_on) if statutes.membership_needed else frozenset()
    lines = [_line(seat, why_not(seat, statutes, inside, record.record_on), speakers) for seat in seats]
    agenda = agenda_of(record.id)
    context = {"assembly": record, "agenda": agenda, "names": [_("votre structure")], "page": ""}
    warnings = _warnings(record, lines, empty_agenda=not agenda, at=at)
    ready = record.state is AssemblyState.DRAFT and bool(lines) and bool(agenda)
    confirm = _("La liste des votants est arrêtée, l’ordre du jour ne change plus, et les courriels partent.")
    return Look(warnings, lines, render_template("governance/mail/convocation.txt", **context), confirm, ready)


def _speakers() -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for one in members.list_holders():
        if not one.active:
            continue
        found.setdefault(("person", one.person_id), [one.name])
        if one.role is Role.REPRESENTATIVE and one.structure_id is not None:
            found.setdefault(("structure", one.structure_id), []).append(one.name)
    return found


def _line(seat: SeatRecord, reason: str, speakers: dict[tuple[str, int], list[str]]) -> Line:
    own = ("structure", seat.structure_id) if seat.structure_id is not None else ("person", seat.person_id or 0)
    return Line(seat.name, ", ".join(speakers.get(own, [])), WHY_NOT[reason] if reason else Words("oui"))


def _warnings(record: AssemblyRecord, lines: list[Line], *, empty_agenda: bool, at: datetime) -> list[Any]:
    statutes, found = record.statutes, []
    if record.state is not AssemblyState.DRAFT:
        return [("info", _("Cette assemblée est déjà convoquée"), "")]
    if statutes is None:
        return [
            ("error", _("Cette instance n’a pas de règles"), _("Fixez-les d’après les statuts avant de convoquer."))
        ]
    earliest = paris_day(at) + timedelta(days=statutes.notice_days)
    if record.day < earliest:
        found.append(("error", _("Le délai de convocation est trop court"),
                      _("Les statuts demandent %(days)s jours : au plus tôt le %(day)s.", days=statutes.notice_days,
                        day=_day(earliest))))  # fmt: skip
    if record.mode is not AssemblyMode.IN_PERSON and not statutes.remote_vote:
        found.append(("error", _("Les statuts ne prévoient pas le vote à distance"),
                      _("Réunissez-vous sur place, ou ajoutez cette clause aux règles de l’instance.")))  # fmt: skip
    if empty_agenda:
        found.append(("error", _("L’ordre du jour est vide"), _("Une décision hors de l’ordre du jour est nulle.")))
    if not lines:
        found.append(("error", _("Personne à convoquer"), _("Aucun siège n’est pourvu à la date de référence.")))
    unreached = [one.name for one in lines if not one.people]
    if unreached:
        found.append(("warning", _("Sans adresse de courriel"),
                      _("À prévenir autrement : %(names)s.", names=", ".join(unreached))))  # fmt: skip
    return found
