"""A real browser before the real app: the fixtures of the stories told in this folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import make_url

from coopter.members.models import Person
from coopter.plumbing import clock, outbox
from coopter.settings import Settings
from tests.browser import world as worlds
from tests.browser.finding import chromium
from tests.browser.pictures import Pictures
from tests.browser.serving import Site, served
from tests.browser.telling import Told
from tests.browser.watching import Watch
from tests.browser.world import World

PHONE, DESK = 390, 1280
HEIGHTS = {PHONE: 844, DESK: 860}
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
    "--lang=fr-FR", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)  # fmt: skip
PAGES_OF: pytest.StashKey[list[Page]] = pytest.StashKey()
_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is `browser`; it is left out where no Chromium is, save where the absence would hide a fault."""
    here = Path(__file__).parent
    lacking = pytest.mark.skip(reason="no chromium on this machine; `./run test` installs one")
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium() is None and not os.environ.get("CI"):
                item.add_marker(lacking)


@pytest.fixture(scope="package")
def ticking() -> Iterator[None]:
    """A clock that runs, from the morning when these stories happen."""
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: worlds.NOW + timedelta(seconds=time.monotonic() - started))
        yield


@pytest.fixture(autouse=True)
def frozen_today() -> None:
    """Here the clock runs: nothing to freeze."""


@pytest.fixture(scope="package")
def own_settings(settings: Settings, home: Path, on_postgresql: bool) -> Settings:
    """A database of this run's kind that no other test empties."""
    folder = home / "browser"
    folder.mkdir(mode=0o700)
    url = f"sqlite:///{folder / 'coopter.sqlite'}"
    if on_postgresql:
        with psycopg.connect(settings.database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS coopter_browser")
            connection.execute("CREATE DATABASE coopter_browser")
        url = make_url(settings.database_url).set(database="coopter_browser").render_as_string(hide_password=False)
    return replace(settings, data_dir=folder, database_url=url, demo=True)


@pytest.fixture(scope="package")
def site(own_settings: Settings, ticking: None) -> Iterator[Site]:
    """The app in demonstration mode, with its worker."""
    with served(own_settings) as running:
        yield running


@pytest.fixture(scope="package")
def strict_site(own_settings: Settings, site: Site) -> Iterator[Site]:
    """The same database outside demonstration mode: passwords, second factor, budgets of attempts."""
    with served(replace(own_settings, demo=False), worker=False) as running:
        yield running


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    """Chromium, once for all stories."""
    path = chromium()
    assert path, "CI is set and no chromium is installed"
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        speaking_french = {**os.environ, "LANGUAGE": "fr_FR"}
        launched = playwright.chromium.launch(executable_path=path, args=list(QUIET), env=speaking_french)
        yield launched
        launched.close()


@pytest.fixture
def make_world(site: Site) -> Callable[..., World]:
    """A grouping of this story's own; see `world.a_world`."""

    def make(**how: Any) -> World:
        with site.app.app_context():
            world = worlds.a_world(f"cap-rade-{next(_numbers)}", **how)
            if Pictures.from_environment().folder:
                outbox.drain(clock=clock.now)  # pictures show a quiet morning
        return world

    return make


@pytest.fixture(scope="package")
def shared(site: Site) -> World:
    """A grouping that everyone reads and nobody changes."""
    with site.app.app_context():
        return worlds.a_world("cap-rade")


@pytest.fixture
def pictures() -> Pictures:
    """Where the guide's pictures go, when they are asked for."""
    return Pictures.from_environment()


@pytest.fixture
def told(pictures: Pictures) -> Told:
    """The story of this test, sentence by sentence."""
    return Told(pictures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """When a story fails, say what each of its screens showed."""
    report = yield
    for page in item.stash.get(PAGES_OF, []) if report.when == "call" and report.failed else []:
        report.sections.append((f"screen at {page.url}", page.locator("body").inner_text()[:3000]))
    return report


@pytest.fixture
def opened(request: pytest.FixtureRequest, strict_site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a browser as somebody: `opened(person, width)` gives a page; at the end no page may have complained.

    It is the installation that people use, not the demonstration, unless `where` says so.
    """
    contexts: list[tuple[BrowserContext, Watch]] = []

    def as_somebody(person: Person | None, width: int = DESK, *, where: Site = strict_site) -> Page:
        sharp = 2 if width == PHONE and Pictures.from_environment().folder else 1
        context = browser.new_context(
            base_url=where.url, viewport={"width": width, "height": HEIGHTS[width]}, has_touch=width == PHONE,
            locale="fr-FR", timezone_id="Europe/Paris", accept_downloads=True, reduced_motion="reduce",
            device_scale_factor=sharp,
        )  # fmt: skip
        if person is not None:
            with where.app.app_context():
                context.add_cookies([where.cookie(person)])  # type: ignore[list-item]
        watch = Watch()
        watch.follow(context)
        contexts.append((context, watch))
        page = context.new_page()
        page.watch = watch  # type: ignore[attr-defined]
        request.node.stash.setdefault(PAGES_OF, []).append(page)
        return page

    yield as_somebody
    faults = [fault for _, watch in contexts for fault in watch.faults]
    for context, _ in contexts:
        context.close()
    assert not faults, "\n".join(faults)
