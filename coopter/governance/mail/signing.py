"""Mails about signing: the personal link, the code of the second step, the copy of what was signed."""

from __future__ import annotations

from datetime import datetime

from coopter.governance.mail.posting import write_to
from coopter.governance.models import Signature, SignatureRequest
from coopter.governance.queries.texts import FrozenRecord, document_of
from coopter.governance.rules.signing import CODE_LIFE
from coopter.members import queries as members
from coopter.plumbing import mail, tenancy
from coopter.values.refusal import Words


def ask_to_sign(
    request: SignatureRequest, frozen: FrozenRecord, *, token: str, message: str, by: str, again: bool, at: datetime
) -> None:
    """Send somebody their link, good once and for seven days; again when it is a reminder."""
    subject = Words("Rappel : votre signature sur « %(title)s »", title=frozen.title)
    write_to(
        request.email,
        subject if again else Words("À signer : « %(title)s »", title=frozen.title),
        "sign",
        {
            "name": request.name, "capacity": request.capacity, "title": frozen.title, "number": frozen.number,
            "by": by, "words": message, "again": again, "link": mail.absolute(f"/signer/{token}"),
            "expires_at": request.token_expires_at,
        },
        key=f"signature-link:{request.id}:{request.version}",
        at=at,
    )  # fmt: skip


def send_code(request: SignatureRequest, frozen: FrozenRecord, *, code: str, at: datetime) -> None:
    """Send the code of the second step: six figures, good a quarter of an hour, for this document alone."""
    write_to(
        request.email,
        Words("Votre code pour signer « %(title)s »", title=frozen.title),
        "code",
        {"name": request.name, "title": frozen.title, "number": frozen.number, "code": code,
         "until": at + CODE_LIFE},
        key=f"signature-code:{request.id}:{request.version}",
        at=at,
    )  # fmt: skip


def tell_signed(signature: Signature, frozen: FrozenRecord, *, at: datetime) -> None:
    """Send the signatory what they signed, the very bytes, with their SHA-256."""
    write_to(
        signature.email,
        Words("Vous avez signé « %(title)s »", title=frozen.title),
        "signed",
        {
            "name": signature.name, "capacity": signature.capacity, "title": frozen.title, "number": frozen.number,
            "signed_at": signature.signed_at, "digest": signature.pdf_sha256,
        },
        key=f"signature:{signature.id}",
        at=at,
        attachments=((document_of(frozen).name, frozen.pdf_sha256),),
    )  # fmt: skip


def tell_all_signed(frozen: FrozenRecord, *, campaign_id: int, signed: int, at: datetime) -> None:
    """Tell the grouping's mailbox that nobody is awaited any more; a grouping without address is told by the page."""
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    if grouping.email:
        write_to(
            grouping.email,
            Words("Toutes les signatures sont là : « %(title)s »", title=frozen.title),
            "all_signed",
            {"title": frozen.title, "number": frozen.number, "signed": signed},
            key=f"campaign-done:{campaign_id}",
            at=at,
        )
