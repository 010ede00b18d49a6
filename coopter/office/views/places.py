"""Where the remedies are: the addresses of the other rooms' pages, named once for the whole office."""

from __future__ import annotations

from datetime import date

from flask import g, url_for

from coopter.hours.rules import monday_of
from coopter.values.month import Month


def hours() -> str:
    """The page of hours that is most the reader's own."""
    return url_for("hours.index")


def hours_of(month: Month | None) -> str:
    """Who has yet to confirm or send hours of this month, and the button that reminds them."""
    return url_for("hours.month", month=str(month))


def hours_to_confirm() -> str:
    """The lines that await a structure's representative."""
    return url_for("hours.to_confirm")


def week_of(day: date | None) -> str:
    """The reader's own week that holds this day."""
    return url_for("hours.week", employee_id=g.actor.employee_id, week=str(monday_of(day) if day else ""))


def costs_of(month: Month | None) -> str:
    """The cost lines of this month."""
    return url_for("costs.sheet", month=str(month))


def invoices() -> str:
    """All invoices that the reader may see."""
    return url_for("billing.invoices")


def invoice(invoice_id: int) -> str:
    """One invoice."""
    return url_for("billing.invoice", invoice_id=invoice_id)


def documents_of(month: Month) -> str:
    """How far the documents of this month are."""
    return url_for("billing.progress", month=str(month))


def bank_account() -> str:
    """The grouping's bank account and the changes asked for."""
    return url_for("members.settings", _anchor="compte")


def structures() -> str:
    """The member structures."""
    return url_for("members.structures")


def structure(structure_id: int | None) -> str:
    """One structure's page."""
    return url_for("members.structure", structure_id=structure_id)


def people() -> str:
    """Who may do what here, and the invitations."""
    return url_for("members.people")


def settings() -> str:
    """The grouping's own page."""
    return url_for("members.settings")


def employees() -> str:
    """The shared employees."""
    return url_for("staff.employees")


def placement(placement_id: int) -> str:
    """One placement."""
    return url_for("staff.placement", placement_id=placement_id)


def planning() -> str:
    """The week's shifts."""
    return url_for("planning.week")
