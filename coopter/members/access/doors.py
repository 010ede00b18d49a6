"""The sign-in doors: each has its audience, runs as a command, is throttled and leaves a line in the journal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, make_response, redirect, request, url_for
from flask_login import current_user

from coopter.members.access import chronicle, sign_ins, throttle
from coopter.plumbing.doors import SAFE, public, signed_in, unkeyed
from coopter.plumbing.pages import safe_next
from coopter.plumbing.transaction import command

View = Callable[..., Any]
FOR_EVERYONE = (
    "login", "forgot_password", "reset_password", "two_factor_token_validation", "two_factor_rescue", "mf_recovery",
    "tf_select", "wan_signin", "wan_signin_response",
)  # fmt: skip
FOR_SIGNED_IN = (
    "logout", "verify", "change_password", "two_factor_setup", "two_factor_setup_validate", "mf_recovery_codes",
    "wan_register", "wan_register_response", "wan_delete", "wan_verify", "wan_verify_response",
)  # fmt: skip


def install(app: Flask) -> None:
    """Wrap every view of Flask-Security; one that is not listed has no audience, and the app refuses to start."""
    throttle.install(app)
    chronicle.install()
    app.view_functions["security.two_factor_rescue"] = _rescue
    for names, mark in ((FOR_EVERYONE, public), (FOR_SIGNED_IN, signed_in)):
        for name in names:
            endpoint = f"security.{name}"
            app.view_functions[endpoint] = mark(unkeyed(_door(name, app.view_functions[endpoint])))


def _door(name: str, view: View) -> View:
    @wraps(view)
    def door(**values: Any) -> Any:
        if (elsewhere := _refuse_targets_outside()) is not None:
            return elsewhere
        if request.method in SAFE:
            return view(**values)
        throttle.spend(name)
        return _act(view, name, values)

    return door


@command
def _act(view: View, name: str, values: dict[str, Any]) -> Any:
    """What a form of these doors does, in one transaction with its line in the journal (R44)."""
    person = current_user._get_current_object() if current_user.is_authenticated else None
    if name == "logout" and person is not None:
        sign_ins.end(chronicle.person_actor(person))
    response = make_response(view(**values))
    chronicle.note(name, person)
    return response


def _refuse_targets_outside() -> Any:
    """A `next` that leads out of this site is dropped before the library sees it (R41).

    Between the password and the code, Flask-Security hands itself its own page as a whole address: that one is inside.
    """
    for given in (*request.args.getlist("next"), *request.form.getlist("next")):
        target = given.removeprefix(request.host_url.rstrip("/"))
        if target and safe_next(target, otherwise="") != target:
            return redirect(url_for("security.login"), 303) if request.method in SAFE else abort(400)
    return None


def _rescue() -> Any:
    """The only way without the authenticator is a recovery code: nobody is let in by mail (CNIL 2025-019)."""
    return redirect(url_for("security.mf_recovery"), 303)
