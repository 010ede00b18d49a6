"""The yearly report of cooperation: each figure beside its definition, from the sheets and from the ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from coopter.contributions.models import Gift
from coopter.contributions.queries.figures import memberships_in
from coopter.contributions.queries.reciprocity import entries_of
from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import Entry, Source, giving_and_receiving, quantity_value
from coopter.contributions.rules.report import (
    YEARLY_HOURS,
    Density,
    Measure,
    Pair,
    density,
    full_time_equivalents,
    pairs_by_employee,
    percentage,
)
from coopter.hours import queries as hours
from coopter.hours.rules import Worked
from coopter.members.models import Membership
from coopter.plumbing.database import session
from coopter.values.durations import hours_and_minutes
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Counted, Words


@dataclass(frozen=True, slots=True)
class Report:
    """A year's cooperation: its measures, the density of each quarter, what was given in each unit but money."""

    year: int
    measures: tuple[Measure, ...]
    densities: tuple[Density, ...]
    given: tuple[tuple[Unit, Money | Words], ...]


def cooperation_report(year: int, *, on: date) -> Report:
    """The measures of a year as they stand on a day, from confirmed hours and confirmed gifts alone; a quarter that has
    not begun by then has no density."""
    worked = hours.worked_between(Month(year, 1), Month(year, 12))
    entries = entries_of(year)
    inside = frozenset(memberships_in(year))
    people = _structures_by_employee([one for _month, one in worked])
    measures = (*_work(worked, people), *_ties(entries, inside), _local_spend())
    return Report(year, measures, _densities(year, worked, on=on), _given(entries))


def _work(worked: tuple[tuple[Month, Worked], ...], people: dict[int, set[int]]) -> tuple[Measure, ...]:
    minutes = sum(one.minutes for _month, one in worked)
    shared = [who for who, structures in people.items() if len(structures) > 1]
    by_shared = sum(one.minutes for _month, one in worked if one.employee_id in set(shared))
    return (
        Measure(
            Words("Équivalents temps plein créés"), Words("%(count)s ETP", count=full_time_equivalents(minutes)),
            Words("Minutes confirmées de l’année chez les membres, divisées par %(hours)s heures de 60 minutes, la "
                  "durée légale d’une année à temps plein (articles L3121-41 et L3121-44 du code du travail).",
                  hours=f"{YEARLY_HOURS // 1000}\u202f{YEARLY_HOURS % 1000}"),
        ),
        Measure(
            Words("Heures partagées"), hours_and_minutes(minutes),
            Words("Heures que l’équipe partagée a faites chez les membres et qu’ils ont confirmées, du 1er janvier au "
                  "31 décembre."),
        ),
        Measure(
            Words("Personnes partagées"), Counted(
                "%(count)s personne, %(hours)s", "%(count)s personnes, %(hours)s", count=len(shared),
                hours=hours_and_minutes(by_shared),
            ),
            Words("Salariés qui ont travaillé dans l’année chez deux membres au moins, et toutes leurs heures "
                  "confirmées."),
        ),
    )  # fmt: skip


def _ties(entries: tuple[Entry, ...], inside: frozenset[int]) -> tuple[Measure, ...]:
    givers, receivers = giving_and_receiving(entries, members=inside)
    both = givers & receivers
    share = percentage(len(both), len(inside))
    value = Words("%(both)s sur %(members)s", both=len(both), members=len(inside))
    if share is not None:
        value = Words("%(both)s sur %(members)s (%(share)s %%)", both=len(both), members=len(inside), share=share)
    return (
        Measure(
            Words("Membres qui donnent et reçoivent"), value,
            Words("Membres de l’année qui ont à la fois donné (un don confirmé, à un membre ou au groupement) et reçu "
                  "(un don confirmé, ou des heures de l’équipe partagée). Une contribution appelée est due : elle ne "
                  "compte pas comme un don."),
        ),
        Measure(
            Words("Membres qui donnent"), Words("%(count)s sur %(members)s", count=len(givers), members=len(inside)),
            Words("Membres de l’année avec au moins un don confirmé par l’autre partie."),
        ),
        Measure(
            Words("Échanges confirmés"), str(sum(entry.source is Source.GIFT for entry in entries)),
            Words("Dons notés par une partie, confirmés par l’autre, et datés de l’année."),
        ),
    )  # fmt: skip


def _local_spend() -> Measure:
    return Measure(
        Words("Dépense locale"), None,
        Words("Part des achats faite sur le territoire. CoopTer ne connaît pas les achats du groupement ni ceux des "
              "membres : ce chiffre n’est pas estimé, il se lit dans leurs comptes."),
    )  # fmt: skip


def _densities(year: int, worked: tuple[tuple[Month, Worked], ...], *, on: date) -> tuple[Density, ...]:
    """For each quarter begun: members linked by a confirmed gift between the two, or by an employee of both."""
    gifts = session().execute(
        select(Gift.giver_id, Gift.receiver_id, Gift.given_on).where(
            Gift.state == GiftState.CONFIRMED, Gift.receiver_id.is_not(None), Gift.given_on >= date(year, 1, 1),
            Gift.given_on < date(year + 1, 1, 1),
        )
    )  # fmt: skip
    pairs: dict[int, set[Pair]] = defaultdict(set)
    for giver, receiver, day in gifts:
        pairs[_quarter(day.month)].add(frozenset((giver, receiver or giver)))
    for quarter in range(1, 5):
        here = [one for month, one in worked if _quarter(month.month) == quarter]
        pairs[quarter] |= pairs_by_employee(_structures_by_employee(here))
    begun = [one for one in range(1, 5) if Month(year, 3 * one - 2).first <= on]
    return tuple(density(one, members=_members_in_quarter(year, one), pairs=pairs[one]) for one in begun)


def _members_in_quarter(year: int, quarter: int) -> frozenset[int]:
    first, end = Month(year, 3 * quarter - 2).first, Month(year, 3 * quarter).end
    query = select(Membership.structure_id).where(
        Membership.joined_on < end, or_(Membership.left_on.is_(None), Membership.left_on > first)
    )
    return frozenset(session().scalars(query))


def _quarter(month: int) -> int:
    return (month + 2) // 3


def _structures_by_employee(worked: list[Worked]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one in worked:
        found[one.employee_id].add(one.structure_id)
    return found


def _given(entries: tuple[Entry, ...]) -> tuple[tuple[Unit, Money | Words], ...]:
    """What went from one to another in each unit; euros are for those who read accounts, on the ledger's own page."""
    sums: dict[Unit, int] = defaultdict(int)
    for entry in entries:
        if entry.unit is not Unit.EUROS:
            sums[entry.unit] += entry.quantity
    return tuple((unit, quantity_value(unit, sums[unit])) for unit in Unit if unit in sums)
