"""Who may use which door: every endpoint declares its audience, and the app refuses to start with one that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from coopter.plumbing import clock, kept, operations, quarantine, tenancy
from coopter.values.actor import Actor, Role
from coopter.values.month import Month, NoSuchMonth
from coopter.values.refusal import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
SAFE = {"GET", "HEAD", "OPTIONS"}


class Id(IntegerConverter):
    """A number in an address, no longer than a database keeps: a longer one is an unknown address."""

    def __init__(self, map: Map, **limits: Any) -> None:
        super().__init__(map, **{"max": 2**63 - 1, **limits})


class MonthInAddress(BaseConverter):
    """A month in an address, as « 2007-03 »: anything else is an unknown address."""

    def to_python(self, value: str) -> Month:
        try:
            return Month.parse(value)
        except NoSuchMonth as unknown:
            raise ValidationError() from unknown

    def to_url(self, value: Any) -> str:
        return super().to_url(str(value))


@dataclass(frozen=True)
class Audience:
    """Who a door is for: everyone, whoever is signed in, holders of a role in the grouping, or administrators."""

    name: str
    roles: frozenset[Role] = frozenset()

    def __str__(self) -> str:
        return self.name if not self.roles else f"{self.name}: {', '.join(sorted(role.value for role in self.roles))}"


PUBLIC = Audience("public")
SIGNED_IN = Audience("signed in")
ADMINISTRATORS = Audience("administrators")


class UndeclaredDoor(RuntimeError):
    """An endpoint has no declared audience (row R8)."""


class Tenants(Protocol):
    """What the front door asks of the members: which grouping a slug names, and who a person is inside it."""

    def grouping_named(self, slug: str) -> Any: ...

    def actor_for(self, person: Any, grouping: Any) -> Actor | None: ...

    def must_strengthen(self, person: Any, actor: Actor) -> str | None: ...


def _mark(audience: Audience) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.__dict__["audience"] = audience
        return view

    return declare


public = _mark(PUBLIC)
signed_in = _mark(SIGNED_IN)
for_administrators = _mark(ADMINISTRATORS)


def for_roles(*roles: Role) -> Callable[[View], View]:
    """This door is for people who hold one of these roles in the grouping of the address."""
    return _mark(Audience("roles", frozenset(roles)))


def everyone_inside(view: View) -> View:
    """This door is for whoever holds any role in the grouping of the address."""
    return for_roles(*Role)(view)


def unkeyed(view: View) -> View:
    """This form needs no operation key: doing it twice is doing it once, and its room says so."""
    view.__dict__["unkeyed"] = True
    return view


def audience_of(app: Flask, endpoint: str) -> Audience:
    """The declared audience of an endpoint; raises UndeclaredDoor."""
    declared = getattr(app.view_functions[endpoint], "audience", None)
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    if declared is None:
        raise UndeclaredDoor(f"{endpoint}: mark its view with @public, @signed_in or @for_roles")
    return declared  # type: ignore[no-any-return]


def install(app: Flask, tenants: Tenants) -> None:
    """Hang the doors; call it when every room is open."""
    for rule in app.url_map.iter_rules():
        audience = audience_of(app, rule.endpoint)
        if audience.roles and "grouping" not in rule.arguments:
            raise UndeclaredDoor(f"{rule.endpoint}: a door for roles has /<grouping>/ in its address")

    @app.url_value_preprocessor
    def _slug(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.slug = values.pop("grouping", None) if values else None

    @app.url_defaults
    def _same_grouping(endpoint: str, values: dict[str, Any]) -> None:
        if "grouping" not in values and app.url_map.is_endpoint_expecting(endpoint, "grouping"):
            values["grouping"] = g.get("slug") or ""

    @app.before_request
    def keep_the_door() -> Any:
        g.actor = g.grouping = None
        return _closed_link(app) or _keep(app, tenants)

    @app.teardown_request
    def _leave(failure: BaseException | None) -> None:
        operations.pending.set(None)
        token = g.pop("scope_token", None)
        if token is not None:
            tenancy.leave(token)


def _closed_link(app: Flask) -> Any:
    """On a copy in quarantine, a link of the day of the backup: it may have served since (R101)."""
    if "token" not in (request.view_args or {}) or audience_of(app, request.endpoint or "") is not PUBLIC:
        return None
    return (render_template("errors/quarantine.html"), 503) if quarantine.stands() else None


def _keep(app: Flask, tenants: Tenants) -> Any:
    if request.endpoint is None:
        return None
    audience = audience_of(app, request.endpoint)
    if request.endpoint == "static":
        return None
    if audience is not PUBLIC and not current_user.is_authenticated:
        return _ask_to_sign_in()
    if g.slug is not None:
        g.grouping = tenants.grouping_named(g.slug) or abort(404)
        g.scope_token = tenancy.enter(g.grouping.id)
    if current_user.is_authenticated:
        g.actor = tenants.actor_for(current_user, g.grouping)
        if g.grouping is not None and g.actor is None and audience is not PUBLIC:
            abort(404)  # to a stranger this grouping does not exist
        if (
            g.actor is not None
            and audience is not PUBLIC
            and (elsewhere := tenants.must_strengthen(current_user, g.actor))
        ):
            return redirect(elsewhere, 303)
    if audience.roles and not (g.actor and g.actor.roles & audience.roles):
        raise NotAllowed()
    if audience is ADMINISTRATORS and not (g.actor and g.actor.is_administrator):
        raise NotAllowed()
    return _take_operation_key(app) or kept.ask_first()


def _ask_to_sign_in() -> Any:
    if (again := kept.offer_again()) is not None:
        return again
    target = request.full_path.rstrip("?") if request.method in SAFE else None
    return redirect(url_for("security.login", next=target), 303)


def _take_operation_key(app: Flask) -> Any:
    view = app.view_functions[request.endpoint or ""]
    if request.method in SAFE or getattr(view, "unkeyed", False):
        return None
    key = request.form.get("operation_key") or request.headers.get("X-Operation-Key", "")
    if not 16 <= len(key) <= 64:
        abort(400)
    person_id = g.actor.person_id if g.actor else None
    operations.pending.set((key, request.endpoint or "", person_id, clock.now()))
    return None


@contextmanager
def no_operation() -> Iterator[None]:
    """A command run for the page's own sake (counting an attempt, say) leaves the form's key for the next one."""
    kept = operations.pending.get()
    operations.pending.set(None)
    try:
        yield
    finally:
        operations.pending.set(kept)


def security_headers(app: Flask) -> None:
    """The same strict headers on every answer, errors included (rows R68, R69)."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    @app.after_request
    def _headers(response: Any) -> Any:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if current_app.config["BASE_URL"].startswith("https:"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
