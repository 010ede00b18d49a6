"""Reads of groupings, and of what they set with a date."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coopter.members.models import Grouping, Parameter
from coopter.members.queries.absent import absent
from coopter.members.rules import Setting, VatRegime, as_vat_regime, in_force
from coopter.plumbing.database import session


def find_grouping(slug: str) -> Grouping | None:
    """The grouping of this slug, or None."""
    return session().scalar(select(Grouping).where(Grouping.slug == slug))


def get_grouping(slug: str) -> Grouping:
    """The grouping of this slug; raises NotFound."""
    return find_grouping(slug) or absent()


def get_grouping_by_id(grouping_id: int) -> Grouping:
    """The grouping of this id; raises NotFound."""
    return session().get(Grouping, grouping_id) or absent()


def list_groupings() -> tuple[Grouping, ...]:
    """All groupings of the installation, by name."""
    return tuple(session().scalars(select(Grouping).order_by(Grouping.name)))


def parameter(name: str, *, on: date) -> Setting:
    """The value of a parameter in force that day; raises UnknownParameter. Read it with rules.as_rate, as_money, …"""
    return in_force(settings_of(name), name, on=on)


def settings_of(name: str) -> tuple[Setting, ...]:
    """Every value that the grouping gave this parameter, the latest day first, and of one day the last written."""
    query = select(Parameter).where(Parameter.name == name).order_by(Parameter.from_on.desc(), Parameter.id.desc())
    return tuple(Setting(p.name, p.value, p.from_on, p.decided_by, p.author) for p in session().scalars(query))


def all_settings() -> dict[str, tuple[Setting, ...]]:
    """The same for every parameter that was ever given a value, by name, in one statement."""
    found: dict[str, list[Setting]] = {}
    for p in session().scalars(select(Parameter).order_by(Parameter.from_on.desc(), Parameter.id.desc())):
        found.setdefault(p.name, []).append(Setting(p.name, p.value, p.from_on, p.decided_by, p.author))
    return {name: tuple(history) for name, history in found.items()}


def vat_regime(on: date) -> VatRegime:
    """The grouping's VAT regime that day (domain.md §3)."""
    return as_vat_regime(parameter("vat_regime", on=on))
