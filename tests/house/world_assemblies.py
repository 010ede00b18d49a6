"""An assembly for the sweep over all routes: open, with a power, a question, a paper, a vote to come, an outcome."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from sqlalchemy import select

from coopter.governance.commands.agenda import ItemDetails, add_document, add_item
from coopter.governance.commands.assemblies import AssemblyDetails, convene, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.ballots import record_show_of_hands
from coopter.governance.commands.bodies import SeatDetails, add_seat, create_body
from coopter.governance.commands.proxies import give_proxy
from coopter.governance.commands.questions import ask_question
from coopter.governance.commands.votes import close_vote, open_vote
from coopter.governance.models import Elector
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BallotMethod, BodyKind
from coopter.governance.rules.statutes import Quorum, Statutes
from coopter.members.models import Person, Structure
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from tests.factories import AT, LONG_AGO

MORNING = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)
RULES = Statutes(notice_days=0, quorum=Quorum(Fraction(0)), membership_needed=False, persons_secret=False)


def assemblies_of(coordinator: Actor, *, structure: Structure, treasurer: Person) -> dict[str, int]:
    """The ids of an assembly of two seats, one a structure's and one a person's."""
    body = create_body(
        coordinator, kind=BodyKind.BOARD, name="Conseil", statutes=RULES, from_on=LONG_AGO, at=AT
    )  # fmt: skip
    own = SeatDetails(starts_on=LONG_AGO, structure_id=structure.id)
    seat = add_seat(coordinator, body_id=body, details=own, at=AT)
    add_seat(coordinator, body_id=body, details=SeatDetails(starts_on=LONG_AGO, person_id=treasurer.id), at=AT)
    details = AssemblyDetails(
        body_id=body, title="Conseil d’octobre", mode=AssemblyMode.IN_PERSON, starts_at=MORNING,
        record_on=date(2026, 10, 1), place="Lorient",
    )  # fmt: skip
    assembly = plan_assembly(coordinator, details=details, at=AT)
    item = add_item(
        coordinator, assembly_id=assembly, details=ItemDetails("Le loyer", method=BallotMethod.ROLL_CALL), at=AT
    )
    voted = add_item(coordinator, assembly_id=assembly, details=ItemDetails("Le bail"), at=AT)
    document = add_document(coordinator, assembly_id=assembly, name="bail.txt", content=b"bail", at=AT)
    convene(coordinator, assembly_id=assembly, at=AT)
    first, second = session().scalars(
        select(Elector.id).where(Elector.assembly_id == assembly).order_by(Elector.structure_id.is_(None))
    )
    proxy = give_proxy(coordinator, assembly_id=assembly, giver_id=second, holder_id=first, at=AT)
    question = ask_question(coordinator, assembly_id=assembly, elector_id=first, question="Combien ?", at=AT)
    for elector in (first, second):
        record_arrival(
            coordinator, assembly_id=assembly, elector_id=elector, means=AttendanceMeans.ON_THE_SPOT, person_name="",
            at=MORNING,
        )  # fmt: skip
    open_assembly(coordinator, assembly_id=assembly, chair="Anne", secretary="Yann", at=MORNING)
    open_vote(coordinator, item_id=voted, at=MORNING)
    record_show_of_hands(coordinator, item_id=voted, everybody="yes", at=MORNING)
    outcome = close_vote(coordinator, item_id=voted, at=MORNING)
    return {
        "body_id": body, "seat_id": seat, "assembly_id": assembly, "item_id": item, "document_id": document,
        "outcome_id": outcome.id, "proxy_id": proxy, "question_id": question,
    }  # fmt: skip
