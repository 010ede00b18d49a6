"""`coopter hours`, `coopter month`, `coopter documents`, `coopter export`: a month, from its hours to its files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from coopter.cli.frame import BAD_INPUT, REFUSED, Answer, Progress, answering, grouping_option, inside, said
from coopter.cli.words import DAY, FOLDER, MONTH, FrenchGroup
from coopter.hours import commands as timesheets
from coopter.office import commands as office
from coopter.office import queries
from coopter.office.commands.documents import render_documents
from coopter.office.commands.export import FolderTaken, export_month
from coopter.plumbing import clock, parallel
from coopter.plumbing.formats import hours as as_hours
from coopter.plumbing.formats import money as as_money
from coopter.values.month import Month


@click.group(cls=FrenchGroup, name="hours")
def hours() -> None:
    """Les heures d'un mois."""


@hours.command("confirm")
@click.argument("month", type=MONTH)
@grouping_option
@click.option("--reason", required=True, metavar="MOTIF", help="Pourquoi la coordination confirme à la place.")
@answering
def confirm(month: Month, slug: str, reason: str) -> Answer:
    """Confirme toutes les heures transmises d'un mois, avec un motif qui reste sur chaque ligne."""
    with inside(slug) as actor:
        done = timesheets.confirm_month(actor, month=month, reason=reason, at=clock.now())
    left = sum(one.lines for one in done.left)
    facts = {"month": str(month), "lines": done.lines, "minutes": done.minutes, "left": left}
    text = f"{month} : {done.lines} lignes confirmées ({as_hours(done.minutes)})."
    return Answer(text + (f" {left} lignes restent (brouillons ou contestées)." if left else ""), facts)


@click.group(cls=FrenchGroup, name="month")
def month() -> None:
    """La clôture d'un mois."""


@month.command("preview")
@click.argument("month", type=MONTH)
@grouping_option
@click.option("--on", type=DAY, help="La date des factures ; aujourd'hui sinon.")
@answering
def preview(month: Month, slug: str, on: date | None) -> Answer:
    """Montre ce que donnerait la clôture : la part de chacun, ce qui bloque, ce qui avertit."""
    with inside(slug) as actor:
        seen = queries.preview_month(actor, month=month, on=on or clock.today())
    facts = {
        "month": str(month), "can_close": seen.can_close, "cost": str(seen.cost.decimal),
        "net": str(seen.net.decimal), "gross": str(seen.gross.decimal),
        "members": [_member(one) for one in seen.members],
        "blocks": [_told(one) for one in seen.blocks], "warnings": [_told(one) for one in seen.warnings],
    }  # fmt: skip
    lines = [f"{one.code:<8} {one.name[:38]:<38} {as_hours(one.minutes):>10} {as_money(one.gross):>14} TTC"
             for one in seen.members]  # fmt: skip
    lines.append(
        f"{month} : coût {as_money(seen.cost)}, à facturer {as_money(seen.net)} HT, {as_money(seen.gross)} TTC."
    )
    lines += [f"Bloque : {said(one.refusal)}" for one in seen.blocks]
    lines += [f"À savoir : {said(one.refusal)}" for one in seen.warnings]
    return Answer("\n".join(lines), facts)


@month.command("close")
@click.argument("month", type=MONTH)
@grouping_option
@click.option("--on", type=DAY, help="La date des factures ; aujourd'hui sinon.")
@answering
def close(month: Month, slug: str, on: date | None) -> Answer:
    """Clôt un mois : verrouille, répartit, numérote et fige les factures, tout ou rien."""
    with inside(slug) as actor:
        try:
            done = office.close_month(actor, month=month, on=on or clock.today(), at=clock.now())
        except office.NotReady as refused:
            told = [_told(one) for one in refused.obstacles]
            lines = [f"{month} ne peut pas encore être clos :", *(f"  {one['message']}" for one in told)]
            return Answer("\n".join(lines), {"refusal": "NotReady", "month": str(month), "blocks": told}, REFUSED)
    numbers = [one.number for one in done.invoices]
    facts = {"month": str(month), "invoices": numbers, "net": str(done.net.decimal), "gross": str(done.gross.decimal)}
    span = f"{numbers[0]} à {numbers[-1]}" if len(numbers) > 1 else numbers[0]
    return Answer(f"{month} est clos : {len(numbers)} factures ({span}), {as_money(done.gross)} TTC.", facts)


@click.group(cls=FrenchGroup, name="documents")
def documents() -> None:
    """Les documents des factures."""


@documents.command("render")
@grouping_option
@answering
def render(slug: str) -> Answer:
    """Fait les PDF et les XML qui manquent ; recommencer n'en fait aucun deux fois."""
    with inside(slug) as actor:
        workers = parallel.workers()
        done = render_documents(actor, at=clock.now(), workers=workers, progress=Progress("Documents"))
    facts = {"made": done.made, "failed": list(done.failed)}
    text = f"{done.made} documents faits." + "".join(f"\n  Échec, {words}" for words in done.failed)
    return Answer(text, facts, REFUSED if done.failed else 0)


@click.group(cls=FrenchGroup, name="export")
def export() -> None:
    """Les fichiers d'un mois clos."""


@export.command("month")
@click.argument("month", type=MONTH)
@grouping_option
@click.option("--to", type=FOLDER, required=True, help="Le dossier où écrire ; il est créé s'il manque.")
@answering
def export_files(month: Month, slug: str, to: Path) -> Answer:
    """Écrit les PDF, les XML, invoices.csv et shares.csv d'un mois clos ; fait d'abord les documents qui manquent."""
    with inside(slug) as actor:
        workers = parallel.workers()
        progress = Progress("Documents")
        try:
            done = export_month(actor, month=month, to=to, at=clock.now(), workers=workers, progress=progress)
        except FolderTaken as taken:
            return Answer(said(taken), {"refusal": "FolderTaken", "to": str(to)}, BAD_INPUT)
    facts = {"month": str(month), "to": str(to), "invoices": done.invoices, "shares": done.shares}
    text = f"{month} : {len(done.names)} fichiers dans {to} ({done.invoices} factures, {done.shares} parts)."
    return Answer(text, facts | {"files": list(done.names)})


def _member(one: queries.MemberPreview) -> dict[str, Any]:
    change = one.change
    return {
        "code": one.code, "name": one.name, "minutes": one.minutes, "net": str(one.net.decimal),
        "gross": str(one.gross.decimal), "change": None if change is None else str(change.decimal),
    }  # fmt: skip


def _told(obstacle: queries.Obstacle) -> dict[str, Any]:
    kind = type(obstacle.refusal).__name__
    return {"kind": kind, "subject": obstacle.subject.value, "message": said(obstacle.refusal)}
