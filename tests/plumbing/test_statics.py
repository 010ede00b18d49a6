"""What a browser keeps: each static file until it changes, nothing else (R68)."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def test_a_static_file_is_kept_under_the_address_of_what_it_contains(client: FlaskClient) -> None:
    page = client.get("/connexion")
    addresses = re.findall(r'"(/static/[^"#]+)', page.text)
    assert "no-store" in page.headers["Cache-Control"] and len(addresses) > 5
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        kept = answer.headers["Cache-Control"]
        assert kept == ("public, max-age=604800" if "/fonts/" in address else "public, max-age=31536000, immutable")
        answer.close()


def test_another_version_is_asked_again_each_time(client: FlaskClient) -> None:
    """An address without its version, or with an old one, is not kept blindly; nor is what does not exist."""
    for address in ("/static/coopter.css", "/static/coopter.css?v=0123456789ab"):
        answer = client.get(address)
        assert "immutable" not in answer.headers["Cache-Control"] and answer.headers["ETag"]
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and again.data == b""
        answer.close()
        again.close()
    assert "immutable" not in client.get("/static/nothing.css").headers.get("Cache-Control", "")
