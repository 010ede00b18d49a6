"""Agreements of placements and amendments of contracts, filled from what the rooms know of them (domain.md §1.11)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from coopter.costs import queries as costs
from coopter.governance.commands.texts import create_text
from coopter.governance.queries import texts
from coopter.governance.queries.admission import get_admission
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.texts import MOST_VALUE
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.office import policies
from coopter.office.queries.joining import contracts_to_amend
from coopter.planning.models import ShiftPattern
from coopter.plumbing import formats
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.staff.models import Placement
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import NotFound

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_EXACT = "La structure paie sa part exacte du coût réel de l’emploi, selon la clé de répartition décidée en instance"


@command
def prepare_agreement(actor: Actor, *, placement_id: int, at: datetime) -> int:
    """Begin the agreement of a placement, every field that is known filled in; returns the text's id.

    The one that was already begun for this placement is found again and not doubled. Raises NotFound.
    """
    require(policies.can_prepare_agreements(actor))
    placement = staff.get_placement(placement_id)
    take_turn()
    subject = f"placement:{placement_id}"
    known = [one for one in texts.texts_about(subject) if one.kind is TextKind.PLACEMENT_AGREEMENT]
    if known:
        return known[0].id
    kind = TextKind.PLACEMENT_AGREEMENT
    fields = agreement_fields(placement, on=paris_day(at))
    title = f"Mise à disposition de {fields['salarie']} chez {members.get_structure(placement.structure_id).name}"
    version_id = create_text(
        actor, kind=kind, title=title[:150], body=texts.starter(kind), subject=subject, fields=fields, at=at
    )
    return texts.get_version(version_id).text_id


@command
def prepare_amendment(actor: Actor, *, admission_id: int, employee_id: int, at: datetime) -> int:
    """Begin the amendment by which a contract names a newcomer among its potential users (L1253-9); the text's id.

    The one that was already begun is found again. Raises NotFound while the contract does not name the structure.
    """
    require(policies.can_prepare_agreements(actor))
    row = get_admission(admission_id)
    if row.structure_id is None or row.joins_on is None:
        raise NotFound()
    take_turn()
    listed = {one.employee_id: one.listed_from for one in contracts_to_amend(row.structure_id, on=row.joins_on)}
    since = listed.get(employee_id)
    if since is None:
        raise NotFound()
    subject = f"employee:{employee_id}/admission:{row.id}"
    known = [one for one in texts.texts_about(subject) if one.kind is TextKind.AMENDMENT]
    if known:
        return known[0].id
    employee, structure = staff.get_employee(employee_id).name, members.get_structure(row.structure_id).name
    fields = {
        "salarie": employee,
        "texte_modifie": f"le contrat de travail de {employee}",
        "date_effet": formats.day(since),
        "objet": f"La liste des utilisateurs potentiels comprend aussi {structure} (code du travail, article L1253-9).",
    }
    version_id = create_text(
        actor, kind=TextKind.AMENDMENT, title=f"Avenant de {employee} : {structure}"[:150], subject=subject,
        body=texts.starter(TextKind.AMENDMENT), fields=fields, at=at,
    )  # fmt: skip
    return texts.get_version(version_id).text_id


def agreement_fields(placement: Placement, *, on: date) -> dict[str, str]:
    """The merge fields of a placement's agreement; what nobody wrote down is left out, to be typed."""
    employee = staff.get_employee(placement.employee_id)
    contract = staff.contract_on(employee.id, max(on, placement.starts_on))
    days = members.parameter("payment_days", on=on).value
    last = placement.ends_on - timedelta(days=1) if placement.ends_on else None
    values = {
        **texts.structure_fields(placement.structure_id),
        "salarie": employee.name,
        "emploi": contract.job_title if contract else "",
        "qualification": contract.pay_grade if contract else "",
        "lieu": placement.site or texts.structure_fields(placement.structure_id).get("structure_adresse", ""),
        "debut": formats.day(placement.starts_on),
        "fin": formats.day(last) if last else "durée indéterminée",
        "heures_semaine": formats.hours(placement.weekly_minutes) if placement.weekly_minutes else "",
        "horaires": _timetable(placement.id, on=max(on, placement.starts_on)),
        "conditions": " ".join(placement.conditions.split()) or "Aucune.",
        "prix": _price(employee.id, on=max(on, placement.starts_on)),
        "delai_paiement": f"{days} jours",
    }
    return {name: value[:MOST_VALUE] for name, value in values.items() if value}


def _timetable(placement_id: int, *, on: date) -> str:
    """The weekly pattern of a placement in words, or the planning where none repeats."""
    query = (
        select(ShiftPattern)
        .where(ShiftPattern.placement_id == placement_id)
        .order_by(ShiftPattern.weekday, ShiftPattern.starts_minute)
    )
    counting = [one for one in session().scalars(query) if on < one.until_on]
    if not counting:
        return "selon le planning communiqué à l’avance"
    return ", ".join(f"{_DAYS[one.weekday]} {_clock(one.starts_minute)}–{_clock(one.ends_minute)}" for one in counting)


def _clock(minute: int) -> str:
    return f"{minute // 60} h {minute % 60:02d}" if minute % 60 else f"{minute // 60} h"


def _price(employee_id: int, *, on: date) -> str:
    price = costs.price_in_force(employee_id, on)
    if price is None or price.rate is None:
        return _EXACT
    return f"{formats.unit_price(price.rate)} hors taxes par heure ({price.decided_by})"
