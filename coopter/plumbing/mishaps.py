"""When something cannot be: each kind of no has its page, its status, and never a trace of the inside (row R70)."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from coopter.plumbing import doors, kept, operations, pages
from coopter.values.refusal import Conflict, NotAllowed, NotFound, Refusal

PAGES = {400, 403, 404, 409, 413, 422, 429}
logger = logging.getLogger("coopter")


def install(app: Flask) -> None:
    """Hang the pages; a view that catches a refusal itself, to show the form again, is asked first."""
    app.register_error_handler(NotFound, lambda no: _page(404))
    app.register_error_handler(NotAllowed, lambda no: _page(403))
    app.register_error_handler(Conflict, _stale)
    app.register_error_handler(Refusal, lambda no: _page(422, reason=pages.say(no)))
    app.register_error_handler(operations.AlreadyDone, _already_done)
    app.register_error_handler(CSRFError, lambda no: _expired())
    app.register_error_handler(DBAPIError, _database_away)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _page(code: int, **context: Any) -> tuple[str, int]:
    return render_template(f"errors/{code}.html", **context), code


def _expired() -> Any:
    """A form without a valid token: what was typed on a page of ours is kept, unless anybody may send that form."""
    audience = doors.audience_of(current_app, request.endpoint) if request.endpoint else doors.PUBLIC
    return (kept.offer_again() if audience is not doors.PUBLIC else None) or _page(400)


def _stale(conflict: Conflict) -> tuple[str, int]:
    mine, theirs = (
        [(label, pages.written(value)) for label, value in side.items()] for side in (conflict.mine, conflict.theirs)
    )
    return _page(409, reason=pages.say(conflict), mine=mine, theirs=theirs)


def _already_done(twice: Exception) -> Any:
    flash(gettext("C’était déjà fait : la demande était arrivée deux fois."), "info")
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    return redirect(pages.safe_next(came_from, otherwise=url_for("front.index")), 303)


def _http(failure: HTTPException) -> Any:
    code = failure.code or 500
    if code < 400:
        return failure
    kept = [(name, value) for name, value in failure.get_headers(request.environ) if name == "Retry-After"]
    return _page(code if code in PAGES else 400)[0], code, kept


def _database_away(failure: DBAPIError) -> tuple[str, int]:
    """The database went away: whether the act was done is not known, and sending it again is safe (R5)."""
    if not failure.connection_invalidated:
        return _unforeseen(failure)
    logger.exception("the database went away", exc_info=failure)
    return _page(503)


def _unforeseen(failure: Exception) -> tuple[str, int]:
    reference = secrets.token_hex(4)
    logger.exception("unforeseen, reference %s", reference, exc_info=failure)
    return _page(500, reference=reference)
