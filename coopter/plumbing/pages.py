"""Pages: the template is found from the endpoint's name, values are written as their reader writes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask import Flask, flash, g, make_response, request
from flask import render_template as _render_template
from flask_babel import force_locale, get_locale, gettext, ngettext
from jinja2 import StrictUndefined

from coopter.plumbing import formats, markdown, operations, quarantine
from coopter.values.identifiers import mask_iban
from coopter.values.refusal import Counted, Refusal, Words

FILTERS = (
    "money", "number", "hours", "day", "weekday", "short_day", "month", "instant", "rate_percent", "unit_price",
)  # fmt: skip


def install(app: Flask) -> None:
    """Strict undefined names, the filters of the trade, and the globals every page may use."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    for name in FILTERS:
        app.jinja_env.filters[name] = localised(getattr(formats, name))
    app.jinja_env.filters["iban"] = mask_iban
    app.jinja_env.filters["siret"] = _siret
    app.jinja_env.filters["written"] = written
    app.jinja_env.filters["markdown"] = markdown.as_html
    app.jinja_env.globals["operation_key"] = operations.new_key
    app.jinja_env.globals["said"] = say

    @app.context_processor
    def _names() -> dict[str, Any]:
        return {
            "actor": g.get("actor"),
            "grouping": g.get("grouping"),
            "locale": str(get_locale() or "fr"),
            "demo": app.config["DEMO"],
            "quarantine": quarantine.stands,
        }


def render(*, page: str | None = None, status: int = 200, **context: Any) -> Any:
    """The page of this endpoint: `hours.sheet` shows templates/hours/sheet.html, unless `page` names its neighbour."""
    room, view = (request.endpoint or "").rsplit(".", 1)
    return make_response(_render_template(f"{room}/{page or view}.html", **context), status)


def say(refusal: Refusal) -> str:
    """The refusal's sentence in the reader's language, with its facts written as that language writes them."""
    return written(Words(refusal.sentence, **refusal.facts))


def refused(refusal: Refusal) -> None:
    """Show the refusal above the page that is rendered next."""
    flash(say(refusal), "error")


def written(value: Any) -> str:
    """A value of the trade, or words of ours, as text in the reader's language."""
    if isinstance(value, Counted):
        form = 1 if _plural(value.facts["count"]) == "one" else 2
        return str(ngettext(value.one, value.many, form, **{n: written(fact) for n, fact in value.facts.items()}))
    if isinstance(value, Words):
        return str(gettext(value.source) % {name: written(fact) for name, fact in value.facts.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(written(one) for one in value)
    return formats.written(value, locale=_locale())


def safe_next(target: str | None, *, otherwise: str) -> str:
    """A target inside this site, or `otherwise` (row R41): one strict parse, control characters and tricks refused."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(ord(character) < 33 or character == "\\" or ord(character) > 126 for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def _plural(count: Any) -> str:
    """The plural category of a number in the reader's language (Unicode CLDR)."""
    return str((get_locale() or Locale("fr")).plural_form(count))


def _locale() -> str:
    locale = get_locale()
    return "en_GB" if locale is not None and locale.language == "en" else "fr_FR"


def _siret(digits: str | None) -> str:
    """A SIREN or a SIRET as people read it, nothing as nothing."""
    return formats.siret(digits) if digits else ""


def for_the_record(value: Any) -> str:
    """Words of ours as the record keeps them: in French, whatever the language of whoever proposes or signs."""
    with force_locale("fr"):
        return written(value)


def localised(write: Any) -> Any:
    """One of the writers of `formats`, in the reader's language; nothing is written as nothing."""

    def filter_(value: Any) -> str:
        return "" if value is None else write(value, locale=_locale())

    return filter_
