"""`coopter import`: the files of a grouping, all of a file or nothing of it (rows R45 to R50)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from coopter.cli.frame import Answer, answering, grouping_option, inside
from coopter.cli.words import FILE, FrenchGroup
from coopter.contributions.commands.figures import import_figures as write_figures
from coopter.contributions.imports.figures import read_figures
from coopter.costs import commands as costs
from coopter.costs.imports import read_costs
from coopter.hours import commands as hours
from coopter.members import commands as members
from coopter.members.imports import read_structures
from coopter.plumbing import clock
from coopter.plumbing.transaction import command
from coopter.staff import commands as staff
from coopter.staff.imports import read_employees, read_placements
from coopter.values.actor import Actor
from coopter.values.refusal import quoted

LIMITS = {"most_rows": 200_000, "most_bytes": 50_000_000}  # whoever holds the machine may read more than the web
Done = tuple[Any, tuple[str, ...]]  # what was added, changed and unchanged; the headers left aside
Import = Callable[..., Done]


class _Rehearsed(Exception):
    """The end of a dry run: what would have been done, and the transaction rolled back."""

    def __init__(self, done: Done) -> None:
        self.done = done


def import_structures(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Structures of the grouping."""
    table = read_structures(content, **LIMITS)
    return members.import_structures(actor, table, at=at), table.ignored


def import_employees(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Employees and their contracts."""
    table = read_employees(content, **LIMITS)
    return staff.import_employees(actor, records=table, at=at), table.ignored


def import_placements(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Placements, and the lists of potential users."""
    table = read_placements(content, **LIMITS)
    return staff.import_placements(actor, records=table, at=at), table.ignored


def import_hours(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Hours, submitted."""
    done = hours.import_hours(actor, content=content, at=at, **LIMITS)
    return done, done.ignored


def import_costs(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Costs of employees and of the grouping."""
    table = read_costs(content, **LIMITS)
    return costs.import_costs(actor, records=table, at=at), table.ignored


def import_figures(actor: Actor, content: bytes, *, at: datetime) -> Done:
    """Yearly figures of members."""
    table = read_figures(content, **LIMITS)
    return write_figures(actor, records=table, at=at), table.ignored


KINDS: dict[str, tuple[Import, str]] = {
    "structures": (import_structures, "Les structures : code, nom, siret, adresse, code postal, ville…"),
    "employees": (import_employees, "Les salariés et leur contrat : code, prénom, nom, début, heures par semaine…"),
    "placements": (import_placements, "Les mises à disposition : salarié, structure, début, fin, heures par semaine."),
    "hours": (import_hours, "Les heures : date, salarié, structure, heures, activité."),
    "costs": (import_costs, "Les coûts : mois, salarié (vide = groupement), nature, libellé, montant."),
    "figures": (import_figures, "Les chiffres des membres : structure, année, chiffre, valeur, origine."),
}


@click.group(cls=FrenchGroup, name="import")
def importing() -> None:
    """Importe un fichier CSV : tout ou rien. Le même fichier une seconde fois ne change rien."""


def _run(name: str, path: Path, slug: str, dry_run: bool) -> Answer:
    do = KINDS[name][0]
    content = path.read_bytes()
    with inside(slug) as actor:
        try:
            done, ignored = command(partial(_rehearse, do) if dry_run else do)(actor, content, at=clock.now())
        except _Rehearsed as rehearsed:
            done, ignored = rehearsed.done
    facts = {"kind": name, "file": str(path), "dry_run": dry_run, "ignored": list(ignored)}
    facts |= {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    counts = f"{done.added} ajoutées, {done.changed} modifiées, {done.unchanged} inchangées"
    aside = f"Colonnes laissées de côté : {', '.join(map(quoted, ignored))}." if ignored else ""
    return Answer(f"{'Essai, rien n’est écrit : ' if dry_run else ''}lignes : {counts}.", facts, note=aside)


def _rehearse(do: Import, actor: Actor, content: bytes, *, at: datetime) -> Done:
    raise _Rehearsed(do(actor, content, at=at))


def _add(name: str) -> None:
    @importing.command(name, help=KINDS[name][1])
    @click.argument("path", type=FILE, metavar="FICHIER")
    @grouping_option
    @click.option("--dry-run", is_flag=True, help="Lit et juge tout, n'écrit rien.")
    @answering
    def _(path: Path, slug: str, dry_run: bool) -> Answer:
        return _run(name, path, slug, dry_run)


for _name in KINDS:
    _add(_name)
