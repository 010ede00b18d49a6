"""A month's export to a folder: every document, and the tables that an accountant and a checker want."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coopter.billing import queries as billing
from coopter.costs import queries as costs
from coopter.hours import queries as hours
from coopter.members import queries as members
from coopter.office import policies
from coopter.office.commands.documents import Progress, render_documents
from coopter.office.export import InvoiceRow, ShareRow, continues, invoices_csv, shares_csv
from coopter.plumbing import files
from coopter.plumbing.transaction import require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.refusal import Refusal


class NotClosed(Refusal):
    """%(month)s n'est pas clos : il n'y a encore ni facture ni part à exporter. Clôturez-le d'abord."""


class DocumentsLacking(Refusal):
    """Des documents n'ont pas pu être faits : %(failed)s. Rien n'a été exporté."""


class FolderTaken(Refusal):
    """Le dossier %(folder)s contient déjà un fichier %(name)s qui ne vient pas de l'export de %(month)s : il n'est pas
    remplacé, et rien n'est écrit. Donnez un dossier par mois, par exemple %(other)s."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, by name, in the order it was written."""

    folder: Path
    names: tuple[str, ...]
    invoices: int
    shares: int


def export_month(
    actor: Actor, *, month: Month, to: Path, at: datetime, workers: int, progress: Progress = lambda d, t: None
) -> Exported:
    """Write the month's PDFs, XMLs, invoices.csv and shares.csv, each whole or absent; documents are made first.

    Raises NotClosed, DocumentsLacking, and FolderTaken before anything is written. The same export again writes the
    same bytes; one made after a credit note takes the place of the one before.
    """
    require(policies.can_read_office(actor))
    if not hours.is_locked(month):
        raise NotClosed(month=month)
    _refuse_taken(to, month)
    if policies.can_render_documents(actor):
        rendered = render_documents(actor, at=at, workers=workers, month=month, progress=progress)
        if rendered.failed:
            raise DocumentsLacking(failed=list(rendered.failed))
    invoices, shares = invoice_rows(month), share_rows(month)
    to.mkdir(parents=True, exist_ok=True)
    names = []
    for row in invoices:
        for digest, suffix in ((row.pdf_sha256, "pdf"), (row.xml_sha256, "xml")):
            if digest is not None:
                names.append(write_whole(to / f"{_plain(row.number)}.{suffix}", files.read(digest)))
    names.append(write_whole(to / "invoices.csv", invoices_csv(invoices).encode()))
    names.append(write_whole(to / "shares.csv", shares_csv(shares).encode()))
    return Exported(to, tuple(names), len(invoices), len(shares))


def _refuse_taken(to: Path, month: Month) -> None:
    """Leave alone what another month, another grouping or another program wrote under the same names."""
    tables = {"invoices.csv": invoices_csv(invoice_rows(month)), "shares.csv": shares_csv(share_rows(month))}
    for name, now in tables.items():
        path = to / name
        if path.exists() and not continues(now, path.read_bytes().decode("utf-8", "replace")):
            raise FolderTaken(folder=str(to), name=name, month=month, other=str(to / str(month)))


def invoice_rows(month: Month) -> tuple[InvoiceRow, ...]:
    """The month's invoices and credit notes as their table tells them."""
    rows = []
    documents = billing.documents_of_month(month)
    for one in billing.invoices_of_month(month):
        document = documents.get(one.id)
        rows.append(
            InvoiceRow(
                number=one.number,
                kind=one.kind,
                month=one.month,
                issued_on=one.issued_on,
                due_on=one.due_on,
                structure=one.structure_code,
                name=one.structure_name,
                net=one.net,
                tax=one.tax,
                gross=one.gross,
                credits=one.credits,
                credited_by=one.credited_by,
                pdf_sha256=document.pdf_sha256 if document else None,
                xml_sha256=document.xml_sha256 if document else None,
            )
        )
    return tuple(rows)


def share_rows(month: Month) -> tuple[ShareRow, ...]:
    """The month's shares, by the codes of employees and structures."""
    shares = costs.shares_of(month)
    structures = members.structures_by_id({share.structure_id for share in shares})
    employees = staff.employees_by_id({share.employee_id for share in shares if share.employee_id is not None})
    return tuple(
        ShareRow(
            month,
            employees[share.employee_id].code if share.employee_id is not None else "",
            structures[share.structure_id].code,
            share.minutes,
            share.amount,
        )
        for share in shares
    )


def write_whole(path: Path, content: bytes) -> str:
    """Write a file aside, sync it, rename it; whoever looks sees the old one or the new one (R16). Returns its name."""
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".aside-")
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
        os.chmod(aside, 0o640)
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return path.name


def _plain(number: str) -> str:
    """A number as a file name: a series may hold a slash."""
    return number.replace("/", "-")
