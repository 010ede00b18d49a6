"""Markdown that people write is shown with its form, and nothing else of theirs gets through (R25, R26)."""

from __future__ import annotations

import pytest

from coopter.plumbing.markdown import as_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](https://a.fr \"' onmouseover=alert(1) '\")",
    "![x](http://a.fr/beacon.png)",
    "<a href=javascript:alert(1)>x</a>",
    "<svg/onload=alert(1)>",
    "<style>@import url(http://a.fr)</style>",
    "<iframe src=http://a.fr></iframe>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x> |",
    "<https://a.fr/<script>>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_html_of_theirs_gets_through(text: str) -> None:
    """R26: no tag but those of the closed list, no address but the web's and mail's, no handler."""
    html = str(as_html(text)).casefold()
    for tag in ("<script", "<img", "<svg", "<style", "<iframe"):
        assert tag not in html
    assert 'href="javascript' not in html and 'href="data:' not in html
    assert " onerror=alert" not in html.replace("&lt;img src=x onerror=alert(1)&gt;", "")


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "{% if x %}", "{0.__class__}", "%(x)s", "{{config}}"])
def test_no_template_is_evaluated(text: str) -> None:
    """R25: signs of a template stay signs."""
    assert text in str(as_html(f"`{text}`"))


def test_form_is_kept() -> None:
    """Headings start under the page's title, tables have their headers, lists their start."""
    assert str(as_html("# Un\n\n## Deux\n")) == "<h2>Un</h2>\n<h3>Deux</h3>\n"
    assert str(as_html("### Un\n\n#### Deux\n")) == "<h2>Un</h2>\n<h3>Deux</h3>\n"
    assert '<th scope="col">a</th>' in str(as_html("|a|\n|-|\n|1|"))
    assert '<ol start="3">' in str(as_html("3. c\n4. d"))
    assert "<strong>gras</strong> et <s>rayé</s>" in str(as_html("**gras** et ~~rayé~~"))
