"""« Pourquoi ce montant ? »: the walk back from a share, and what it never tells a member (docs/decisions/0003)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask

from coopter.costs import commands, queries
from coopter.costs.rules import DEFAULT_KEY, CostKind, KeyMethod, Pool, ShareExplanation
from coopter.hours import queries as hours
from coopter.hours.commands import lock_month
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import NotFound
from tests import factories as a

MARCH = Month(2026, 3)
SHARE = ShareExplanation(
    share_id=1, month=MARCH, structure_id=1, pool=Pool.EMPLOYEE, employee_id=7, amount=Money(3_334),
    pool_total=Money(10_000), method=KeyMethod.EQUAL, decision_id=7, decision_number=2,
    decided_from=date(2026, 1, 1), decided_by="CA",
    author="Anne", weight=1, total_weight=3, minutes=60, total_minutes=600,
)  # fmt: skip


def test_the_exact_part_its_floor_and_the_cent_left_over() -> None:
    assert (SHARE.exact, SHARE.exact_euros, SHARE.floor) == (Fraction(10_000, 3), Decimal("33.3333"), Money(3_333))
    assert SHARE.extra_cent and not SHARE.is_exact and not SHARE.is_whole
    aid = replace(SHARE, amount=Money(-3_333), pool_total=Money(-10_000))
    assert (aid.floor, aid.exact_euros, aid.extra_cent) == (Money(-3_333), Decimal("-33.3333"), False)
    alone = replace(SHARE, amount=Money(10_000), weight=3)
    assert alone.is_exact and alone.is_whole and not alone.extra_cent
    assert replace(SHARE, total_weight=0, weight=0, amount=Money(0), pool_total=Money(0)).exact == 0


def test_who_is_told_what(app: Flask) -> None:
    grouping = a.a_grouping()
    with a.inside(grouping):
        north, south = a.a_structure("PC2"), a.a_structure("PC8")
        nolwenn = a.an_employee(north, south)
        a.worked(nolwenn, north, date(2026, 3, 2), 60)
        a.worked(nolwenn, south, date(2026, 3, 3), 120)
        a.a_cost(MARCH, 10_000, employee=nolwenn)
        a.a_cost(MARCH, -3_000, employee=nolwenn, kind=CostKind.AID)
        anne = a.actor(grouping, Role.COORDINATOR)

        @command
        def close() -> tuple[queries.ShareRecord, ...]:
            lock_month(anne, month=MARCH, at=a.AT)
            return commands.split_month(anne, month=MARCH, worked=hours.worked_minutes(MARCH), at=a.AT)

        mine, theirs = close()
        member = a.actor(grouping, Role.REPRESENTATIVE, structure=north)
        told = queries.explain_share(mine.share_id, actor=member)
        assert (told.amount, told.pool_total, told.minutes, told.total_minutes) == (
            Money(2_333), Money(7_000), 60, 180,
        )  # fmt: skip
        assert (told.decision_number, told.decided_by, told.method, told.decided_from) == (
            0, DEFAULT_KEY, KeyMethod.MINUTES, None,
        )  # fmt: skip
        assert told.components is None and queries.explain_share(mine.share_id).components is None
        for role in (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
            full = queries.explain_share(mine.share_id, actor=a.actor(grouping, role))
            assert full.components is not None
            assert [(one.kind, one.amount.cents) for one in full.components] == [
                (CostKind.GROSS_PAY, 10_000), (CostKind.AID, -3_000),
            ]  # fmt: skip
        refused: list[tuple[int, Actor]] = [
            (theirs.share_id, member),
            (mine.share_id, a.actor(grouping, Role.EMPLOYEE, employee=nolwenn)),
            (mine.share_id, replace(member, sees_invoices_of=frozenset())),
            (999_999, anne),
        ]
        for share_id, actor in refused:
            with pytest.raises(NotFound):
                queries.explain_share(share_id, actor=actor)
    with a.inside(a.a_grouping(slug="ailleurs")) as other, pytest.raises(NotFound):
        queries.explain_share(mine.share_id, actor=a.actor(other, Role.COORDINATOR))
