"""The front door: builds the Flask app, opens each room, hangs the error pages. A list, no logic."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask, g, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import coopter.billing.models
import coopter.contributions.models
import coopter.costs.models
import coopter.governance.models
import coopter.hours.models
import coopter.members.models
import coopter.planning.models
import coopter.plumbing.mail
import coopter.staff.models
import coopter.treasury.models  # noqa: F401  (every room's rows are in the metadata)
from coopter.office import queries as office
from coopter.plumbing import awaiting, clock, database, doors, jobs, mishaps, navigation, outbox, pages, schema, statics
from coopter.settings import Settings, from_environment

ROOMS = (
    "members", "governance", "staff", "planning", "hours", "costs", "contributions", "billing", "treasury", "office",
)  # fmt: skip
WITH_SOMETHING_TO_DO = ("governance", "contributions")  # they tell the first page what waits there


def create_app(settings: Settings | None = None, *, migrate: bool = True) -> Flask:
    """The app of these settings (or of the environment's), its schema up to date, every door declared."""
    settings = settings or from_environment()
    app = Flask("coopter", template_folder="../templates", static_folder="static")
    app.config.from_mapping(_configuration(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.url_map.converters |= {"int": doors.Id, "month": doors.MonthInAddress}
    database.db.init_app(app)
    with app.app_context():
        database.attach_engine_rules(database.db.engine, journal_mode=settings.journal_mode)
        if migrate:
            schema.upgrade(database.db.engine)
    Babel(app, locale_selector=_locale, default_timezone="Europe/Paris")
    CSRFProtect(app)
    pages.install(app)
    statics.install(app)
    navigation.install(app, counts=lambda actor: office.waiting_for(actor, today=clock.today()))
    tenants = _open_rooms(app, settings)
    doors.security_headers(app)
    doors.install(app, tenants)
    jobs.install(app, lambda: outbox.drain(clock=clock.now))
    mishaps.install(app)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},  # a server that restarted costs nobody a page (R5)
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "DATA_DIR": settings.data_dir,
        "BASE_URL": settings.base_url,
        "MAIL_URL": settings.mail_url,
        "MAIL_FROM": settings.mail_from,
        "DEMO": settings.demo,
        "PDF_WORKERS": settings.pdf_workers,
        "TIMESTAMP_URL": settings.timestamp_url,
        "MAX_CONTENT_LENGTH": 6 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https:"),
        "BABEL_DEFAULT_LOCALE": "fr",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "WTF_CSRF_TIME_LIMIT": None,
        "SETTINGS": settings,
    }


def _open_rooms(app: Flask, settings: Settings) -> Any:
    members = import_module("coopter.members.access")
    tenants = members.install(app)
    for room in ROOMS:
        app.register_blueprint(import_module(f"coopter.{room}.views").blueprint)
    app.register_blueprint(import_module("coopter.plumbing.front").blueprint)
    if settings.demo or app.debug:
        app.register_blueprint(import_module("coopter.plumbing.showcase").composants)
    awaiting.install(app, [import_module(f"coopter.{room}.views.awaiting").awaited for room in WITH_SOMETHING_TO_DO])
    return tenants


def _locale() -> str:
    chosen: str = getattr(g.get("reader"), "language", "") or request.cookies.get("language", "")
    return chosen if chosen in {"fr", "en"} else request.accept_languages.best_match(["fr", "en"], "fr") or "fr"
