"""What the demonstration's members promise one another: a charter in two versions, its commitments, who wants to join,
and the shares that each holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select

from coopter.governance import commands as governance
from coopter.governance.commands.admission import VISITOR
from coopter.governance.commands.capital import MovementDetails, move_shares
from coopter.governance.commands.commitments import add_commitment, report_commitment, review_report
from coopter.governance.commands.signing import open_campaign
from coopter.governance.commands.signing_acts import Way, send_code, sign
from coopter.governance.commands.texts import create_text, save_draft, start_version
from coopter.governance.commands.texts_freezing import freeze_version, motion_to_adopt
from coopter.governance.queries.capital import associates
from coopter.governance.queries.commitments import commitments_of
from coopter.governance.queries.signing import to_sign
from coopter.governance.queries.texts import get_frozen, get_version, starter
from coopter.governance.rules.admission import AdmissionDetails
from coopter.governance.rules.commitments import CommitmentDetails
from coopter.governance.rules.kinds import CapitalAct, OpinionOnAdmission, PeerOpinion, TextKind
from coopter.governance.rules.signing import Signatory, speaks_for
from coopter.members import commands as members
from coopter.members import queries as people
from coopter.office.commands.demo.cast import siret_of
from coopter.office.commands.demo.months import Act, instant
from coopter.plumbing import formats
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Actor

SHARE = "50.00"
SHARES = {"KER": 4, "ECL": 2, "TER": 20, "EAU": 10, "SOL": 6, "RES": 12}
HAVE_NOT_SIGNED = ("KER", "SOL")  # of the second version: two pages where something waits
PROMISES = (
    CommitmentDetails("Insertion", "Accueillir des personnes en parcours d’insertion", "Personnes accueillies dans "
                      "l’année", "personnes", "une par structure"),
    CommitmentDetails("Déplacements", "Venir autrement qu’en voiture seule", "Part des trajets partagés, à vélo ou en "
                      "train", "%", "la moitié en 2030"),
)  # fmt: skip
LEARNT = "5. Recevoir chaque année une autre structure du groupement, pour comprendre son métier."
CANDIDATE = AdmissionDetails(
    name="Les Jardins de Lanester", siret=siret_of(8021), contact_name="Youenn Jaffré",
    email="youenn.jaffre@jardins-lanester.example", legal_form="Association", activity="Maraîchage d’insertion",
    headcount=14, address="6 chemin des Serres", postcode="56600", city="Lanester",
    needs="Une journée de comptabilité par semaine, et de l’aide pour recruter. Nous avons des serres, un atelier et "
    "un camion à partager.",
    agrees_to_charter=True,
)  # fmt: skip
THOUGHTS = (
    ("ECL", OpinionOnAdmission.FAVOURABLE, "Nous leur achetons déjà des légumes : sérieux et solides.", 8),
    ("TER", OpinionOnAdmission.RESERVED, "D’accord, si Maëlle garde assez d’heures chez les membres actuels.", 5),
)


@dataclass
class Promising:
    """The charter, the candidate and the register of shares while the demonstration is made."""

    coordinator: Actor
    structures: dict[str, int]
    representatives: dict[str, Actor]
    founded: date
    text: int = 0
    candidate: int = 0

    def acts(self, *, today: date) -> Iterator[tuple[datetime, Act]]:
        """Each act with its instant, none after today; the general assembly sits since day 110."""
        taken, promised = instant(self.founded + timedelta(days=111)), instant(self.founded + timedelta(days=115))
        yield taken, lambda: self._subscribe(on=taken.date(), at=taken)
        yield promised, lambda: self._promise(at=promised)
        reported = instant(today - timedelta(days=70), 15)
        yield reported, lambda: self._report(year=today.year - 1, at=reported)
        again = instant(today - timedelta(days=6), 10)
        yield again, lambda: self._promise_again(at=again)
        asked = instant(today - timedelta(days=12), 17)
        yield asked, lambda: self._ask(at=asked)
        for code, opinion, comment, ago in THOUGHTS:
            said = instant(today - timedelta(days=ago), 12)
            yield said, partial(self._think, code, opinion, comment, at=said)

    def _subscribe(self, *, on: date, at: datetime) -> None:
        members.set_parameter(self.coordinator, name="share_nominal", value=SHARE, from_on=self.founded, at=at)
        seats = {one.structure_id: one.seat_id for one in associates(on)}
        for code, shares in SHARES.items():
            details = MovementDetails(
                CapitalAct.SUBSCRIPTION, shares, on, receiver=seats[self.structures[code]], paid_on=on,
                decided_by="Statuts constitutifs",
            )  # fmt: skip
            move_shares(self.coordinator, details=details, at=at)

    def _promise(self, *, at: datetime) -> None:
        """The first version: everybody signs it."""
        version = create_text(
            self.coordinator, kind=TextKind.GROUPING_CHARTER, title="Charte de Cap Coopération",
            body=starter(TextKind.GROUPING_CHARTER), fields=_from(at), at=at,
        )  # fmt: skip
        self.text = get_version(version).text_id
        self._signed(version, tuple(self.representatives), decided_by="Assemblée constitutive", at=at)
        for promise in PROMISES:
            add_commitment(self.coordinator, text_id=self.text, details=promise, at=at)

    def _promise_again(self, *, at: datetime) -> None:
        """The second version, with one promise more: two have still to sign it."""
        version = start_version(self.coordinator, text_id=self.text, at=at)
        draft = get_version(version)
        body = draft.body.replace("\n\n# Ce que le groupement promet", f"\n{LEARNT}\n\n# Ce que le groupement promet")
        save_draft(
            self.coordinator, version_id=version, body=body, fields=draft.fields | _from(at), version=draft.version,
            what_changed="Une promesse de plus : chaque structure en reçoit une autre une fois par an.", at=at,
        )  # fmt: skip
        who = tuple(code for code in self.representatives if code not in HAVE_NOT_SIGNED)
        self._signed(version, who, decided_by=f"Réunion des membres du {formats.day(at.date())}", at=at)

    def _signed(self, version: int, who: tuple[str, ...], *, decided_by: str, at: datetime) -> None:
        """Freeze a version, put it in force, send it to everybody; these sign, with the code that they receive."""
        frozen = get_frozen(freeze_version(self.coordinator, version_id=version, at=at))
        motion = motion_to_adopt(frozen, from_on=at.date())
        governance.decide(self.coordinator, motion, decided_by=decided_by, at=at)
        open_campaign(
            self.coordinator, frozen_id=frozen.id, signatories=self._everybody(), in_order=False, message="",
            closes_on=at.date() + timedelta(days=30), at=at,
        )  # fmt: skip
        for code in who:
            person = self.representatives[code]
            (waits,) = to_sign(person)
            way = Way(actor=person, request_id=waits.request_id)
            send_code(way, at=at)
            sign(way, pdf_sha256=frozen.pdf_sha256, agreed=True, code=_last_code(person), at=at)

    def _everybody(self) -> tuple[Signatory, ...]:
        rows = people.structures_by_id(self.structures.values())
        return tuple(
            Signatory(person.name, _email(person), str(speaks_for(rows[self.structures[code]].name)),
                      structure_id=self.structures[code])
            for code, person in self.representatives.items()
        )  # fmt: skip

    def _report(self, *, year: int, at: datetime) -> None:
        """One structure says what it did for the first commitment; another one reads it."""
        first = commitments_of(self.text)[0]
        report = report_commitment(
            self.representatives["RES"], commitment_id=first.id, structure_id=self.structures["RES"], year=year,
            value="11", comment="Neuf ont trouvé un emploi ou une formation à la sortie.", version=0, at=at,
        )  # fmt: skip
        review_report(
            self.representatives["TER"], report_id=report, structure_id=self.structures["TER"],
            opinion=PeerOpinion.EXEMPLARY, comment="Nous aimerions visiter l’atelier avec nos équipes.", at=at,
        )  # fmt: skip

    def _ask(self, *, at: datetime) -> None:
        """The public page is open; somebody finds it."""
        for name, value in (("public_joining", "yes"), ("entrance_fee", "150.00")):
            members.vote_parameter(
                self.coordinator, name=name, value=value, from_on=at.date(), decided_by="Règlement intérieur", at=at
            )
        visitor = Actor(person_id=None, name=VISITOR, grouping_id=self.coordinator.grouping_id)
        self.candidate = governance.request_admission(visitor, details=CANDIDATE, at=at)

    def _think(self, code: str, opinion: OpinionOnAdmission, comment: str, *, at: datetime) -> None:
        governance.give_opinion(
            self.representatives[code], admission_id=self.candidate, structure_id=self.structures[code],
            opinion=opinion, comment=comment, at=at,
        )  # fmt: skip


def _from(at: datetime) -> dict[str, str]:
    return {"date_effet": formats.day(at.date())}


def _email(person: Actor) -> str:
    assert person.person_id is not None, "whoever represents a structure here has an account"
    return str(people.get_person(person.person_id).email)


def _last_code(person: Actor) -> str:
    """The code that somebody has just received, read in their mail as they would."""
    mails = select(OutboxRow.payload).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc()).limit(1)
    payload = session().scalars(mails).one()
    found = re.search(r"^(\d{6})$", payload["text"], re.MULTILINE)
    assert found is not None and payload["to"] == _email(person), "their code is the last mail written"
    return found[1]
