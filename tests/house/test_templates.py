"""Templates: all compile, none unused, no macro unused or unshown, nothing marked safe, undefined names refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined, nodes

from coopter.billing.pdf.page import _environment as printing
from coopter.governance.pdf import environment as official

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
CODE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "coopter").rglob("*.py")))
# Where a text may be called safe, and who looked; every addition is read by a second pair of eyes.
REVIEWED_AS_SAFE: frozenset[str] = frozenset()
REVIEWED_AS_MARKUP = frozenset({"coopter/plumbing/markdown.py"})  # what nh3 let through its closed list


def environment_of(app: Flask, name: str) -> Environment:
    """The environment that renders a template: documents have their own, without Flask."""
    if name.startswith("billing/pdf/"):
        return printing()
    return official() if name.startswith("governance/pdf/") else app.jinja_env


def parsed(app: Flask, name: str) -> nodes.Template:
    """The syntax tree of a template, in the environment that renders it."""
    return environment_of(app, name).parse((TEMPLATES / name).read_text("utf-8"), name)


def references(tree: nodes.Template) -> set[str]:
    """The templates that this one extends, includes or imports, by their written names."""
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    return {
        constant.value
        for node in tree.find_all(kinds)
        for constant in node.template.find_all(nodes.Const)
        if isinstance(constant.value, str)
    } | {node.template.value for node in tree.find_all(kinds) if isinstance(node.template, nodes.Const)}


@pytest.mark.parametrize("name", NAMES)
def test_each_compiles(app: Flask, name: str) -> None:
    """A template with a fault of syntax, an unknown filter or an unknown test does not wait for its page."""
    environment_of(app, name).get_template(name)


def test_undefined_names_are_refused(app: Flask) -> None:
    """StrictUndefined and escaping, for pages and for printed documents."""
    for environment in (app.jinja_env, printing(), official()):
        assert environment.undefined is StrictUndefined
    assert printing().autoescape is True and official().autoescape is True


def test_none_is_unused(app: Flask) -> None:
    """Each template is the page of an endpoint, named by the code, or part of another one."""
    pages = {f"{rule.endpoint.replace('.', '/')}.html" for rule in app.url_map.iter_rules()}
    parts = set().union(*(references(parsed(app, name)) for name in NAMES))
    words = set(re.findall(r"[\w./-]+", CODE))
    unused = [
        name
        for name in NAMES
        if name not in pages | parts
        and name not in words
        and name.rsplit(".", 1)[0] not in words
        and Path(name).stem not in set(re.findall(r"[\"']([\w-]+)[\"']", CODE))
        and not name.startswith(("errors/", "security/", "composants/"))
    ]
    assert unused == []


def test_what_is_named_exists(app: Flask) -> None:
    """Every `extends`, `include` and `import` finds its file."""
    missing = {name: references(parsed(app, name)) - set(NAMES) for name in NAMES}
    lacking = {
        name: {one for one in lost if "." in one and not (TEMPLATES / one).exists()} for name, lost in missing.items()
    }
    assert {name: lost for name, lost in lacking.items() if lost} == {}


def test_no_import_is_unused(app: Flask) -> None:
    """A macro that is imported is called."""
    found = []
    for name in NAMES:
        tree = parsed(app, name)
        used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
        for node in tree.find_all((nodes.FromImport, nodes.Import)):
            names = [node.target] if isinstance(node, nodes.Import) else node.names
            aliases = {one[1] if isinstance(one, tuple) else one for one in names}
            found += [f"{name}: {alias}" for alias in aliases - used]
    assert found == []


def test_every_macro_is_shown_on_the_page_of_components(app: Flask) -> None:
    """/_composants shows each public macro: what is not seen there is not looked after."""
    shown = "\n".join(path.read_text("utf-8") for path in (TEMPLATES / "composants").glob("*.html"))
    for folder in ("_macros", "_layout"):
        shown += "\n".join(path.read_text("utf-8") for path in (TEMPLATES / folder).glob("*.html"))
    hidden = []
    for name in NAMES:
        if name.startswith("_macros/"):
            for macro in parsed(app, name).find_all(nodes.Macro):
                calls = len(re.findall(rf"\b{macro.name}\(", shown))
                if not macro.name.startswith("_") and calls < 2:
                    hidden.append(f"{name}: {macro.name}")
    assert hidden == []


def test_nothing_is_marked_safe(app: Flask) -> None:
    """R25, R26: no `|safe`, no `autoescape false`, no Markup in the code outside the reviewed list."""
    found = set()
    for name in NAMES:
        tree = parsed(app, name)
        if any(node.name == "safe" for node in tree.find_all(nodes.Filter)):
            found.add(name)
        if "autoescape" in (TEMPLATES / name).read_text("utf-8"):
            found.add(name)
    assert found == REVIEWED_AS_SAFE
    made = {str(path.relative_to(ROOT)) for path in (ROOT / "coopter").rglob("*.py") if "Markup(" in path.read_text()}
    assert made == REVIEWED_AS_MARKUP


def test_each_imports_the_macros_that_it_calls(app: Flask) -> None:
    """A part that leans on its page's imports breaks the day when the page no longer needs them."""
    macros = {
        macro.name for name in NAMES if name.startswith("_macros/") for macro in parsed(app, name).find_all(nodes.Macro)
    }
    lacking = {}
    for name in NAMES:
        tree = parsed(app, name)
        called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
        own = {macro.name for macro in tree.find_all(nodes.Macro)}
        for node in tree.find_all(nodes.FromImport):
            own |= {one[1] if isinstance(one, tuple) else one for one in node.names}
        if lost := (called & macros) - own:
            lacking[name] = lost
    assert lacking == {}
