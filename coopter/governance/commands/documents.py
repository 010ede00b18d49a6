"""Files joined to an assembly or to one of its points."""

from __future__ import annotations

from datetime import datetime

from coopter.governance import policies
from coopter.governance.models import AssemblyDocument
from coopter.governance.queries.sittings import get_assembly, get_item
from coopter.governance.rules.kinds import AssemblyState
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Refusal
from coopter.values.texts import clean_line

MOST_DOCUMENT = 5 * 1024 * 1024


class DocumentsFixed(Refusal):
    """Cette assemblée est close ou annulée : on n’y joint plus de document."""


class DocumentMissing(Refusal):
    """Choisissez d’abord un fichier."""


class DocumentTooLarge(Refusal):
    """Ce fichier dépasse 5 Mo : allégez-le, ou partagez un lien dans le texte."""


class DocumentNotTaken(Refusal):
    """Ce fichier n’est ni un PDF, ni une image, ni un texte, ni un tableur courant : enregistrez-le en PDF."""


MEDIA_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "txt": "text/plain",
    "csv": "text/csv", "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@command
def add_document(
    actor: Actor, *, assembly_id: int, name: str, content: bytes, at: datetime, item_id: int | None = None
) -> int:
    """Join a file to an assembly or to one of its points; returns its id. Raises Document…"""
    require(policies.can_prepare_governance(actor))
    row = get_assembly(assembly_id)
    if row.state in (AssemblyState.CLOSED, AssemblyState.ANNULLED):
        raise DocumentsFixed()
    if item_id is not None and get_item(item_id).assembly_id != assembly_id:
        raise NotFound()
    title = clean_line(name, most=120)
    if not title:
        raise DocumentMissing()
    media_type = MEDIA_TYPES.get(title.rpartition(".")[2].lower())
    if media_type is None:
        raise DocumentNotTaken()
    if len(content) > MOST_DOCUMENT:
        raise DocumentTooLarge()
    digest = files.store(content)
    document = AssemblyDocument(
        assembly_id=assembly_id, item_id=item_id, name=title, media_type=media_type, size=len(content), sha256=digest
    )
    session().add(document)
    session().flush()
    after = {"assembly_id": assembly_id, "item_id": item_id, "name": title, "sha256": digest}
    journal.record(actor, "assembly.document_added", f"assembly:{assembly_id}", at=at, after=after)
    return document.id
