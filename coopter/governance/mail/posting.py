"""How the grouping in scope writes to somebody: in the recipient's language, under the grouping's name, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coopter.members import queries as members
from coopter.plumbing import mail, tenancy
from coopter.values.refusal import Words


def write_to(
    to: str,
    subject: Words,
    template: str,
    context: dict[str, Any],
    *,
    key: str,
    at: datetime,
    attachments: tuple[tuple[str, str], ...] = (),
) -> None:
    """Write a message from templates/governance/mail; `key` tells it from every other of the grouping (R31).

    `attachments` are (file name, SHA-256 of a stored file).
    """
    here = tenancy.grouping_in_scope()
    grouping = members.get_grouping_by_id(here)
    mail.post(
        to=to, subject=subject, template=f"governance/mail/{template}",
        context={"grouping_name": grouping.name, **context}, key=f"{key}:{here}", grouping_id=here, at=at,
        language=members.language_of(to), attachments=attachments,
    )  # fmt: skip
