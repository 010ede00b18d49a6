"""The files that pages carry: their addresses hold what they contain, so that a browser keeps each until it changes."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, request

A_YEAR = "public, max-age=31536000, immutable"
A_WEEK = "public, max-age=604800"  # fonts: the stylesheet names them without a version


def install(app: Flask) -> None:
    """Add `?v=` to the addresses of static files, and say how long each answer may be kept."""
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def _versioned(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename", "")
        if endpoint == "static" and not _is_font(name) and (version := _version(folder / name)):
            values["v"] = version

    @app.after_request
    def _kept(response: Any) -> Any:
        if request.endpoint == "static" and response.status_code in {200, 206, 304}:
            name = (request.view_args or {})["filename"]
            if _is_font(name):
                response.headers["Cache-Control"] = A_WEEK
            elif request.args.get("v") == _version(folder / name):
                response.headers["Cache-Control"] = A_YEAR
        return response


def _is_font(name: str) -> bool:
    return name.startswith("fonts/")


@lru_cache(maxsize=256)
def _version(path: Path) -> str:
    """The beginning of a file's SHA-256, read once; a file changes with the release, which is another process."""
    return sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
