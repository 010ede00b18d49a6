"""The minutes of an assembly become a text: drafted from what happened, then frozen and signed like any other."""

from __future__ import annotations

from datetime import datetime

from coopter.governance import policies
from coopter.governance.commands.texts import create_text
from coopter.governance.models import Assembly
from coopter.governance.queries.minutes import minutes_facts
from coopter.governance.queries.sittings import get_assembly
from coopter.governance.queries.texts import get_version
from coopter.governance.rules.kinds import AssemblyState, TextKind
from coopter.governance.rules.minutes import draft_minutes
from coopter.governance.rules.minutes_words import day_in_words
from coopter.members.commands.versions import reread
from coopter.plumbing import journal
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal


class NotHeldYet(Refusal):
    """Le procès-verbal se rédige quand l’assemblée est close. Closez-la d’abord."""


class MinutesExist(Refusal):
    """Le procès-verbal de cette assemblée est déjà en cours d’écriture. Ouvrez-le pour le compléter."""


@command
def write_minutes(actor: Actor, *, assembly_id: int, at: datetime) -> int:
    """Begin the minutes of a closed assembly, drafted from what happened; returns the id of the text's version.

    Raises NotHeldYet, MinutesExist, NotFound.
    """
    require(policies.can_prepare_governance(actor))
    row: Assembly = reread(get_assembly(assembly_id))
    if row.state is not AssemblyState.CLOSED:
        raise NotHeldYet()
    if row.minutes_text_id is not None:
        raise MinutesExist()
    title = f"Procès-verbal : {row.title}, {day_in_words(paris_day(row.opened_at or row.starts_at))}"
    version_id = create_text(
        actor, kind=TextKind.MINUTES, title=title[:150], body=draft_minutes(minutes_facts(assembly_id)),
        subject=f"assembly:{assembly_id}", at=at,
    )  # fmt: skip
    row.minutes_text_id = get_version(version_id).text_id
    row.version += 1
    after = {"text_id": row.minutes_text_id}
    journal.record(actor, "assembly.minutes_written", f"assembly:{assembly_id}", at=at, after=after)
    return version_id
