"""The demonstration: a credible grouping made through the same commands as a real one, all of it or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from coopter.members import commands as members
from coopter.members import queries
from coopter.members.models import Grouping
from coopter.members.rules import GroupingKind, StructureDetails, VatRegime
from coopter.office.commands.demo.assemblies import Governing
from coopter.office.commands.demo.cast import (
    GROUPING,
    GROUPING_NUMBER,
    MEMBERS,
    NAME,
    ROLE_WORDS,
    SLUG,
    STAFF,
    WORKERS,
    mail_of,
    siret_of,
)
from coopter.office.commands.demo.months import Act, instant, open_months, past_month, write_costs
from coopter.office.commands.demo.mutual import Mutual
from coopter.office.commands.demo.promises import Promising
from coopter.planning import commands as planning
from coopter.plumbing import tenancy
from coopter.plumbing.transaction import command
from coopter.staff import commands as staff
from coopter.staff import queries as people
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import Refusal

DAY = 420
HALVES = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))


class NotADemo(Refusal):
    """Cette installation contient déjà autre chose qu'une démonstration, où chacun se connecterait en un clic. Donnez
    un autre dossier (COOPTER_DATA_DIR) et une autre base (COOPTER_DATABASE_URL)."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the demonstration, as the sign-in page offers them."""

    name: str
    role: str
    email: str


@dataclass(frozen=True, slots=True)
class Demo:
    """The demonstration that stands."""

    slug: str
    name: str
    people: tuple[SignIn, ...]
    is_new: bool


def make_demo(*, today: date, base_url: str) -> Demo:
    """Make the demonstration unless it stands already; raises NotADemo where there is anything else.

    Invitations in it lead to `base_url`, where it is served. Its journal is in the order of its days.
    """
    known = queries.list_groupings()
    if any(grouping.slug != SLUG for grouping in known):
        raise NotADemo()
    if not known:
        _make(Actor.command_line(), today=today, base_url=base_url)
    grouping = queries.get_grouping(SLUG)
    with tenancy.scope(grouping.id):
        holders = queries.list_holders()
    order = {role: place for place, role in enumerate(Role)}
    people = sorted(holders, key=lambda one: (order[one.role], one.name))
    signs = tuple(SignIn(one.name, f"{ROLE_WORDS[one.role]} {one.structure}".strip(), one.email) for one in people)
    return Demo(grouping.slug, grouping.name, signs, is_new=not known)


@command
def _make(administrator: Actor, *, today: date, base_url: str) -> None:
    """Everything in one transaction: an interrupted demonstration leaves nothing half made."""
    this = Month.of(today)
    open_month = this.previous()
    second = open_month.previous()
    first = second.previous()
    founded = first.first - timedelta(days=400)
    grouping = members.create_grouping(
        administrator, slug=SLUG, name=NAME, kind=GroupingKind.EMPLOYER_GROUP, at=instant(founded),
        vat_regime=VatRegime.TAXED, siret=siret_of(GROUPING_NUMBER), **GROUPING,
    )  # fmt: skip
    with tenancy.scope(grouping.id):
        root = Actor.command_line(grouping.id)
        join = partial(_join, grouping=grouping, base_url=base_url)
        coordinator = _open_office(join, root, at=instant(founded))
        structures = _add_structures(coordinator, founded=founded)
        representatives = {
            one.code: join(coordinator, first_name=one.representative[0], last_name=one.representative[1],
                            role=Role.REPRESENTATIVE, structure_id=structures[one.code], at=instant(founded))
            for one in MEMBERS
        }  # fmt: skip
        employees, placements = _hire(coordinator, join, structures, start=first.first - timedelta(days=300))
        costs_at = instant(min(this.first + timedelta(days=2), today))
        places: dict[str, Any] = {"structures": structures, "representatives": representatives}
        acts: list[tuple[datetime, Act]] = [
            *past_month(coordinator, month=first, **places),
            *past_month(coordinator, month=second, **places),
            (costs_at, partial(write_costs, coordinator, month=open_month, at=costs_at)),
            *_plan(coordinator, placements, today=today),
            *open_months(open_month=open_month, today=today, employees=employees, **places),
            *Mutual(coordinator, structures, representatives).acts(
                closed=(first, second), founded=founded, today=today
            ),
            *Promising(coordinator, structures, representatives, founded).acts(today=today),
            *Governing(coordinator, structures, representatives, founded, base_url).acts(held_in=second, today=today),
        ]
        for _, act in sorted(acts, key=lambda one: one[0]):
            act()


