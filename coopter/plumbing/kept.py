"""A form that may not act yet: what was typed is shown again as a form of ours, and waits for one more click."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import make_response, render_template, request
from flask_login import current_user

from coopter.plumbing.pages import safe_next

OURS = {"csrf_token", "ask_first", "ask_label"}  # written anew, or answered by the click
SECRET = ("password", "passphrase", "secret")


def offer_again() -> Any:
    """The page that keeps what was typed for after the sign-in; None when there is nothing that may be kept.

    Never kept: what another site made the browser send (its cookies may be held back, so it looks signed out),
    passwords, whatever is typed at the sign-in doors, and forms with a file. The page's form has a token of the
    reader's own session and the first form's operation key: however often it is sent, it acts once (rows R4, R42).
    """
    fields = _typed()
    secret = any(part in name.lower() for name, _ in fields for part in SECRET)
    if request.method != "POST" or (request.endpoint or "").startswith("security.") or not _from_our_own_page():
        return None
    if secret or request.files or "HX-Request" in request.headers or not dict(fields).get("operation_key"):
        return None
    return _page("expired", 400, fields, signed_out=not current_user.is_authenticated)


def ask_first() -> Any:
    """The question that the form wanted asked, when the page's script was not there to ask it; None when all is said.

    A form with consequences carries its question in `ask_first`; the script takes the field out once it has asked, and
    this page's own form has none.
    """
    question = request.form.get("ask_first", "") if request.method == "POST" else ""
    if not question:
        return None
    label, back = request.form.get("ask_label", ""), _path(request.referrer)
    return _page("asked", 200, _typed(), question=question, label=label, back=back)


def _page(name: str, status: int, fields: list[tuple[str, str]], **context: Any) -> Any:
    action = safe_next(request.full_path.rstrip("?"), otherwise=request.path)
    return make_response(render_template(f"kept/{name}.html", action=action, fields=fields, **context), status)


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]


def _from_our_own_page() -> bool:
    """Whether the browser says that a page of ours sent this: it writes these headers itself, no page can."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host


def _path(address: str | None) -> str:
    parts = urlsplit(address or "")
    return safe_next(parts.path, otherwise="/") if parts.netloc == request.host else "/"
