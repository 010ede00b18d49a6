"""Text that people write, shown with its headings and lists: Markdown, where no HTML of theirs gets through (R26)."""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "s", "a", "code",
    "pre", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}
SCHEMES = {"http", "https", "mailto"}
_LOWEST = 6


def as_html(text: str) -> Markup:
    """The HTML of a Markdown text, safe to show: tags written in it are text, and a closed list is what comes out.

    The highest heading of a text stands under the page's title, whatever its number of signs; pictures are left as
    links.
    """
    tokens = _reader().parse(text)
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + 2, _LOWEST)}"
    for token in tokens:
        if token.type == "th_open":
            token.attrs = {"scope": "col"}
    html = _reader().renderer.render(tokens, _reader().options, {})
    return Markup(
        nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    )


@cache
def _reader() -> MarkdownIt:
    """CommonMark with tables and struck text, HTML and pictures off."""
    return (
        MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable(["image", "html_inline"])
    )
