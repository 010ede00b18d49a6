"""`coopter grouping`: found a grouping, list those there are."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from coopter.cli.frame import Answer, answering, opened
from coopter.cli.words import DAY, IBAN, SIRET, FrenchGroup, OneOf
from coopter.members import commands as members
from coopter.members import queries
from coopter.members.rules import GroupingKind, VatRegime
from coopter.plumbing import clock
from coopter.values.actor import Actor

LONG_AGO = date(2000, 1, 1)


@click.group(cls=FrenchGroup, name="grouping")
def grouping() -> None:
    """Les groupements de cette installation."""


@grouping.command("create")
@click.argument("slug")
@click.option("--name", required=True, metavar="NOM", help="Le nom qui figure sur les factures.")
@click.option("--kind", type=OneOf(GroupingKind), required=True, help="Ce qu'est le groupement.")
@click.option("--siret", type=SIRET, help="Le SIRET de l'établissement qui facture.")
@click.option("--legal-form", metavar="FORME", help="La forme juridique, par exemple association.")
@click.option("--address", metavar="RUE")
@click.option("--address-more", metavar="COMPLÉMENT")
@click.option("--postcode", metavar="CP")
@click.option("--city", metavar="VILLE")
@click.option("--email", metavar="COURRIEL", help="L'adresse où les adhérents répondent.")
@click.option("--phone", metavar="TÉLÉPHONE")
@click.option("--iban", type=IBAN, help="Le compte où les factures sont payées.")
@click.option("--bic", metavar="BIC")
@click.option("--collective-agreement", metavar="CONVENTION", help="La convention collective appliquée.")
@click.option("--vat-regime", type=OneOf(VatRegime), default="taxed", show_default=True, help="Le régime de TVA.")
@click.option("--vat-from", type=DAY, default=str(LONG_AGO), show_default=True, help="Depuis quand il s'applique.")
@answering
def create(slug: str, name: str, kind: GroupingKind, vat_regime: VatRegime, vat_from: date, **details: Any) -> Answer:
    """Fonde un groupement. Les invitations viennent ensuite : coopter user invite."""
    with opened():
        made = members.create_grouping(
            Actor.command_line(), slug=slug, name=name, kind=kind, vat_regime=vat_regime, vat_from=vat_from,
            at=clock.now(), **{field: value for field, value in details.items() if value is not None},
        )  # fmt: skip
        facts = {"slug": made.slug, "name": made.name, "kind": made.kind.value, "siret": made.siret}
        facts |= {"vat_regime": vat_regime.value, "vat_from": vat_from.isoformat()}
        return Answer(f"Groupement « {made.name} » créé, à l'adresse /{made.slug}.", facts)


@grouping.command("list")
@answering
def listed() -> Answer:
    """Les groupements, par nom."""
    with opened():
        found = [{"slug": one.slug, "name": one.name, "kind": one.kind.value} for one in queries.list_groupings()]
    lines = [f"{one['slug']}  {one['name']}" for one in found] or [
        "Aucun groupement. Créez-en un : coopter grouping create"
    ]
    return Answer("\n".join(lines), {"groupings": found})
