"""Secrets that the database alone must not tell: sealed with a key derived from the installation's, for one purpose."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

KEY_BYTES, NONCE_BYTES = 32, 12


class SealBroken(RuntimeError):
    """What was sealed was altered, moved, or sealed under a key that this installation does not have any more."""


def seal(content: bytes, *, purpose: str, bound_to: str) -> str:
    """Encrypt (AES-256-GCM) under the current key; `bound_to` is not kept and must be the same to open it again."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    key = _derived(current_app.config["SECRET_KEY"], purpose)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())).decode()


def unseal(sealed: str, *, purpose: str, bound_to: str) -> bytes:
    """What was sealed, under the current key or an earlier one (COOPTER_SECRET_KEY_FALLBACKS); raises SealBroken."""
    raw = b64decode(sealed)
    for secret in (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]):
        try:
            return AESGCM(_derived(secret, purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())
        except InvalidTag:
            continue
    raise SealBroken(f"{purpose}: {bound_to}")


def _derived(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose (HKDF-SHA256), so that one tells nothing of another."""
    info = f"coopter sealing {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret.encode())
