"""Time stamps of an authority (RFC 3161): proof, by somebody else, that bytes existed at an instant; off unless set."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask import current_app

TIMEOUT_S = 30
MOST_ANSWER = 64 * 1024
_GRANTED = (0, 1)


class StampRefused(RuntimeError):
    """The authority did not answer with a stamp of these bytes; it is asked again later."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """The authority's whole answer (DER), the address that gave it, and the instant that it vouches for."""

    authority: str
    answer: bytes
    stamped_at: datetime


def authority() -> str:
    """The address of the time-stamp authority, or nothing where none is set (COOPTER_TIMESTAMP_URL)."""
    return str(current_app.config.get("TIMESTAMP_URL", ""))


def stamp(content: bytes) -> Stamped:
    """A stamp of the SHA-256 of these bytes; raises StampRefused, OSError when the authority is not reached."""
    from rfc3161_client import TimestampRequestBuilder

    request = TimestampRequestBuilder().data(content).nonce(nonce=True).cert_request(cert_request=True).build()
    address = authority()
    if not address.startswith(("https://", "http://")):
        raise StampRefused(f"{address!r} is no web address")
    asked = urllib.request.Request(
        address, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answered:
        answer = answered.read(MOST_ANSWER + 1)
    return read(answer, content=content, nonce=request.nonce, address=address)


def read(answer: bytes, *, content: bytes, nonce: int | None, address: str) -> Stamped:
    """The stamp in an authority's answer, if it is one of these bytes and answers our question; raises StampRefused."""
    from rfc3161_client import decode_timestamp_response

    try:
        response = decode_timestamp_response(answer)
        told = response.tst_info
    except ValueError as garbled:
        raise StampRefused(f"no time stamp: {garbled}") from garbled
    if response.status not in _GRANTED:
        raise StampRefused(f"status {response.status}")
    if told.message_imprint.message != sha256(content).digest():
        raise StampRefused("the stamp is of other bytes")
    if nonce is not None and told.nonce != nonce:
        raise StampRefused("the stamp answers another question")
    return Stamped(address, answer, told.gen_time)
