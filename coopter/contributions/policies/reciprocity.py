"""Who may record, confirm and read what members give and receive."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_read_reciprocity(actor: Actor) -> bool:
    """Members' representatives and those who run or check the grouping; the page is made to be shown to an assembly."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)


def can_read_all_gifts(actor: Actor) -> bool:
    """What is not confirmed, and every amount in euros: coordinator, treasurer and auditor."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_speak_for(actor: Actor, *, side_id: int | None) -> bool:
    """A side of a gift speaks by its representatives; the grouping (no structure) by its coordinator."""
    return actor.has(Role.COORDINATOR) if side_id is None else side_id in actor.represents


def can_record_gift(actor: Actor, *, side_id: int | None, other_id: int | None) -> bool:
    """One's own side; the coordinator also types for a member that has no access, as long as another one answers."""
    if actor.has(Role.AUDITOR) and not actor.represents:
        return False
    return can_speak_for(actor, side_id=side_id) or (actor.has(Role.COORDINATOR) and other_id is not None)


def can_see_gift(actor: Actor, *, giver_id: int, receiver_id: int | None, confirmed: bool) -> bool:
    """Both sides and who reads them all; a confirmed one every member's representative."""
    if can_read_all_gifts(actor) or giver_id in actor.represents or receiver_id in actor.represents:
        return True
    return confirmed and can_read_reciprocity(actor)


def can_see_value(actor: Actor, *, giver_id: int | None, receiver_id: int | None) -> bool:
    """An amount in euros: both sides, and those who read accounts."""
    return can_read_all_gifts(actor) or not actor.represents.isdisjoint({giver_id, receiver_id})
