"""Texts to sign, their versions and their annexes, as their readers may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select

from coopter.governance import policies
from coopter.governance.models import (
    FrozenText,
    GoverningText,
    SignatureCampaign,
    SignatureRequest,
    TextAnnex,
    TextVersion,
)
from coopter.governance.queries.decisions import decision_in_force
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.motions import Decided
from coopter.governance.rules.texts import Annex, is_whole
from coopter.members import queries as members
from coopter.plumbing import files, formats, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound

CHARTER_VERSION = "charter-version"
_STARTERS = Path(__file__).resolve().parents[3] / "templates" / "governance" / "texts_starters"


@dataclass(frozen=True, slots=True)
class FrozenRecord:
    """A version as it may be signed."""

    id: int
    version_id: int
    text_id: int
    number: int
    title: str
    body: str
    annexes: tuple[Annex, ...]
    pdf_sha256: str
    frozen_by: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text as the list shows it: the number of its last frozen version, and of the one being written."""

    id: int
    kind: TextKind
    title: str
    created_at: datetime
    frozen_number: int | None
    draft_number: int | None
    adopted: Decided | None


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file to hand out: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


def starter(kind: TextKind) -> str:
    """The model that a text of this kind begins with."""
    return (_STARTERS / f"{kind.value}.md").read_text("utf-8").strip()


def grouping_fields() -> dict[str, str]:
    """The values of the merge fields that the grouping in scope gives by itself."""
    house = members.get_grouping_by_id(tenancy.grouping_in_scope())
    values = {
        "groupement": house.name,
        "groupement_forme": house.legal_form,
        "groupement_adresse": _address(house),
        "groupement_siret": formats.siret(house.siret) if house.siret else "",
        "groupement_convention": house.collective_agreement,
    }
    return {name: value for name, value in values.items() if value}


def structure_fields(structure_id: int) -> dict[str, str]:
    """The values of the merge fields that a member structure gives by itself; raises NotFound."""
    structure = members.get_structure(structure_id)
    values = {
        "structure": structure.legal_name,
        "structure_forme": structure.legal_form,
        "structure_adresse": _address(structure),
        "structure_siret": formats.siret(structure.siret) if structure.siret else "",
        "structure_ape": structure.ape,
        "structure_convention": structure.collective_agreement,
    }
    return {name: value for name, value in values.items() if value}


def get_text(text_id: int) -> GoverningText:
    """A text of the grouping in scope; raises NotFound."""
    found = session().scalar(select(GoverningText).where(GoverningText.id == text_id))
    if found is None:
        raise NotFound()
    return found


def readable_text(actor: Actor, text_id: int) -> GoverningText:
    """A text that this person may read; raises NotFound as for an unknown one."""
    text = get_text(text_id)
    if not may_read(actor, text):
        raise NotFound()
    return text


def may_read(actor: Actor, text: GoverningText) -> bool:
    """Whether this person may read a text: what names a person is for its parties and those who keep the books."""
    return policies.can_read_text(actor, text.kind) or _is_party(actor, text.id)


def list_texts(actor: Actor, *, on: date, archived: bool = False) -> tuple[TextLine, ...]:
    """The texts that this person may read, by kind then title; drafts only for whoever writes them."""
    query = select(GoverningText).where(GoverningText.archived_at.is_not(None) == archived)
    texts = [text for text in session().scalars(query) if may_read(actor, text)]
    frozen = _highest(select(FrozenText.text_id, func.max(FrozenText.number)).group_by(FrozenText.text_id))
    drafts = _highest(
        select(TextVersion.text_id, func.max(TextVersion.number))
        .where(TextVersion.frozen_at.is_(None))
        .group_by(TextVersion.text_id)
    )
    writes = policies.can_prepare_governance(actor)
    order = {kind: place for place, kind in enumerate(TextKind)}
    return tuple(
        TextLine(
            text.id, text.kind, text.title, text.created_at, frozen.get(text.id),
            drafts.get(text.id) if writes else None, adopted(text.id, on=on),
        )
        for text in sorted(texts, key=lambda one: (order[one.kind], one.title.casefold(), one.id))
        if writes or text.id in frozen
    )  # fmt: skip


def texts_about(subject: str) -> tuple[GoverningText, ...]:
    """The texts bound to a placement, an assembly, an admission: « placement:12 », the latest first."""
    query = select(GoverningText).where(GoverningText.subject == subject).order_by(GoverningText.id.desc())
    return tuple(session().scalars(query))


