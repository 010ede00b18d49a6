"""Mails about figures: the request of a campaign, its reminders, and figures that were sent back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coopter.contributions.queries.campaigns import CampaignRecord
from coopter.contributions.rules.figures import NAMES
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.plumbing import mail, tenancy
from coopter.values.refusal import Words


def people_of(structure: Structure) -> tuple[tuple[str, str], ...]:
    """Whom to write to for a member (name, address): its representatives, else its own mailbox; nobody when none."""
    holders = members.list_holders(structure_id=structure.id)
    people = tuple((one.name, one.email) for one in holders if one.active and one.email)
    return people or (((structure.name, structure.email),) if structure.email else ())


def ask(campaign: CampaignRecord, structure: Structure, *, again: bool, at: datetime) -> bool:
    """Ask a member for its figures, or ask again; False when nobody of it has an address."""
    people = people_of(structure)
    asked, reminded = "Chiffres %(year)s à déclarer", "Rappel : vos chiffres %(year)s sont attendus"
    for name, address in people:
        post(
            address,
            Words(reminded if again else asked, year=campaign.year),
            "figures_asked",
            {
                "name": name, "structure": structure.name, "year": campaign.year, "due_on": campaign.due_on,
                "words": campaign.message, "bases": [NAMES[base] for base in campaign.bases], "again": again,
                "path": f"/contributions/chiffres/{campaign.year}/structures/{structure.id}",
            },
            key=f"figures:{campaign.id}:{structure.id}:{address}:{at.isoformat()}",
            at=at,
        )  # fmt: skip
    return bool(people)


def tell_sent_back(structure: Structure, *, year: int, reason: str, by: str, at: datetime) -> None:
    """Tell a member that its figures came back, and why."""
    for name, address in people_of(structure):
        post(
            address,
            Words("Chiffres %(year)s à revoir", year=year),
            "figures_sent_back",
            {
                "name": name, "structure": structure.name, "year": year, "reason": reason, "by": by,
                "path": f"/contributions/chiffres/{year}/structures/{structure.id}",
            },
            key=f"figures-back:{structure.id}:{year}:{address}:{at.isoformat()}",
            at=at,
        )  # fmt: skip


def post(to: str, subject: Words, template: str, context: dict[str, Any], *, key: str, at: datetime) -> None:
    """One message of this room, in its recipient's language."""
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    link = mail.absolute(f"/{grouping.slug}{context['path']}")
    mail.post(
        to=to, subject=subject, template=f"contributions/mail/{template}",
        context={**context, "grouping_name": grouping.name, "link": link}, key=key, grouping_id=grouping.id, at=at,
        language=members.language_of(to),
    )  # fmt: skip
