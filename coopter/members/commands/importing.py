"""Structures imported together: all of the file, or nothing and every fault of it (R50)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from coopter.members import policies, queries
from coopter.members.commands.structures import SiretTaken, add_structure, refuse_taken, write_changes
from coopter.members.commands.versions import one_at_a_time, values_of
from coopter.members.models import Structure
from coopter.members.rules import LONG_STANDING, STRUCTURE_FIELDS, StructureDetails, checked_structure
from coopter.members.rules.identity import SirenAndSiretDiffer
from coopter.plumbing import journal
from coopter.plumbing.importing import Imported
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal, Words
from coopter.values.table import Table


@command
def import_structures(actor: Actor, records: Iterable[Any], *, at: datetime) -> Imported:
    """Add the structures whose code is new, complete the others with what the file says; what it leaves empty stays.

    A new structure is a member since its day of joining, else since long ago. Raises Faults with every line at fault.
    """
    require(policies.can_import_structures(actor))
    one_at_a_time(actor)
    table = Table.of(records)
    faults = table.faults.copy()
    known = {structure.code: structure for structure in queries.list_structures()}
    seen: dict[str, int] = {}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for record, is_whole in table.lines():
        if record.code is None:  # this cell could not be read: it is told already
            continue
        first = seen.setdefault(record.code, record.line)
        if first != record.line:
            remedy = Words("ce code est déjà à la ligne %(line)s : gardez une seule ligne par structure", line=first)
            faults.add(record.line, column=table.header("code"), value=record.code, remedy=remedy)
            continue
        if not is_whole and (record.legal_name is None or record.siret is None):
            continue
        try:
            counts[_one(actor, record, known.get(record.code), at=at)] += 1
        except Refusal as refusal:
            column = "siret" if isinstance(refusal, (SiretTaken, SirenAndSiretDiffer)) else "code"
            if is_whole or column == "siret":  # the rest may come of the cell that could not be read
                value = getattr(record, column) or ""
                faults.add(record.line, column=table.header(column), value=value, remedy=str(refusal))
    faults.refuse_if_any()
    if counts["added"] or counts["changed"]:
        journal.record(actor, "structures.imported", f"grouping:{actor.grouping_id}", at=at, after=counts)
    return Imported(**counts)


def _one(actor: Actor, record: Any, structure: Structure | None, *, at: datetime) -> str:
    said = {name: value for name in STRUCTURE_FIELDS if (value := getattr(record, name, None)) is not None}
    if structure is None:
        details = StructureDetails(**said)
        add_structure(actor, details=details, joined_on=record.joined_on or LONG_STANDING, note=_INITIAL, at=at)
        return "added"
    now = StructureDetails(**values_of(structure, STRUCTURE_FIELDS))
    checked = checked_structure(replace(now, **_completed(now, said)))
    refuse_taken(checked, but=structure.id)
    return "changed" if write_changes(actor, structure, values_of(checked, STRUCTURE_FIELDS), at=at) else "unchanged"


def _completed(now: StructureDetails, said: dict[str, Any]) -> dict[str, Any]:
    """A new SIRET brings its own SIREN with it, unless the file names one."""
    if "siret" in said and said["siret"] != now.siret and "siren" not in said:
        return {**said, "siren": said["siret"][:9]}
    return said


_INITIAL = "Reprise initiale"
