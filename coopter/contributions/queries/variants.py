"""Variants of a formula as they were saved, each with the cases beside it and the resolution that it became."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coopter.contributions.models import Variant
from coopter.contributions.rules.formulas import Case, Formula
from coopter.governance.queries.assemblies import assembly_record, get_item
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound


@dataclass(frozen=True)
class VariantRecord:
    """One variant, read."""

    id: int
    contribution_id: int
    name: str
    formula: Formula
    cases: tuple[Case, ...]
    item_id: int | None
    written_by: str
    written_at: datetime
    version: int


@dataclass(frozen=True)
class Resolution:
    """The resolution that a variant became: its title, and the assembly where it is voted."""

    title: str
    assembly_id: int
    assembly: str


def get_variant(variant_id: int) -> Variant:
    """The variant of this id in the grouping in scope; raises NotFound."""
    found: Variant | None = session().scalar(select(Variant).where(Variant.id == variant_id))
    if found is None:
        raise NotFound()
    return found


def variant_record(variant_id: int) -> VariantRecord:
    """One variant, read; raises NotFound."""
    return _record(get_variant(variant_id))


def variants_of(contribution_id: int) -> tuple[VariantRecord, ...]:
    """Every variant of a contribution, by name."""
    query = select(Variant).where(Variant.contribution_id == contribution_id).order_by(Variant.name, Variant.id)
    return tuple(_record(row) for row in session().scalars(query))


def resolution_of(variant: VariantRecord) -> Resolution | None:
    """The resolution that a variant became; None when it was never proposed, or taken off the agenda."""
    if variant.item_id is None:
        return None
    try:
        item = get_item(variant.item_id)
    except NotFound:
        return None
    return Resolution(item.title, item.assembly_id, assembly_record(item.assembly_id).title)


def _record(row: Variant) -> VariantRecord:
    return VariantRecord(
        row.id, row.contribution_id, row.name, Formula.from_json(row.formula),
        tuple(Case.from_json(one) for one in row.cases), row.item_id, row.written_by, row.written_at, row.version,
    )  # fmt: skip
