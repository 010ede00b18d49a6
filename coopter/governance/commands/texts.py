"""Texts to sign while they are written: created from a model, drafted version after version, annexes joined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from coopter.governance import policies
from coopter.governance.models import GoverningText, TextAnnex, TextVersion
from coopter.governance.queries import texts as queries
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.texts import check_annex, check_body, check_values
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import refuse_stale, reread
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line, clean_text

MOST_TITLE = 150
MOST_NOTE = 1_000


class TitleMissing(Refusal):
    """Donnez un titre à ce texte : c'est lui qu'on lit dans les listes et en tête du document."""


class AlreadyFrozen(Refusal):
    """Cette version est figée : elle ne change plus. Commencez une nouvelle version."""


class DraftUnderWay(Refusal):
    """Une version %(number)s est déjà en préparation. Terminez-la, ou modifiez-la."""


@command
def create_text(
    actor: Actor, *, kind: TextKind, title: str, body: str, at: datetime, subject: str = "",
    fields: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Begin a text with its first version, and return that version's id; the grouping's own fields are filled in.

    Raises TitleMissing, BodyEmpty, UnknownField (R25), TextTooLong, HiddenCharacter.
    """
    require(policies.can_prepare_governance(actor))
    text = GoverningText(kind=kind, title=_title(title), subject=subject, created_by=actor.name, created_at=at)
    session().add(text)
    session().flush()
    values = queries.grouping_fields() | check_values(fields or {})
    version = _version(actor, text, number=1, body=check_body(body), fields=values, at=at)
    after = {"kind": kind, "title": text.title, "subject": subject}
    journal.record(actor, "text.created", f"text:{text.id}", at=at, after=after)
    return version.id


@command
def save_draft(
    actor: Actor, *, version_id: int, body: str, what_changed: str, version: int, at: datetime,
    fields: Mapping[str, str] | None = None, title: str | None = None,
) -> None:  # fmt: skip
    """Keep a version as it is written; `version` is the one the form was opened on (R22).

    Raises Conflict, AlreadyFrozen, TitleMissing, BodyEmpty, UnknownField (R25), TextTooLong, HiddenCharacter.
    """
    require(policies.can_prepare_governance(actor))
    draft = _draft(version_id)
    values = dict(draft.fields) if fields is None else check_values(fields)
    clean, note = check_body(body), clean_text(what_changed, most=MOST_NOTE)
    mine = {"body": clean, "what_changed": note, "fields": values}
    refuse_stale(draft, version=version, mine=mine)
    text = queries.get_text(draft.text_id)
    before = {"title": text.title, "length": len(draft.body)}
    if title is not None:
        text.title = _title(title)
    draft.body, draft.what_changed, draft.fields = clean, note, values
    draft.written_by, draft.written_at = actor.name, at
    draft.version += 1
    after = {"number": draft.number, "title": text.title, "length": len(draft.body)}
    journal.record(actor, "text.drafted", f"text:{text.id}", at=at, before=before, after=after)


@command
def start_version(actor: Actor, *, text_id: int, at: datetime) -> int:
    """Begin the next version from the last frozen one, its annexes with it; returns its id.

    Raises DraftUnderWay.
    """
    require(policies.can_prepare_governance(actor))
    take_turn()
    text = queries.get_text(text_id)
    last, *_ = queries.versions_of(text_id)
    if last.frozen_at is None:
        raise DraftUnderWay(number=last.number)
    version = _version(actor, text, number=last.number + 1, body=last.body, fields=dict(last.fields), at=at)
    for annex in queries.annexes_of(last.id):
        session().add(
            TextAnnex(
                version_id=version.id, name=annex.name, media_type=annex.media_type, size=annex.size,
                sha256=annex.sha256,
            )
        )  # fmt: skip
    journal.record(actor, "text.version_started", f"text:{text_id}", at=at, after={"number": version.number})
    return version.id


@command
def add_annex(actor: Actor, *, version_id: int, name: str, content: bytes, at: datetime) -> int:
    """Join a file to a version; raises AlreadyFrozen, AnnexTooLarge, AnnexNotReadable, TooManyAnnexes."""
    require(policies.can_prepare_governance(actor))
    draft = _draft(version_id)
    shown, media_type = check_annex(name, content, already=len(queries.annexes_of(version_id)))
    digest = files.store(content)
    annex = TextAnnex(version_id=version_id, name=shown, media_type=media_type, size=len(content), sha256=digest)
    session().add(annex)
    session().flush()
    after = {"name": shown, "sha256": digest, "size": len(content)}
    journal.record(actor, "text.annex_added", f"text:{draft.text_id}", at=at, after=after)
    return annex.id


@command
def remove_annex(actor: Actor, *, version_id: int, digest: str, at: datetime) -> None:
    """Take a file away from a version; raises AlreadyFrozen. One that is not there is already away."""
    require(policies.can_prepare_governance(actor))
    draft = _draft(version_id)
    for annex in queries.annexes_of(version_id):
        if annex.sha256 == digest:
            session().delete(annex)
            before = {"name": annex.name, "sha256": digest}
            journal.record(actor, "text.annex_removed", f"text:{draft.text_id}", at=at, before=before)


@command
def archive_text(actor: Actor, *, text_id: int, at: datetime, away: bool = True) -> None:
    """Put a text away, or back: nothing of it is lost, it leaves the list."""
    require(policies.can_prepare_governance(actor))
    text = reread(queries.get_text(text_id))
    if (text.archived_at is not None) is away:
        return
    text.archived_at = at if away else None
    action = "text.archived" if away else "text.restored"
    journal.record(actor, action, f"text:{text_id}", at=at)


def _draft(version_id: int) -> TextVersion:
    draft: TextVersion = reread(queries.get_version(version_id))
    if draft.frozen_at is not None:
        raise AlreadyFrozen()
    return draft


def _version(
    actor: Actor, text: GoverningText, *, number: int, body: str, fields: dict[str, str], at: datetime
) -> TextVersion:
    version = TextVersion(
        text_id=text.id, number=number, body=body, fields=fields, written_by=actor.name, written_at=at
    )
    session().add(version)
    session().flush()
    return version


def _title(title: str) -> str:
    clean = clean_line(title, most=MOST_TITLE)
    if not clean:
        raise TitleMissing()
    return clean
