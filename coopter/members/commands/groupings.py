"""Commands on groupings and on what they set with a date."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from coopter.members import policies, queries
from coopter.members.commands.versions import changes, refuse_stale, reread, values_of
from coopter.members.models import Grouping, Parameter
from coopter.members.rules import (
    GROUPING_FIELDS,
    INITIAL,
    LONG_STANDING,
    AccountChangesApart,
    GroupingDetails,
    GroupingKind,
    VatRegime,
    canonical_value,
    check_slug,
    checked_grouping,
    ends_of,
)
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class SlugTaken(Refusal):
    """L'adresse « %(slug)s » est déjà celle d'un groupement : prenez-en une autre."""


class AlreadySetThatDay(Refusal):
    """Une valeur est déjà fixée à cette date, et elle ne se réécrit pas : donnez une date d'effet plus tardive."""


@command
def create_grouping(
    actor: Actor,
    *,
    slug: str,
    name: str,
    kind: GroupingKind | str,
    at: datetime,
    vat_regime: VatRegime | str | None = None,
    vat_from: date | None = None,
    decided_by: str = INITIAL,
    **details: Any,
) -> Grouping:
    """Found a grouping; `details` are fields of GroupingDetails (siret, address, postcode, city, iban, …).

    Its VAT regime counts from `vat_from`, else from long ago. Raises SlugTaken and what the identifiers refuse.
    """
    require(policies.can_create_grouping(actor))
    unknown = set(details) - {field.name for field in fields(GroupingDetails)}
    if unknown:
        raise TypeError(f"no such field of a grouping: {', '.join(sorted(unknown))}")
    if queries.find_grouping(check_slug(slug)) is not None:
        raise SlugTaken(slug=slug)
    given = {name: value for name, value in details.items() if value is not None}
    checked = checked_grouping(GroupingDetails(name=name.strip(), **given))
    grouping = Grouping(
        slug=slug, kind=GroupingKind(kind), created_at=at, version=1, **values_of(checked, GROUPING_FIELDS)
    )
    session().add(grouping)
    session().flush()
    inside = replace(actor, grouping_id=grouping.id)
    journal.record(actor, "grouping.created", f"grouping:{grouping.id}", at=at, after={"slug": slug, "name": name})
    with tenancy.scope(grouping.id):
        journal.record(
            inside, "grouping.created", f"grouping:{grouping.id}", at=at,
            after=_without_account(values_of(checked, GROUPING_FIELDS)),
        )  # fmt: skip
        if vat_regime is not None:
            regime = VatRegime(vat_regime).value
            _write(inside, "vat_regime", regime, vat_from or LONG_STANDING, decided_by=decided_by, at=at)
    return grouping


@command
def edit_grouping(actor: Actor, *, version: int, details: GroupingDetails, at: datetime) -> Grouping:
    """Change what the grouping in scope says of itself; documents already issued keep what they say.

    Its first bank account is given here, the following ones by two people (R39). Raises Conflict when somebody changed
    it since the form was opened (R22), AccountChangesApart, and what the identifiers refuse.
    """
    require(policies.can_edit_grouping(actor))
    grouping = reread(queries.get_grouping_by_id(_scope(actor)))
    mine = values_of(_keeping_account(grouping, checked_grouping(details)), GROUPING_FIELDS)
    refuse_stale(grouping, version=version, mine=mine)
    before, after = changes(grouping, mine)
    for name, value in after.items():
        setattr(grouping, name, value)
    grouping.version += 1
    told = _without_account(before), _without_account(after)
    journal.record(actor, "grouping.edited", f"grouping:{grouping.id}", at=at, before=told[0], after=told[1])
    return grouping


@command
def set_parameter(
    actor: Actor, *, name: str, value: str, from_on: date, at: datetime, decided_by: str = INITIAL
) -> Parameter:
    """Give a parameter a value from a day on; the values before stay, for what was done under them.

    Raises UnknownParameter, what reading the value refuses, AlreadySetThatDay.
    """
    require(policies.can_set_parameter(actor))
    return _write(actor, name, canonical_value(name, value), from_on, decided_by=decided_by, at=at)


@command
def vote_parameter(actor: Actor, *, name: str, value: str, from_on: date, decided_by: str, at: datetime) -> Parameter:
    """Give a parameter the value that a vote gave it, or gave back: it counts over what was set for that same day."""
    require(policies.can_set_parameter(actor))
    return _add(actor, name, canonical_value(name, value), from_on, decided_by=decided_by, at=at)


def _write(actor: Actor, name: str, value: str, from_on: date, *, decided_by: str, at: datetime) -> Parameter:
    same_day = select(Parameter).where(Parameter.name == name, Parameter.from_on == from_on)
    existing = session().scalars(same_day.order_by(Parameter.id.desc())).first()
    if existing is not None:
        if existing.value == value:
            return existing
        raise AlreadySetThatDay()
    return _add(actor, name, value, from_on, decided_by=decided_by, at=at)


def _add(actor: Actor, name: str, value: str, from_on: date, *, decided_by: str, at: datetime) -> Parameter:
    before = queries.parameter(name, on=from_on)
    row = Parameter(
        name=name,
        value=value,
        from_on=from_on,
        decided_by=clean_line(decided_by) or INITIAL,
        author=actor.name,
        recorded_at=at,
    )
    session().add(row)
    session().flush()
    after = {"value": value, "from_on": from_on, "decided_by": row.decided_by}
    journal.record(actor, "parameter.set", f"parameter:{name}", at=at, before={"value": before.value}, after=after)
    return row


def _keeping_account(grouping: Grouping, details: GroupingDetails) -> GroupingDetails:
    """The details with the account that is there; raises AccountChangesApart when they bring another one (R39)."""
    if grouping.iban is None:
        return details
    if (details.iban or grouping.iban, details.bic or grouping.bic) != (grouping.iban, grouping.bic):
        raise AccountChangesApart()
    return replace(details, iban=grouping.iban, bic=grouping.bic)


def _without_account(values: dict[str, Any]) -> dict[str, Any]:
    """What the journal keeps of a grouping: of its account number the ends alone (R40)."""
    return {**values, "iban": ends_of(values["iban"])} if values.get("iban") else values


def _scope(actor: Actor) -> int:
    if actor.grouping_id is None:
        raise ValueError("this command is done inside a grouping")
    return actor.grouping_id
