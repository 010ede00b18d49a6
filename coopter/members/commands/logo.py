"""The logo that a grouping's documents carry from now on; those already issued keep theirs."""

from __future__ import annotations

from datetime import datetime

from coopter.members import policies, queries
from coopter.members.commands.versions import reread
from coopter.members.models import Grouping
from coopter.members.rules import check_logo
from coopter.plumbing import files, journal
from coopter.plumbing.tenancy import grouping_in_scope
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor


@command
def set_logo(actor: Actor, *, content: bytes | None, at: datetime) -> Grouping:
    """Give the grouping in scope its logo, or take it away; raises LogoTooLarge, NotALogo."""
    require(policies.can_edit_grouping(actor))
    grouping = reread(queries.get_grouping_by_id(grouping_in_scope()))
    if content is not None:
        check_logo(content)
    before, grouping.logo_sha256 = grouping.logo_sha256, None if content is None else files.store(content)
    grouping.version += 1
    journal.record(
        actor, "grouping.logo_set", f"grouping:{grouping.id}", at=at, before={"logo": before},
        after={"logo": grouping.logo_sha256},
    )  # fmt: skip
    return grouping
