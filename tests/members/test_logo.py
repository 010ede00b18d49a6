"""A grouping's logo: a picture by its bytes, printed on the invoices to come, on none already issued (row R51)."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from coopter.billing import queries as billing
from coopter.members import commands, queries
from coopter.members.rules import LogoTooLarge, NotALogo, check_logo
from coopter.office import commands as office
from coopter.values.actor import Role
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed
from tests.factories import AT, a_cost, a_grouping, a_person, a_structure, actor, an_employee, inside, signed_in, worked


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture of this kind."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_told_by_its_bytes(kind: str, media: str) -> None:
    assert check_logo(a_picture(kind)) == media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<svg onload=alert(1)>",
        b"<html>",
        a_picture("GIF"),
        a_picture()[:60],
        b"\x89PNG\r\n\x1a\n" + b"0" * 90,
    ],
    ids=["empty", "byte", "svg", "html", "gif", "cut", "signature"],
)
def test_what_is_no_picture_is_refused_with_the_remedy(content: bytes) -> None:
    """R51: renamed HTML, SVG, half a file."""
    with pytest.raises(NotALogo):
        check_logo(content)


def test_a_picture_too_large_is_refused(app: Flask) -> None:
    """R54: in bytes, or in points behind few bytes."""
    for content in (a_picture() + b"0" * 600_000, a_picture(size=(4_001, 1))):
        with pytest.raises(LogoTooLarge):
            check_logo(content)


def test_the_invoices_to_come_carry_it_and_those_issued_do_not(app: Flask) -> None:
    with inside(a_grouping()) as grouping:
        structure = a_structure()
        employee = an_employee(structure)
        coordinator = actor(grouping, Role.COORDINATOR)
        ids = []
        for month in (Month(2026, 3), Month(2026, 4)):
            worked(employee, structure, month.first, 60)
            a_cost(month, 1_000, employee=employee)
            closing = office.close_month(coordinator, month=month, on=date(2026, 5, 5), at=AT)
            ids.append(closing.invoices[0].id)
            commands.set_logo(coordinator, content=a_picture(), at=AT)
        assert [billing.invoice_record(one).logo for one in ids] == [None, a_picture()]
        with pytest.raises(NotAllowed):
            commands.set_logo(actor(grouping, Role.TREASURER), content=None, at=AT)
        commands.set_logo(coordinator, content=None, at=AT)
        assert queries.get_grouping_by_id(grouping.id).logo_sha256 is None


def test_the_coordinator_gives_it_on_the_settings_page(app: Flask, client: FlaskClient) -> None:
    with inside(a_grouping()):
        signed_in(client, a_person(Role.COORDINATOR))
    assert client.get("/cap-cooperation/logo").status_code == 404
    sent = {"logo": (io.BytesIO(a_picture()), "logo.svg")}
    answer = client.post("/cap-cooperation/reglages/logo", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    shown = client.get("/cap-cooperation/logo")
    assert (shown.data, shown.mimetype) == (a_picture(), "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "Retirer le logo" in client.get("/cap-cooperation/reglages").get_data(as_text=True)
