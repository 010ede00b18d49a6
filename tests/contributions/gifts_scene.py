"""Gifts between the members of the scene, and contributions called from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from coopter.contributions.commands import reciprocity as commands
from coopter.contributions.commands.reciprocity import GiftDetails
from coopter.contributions.models import Call, CallRun, Contribution
from coopter.contributions.rules.kinds import CallKind, Product, Unit
from coopter.governance import commands as governance
from coopter.governance.rules.motions import Motion
from coopter.values.money import Money
from tests import factories as a
from tests.contributions.members_scene import AT, Scene

DAY = date(2026, 3, 2)


def details(scene: Scene, giver: str, receiver: str | None, **changes: object) -> GiftDetails:
    """A day of advice, unless said otherwise."""
    made = GiftDetails(
        scene.id_of(giver), scene.id_of(receiver) if receiver else None, DAY, Unit.ADVICE, 100, "Aide comptable"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def given_by(scene: Scene, giver: str, receiver: str | None, **changes: object) -> int:
    """A gift that its giver recorded."""
    return commands.record_gift(
        scene.speaks(giver), details=details(scene, giver, receiver, **changes), side_id=scene.id_of(giver), at=AT
    )


def agreed(scene: Scene, giver: str, receiver: str | None, **changes: object) -> int:
    """A gift that both sides agree on."""
    gift_id = given_by(scene, giver, receiver, **changes)
    other = scene.speaks(receiver) if receiver else scene.coordinator
    commands.confirm_gift(other, gift_id=gift_id, version=1, at=AT)
    return gift_id


def called(scene: Scene, name: str, cents: int, *, year: int = 2026, turn: int = 1) -> None:
    """A contribution called from a member, as `call_contribution` leaves it."""
    motion = Motion("figures-publication", f"figures:{year}", {"year": year, "bases": ["turnover"]}, DAY)
    decision = governance.decide(scene.coordinator, motion, at=AT)
    made = a.saved(
        Contribution(name=f"Part {name} {turn}", product=Product.PROPORTIONAL, created_by="Anne", created_at=AT)
    )
    run = a.saved(
        CallRun(contribution_id=made.id, year=year, kind=CallKind.YEAR, turn=turn, decision_id=decision.id,
                called_on=DAY, total=Money(cents), called_by="Anne", called_at=AT)
    )  # fmt: skip
    a.saved(
        Call(run_id=run.id, structure_id=scene.id_of(name), instalment=1, due_on=DAY, amount=Money(cents), detail={})
    )
