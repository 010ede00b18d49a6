"""How long a sign-in lasts: until it is signed out, left alone or grown old, whatever copy of its cookie is kept (R66).

The session is a signed cookie, which nobody can take back from whoever copied it. Each sign-in therefore has a number
of its own, and the numbers of those that were signed out are kept for as long as a cookie may be read.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, flash
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import user_logged_in
from flask_security.utils import logout_user

from coopter.members import commands, queries
from coopter.members.access import second_factor
from coopter.plumbing import clock
from coopter.values.actor import Actor

KEY = "sign_in"
READ_AT_MOST = timedelta(days=31)  # Flask reads no cookie that it signed longer ago
WHOLE_DAY, IDLE = timedelta(hours=12), timedelta(minutes=30)  # of whoever coordinates or administers
NOTICED_EVERY = timedelta(minutes=1)


def install(app: Flask) -> None:
    """Number each sign-in as it begins."""
    app.config["PERMANENT_SESSION_LIFETIME"] = READ_AT_MOST
    user_logged_in.connect(_begin, app)


def end(actor: Actor) -> None:
    """Signing out: no copy of this cookie opens anything any more."""
    commands.sign_out(actor, sign_in=cookie[KEY]["id"], readable=READ_AT_MOST, at=clock.now())


def has_ended() -> bool:
    """Whether the sign-in of this request is over, and then forget it; else notice that somebody is there."""
    kept, now = cookie.get(KEY, {}), int(clock.now().timestamp())
    too_old = kept.get("strict") and (
        now - kept["since"] > WHOLE_DAY.total_seconds() or now - kept["seen"] > IDLE.total_seconds()
    )
    if not kept or too_old or queries.is_signed_out(kept["id"]):
        cookie.pop(KEY, None)
        logout_user()
        if too_old:
            flash(_("Par sécurité, votre session s’est terminée. Reconnectez-vous pour revenir ici."), "info")
        return True
    if kept["strict"] and now - kept["seen"] > NOTICED_EVERY.total_seconds():
        cookie[KEY] = {**kept, "seen": now}
    return False


def a_new_one(*, strict: bool) -> dict[str, Any]:
    """What the cookie keeps of a sign-in that begins now."""
    now = int(clock.now().timestamp())
    return {"id": secrets.token_urlsafe(16), "strict": strict, "since": now, "seen": now}


def _begin(app: Flask, user: Any, **_more: Any) -> None:
    cookie[KEY] = a_new_one(strict=second_factor.is_asked() and second_factor.concerns_somewhere(user))