def _open_office(join: Callable[..., Actor], root: Actor, *, at: datetime) -> Actor:
    """The coordinator, who also runs the installation, then the treasurer and the auditor."""
    anne, *others = STAFF
    coordinator = join(root, first_name=anne.first_name, last_name=anne.last_name, role=anne.role, at=at)
    members.make_administrator(root, email=_address(anne.first_name, anne.last_name), at=at)
    for one in others:
        join(coordinator, first_name=one.first_name, last_name=one.last_name, role=one.role, at=at)
    return coordinator


def _add_structures(coordinator: Actor, *, founded: date) -> dict[str, int]:
    ids = {}
    for one in MEMBERS:
        details = StructureDetails(
            code=one.code, legal_name=one.name, vat_status=one.vat, legal_form=one.legal_form,
            siret=siret_of(one.number), address=one.address, postcode=one.postcode, city=one.city,
            headcount=one.headcount, headcount_on=founded, activity=one.activity,
            email=f"compta@{one.code.lower()}.example",
        )  # fmt: skip
        made = members.add_structure(coordinator, details=details, joined_on=founded, at=instant(founded))
        ids[one.code] = made.id
    return ids


def _hire(
    coordinator: Actor, join: Callable[..., Actor], structures: dict[str, int], *, start: date
) -> tuple[dict[str, Actor], dict[int, list[int]]]:
    """Contracts, placements and an account for each employee; who they are, and each placement's weekdays."""
    actors, placements = {}, {}
    at = instant(start)
    for worker in WORKERS:
        codes = sorted(set(worker.week.values()))
        employee = staff.hire_employee(
            coordinator, code=worker.code, first_name=worker.first_name, last_name=worker.last_name,
            email=_address(worker.first_name, worker.last_name), phone="", period=Period(start, None),
            weekly_minutes=DAY * len(worker.week), job_title=worker.job, pay_grade=worker.grade,
            structure_ids=[structures[code] for code in codes], at=at,
        )  # fmt: skip
        for code in codes:
            weekdays = [weekday for weekday, place in worker.week.items() if place == code]
            placement = staff.place_employee(
                coordinator, employee_id=employee.id, structure_id=structures[code], period=Period(start, None),
                weekly_minutes=DAY * len(weekdays), site="", conditions="", at=at,
            )  # fmt: skip
            placements[placement.id] = weekdays
        actors[worker.code] = join(
            coordinator, first_name=worker.first_name, last_name=worker.last_name, role=Role.EMPLOYEE,
            employee_id=people.employee_ids_by_code()[worker.code], at=at,
        )  # fmt: skip
    return actors, placements


def _plan(coordinator: Actor, placements: dict[int, list[int]], *, today: date) -> Iterator[tuple[datetime, Act]]:
    """The plan of the weeks around today, written when its first week begins."""
    monday = today - timedelta(days=today.weekday())
    planned = Period(monday - timedelta(weeks=4), monday + timedelta(weeks=8))
    at = instant(planned.start)
    for placement_id, weekdays in placements.items():
        for starts, ends in HALVES:
            yield at, partial(
                planning.add_pattern, coordinator, placement_id=placement_id, weekdays=weekdays, starts_minute=starts,
                ends_minute=ends, period=planned, at=at,
            )  # fmt: skip


def _join(
    inviter: Actor, *, grouping: Grouping, base_url: str, first_name: str, last_name: str, role: Role, at: datetime,
    structure_id: int | None = None, employee_id: int | None = None,
) -> Actor:  # fmt: skip
    """Invite somebody, accept in their place with a password that nobody knows, and say who they now are."""
    represents = role is Role.REPRESENTATIVE
    invited = members.invite(
        inviter, email=_address(first_name, last_name), role=role, base_url=base_url, at=at,
        first_name=first_name, last_name=last_name, structure_id=structure_id, employee_id=employee_id,
        can_validate_hours=represents, can_see_invoices=represents,
    )  # fmt: skip
    person = members.accept_invitation(invited.token, at=at, password=secrets.token_urlsafe(24))
    actor = queries.actor_for(person, grouping)
    assert actor is not None, "a role was just given"
    return actor


def _address(first_name: str, last_name: str) -> str:
    return mail_of(first_name, last_name, "cap-cooperation")
