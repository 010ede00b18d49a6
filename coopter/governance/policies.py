"""Who may do what in the governance room."""

from __future__ import annotations

from typing import Protocol

from coopter.governance.rules.kinds import TextKind
from coopter.values.actor import Actor, Role


class Elector(Protocol):
    """One seat of a roll: a structure's, or a person's."""

    @property
    def structure_id(self) -> int | None:
        """The structure whose representatives speak."""

    @property
    def person_id(self) -> int | None:
        """The person that speaks, when no structure does."""


def can_decide(actor: Actor) -> bool:
    """The coordinator writes down what was decided before any assembly voted here (« reprise initiale »)."""
    return actor.has(Role.COORDINATOR)


def can_annul_decision(actor: Actor) -> bool:
    """The coordinator records that a decision was annulled."""
    return actor.has(Role.COORDINATOR)


def can_prepare_governance(actor: Actor) -> bool:
    """The coordinator writes texts, opens campaigns, prepares and runs assemblies."""
    return actor.has(Role.COORDINATOR)


def can_read_governance(actor: Actor) -> bool:
    """Everybody inside reads texts, convocations, minutes and the register of decisions."""
    return bool(actor.roles)


def can_speak_for(actor: Actor, elector: Elector) -> bool:
    """A person speaks for the seat that is its own, or its structure's; a structure's employees do not (R33)."""
    if elector.structure_id is not None:
        return elector.structure_id in actor.represents
    return elector.person_id is not None and elector.person_id == actor.person_id


def can_give_proxy(actor: Actor, elector: Elector) -> bool:
    """A member gives its own power; whoever runs the assembly records one that came on paper."""
    return can_prepare_governance(actor) or can_speak_for(actor, elector)


def can_record_attendance(actor: Actor, elector: Elector, *, remotely: bool) -> bool:
    """Whoever runs the assembly notes who is there; a member says by itself that it is there at a distance."""
    return can_prepare_governance(actor) or (remotely and can_speak_for(actor, elector))


OBLIGATION_READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
OBLIGATION_KEEPERS = (Role.COORDINATOR, Role.TREASURER)


def can_request_admission(actor: Actor) -> bool:
    """Anybody at all, where the grouping takes requests online; the coordinator types in the others."""
    return actor.grouping_id is not None


def can_run_admissions(actor: Actor) -> bool:
    """The coordinator keeps requests and departures, and puts them to those who decide."""
    return actor.has(Role.COORDINATOR) and not actor.has(Role.AUDITOR)


def can_read_admissions(actor: Actor) -> bool:
    """The office and those who represent a member: they are asked what they think. The team is not."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)


def can_give_opinion(actor: Actor, structure_id: int | None) -> bool:
    """A representative for the own structure, the coordinator for the office; an auditor has none."""
    if actor.has(Role.AUDITOR):
        return False
    return actor.has(Role.COORDINATOR) if structure_id is None else structure_id in actor.represents


def can_read_obligations(actor: Actor) -> bool:
    """The office alone: some name employees."""
    return actor.has(*OBLIGATION_READERS)


def can_keep_obligations(actor: Actor) -> bool:
    """Whoever coordinates or keeps the accounts gives them, dates them and says that they are done."""
    return actor.has(*OBLIGATION_KEEPERS) and not actor.has(Role.AUDITOR)


def can_follow_obligations(actor: Actor) -> bool:
    """The person who reads them has them in the own calendar, and nobody else's."""
    return actor.person_id is not None and can_keep_obligations(actor)


def can_keep_capital(actor: Actor) -> bool:
    """The coordinator keeps the register of shares."""
    return actor.has(Role.COORDINATOR) and not actor.has(Role.AUDITOR)


def can_read_capital(actor: Actor) -> bool:
    """The office reads the whole register; an associate asks for the own certificate."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_read_certificate(actor: Actor, *, structure_id: int | None, person_id: int | None) -> bool:
    """The office, and the associate: those who represent the structure, or the very person."""
    own = structure_id is not None and structure_id in actor.represents
    return can_read_capital(actor) or own or (person_id is not None and person_id == actor.person_id)


PRIVATE_TEXTS = (
    TextKind.PLACEMENT_AGREEMENT,
    TextKind.AMENDMENT,
    TextKind.STAFF_LOAN_AGREEMENT,
    TextKind.ADHESION_FORM,
)


def can_read_text(actor: Actor, kind: TextKind) -> bool:
    """Charters, rules and minutes are everybody's; an agreement that names a person is for those who keep the books.

    Its parties read it too: the query knows who they are.
    """
    if kind in PRIVATE_TEXTS:
        return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
    return bool(actor.roles)


def can_follow_signatures(actor: Actor) -> bool:
    """Who was asked, when, and every attempt: the coordinator and the auditor."""
    return actor.has(Role.COORDINATOR, Role.AUDITOR)


def can_sign_request(actor: Actor, *, person_id: int | None) -> bool:
    """A request is answered by the very person it was sent to (R37)."""
    return person_id is not None and actor.person_id == person_id


def can_withdraw_signature(actor: Actor, *, person_id: int | None, structure_id: int | None) -> bool:
    """Whoever signed, whoever represents the structure that was bound, and the coordinator who receives the letter."""
    signed = person_id is not None and actor.person_id == person_id
    return signed or structure_id in actor.represents or actor.has(Role.COORDINATOR)


def can_report_commitment(actor: Actor, *, structure_id: int) -> bool:
    """A structure's representative says what it did; the coordinator may type it for them."""
    return structure_id in actor.represents or actor.has(Role.COORDINATOR)


def can_review_commitment(actor: Actor, *, structure_id: int) -> bool:
    """A peer reviews: the representative of another structure than the one that reports (`structure_id`)."""
    return bool(actor.represents - {structure_id})
