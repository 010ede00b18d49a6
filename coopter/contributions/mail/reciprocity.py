"""Mails about gifts: one that awaits the other side's word, one that is disputed."""

from __future__ import annotations

from datetime import datetime

from coopter.contributions.mail.figures import people_of, post
from coopter.contributions.models import Gift
from coopter.contributions.queries.reciprocity import party_names
from coopter.contributions.rules.reciprocity import quantity_words
from coopter.members import queries as members
from coopter.plumbing import tenancy
from coopter.values.refusal import Words


def ask_other_side(gift: Gift, *, side_id: int | None, at: datetime) -> None:
    """Tell the side that did not record a gift that its word is awaited."""
    _tell(gift, side_id, Words("Un échange à confirmer : %(what)s", what=gift.what), "gift_to_confirm", at=at)


def tell_disputed(gift: Gift, *, at: datetime) -> None:
    """Tell the side that recorded a gift that the other one disputes it, and why."""
    _tell(gift, gift.recorded_for_id, Words("Un échange contesté : %(what)s", what=gift.what), "gift_disputed", at=at)


def _tell(gift: Gift, side_id: int | None, subject: Words, template: str, *, at: datetime) -> None:
    names = party_names()
    context = {
        "giver": names[gift.giver_id], "receiver": names[gift.receiver_id], "what": gift.what,
        "given_on": gift.given_on, "quantity": quantity_words(gift.unit, gift.quantity), "reason": gift.answer,
        "by": gift.answered_by or gift.recorded_by, "path": f"/reciprocite/{gift.id}",
    }  # fmt: skip
    for name, address in _people(side_id):
        key = f"{template}:{gift.id}:{gift.version}:{address}"
        post(address, subject, template, {**context, "name": name}, key=key, at=at)


def _people(side_id: int | None) -> tuple[tuple[str, str], ...]:
    if side_id is not None:
        return people_of(members.get_structure(side_id))
    house = members.get_grouping_by_id(tenancy.grouping_in_scope())
    return ((house.name, house.email),) if house.email else ()
