"""A contested election handed to Belenios: its questions and its electors, in the files that its server takes.

Our secret ballots keep a vote from other members, not from whoever holds the machine (decision 0007); where that is
not enough, the vote is held elsewhere and its result comes back as a resolution.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from sqlalchemy import select

from coopter.governance.models import AgendaItem, Elector
from coopter.governance.queries.sittings import get_assembly, get_item
from coopter.governance.rules.kinds import ItemForm
from coopter.members import queries as members
from coopter.members.models import Person
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.refusal import Refusal


class NoAddress(Refusal):
    """Belenios écrit à chaque votant, et ces sièges n’ont pas d’adresse : %(names)s. Donnez-leur un représentant qui
    se connecte, puis exportez à nouveau."""


@dataclass(frozen=True)
class BeleniosSetUp:
    """The two files: `definition` (JSON of the election's questions) and `electors` (one line each, no header)."""

    definition: str
    electors: str


def belenios_export(item_id: int) -> BeleniosSetUp:
    """One point of an agenda as a Belenios election; raises NotFound, NoAddress.

    The definition is what `belenios-tool` takes as a template, whose questions its protocol 2 wraps by their type.
    Electors are written « address,login,weight »: the login, letters and digits without a sign of its own, tells apart
    two seats that one person speaks for. A college's weight has no place there: hold one election for each college and
    weigh their results.
    """
    item = get_item(item_id)
    assembly = get_assembly(item.assembly_id)
    definition = {
        "name": f"{assembly.title} : {item.title}",
        "description": item.body,
        "questions": [{"type": "Homomorphic", "value": _question(item)}],
        "administrator": assembly.convened_by,
        "credential_authority": ["Server"],
    }
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for elector, email in _addresses(item.assembly_id):
        writer.writerow([email, f"siege-{elector.id}", elector.weight])
    return BeleniosSetUp(json.dumps(definition, ensure_ascii=False, indent=2), lines.getvalue())


def _question(item: AgendaItem) -> dict[str, object]:
    if item.form is ItemForm.ELECTION:
        return {
            "question": item.title,
            "answers": list(item.candidates or ()),
            "blank": True,
            "min": 1,
            "max": min(item.seats, len(item.candidates or ())),
        }
    return {"question": item.title, "answers": ["Pour", "Contre", "Abstention"], "blank": True, "min": 1, "max": 1}


def _addresses(assembly_id: int) -> list[tuple[Elector, str]]:
    """One address for each elector who may vote: the person's own, or its structure's first representative's."""
    query = select(Elector).where(Elector.assembly_id == assembly_id, Elector.may_vote.is_(True)).order_by(Elector.id)
    electors = session().scalars(query).all()
    people = {one.person_id for one in electors if one.person_id is not None}
    found = session().scalars(select(Person).where(Person.id.in_(people))) if people else ()
    own = {person.id: person.email for person in found}
    speakers: dict[int, str] = {}
    for holder in members.list_holders():
        if holder.role is Role.REPRESENTATIVE and holder.active and holder.structure_id is not None:
            speakers.setdefault(holder.structure_id, holder.email)
    pairs = [(one, own.get(one.person_id or 0) or speakers.get(one.structure_id or 0, "")) for one in electors]
    if lacking := [one.name for one, email in pairs if not email]:
        raise NoAddress(names=lacking[:10])
    return pairs
