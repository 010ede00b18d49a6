"""Freezing a version: merged, printed, bound by its SHA-256; and the decision that puts a version in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table

from coopter.governance import pdf, policies
from coopter.governance.commands.texts import AlreadyFrozen
from coopter.governance.models import FrozenText
from coopter.governance.queries import texts as queries
from coopter.governance.rules import motions
from coopter.governance.rules.motions import Motion, MotionKind
from coopter.governance.rules.texts import KINDS, merge
from coopter.members.commands.versions import refuse_stale, reread
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, end_reads, inside_command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal, Words

FROZEN: Table = FrozenText.__table__  # type: ignore[assignment]


class NotThisText(Refusal):
    """Cette version n'est pas une version figée de ce texte. Choisissez-la dans la liste de ses versions."""


def freeze_version(actor: Actor, *, version_id: int, at: datetime, document: bytes | None = None) -> int:
    """Print a version and bind it: from here on nobody changes it, and it may be signed (R36). Returns the frozen id.

    The page is printed before the transaction; `document` is a PDF made elsewhere (minutes) that takes its place.
    Raises AlreadyFrozen, FieldsMissing, UnknownField, DocumentTooHeavy; Conflict when somebody wrote meanwhile.
    """
    require(policies.can_prepare_governance(actor))
    draft = queries.get_version(version_id)
    if draft.frozen_at is not None:
        raise AlreadyFrozen()
    shown, body = draft.version, merge(draft.body, draft.fields)
    if document is None:
        text = queries.get_text(draft.text_id)
        annexes = [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in queries.annexes_of(version_id)]
        context = {"kind": KINDS[text.kind], "number": draft.number, "body": body, "annexes": annexes}
        foot = f"{text.title} · version {draft.number}"
        context |= {"frozen_at": at, "frozen_by": actor.name}
        title = text.title
        if not inside_command():
            end_reads()  # no read is left open while the child works
        document = pdf.print_document("governance/pdf/text.html", title=title, when=at, foot=foot, **context)
    return _bind(actor, version_id=version_id, version=shown, body=body, digest=files.store(document), at=at)


@command
def _bind(actor: Actor, *, version_id: int, version: int, body: str, digest: str, at: datetime) -> int:
    draft = reread(queries.get_version(version_id))
    if draft.frozen_at is not None:
        raise AlreadyFrozen()
    refuse_stale(draft, version=version, mine={})
    text = queries.get_text(draft.text_id)
    annexes = [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in queries.annexes_of(version_id)]
    draft.frozen_at = at
    draft.version += 1
    frozen = FrozenText(
        version_id=version_id, text_id=text.id, number=draft.number, title=text.title, body=body, annexes=annexes,
        pdf_sha256=digest, frozen_by=actor.name, frozen_at=at,
    )  # fmt: skip
    session().add(frozen)
    session().flush()
    after = {"number": draft.number, "title": text.title, "pdf": digest, "annexes": [one["sha256"] for one in annexes]}
    sealed = {FROZEN: [FROZEN.c.id == frozen.id]}
    journal.record(actor, "text.frozen", f"text:{text.id}", at=at, after=after, sealed=sealed)
    return frozen.id


def motion_to_adopt(frozen: queries.FrozenRecord, *, from_on: object) -> Motion:
    """The motion that puts a frozen version in force from a day on."""
    return Motion(
        queries.CHARTER_VERSION,
        f"text:{frozen.text_id}",
        {"frozen": frozen.id, "number": frozen.number, "pdf": frozen.pdf_sha256},
        from_on,  # type: ignore[arg-type]
    )


def _frozen_of(motion: Motion) -> queries.FrozenRecord:
    """The version that a motion speaks of; raises NotThisText."""
    asked = motion.value if isinstance(motion.value, dict) else {}
    text_id = motion.subject.removeprefix("text:")
    if not text_id.isascii() or not text_id.isdigit():
        raise NotThisText()
    for frozen in queries.frozen_versions(int(text_id)):
        if (frozen.id, frozen.number) == (asked.get("frozen"), asked.get("number")):
            return frozen
    raise NotThisText()


def _check(motion: Motion) -> None:
    _frozen_of(motion)


def _describe(motion: Motion) -> Words:
    frozen = _frozen_of(motion)
    return Words("« %(title)s », version %(number)s", title=frozen.title, number=frozen.number)


ADOPTION = motions.register(
    MotionKind(queries.CHARTER_VERSION, Words("Version d’une charte ou d’un texte"), _check, _describe)
)
