"""A charter ready to sign, its signatories, and what their mails carried: what the tests of signing share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from coopter.governance.commands import signing, signing_acts, texts, texts_freezing
from coopter.governance.commands.signing_acts import Way
from coopter.governance.models import Signature, SignatureRequest
from coopter.governance.queries import signing as queries
from coopter.governance.queries.texts import FrozenRecord, get_frozen
from coopter.governance.rules.kinds import RequestState, TextKind
from coopter.governance.rules.signing import Signatory
from coopter.members.models import Grouping, Person, Structure
from coopter.plumbing import files, outbox, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from tests.factories import a_grouping, a_person, a_structure, actor, inside

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
NETWORK = "192.0.2.0/24"
BODY = "# Nos engagements\n\nNous partageons des emplois.\n\nNous nous parlons avant de décider.\n"


@dataclass
class Charter:
    """A grouping with a frozen charter, a coordinator, and a representative of a member structure."""

    grouping: Grouping
    coordinator: Actor
    structure: Structure
    person: Person
    frozen: FrozenRecord

    @property
    def representative(self) -> Actor:
        """The representative, as the front door would know them."""
        return actor(
            self.grouping,
            Role.REPRESENTATIVE,
            structure=self.structure,
            person_id=self.person.id,
            name=self.person.name,
        )


def a_pdf(body: str) -> bytes:
    """Bytes that pass for a PDF: what is tested here is what is bound to them, not how they were printed."""
    return b"%PDF-1.7 " + body.encode()


def a_frozen(
    coordinator: Actor, *, title: str = "Charte des Rias", body: str = BODY, at: datetime = NOW, **more: Any
) -> FrozenRecord:
    """A frozen version of a new text."""
    kind = more.pop("kind", TextKind.COLLABORATION_CHARTER)
    version = texts.create_text(coordinator, kind=kind, title=title, body=body, at=at, **more)
    return get_frozen(texts_freezing.freeze_version(coordinator, version_id=version, at=at, document=a_pdf(body)))


def next_version(coordinator: Actor, frozen: FrozenRecord, body: str, *, at: datetime = NOW) -> FrozenRecord:
    """The next version of a text, frozen."""
    version = texts.start_version(coordinator, text_id=frozen.text_id, at=at)
    texts.save_draft(coordinator, version_id=version, body=body, what_changed="", version=1, at=at)
    return get_frozen(texts_freezing.freeze_version(coordinator, version_id=version, at=at, document=a_pdf(body)))


def a_charter(slug: str = "rias") -> Charter:
    """Everything that a signature needs; the caller enters the grouping's scope."""
    grouping = a_grouping(slug=slug)
    with inside(grouping):
        structure = a_structure(f"{slug}-A")
        person = a_person(Role.REPRESENTATIVE, structure=structure)
        coordinator = actor(grouping, Role.COORDINATOR)
        return Charter(grouping, coordinator, structure, person, a_frozen(coordinator))


def binding(told: Charter) -> Signatory:
    """The representative, who binds the structure: a code is asked."""
    return Signatory(told.person.name, told.person.email, "présidente", structure_id=told.structure.id)


def free(name: str = "Yann Cariou", email: str = "yann@exemple.fr") -> Signatory:
    """Somebody without an account who signs for themselves: the link is enough."""
    return Signatory(name, email, "salarié mis à disposition")


def a_campaign(told: Charter, *people: Signatory, in_order: bool = False, **more: Any) -> int:
    """A campaign on the charter."""
    values = {"frozen_id": told.frozen.id, "message": "", "closes_on": None, "at": NOW, **more}
    return signing.open_campaign(told.coordinator, signatories=people, in_order=in_order, **values)


def mails(to: str = "") -> list[dict[str, Any]]:
    """The messages written so far, in order, to one address or to all."""
    rows = session().scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail").order_by("id"))
    return [row.payload for row in rows if to in ("", row.payload["to"])]


def link_of(email: str) -> str:
    """The token of the last link sent to an address."""
    found = [re.search(r"/signer/([\w-]+)", mail["text"]) for mail in mails(email)]
    return next(one[1] for one in reversed(found) if one)


def code_of(email: str) -> str:
    """The last code sent to an address."""
    found = [re.search(r"^(\d{6})$", mail["text"], re.M) for mail in mails(email)]
    return next(one[1] for one in reversed(found) if one)


def spoil(digest: str) -> None:
    """Change one bit of a stored file."""
    path = files.path_of(digest)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def by_link(email: str) -> Way:
    """Through the last link sent to an address."""
    return Way(token=link_of(email), network=NETWORK)


def sign(way: Way, told: Charter, *, code: str = "", at: Any = LATER, **more: Any) -> int:
    """Sign the charter, agreed, as the page shows it."""
    values = {"pdf_sha256": told.frozen.pdf_sha256, "agreed": True, **more}
    return signing_acts.sign(way, code=code, at=at, **values)


def sign_with_code(told: Charter, way: Way | None = None, *, at: Any = LATER) -> int:
    """Both steps of the representative."""
    way = way or by_link(told.person.email)
    signing_acts.send_code(way, at=at)
    return sign(way, told, code=code_of(told.person.email), at=at)


def signatures() -> int:
    """How many signatures there are."""
    return (
        session().scalar(select(func.count()).select_from(Signature).where(Signature.grouping_id == tenancy.current()))
        or 0
    )


def state_of(email: str) -> RequestState:
    """Where the last request of an address stands."""
    query = select(SignatureRequest.state).where(SignatureRequest.email == email).order_by(SignatureRequest.id.desc())
    return session().scalars(query).first()  # type: ignore[return-value]


def attempts(email: str) -> list[str]:
    """What was tried with the requests of an address, in order."""
    ids = session().scalars(select(SignatureRequest.id).where(SignatureRequest.email == email).order_by("id")).all()
    found = queries.attempts_of(ids)
    return [one.act for request_id in ids for one in found.get(request_id, ())]
