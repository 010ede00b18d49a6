"""The catalogue of what people read: French is the source, every sentence has its English (or a test fails).

`python -m coopter.plumbing.catalogue` brings the English catalogue up to date with the source and compiles it.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from coopter.values.refusal import sentence_of

HOUSE = Path(__file__).resolve().parents[2]
ENGLISH = HOUSE / "coopter" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "pgettext": ((1, "c"), 2),
    "_l": None,
    "Words": None,
    "Counted": (1, 2),
}
METHODS = [("**.py", "coopter.plumbing.catalogue:sentences"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
_JINJA = {"trimmed": "true", "extensions": "jinja2.ext.do", "silent": "false"}  # as plumbing/pages.py sets Jinja up
OPTIONS = {"**.html": _JINJA, "**.txt": _JINJA}
REFUSALS = {"Refusal", "No", "Conflict", "Faults"}


def sentences(
    source: BinaryIO, keywords: Iterable[str], comments: Any, options: Any
) -> Iterator[tuple[int, str | None, Any, Any]]:
    """Babel's extractor for our Python: what `_()` marks, and the docstring of each refusal, which is its sentence."""
    from babel.messages.extract import extract_python

    content = source.read()
    yield from extract_python(io.BytesIO(content), keywords, comments, options)  # type: ignore[arg-type,misc]
    tree = ast.parse(content)
    refusals = set(REFUSALS)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and refusals & {ast.unparse(base).split(".")[-1] for base in node.bases}:
            refusals.add(node.name)
            docstring = ast.get_docstring(node, clean=False)
            if docstring:
                yield node.lineno, None, sentence_of(docstring), []


def _is_read(folder: str) -> bool:
    """Babel by itself passes over folders such as `_macros`, where much of what people read stands."""
    return "__pycache__" not in folder


def source_messages() -> Catalog:
    """Every sentence of the source, with no translation."""
    catalog = Catalog(project="CoopTer", charset="utf-8")
    for folder in ("coopter", "templates"):
        found = extract_from_dir(
            str(HOUSE / folder), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=(), directory_filter=_is_read
        )
        for name, _, message, _, context in sorted(found, key=lambda one: (one[0], str(one[2]))):
            if message and "static/vendor" not in name:
                catalog.add(message, None, [(f"{folder}/{name}", 0)], context=context)
    return catalog


def english() -> Catalog:
    """The English catalogue as it is kept."""
    with ENGLISH.open("rb") as kept:
        return read_po(kept, locale="en")


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it; without the hour, so that the same sentences always make the same bytes."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def refresh() -> int:
    """Add what is new, drop what is gone, compile; returns how many sentences still lack their English."""
    kept = english() if ENGLISH.exists() else Catalog(locale="en", project="CoopTer", charset="utf-8")
    kept.update(source_messages(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.fuzzy, kept.header_comment = (
        False,
        "# CoopTer in English. French is the source: `python -m coopter.plumbing.catalogue`.",
    )
    out = io.BytesIO()
    write_po(out, kept, width=110, sort_output=True, omit_header=False, include_lineno=False, ignore_obsolete=True)
    dated = (b'"POT-Creation', b'"PO-Revision', b'"Generated', b'"Last-Translator', b'"Report', b'"Language-Team')
    lines = [line for line in out.getvalue().splitlines() if not line.startswith(dated)]
    ENGLISH.write_bytes(b"\n".join(lines) + b"\n")
    ENGLISH.with_suffix(".mo").write_bytes(compiled(english()))
    return sum(1 for message in kept if message.id and not _is_whole(message.string))


def _is_whole(english: Any) -> bool:
    return all(english) if isinstance(english, tuple) else bool(english)


if __name__ == "__main__":
    print(f"{refresh()} sentences lack their English")
