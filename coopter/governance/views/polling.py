"""Pages that ask again every few seconds: answered with nothing at all while nothing moved."""

from __future__ import annotations

from flask import request


def is_unmoved(moment: str) -> bool:
    """Whether htmx asks again for what it already shows (`vu`): then 204, which changes nothing on the page."""
    return request.headers.get("HX-Request") == "true" and request.args.get("vu") == moment
