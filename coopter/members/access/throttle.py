"""Budgets of attempts at the sign-in doors, per account and per address, with a wait that grows (R63).

Nobody is locked out of their own account: a browser that it knows keeps a budget of its own.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Flask, after_this_request, current_app, request, session
from flask_login import current_user
from flask_security import user_authenticated
from itsdangerous import BadSignature, URLSafeSerializer
from limits import RateLimitItem, parse, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from coopter.plumbing import clock

DEVICE = "appareil"
DEVICE_SECONDS = 365 * 24 * 3600
PER_ADDRESS = parse("50 per 15 minutes")
PER_ACCOUNT_AND_ADDRESS = parse_many("5 per 30 seconds; 8 per 5 minutes; 10 per 15 minutes")  # the wait grows
PER_ACCOUNT = parse("100 per hour")
PER_CODE = parse_many("5 per 30 seconds; 8 per 5 minutes; 10 per 15 minutes")
RESETS_PER_ACCOUNT = parse("3 per hour")
RESETS_PER_ADDRESS = parse("20 per hour")
LINKS_PER_ADDRESS = parse("30 per 15 minutes")
REQUESTS_PER_ADDRESS = parse("10 per hour")
REQUESTS_PER_GROUPING = parse("100 per day")


class Budgets:
    """Counters in this process's memory: a moving window for each name and key."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start anew (a restart does the same)."""
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def take(self, budget: RateLimitItem | list[RateLimitItem], *key: str) -> None:
        """Take one attempt, or answer 429 with the seconds to wait.

        Of several windows the shortest is asked first: what it refuses does not count in the longer ones, so that
        whoever waits as told goes on, and nobody is kept out for good.
        """
        for window in budget if isinstance(budget, list) else [budget]:
            if not self._windows.hit(window, *key):
                reset = self._windows.get_window_stats(window, *key).reset_time
                raise TooManyRequests(retry_after=max(1, ceil(reset - clock.now().timestamp())))


def install(app: Flask) -> None:
    """Give the app its budgets, and make a browser known to the account that signed in with it."""
    app.extensions["budgets"] = Budgets()
    user_authenticated.connect(_know_device, app)


def spend(door: str) -> None:
    """Count one attempt at this door; raises 429 when its budget is spent."""
    if not current_app.config.get("THROTTLE", not current_app.testing):
        return
    budgets: Budgets = current_app.extensions["budgets"]
    address = request.remote_addr or "?"
    if door in {"login", "wan_signin", "wan_signin_response"}:
        _spend_sign_in(budgets, address, _typed_email())
    elif door == "forgot_password":
        budgets.take(RESETS_PER_ADDRESS, "reset", address)
        budgets.take(RESETS_PER_ACCOUNT, "reset account", _typed_email())
    elif door in {"two_factor_token_validation", "mf_recovery", "tf_select"}:
        budgets.take(PER_ADDRESS, "code", address)
        budgets.take(PER_CODE, "code of", str(session.get("tf_user_id", address)))
    elif door in {"reset_password", "invitation"}:
        budgets.take(LINKS_PER_ADDRESS, "link", address)
    elif door == "admission":
        budgets.take(REQUESTS_PER_ADDRESS, "admission", address)
        budgets.take(REQUESTS_PER_GROUPING, "admission to", request.path)
    elif current_user.is_authenticated:
        budgets.take(PER_ADDRESS, "account", current_user.fs_uniquifier)


def _spend_sign_in(budgets: Budgets, address: str, email: str) -> None:
    if email and (device := _device_of(email)):
        budgets.take(PER_ACCOUNT_AND_ADDRESS, "device", device)  # an attack elsewhere does not keep the owner out
        return
    budgets.take(PER_ADDRESS, "sign in", address)
    if email:
        budgets.take(PER_ACCOUNT_AND_ADDRESS, "sign in", email, address)
        budgets.take(PER_ACCOUNT, "sign in", email)


def _typed_email() -> str:
    return (request.form.get("email") or request.form.get("identity") or "").strip().lower()[:320]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known device")


def _device_of(email: str) -> str:
    """The signed mark that this browser once signed in to this account, or nothing."""
    try:
        known: Any = _signer().loads(request.cookies.get(DEVICE, ""))
    except BadSignature:
        return ""
    return str(known) if known == email else ""


def _know_device(app: Flask, user: Any, **context: Any) -> None:
    mark = _signer().dumps(user.email)

    @after_this_request
    def _set(response: Any) -> Any:
        secure = app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(DEVICE, mark, max_age=DEVICE_SECONDS, httponly=True, samesite="Lax", secure=secure)
        return response
