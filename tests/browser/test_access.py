"""Every main page, for everybody: axe finds nothing, in light and dark, and nothing leaves a narrow screen's side."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from coopter.billing.models import Invoice
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from tests.browser.conftest import DESK, PHONE
from tests.browser.pages import PAGES
from tests.browser.pictures import Pictures
from tests.browser.serving import Site
from tests.browser.world import World

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RUN = """async (rules) => {
    const found = await axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})});
    return found.violations.map(v => ({
        id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.target.join(" ") + " :: " + n.html.slice(0, 160))}));
}"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 1)
        .map(e => e.outerHTML.slice(0, 120)).slice(0, 6);
}"""
SCHEMES = (("light", None), ("dark", ["color-contrast"]))  # what else axe looks at does not depend on colours
ROLES = ("nobody", "coordinator", "representative", "employee", "treasurer", "auditor")


@pytest.fixture(scope="module")
def ids(site: Site, shared: World) -> dict[str, Any]:
    """An invoice of everyone's, and one of the Régie's."""
    with site.app.app_context(), tenancy.scope(shared.grouping.id):
        numbers = select(Invoice.id).order_by(Invoice.number.desc())
        own = numbers.where(Invoice.structure_id == shared.structures["RIVES"])
        other = numbers.where(Invoice.structure_id == shared.structures["CORDEE"])
        found = {"invoice": session().scalars(other).first(), "own invoice": session().scalars(own).first()}
        session().rollback()
    return found


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("role", ROLES)
def test_pages_are_for_everybody(
    role: str, width: int, opened: Callable[..., Page], shared: World, ids: dict[str, Any], pictures: Pictures
) -> None:
    """WCAG by axe-core, both colour schemes, every page of a role; on a phone no page scrolls sideways."""
    page = opened(shared.people.get(role), width)
    page.watch.expects(403, 404)  # type: ignore[attr-defined]
    axe = AXE.read_text(encoding="utf-8")
    faults = []
    for name, reader, address in PAGES:
        if (reader or "nobody") != role:
            continue
        page.emulate_media(color_scheme="light")
        page.goto(address(shared, ids))
        if os.environ.get("COOPTER_TOUR"):
            pictures.take(page, f"tour-{name}", whole=True)
        faults += [f"{name}: leaves the screen: {e}" for e in page.evaluate(TOO_WIDE)]
        page.evaluate(axe)
        for scheme, rules in SCHEMES if width == DESK else SCHEMES[:1]:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for fault in page.evaluate(RUN, rules):
                where = json.dumps(fault["nodes"][:3], ensure_ascii=False)
                faults.append(f"{name} {scheme}: {fault['impact']} {fault['id']}: {where}")
    assert not faults, "\n".join(faults)
