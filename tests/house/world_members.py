"""What members tell each other in the tests' world: a campaign with a figure and its proof, a gift that waits."""

from __future__ import annotations

from datetime import date

from coopter.contributions.commands.campaigns import CampaignDetails, open_campaign
from coopter.contributions.commands.figures import declare_figures
from coopter.contributions.commands.reciprocity import GiftDetails, record_gift
from coopter.contributions.models import Figure
from coopter.contributions.rules.kinds import Base, Unit
from coopter.members.models import Structure
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from tests.factories import AT

YEAR = 2026  # a year is no id: the other grouping has it too
PROOF = b"%PDF-1.7 comptes"


def figures_and_gifts_of(coordinator: Actor, *, structure: Structure, other: Structure) -> dict[str, int | str]:
    """An id of a figure that proves itself by a file, and of a gift that its receiver has not answered."""
    details = CampaignDetails((Base.TURNOVER,), date(2026, 12, 1))
    open_campaign(coordinator, year=YEAR, details=details, at=AT)
    declare_figures(
        coordinator, structure_id=structure.id, year=YEAR, version=0, figures={Base.TURNOVER: 100_000}, at=AT,
        proof=(PROOF, "comptes.pdf"),
    )  # fmt: skip
    gift = GiftDetails(structure.id, other.id, date(2026, 3, 2), Unit.ADVICE, 100, "Une journée")
    gift_id = record_gift(coordinator, details=gift, side_id=structure.id, at=AT)
    return {"figure_id": session().query(Figure.id).filter_by(structure_id=structure.id).scalar(), "gift_id": gift_id}
