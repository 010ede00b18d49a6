"""How the demonstration decides: a general assembly with its statutes, one that was held, one that is convened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from coopter.governance.commands.agenda import ItemDetails, add_item, note_item
from coopter.governance.commands.assemblies import (
    AssemblyDetails,
    close_assembly,
    convene,
    open_assembly,
    plan_assembly,
)
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.ballots import cast, record_show_of_hands
from coopter.governance.commands.bodies import SeatDetails, add_seat, create_body
from coopter.governance.commands.proxies import give_proxy
from coopter.governance.commands.questions import ask_question
from coopter.governance.commands.settings import delegate_motion
from coopter.governance.commands.votes import close_vote, open_vote
from coopter.governance.queries.assemblies import agenda_of, get_item, roll_of
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BallotMethod, BodyKind, ItemForm
from coopter.governance.rules.presets import ASSOCIATION
from coopter.office.commands.demo.months import Act, instant
from coopter.values.actor import Actor
from coopter.values.instants import at_paris
from coopter.values.month import Month

OFFICES = {"KER": "Présidente", "TER": "Trésorière", "EAU": "Secrétaire"}
PLACE = "Maison des associations, 12 quai des Indes, Lorient"
NOTICE = timedelta(days=20)
AHEAD = timedelta(days=24)
STATUTES = replace(ASSOCIATION, source="Statuts, articles 11 à 16", remote_vote=True)
SPOKE = "La présidente présente les comptes ; le commissaire n’a pas d’observation."


@dataclass
class Governing:
    """The grouping's general assembly while the demonstration is made."""

    coordinator: Actor
    structures: dict[str, int]
    representatives: dict[str, Actor]
    founded: date
    base_url: str
    body: int = 0
    held: int = 0
    coming: int = 0

    def acts(self, *, held_in: Month, today: date) -> Iterator[tuple[datetime, Act]]:
        """Each act with its instant, in order: statutes, the assembly of last spring or summer, the one to come."""
        seated = instant(self.founded + timedelta(days=110), 10)  # once the first team is hired
        met = held_in.first + timedelta(days=17)
        comes = today + AHEAD
        yield seated, lambda: self._seat(at=seated)
        yield instant(met - NOTICE, 11), lambda: self._call_past(met, at=instant(met - NOTICE, 11))
        yield instant(met, 18), lambda: self._hold(met, at=instant(met, 18))
        sent = instant(today - timedelta(days=3), 11)
        yield sent, lambda: self._call_next(comes, at=sent)
        asked = instant(today - timedelta(days=2), 16)
        yield asked, lambda: self._ask(at=asked)

    def _seat(self, *, at: datetime) -> None:
        """A seat for each member, its dues paid for years, and who presides."""
        self.body = create_body(
            self.coordinator, kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale", statutes=STATUTES,
            from_on=self.founded, decided_by="Statuts constitutifs", at=at,
        )  # fmt: skip
        paid = date(self.founded.year + 9, 12, 31)
        for code, structure_id in self.structures.items():
            seat = SeatDetails(
                starts_on=self.founded, structure_id=structure_id, office=OFFICES.get(code, ""), dues_paid_to=paid
            )
            add_seat(self.coordinator, body_id=self.body, details=seat, at=at)

    def _plan(self, title: str, day: date, *, at: datetime, points: tuple[ItemDetails, ...], message: str) -> int:
        details = AssemblyDetails(
            body_id=self.body, title=title, mode=AssemblyMode.MIXED, starts_at=at_paris(day, time(18)),
            record_on=min(day, at.date()), place=PLACE, message=message,
        )  # fmt: skip
        made = plan_assembly(self.coordinator, details=details, at=at)
        for point in points:
            add_item(self.coordinator, assembly_id=made, details=point, at=at)
        convene(self.coordinator, assembly_id=made, at=at, base_url=self.base_url)
        return made

    def _call_past(self, day: date, *, at: datetime) -> None:
        may = "signer les conventions de mise à disposition et leurs avenants"
        points = (
            ItemDetails("Rapport d’activité", form=ItemForm.REPORT, body="Trois emplois partagés, six structures."),
            ItemDetails("Approuver les comptes", body="L’assemblée approuve les comptes de l’exercice clos."),
            ItemDetails(
                "Déléguer la signature des conventions", method=BallotMethod.ROLL_CALL,
                body="L’assemblée délègue à la coordination la signature des conventions.",
                motion=delegate_motion(person=self.coordinator.name, may=may, from_on=day, until_on=None),
            ),
        )  # fmt: skip
        self.held = self._plan("Assemblée générale ordinaire", day, at=at, points=points, message="")

    def _hold(self, day: date, *, at: datetime) -> None:
        """Four come, one gives its power; the accounts pass by hands, the delegation by phone."""
        roll = {one.structure_id: one.id for one in roll_of(self.held)}
        seats = {code: roll[structure_id] for code, structure_id in self.structures.items()}
        give_proxy(
            self.representatives["SOL"], assembly_id=self.held, giver_id=seats["SOL"], holder_id=seats["KER"], at=at
        )
        here = ("KER", "ECL", "TER", "EAU")
        for code in here:
            record_arrival(
                self.coordinator, assembly_id=self.held, elector_id=seats[code], means=AttendanceMeans.ON_THE_SPOT,
                person_name=self.representatives[code].name, at=at,
            )  # fmt: skip
        open_assembly(
            self.coordinator, assembly_id=self.held, chair=self.representatives["KER"].name,
            secretary=self.representatives["EAU"].name, at=at,
        )  # fmt: skip
        _report, accounts, delegation = self._items()
        open_vote(self.coordinator, item_id=accounts, at=at)
        record_show_of_hands(self.coordinator, item_id=accounts, everybody="yes", but={seats["ECL"]: "abstain"}, at=at)
        close_vote(self.coordinator, item_id=accounts, at=at)
        note_item(self.coordinator, item_id=accounts, version=get_item(accounts).version, notes=SPOKE, at=at)
        open_vote(self.coordinator, item_id=delegation, at=at)
        for code in here:
            choices = {seats[code]: "no" if code == "EAU" else "yes"}
            choices |= {seats["SOL"]: "yes"} if code == "KER" else {}
            cast(self.representatives[code], item_id=delegation, choices=choices, at=at)
        close_vote(self.coordinator, item_id=delegation, at=at)
        close_assembly(self.coordinator, assembly_id=self.held, at=at)

    def _items(self) -> tuple[int, ...]:
        return tuple(one.id for one in agenda_of(self.held))

    def _call_next(self, day: date, *, at: datetime) -> None:
        points = (
            ItemDetails(
                "Ouvrir le groupement à une septième structure",
                body="L’assemblée donne mandat au bureau pour instruire une demande d’adhésion.",
            ),
            ItemDetails(
                "Élire deux membres du bureau", form=ItemForm.ELECTION, method=BallotMethod.SECRET, seats=2,
                candidates=("Mathieu Le Dantec", "Inès Le Roux", "Bruno Cadoret"),
            ),
        )  # fmt: skip
        message = "Un repas partagé suivra. Si vous ne pouvez pas venir, donnez pouvoir depuis cette page."
        self.coming = self._plan("Assemblée générale extraordinaire", day, at=at, points=points, message=message)

    def _ask(self, *, at: datetime) -> None:
        roll = {one.structure_id: one.id for one in roll_of(self.coming)}
        ask_question(
            self.representatives["RES"], assembly_id=self.coming, elector_id=roll[self.structures["RES"]],
            question="Quel droit d’entrée demanderons-nous à la nouvelle structure ?", at=at,
        )  # fmt: skip
