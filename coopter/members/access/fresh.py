"""Whether the person at the keyboard has just shown again that it is them: what an open session does not prove."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from flask_security.utils import check_and_update_authn_fresh

LATELY = timedelta(minutes=15)


def ask_again(back_to: str) -> Any:
    """None when the password, a code or a passkey was given within 15 minutes; else the way to the page that asks.

    The library's grace, which lasts while one keeps clicking, does not count here (R39).
    """
    session.pop("fs_gexp", None)
    if check_and_update_authn_fresh(LATELY, timedelta(0)):
        return None
    flash(_("Montrez d’abord que c’est bien vous."), "info")
    return redirect(url_for("security.verify", next=back_to), 303)
