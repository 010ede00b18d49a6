"""Mail: written with the act that causes it, one recipient each, sent after the commit, recognisable if sent twice.

Header values are cleaned of control characters and of anything that looks like an encoded word before the library sees
them, because some Pythons still turn those into headers of their own (row R29).
"""

from __future__ import annotations

import re
import smtplib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from jinja2 import TemplateNotFound

from coopter.plumbing import files, outbox
from coopter.plumbing.pages import written
from coopter.values.refusal import Refusal, Words

LONGEST_HEADER = 200
TIMEOUT_S = 30
ATTACHED = {"pdf": ("application", "pdf"), "ics": ("text", "calendar")}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_ENCODED_WORD = re.compile(r"=\?|\?=")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class NotAnAddress(Refusal):
    """« %(address)s » n'est pas une adresse électronique : écrivez une seule adresse, comme nom@exemple.fr."""


def check_address(text: str) -> str:
    """The address in one piece, ASCII, without display name; raises NotAnAddress."""
    address = text.strip()
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise NotAnAddress(address=_CONTROL.sub(" ", text)[:80])
    return address


def sender() -> str:
    """The address that writes for the whole installation."""
    return check_address(str(current_app.config["MAIL_FROM"]))


def one_line(text: str) -> str:
    """A text that can stand in a header: no control character, no encoded word, at most 200 characters."""
    return _ENCODED_WORD.sub("= ?", _CONTROL.sub(" ", text)).strip()[:LONGEST_HEADER]


def post(
    *,
    to: str,
    subject: Words,
    template: str,
    context: dict[str, Any],
    key: str,
    grouping_id: int | None,
    at: datetime,
    language: str,
    attachments: tuple[tuple[str, str], ...] = (),
) -> None:
    """Write a message in the running command, subject and text in the recipient's `language`.

    `attachments` are (file name, SHA-256 of a stored file). The text is made now, from templates/<template>.txt (and
    .html when there is one): what is sent is what was decided.
    """
    with force_locale(language):
        title = written(subject)
        text = render_template(f"{template}.txt", **context)
        try:
            html = render_template(f"{template}.html", **context, language=language)
        except TemplateNotFound:
            html = None
    payload = {
        "to": check_address(to),
        "subject": one_line(title),
        "text": text,
        "html": html,
        "attachments": [list(attachment) for attachment in attachments],
    }
    outbox.post("mail", payload, key=key, grouping_id=grouping_id, at=at)


def absolute(path: str) -> str:
    """The public address of a page, from the configuration alone (R28)."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + path


@outbox.handles("mail")
def send(effect: outbox.Effect) -> None:
    """Hand one message to the server; the same row always makes the same Message-ID (row R31)."""
    message = compose(effect, sender=current_app.config["MAIL_FROM"], host=_host())
    url = urlsplit(current_app.config["MAIL_URL"])
    if url.scheme == "file":
        folder = current_app.config["DATA_DIR"] / "mail"
        folder.mkdir(exist_ok=True)
        (folder / f"{effect.id:06d}.eml").write_bytes(message.as_bytes())
        return
    server: type[smtplib.SMTP] = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with server(url.hostname or "localhost", url.port or 0, timeout=TIMEOUT_S) as smtp:
        if url.scheme == "smtp+starttls":
            smtp.starttls()
        if url.username:
            smtp.login(unquote(url.username), unquote(url.password or ""))
        smtp.send_message(message, to_addrs=[effect.payload["to"]])


def compose(effect: outbox.Effect, *, sender: str, host: str) -> EmailMessage:
    """The message of an outbox row; pure, so that a second sending is byte for byte the first."""
    content = effect.payload
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="CoopTer", addr_spec=check_address(sender))
    message["To"] = Address(addr_spec=check_address(content["to"]))
    message["Subject"] = one_line(content["subject"])
    message["Date"] = format_datetime(effect.created_at)
    message["Message-ID"] = f"<{sha256(effect.key.encode()).hexdigest()[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content["text"])
    if content["html"]:
        message.add_alternative(content["html"], subtype="html")
    for name, digest in content["attachments"]:
        kind = ATTACHED.get(name.rpartition(".")[2], ("application", "octet-stream"))
        data = files.read(digest)
        message.add_attachment(
            data, maintype=kind[0], subtype=kind[1], filename=one_line(name), params=_parameters(kind, data)
        )
    return message


def _parameters(kind: tuple[str, str], data: bytes) -> dict[str, str]:
    """What a reader must know of a text before reading it: its letters, what an invitation does (RFC 5545, 8.1)."""
    if kind[0] != "text":
        return {}
    method = re.search(rb"^METHOD:([A-Z]+)", data, re.MULTILINE)
    return {"charset": "utf-8", **({"method": method[1].decode()} if method else {})}


def _host() -> str:
    return urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
