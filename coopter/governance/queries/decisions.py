"""What is in force on a day, read from the one register of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, Table, select

from coopter.governance.models import AgendaItem, Decision, DecisionAnnulment
from coopter.governance.rules.motions import Decided, in_force, kind_of
from coopter.governance.rules.register import Annulled, Entry, standing_of
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound

DECISIONS: Table = Decision.__table__  # type: ignore[assignment]
ANNULMENTS: Table = DecisionAnnulment.__table__  # type: ignore[assignment]
_D = DECISIONS.c
_RECORD = (
    _D.id, _D.number, _D.kind, _D.subject, _D.value, _D.from_on, _D.basis, _D.item_id, _D.decided_by, _D.author,
    _D.recorded_at,
)  # fmt: skip


def decisions_of(kind: str) -> tuple[Decided, ...]:
    """Every decision of a kind that was not annulled, the latest number first."""
    return _records(_counting().where(_D.kind == kind))


def decision_in_force(kind: str, *, on: date, subject: str = "") -> Decided | None:
    """What is in force on a day for this subject; None when nothing was ever decided."""
    return in_force(_records(_counting().where(_D.kind == kind, _D.subject == subject)), subject=subject, on=on)


def list_decisions() -> tuple[Decided, ...]:
    """The whole register, the annulled ones too, the latest number first."""
    return _records(_all())


def get_decision(decision_id: int) -> Decided:
    """One decision, annulled or not; raises NotFound."""
    found = _records(_all().where(_D.id == decision_id))
    if not found:
        raise NotFound()
    return found[0]


def annulments() -> dict[int, Annulled]:
    """Why each annulled decision was, by its id."""
    row = ANNULMENTS.c
    query = select(row.decision_id, row.reason, row.author, row.recorded_at).where(row.grouping_id == tenancy.current())
    return {decision: Annulled(reason, author, at) for decision, reason, author, at in session().execute(query)}


def register_on(day: date) -> tuple[Entry, ...]:
    """The whole register as it stands on a day, the latest number first."""
    every, gone = list_decisions(), annulments()
    entries = []
    for decided in every:
        kind = kind_of(decided.kind)
        standing, by = standing_of(decided, among=every, annulled=gone.keys(), on=day)
        entries.append(Entry(decided, kind.label, kind.describe(decided.motion), standing, by, gone.get(decided.id)))
    return tuple(entries)


def assemblies_of_items(item_ids: Iterable[int]) -> dict[int, int]:
    """The assembly where each of these points was voted, by the point: the way back from a decision."""
    query = select(AgendaItem.id, AgendaItem.assembly_id).where(AgendaItem.id.in_(set(item_ids)))
    return {item_id: assembly_id for item_id, assembly_id in session().execute(query)}


def is_annulled(decision_id: int) -> bool:
    """Whether a decision was annulled."""
    annulment = ANNULMENTS.c
    query = select(annulment.id).where(annulment.grouping_id == tenancy.current(), annulment.decision_id == decision_id)
    return session().scalar(query) is not None


def _all() -> Select[tuple[object, ...]]:
    return select(*_RECORD).where(_D.grouping_id == tenancy.current()).order_by(_D.number.desc())


def _counting() -> Select[tuple[object, ...]]:
    annulled = select(ANNULMENTS.c.decision_id).where(ANNULMENTS.c.grouping_id == tenancy.current())
    return _all().where(_D.id.not_in(annulled))


def _records(query: Select[tuple[object, ...]]) -> tuple[Decided, ...]:
    return tuple(Decided(*row) for row in session().execute(query))  # type: ignore[arg-type, call-arg]
