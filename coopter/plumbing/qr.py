"""A QR code as a picture that stands in the page itself."""

from __future__ import annotations

import segno


def picture_of(address: str) -> str:
    """The QR code of an address as a data URI, dark on white whatever the page's colours."""
    return str(segno.make(address, error="m").svg_data_uri(scale=6, border=3, light="#ffffff"))
