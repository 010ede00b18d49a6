"""A member's statement of account on paper, under the grouping's letterhead."""

from __future__ import annotations

from datetime import datetime

from coopter.governance.pdf import print_document
from coopter.members import queries as members
from coopter.plumbing import formats
from coopter.plumbing.tenancy import grouping_in_scope
from coopter.treasury.queries.accounts import Statement
from coopter.treasury.rules import MEANS


def print_statement(statement: Statement, *, when: datetime) -> bytes:
    """The PDF of an account as it stands on its day, with where to pay; raises DocumentTooHeavy, DocumentFailed."""
    iban = members.get_grouping_by_id(grouping_in_scope()).iban
    return print_document(
        "treasury/pdf/statement.html", title=statement.name, when=when, told=statement, means=MEANS,
        iban=formats.iban(iban) if iban else "",
    )  # fmt: skip
