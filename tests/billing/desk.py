"""A closed month on the desk: a browser for each person, addresses, and pages as words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from coopter.values.actor import Role
from tests.billing.months import Told
from tests.factories import signed_in


@dataclass
class Desk:
    """A closed month and a browser for each person who reads it."""

    app: Flask
    told: Told

    def browser(self, role: Role, place: int = 0, **rights: bool) -> FlaskClient:
        """The browser of somebody with this role, of the structure at this place."""
        structure = place if role is Role.REPRESENTATIVE else None
        return signed_in(self.app.test_client(), self.told.somebody(role, structure, **rights))

    def path(self, rest: str = "") -> str:
        """An address under /factures of this grouping."""
        return f"/{self.told.grouping.slug}/factures{rest}"

    def of(self, place: int, rest: str = "") -> str:
        """An address under the invoice at this place."""
        return self.path(f"/{self.told.invoices[place].id}{rest}")


def text(answer: object) -> str:
    """The words of a page, its spaces made plain."""
    words = re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))  # type: ignore[attr-defined]
    return " ".join(words.replace("&nbsp;", " ").replace("&#39;", "'").split())


def same(answer: object) -> str:
    """A page without what changes at each reading."""
    page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return re.sub(r'(name="(?:csrf_token|operation_key)" value=|X-CSRFToken": )"[^"]*"', "", page)
