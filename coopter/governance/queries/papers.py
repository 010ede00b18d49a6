"""What an address names inside an assembly: a document, a question, a power, each with the assembly it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from coopter.governance.models import AssemblyDocument, Proxy, WrittenQuestion
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound


@dataclass(frozen=True)
class Paper:
    """A file of a convocation, as it is handed out."""

    assembly_id: int
    name: str
    media_type: str
    sha256: str


def document_of(document_id: int) -> Paper:
    """A document of the grouping in scope; raises NotFound."""
    row = session().scalar(select(AssemblyDocument).where(AssemblyDocument.id == document_id))
    if row is None:
        raise NotFound()
    return Paper(row.assembly_id, row.name, row.media_type, row.sha256)


def question_of(question_id: int) -> int:
    """The assembly of a written question; raises NotFound."""
    return _assembly(select(WrittenQuestion.assembly_id).where(WrittenQuestion.id == question_id))


def proxy_of(proxy_id: int) -> int:
    """The assembly of a power; raises NotFound."""
    return _assembly(select(Proxy.assembly_id).where(Proxy.id == proxy_id))


def _assembly(query: object) -> int:
    found = session().scalar(query)  # type: ignore[call-overload]
    if found is None:
        raise NotFound()
    return int(found)