def adopted(text_id: int, *, on: date) -> Decided | None:
    """The decision that put a version of this text in force on a day, if any."""
    return decision_in_force(CHARTER_VERSION, on=on, subject=f"text:{text_id}")


def get_version(version_id: int) -> TextVersion:
    """A version being written, or that was; raises NotFound."""
    found = session().scalar(select(TextVersion).where(TextVersion.id == version_id))
    if found is None:
        raise NotFound()
    return found


def versions_of(text_id: int) -> tuple[TextVersion, ...]:
    """Every version of a text, the latest first."""
    query = select(TextVersion).where(TextVersion.text_id == text_id).order_by(TextVersion.number.desc())
    return tuple(session().scalars(query))


def find_draft(text_id: int) -> TextVersion | None:
    """The version that is being written, if there is one."""
    return next((one for one in versions_of(text_id) if one.frozen_at is None), None)


def annexes_of(version_id: int) -> tuple[TextAnnex, ...]:
    """The files joined to a version, in the order they came."""
    return tuple(session().scalars(select(TextAnnex).where(TextAnnex.version_id == version_id).order_by(TextAnnex.id)))


def frozen_of(text_id: int) -> FrozenRecord | None:
    """The latest version that may be signed, if any."""
    return next(iter(frozen_versions(text_id)), None)


def frozen_versions(text_id: int) -> tuple[FrozenRecord, ...]:
    """Every frozen version of a text, the latest first."""
    query = select(FrozenText).where(FrozenText.text_id == text_id).order_by(FrozenText.number.desc())
    return tuple(_frozen(row) for row in session().scalars(query))


def get_frozen(frozen_id: int) -> FrozenRecord:
    """A frozen version; raises NotFound."""
    found = session().scalar(select(FrozenText).where(FrozenText.id == frozen_id))
    if found is None:
        raise NotFound()
    return _frozen(found)


def frozen_by_id(ids: Iterable[int]) -> dict[int, FrozenRecord]:
    """Several frozen versions at once."""
    query = select(FrozenText).where(FrozenText.id.in_(set(ids)))
    return {row.id: _frozen(row) for row in session().scalars(query)}


def document_of(frozen: FrozenRecord) -> Downloaded:
    """The PDF of a frozen version, the very bytes that were bound (R36); raises FileDamaged when they are not."""
    content = files.read(frozen.pdf_sha256)
    if not is_whole(content, frozen.pdf_sha256):  # files.read has looked; what is signed is looked at twice
        raise files.FileDamaged(frozen.pdf_sha256)
    return Downloaded(f"{_file_name(frozen.title)}-v{frozen.number}.pdf", "application/pdf", content)


def annex_of(version_id: int, digest: str) -> Downloaded:
    """A file joined to a version, by its SHA-256; raises NotFound, FileDamaged."""
    for annex in annexes_of(version_id):
        if annex.sha256 == digest:
            return Downloaded(annex.name, annex.media_type, files.read(digest))
    raise NotFound()


def _is_party(actor: Actor, text_id: int) -> bool:
    """Whether this person was asked to sign a version of the text, or represents a structure that was."""
    query = (
        select(SignatureRequest.person_id, SignatureRequest.structure_id)
        .join(SignatureCampaign, SignatureCampaign.id == SignatureRequest.campaign_id)
        .join(FrozenText, FrozenText.id == SignatureCampaign.frozen_id)
        .where(FrozenText.text_id == text_id)
    )
    return any(
        (person is not None and person == actor.person_id) or structure in actor.represents
        for person, structure in session().execute(query)
    )


def _highest(query: Select[int, int]) -> dict[int, int]:
    return {text_id: number for text_id, number in session().execute(query)}


def _frozen(row: FrozenText) -> FrozenRecord:
    annexes = tuple(Annex(one["name"], one["size"], one["sha256"]) for one in row.annexes)
    return FrozenRecord(
        row.id, row.version_id, row.text_id, row.number, row.title, row.body, annexes, row.pdf_sha256, row.frozen_by,
        row.frozen_at,
    )  # fmt: skip


def _address(row: Any) -> str:
    place = " ".join(part for part in (row.postcode, row.city) if part)
    return ", ".join(part for part in (row.address, row.address_more, place) if part)


def _file_name(title: str) -> str:
    """A title as the name of a file: letters, figures and dashes."""
    kept = "".join(character if character.isalnum() else "-" for character in title)
    return "-".join(part for part in kept.split("-") if part)[:80] or "texte"
