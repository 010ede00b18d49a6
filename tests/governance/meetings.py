"""An assembly ready to vote, in one call: members, body, agenda, convocation, presence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from coopter.governance.commands.agenda import ItemDetails, add_item
from coopter.governance.commands.assemblies import AssemblyDetails, convene, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import SeatDetails, add_seat, create_body
from coopter.governance.commands.votes import cast
from coopter.governance.models import AgendaItem, Elector
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BallotMethod, BodyKind, ItemForm
from coopter.governance.rules.presets import ASSOCIATION
from coopter.governance.rules.statutes import Quorum, Statutes
from coopter.members.models import Grouping
from coopter.plumbing.database import db, session
from coopter.values.actor import Actor, Role
from tests.factories import LONG_AGO, a_grouping, a_structure, actor, inside

AT = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
CONVENED = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 14)
SIMPLE = replace(
    ASSOCIATION, quorum=Quorum(), notice_days=15, dues_needed=False, persons_secret=False, remote_vote=True
)


@dataclass
class Meeting:
    """An assembly under test, its electors by name and those who speak for each."""

    grouping: Grouping
    coordinator: Actor
    body_id: int
    assembly_id: int
    electors: dict[str, int]
    speakers: dict[str, Actor]

    def items(self) -> list[int]:
        """The points of the agenda, in order."""
        query = select(AgendaItem.id).where(AgendaItem.assembly_id == self.assembly_id)
        return list(session().scalars(query.order_by(AgendaItem.position)))

    def add(self, title: str = "Résolution", *, method: BallotMethod = BallotMethod.ROLL_CALL, **more: Any) -> int:
        """One more point."""
        details = ItemDetails(title=title, method=method, **more)
        return add_item(self.coordinator, assembly_id=self.assembly_id, details=details, at=CONVENED)

    def convene(self) -> None:
        """Convene, and learn who is on the roll."""
        convene(self.coordinator, assembly_id=self.assembly_id, at=CONVENED)
        self.learn()

    def learn(self) -> None:
        """Who is on the roll."""
        query = select(Elector.name, Elector.id).where(Elector.assembly_id == self.assembly_id)
        self.electors = {one.name: one.id for one in session().execute(query)}

    def arrive(self, *names: str, at: datetime = AT) -> None:
        """These are there."""
        for name in names:
            record_arrival(
                self.coordinator, assembly_id=self.assembly_id, elector_id=self.electors[name],
                means=AttendanceMeans.ON_THE_SPOT, person_name=f"Qui parle pour {name}", at=at,
            )  # fmt: skip

    def open(self, *, at: datetime = AT) -> None:
        """Open the assembly."""
        open_assembly(self.coordinator, assembly_id=self.assembly_id, chair="Anne", secretary="Yann", at=at)


def say(meeting: Meeting, item: int, **choices: str) -> None:
    """Each of these votes for itself."""
    for name, choice in choices.items():
        cast(meeting.speakers[name], item_id=item, choices={meeting.electors[name]: choice}, at=AT)


@contextmanager
def a_meeting(
    names: Sequence[str] = ("A", "B", "C", "D"),
    *,
    statutes: Statutes = SIMPLE,
    mode: AssemblyMode = AssemblyMode.IN_PERSON,
    colleges: dict[str, str] | None = None,
    weights: dict[str, int] | None = None,
    slug: str = "cap-cooperation",
    **details: Any,
) -> Iterator[Meeting]:
    """A general assembly in draft on 14 March 2026, with one seat for each name."""
    with inside(a_grouping(slug=slug)) as grouping:
        coordinator = actor(grouping, Role.COORDINATOR)
        body_id = create_body(
            coordinator, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale", statutes=statutes,
            from_on=LONG_AGO, at=CONVENED,
        )  # fmt: skip
        speakers = {}
        for name in names:
            structure = a_structure(name)
            college = (colleges or {}).get(name, "")
            seat = SeatDetails(
                starts_on=LONG_AGO, structure_id=structure.id, name=name, college=college,
                category=statutes.categories[0] if statutes.scic else "", weight=(weights or {}).get(name, 1),
            )  # fmt: skip
            add_seat(coordinator, body_id=body_id, details=seat, at=CONVENED)
            speakers[name] = actor(grouping, Role.REPRESENTATIVE, structure=structure, name=f"Voix de {name}")
        given = AssemblyDetails(
            body_id=body_id, title="Assemblée générale 2026", mode=mode, starts_at=AT, record_on=DAY,
            ends_at=AT + timedelta(hours=2), place="Salle du port",
        )  # fmt: skip
        assembly_id = plan_assembly(coordinator, details=replace(given, **details), at=CONVENED)
        db.session.commit()
        yield Meeting(grouping, coordinator, body_id, assembly_id, {}, speakers)


@contextmanager
def an_open_meeting(
    names: Sequence[str] = ("A", "B", "C", "D"),
    *,
    items: Sequence[dict[str, Any]] = ({},),
    absent: Sequence[str] = (),
    **more: Any,
) -> Iterator[Meeting]:
    """The same, convened and open, everybody there but those absent."""
    with a_meeting(names, **more) as meeting:
        for item in items:
            meeting.add(**item)
        meeting.convene()
        meeting.arrive(*(name for name in names if name not in absent))
        meeting.open()
        db.session.commit()
        yield meeting


ELECTION = {"title": "Conseil", "form": ItemForm.ELECTION, "method": BallotMethod.SECRET}
