"""Structures from a file: its columns, in French or in English, and how each is read (R45 to R50)."""

from __future__ import annotations

from functools import partial

from coopter.members.rules import VatStatus
from coopter.members.rules.search import folded
from coopter.values.identifiers import check_siren, check_siret, check_vat_number
from coopter.values.numbers import parse_day, parse_whole
from coopter.values.refusal import FaultList, Refusal, quoted
from coopter.values.table import MOST_BYTES, MOST_ROWS, Column, Table, read_table
from coopter.values.texts import clean_line


class VatStatusNotKnown(Refusal):
    """« %(value)s » n'est pas une situation de TVA : écrivez redevable, exonérée, franchise ou non assujettie."""


class YesOrNo(Refusal):
    """« %(value)s » ne se comprend pas : écrivez oui ou non."""


VAT_WORDS = {
    "vat_liable": VatStatus.LIABLE,
    "redevable": VatStatus.LIABLE,
    "assujettie": VatStatus.LIABLE,
    "assujetti": VatStatus.LIABLE,
    "exempt": VatStatus.EXEMPT,
    "exoneree": VatStatus.EXEMPT,
    "exonere": VatStatus.EXEMPT,
    "franchise": VatStatus.FRANCHISE,
    "franchise_293b": VatStatus.FRANCHISE,
    "franchise 293 b": VatStatus.FRANCHISE,
    "not_taxable": VatStatus.NOT_TAXABLE,
    "not_liable": VatStatus.NOT_TAXABLE,
    "non assujettie": VatStatus.NOT_TAXABLE,
    "non assujetti": VatStatus.NOT_TAXABLE,
}


def parse_vat_status(text: str) -> VatStatus:
    """A structure's standing to VAT, in French words or as the export writes it; raises VatStatusNotKnown."""
    found = VAT_WORDS.get(folded(text))
    if found is None:
        raise VatStatusNotKnown(value=quoted(text))
    return found


def parse_yes(text: str) -> bool:
    """« oui » or « non »; raises YesOrNo."""
    word = folded(text)
    if word not in {"oui", "non", "yes", "no", "1", "0", "true", "false"}:
        raise YesOrNo(value=quoted(text))
    return word in {"oui", "yes", "1", "true"}


_line = partial(clean_line, most=300)
COLUMNS = (
    Column("code", ("code", "référence", "reference"), parse=partial(clean_line, most=20)),
    Column("legal_name", ("nom", "raison sociale", "name", "dénomination"), parse=_line),
    Column("siret", ("SIRET",), parse=check_siret, required=False),
    Column("siren", ("SIREN",), parse=check_siren, required=False),
    Column("legal_form", ("forme juridique",), parse=_line, required=False),
    Column("vat_status", ("situation TVA", "TVA", "statut TVA"), parse=parse_vat_status, required=False),
    Column("vat_number", ("numéro de TVA", "TVA intracommunautaire"), parse=check_vat_number, required=False),
    Column("trade_name", ("nom d'usage", "enseigne"), parse=_line, required=False),
    Column("address", ("adresse", "rue"), parse=_line, required=False),
    Column("address_more", ("complément d'adresse", "complément"), parse=_line, required=False),
    Column("postcode", ("code postal", "CP"), parse=_line, required=False),
    Column("city", ("ville", "commune"), parse=_line, required=False),
    Column("country", ("pays",), parse=_line, required=False),
    Column("email", ("courriel", "mail", "adresse électronique", "e-mail"), parse=_line, required=False),
    Column("phone", ("téléphone",), parse=_line, required=False),
    Column("headcount", ("effectif", "salariés"), parse=parse_whole, required=False),
    Column("headcount_on", ("effectif au",), parse=parse_day, required=False),
    Column("rna", ("RNA",), parse=_line, required=False),
    Column("ape", ("APE", "NAF"), parse=_line, required=False),
    Column("activity", ("activité",), parse=_line, required=False),
    Column("collective_agreement", ("convention collective", "IDCC"), parse=_line, required=False),
    Column("is_public_body", ("personne publique",), parse=parse_yes, required=False),
    Column("service_code", ("code service",), parse=_line, required=False),
    Column("einvoice_address", ("adresse de facturation électronique",), parse=_line, required=False),
    Column("joined_on", ("adhésion", "date d'adhésion", "adhérente depuis"), parse=parse_day, required=False),
)

EXAMPLE = {
    "code": "PC2",
    "legal_name": "Jardins de l'Étier",
    "legal_form": "scic",
    "vat_status": "redevable",
    "address": "2 quai des Indes",
    "postcode": "56100",
    "city": "Lorient",
    "country": "FR",
    "email": "contact@jardins.example",
    "headcount": "5",
}


def read_structures(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The lines of a file of structures, with what is wrong in its cells, for import_structures to tell.

    What a line does not say is None. Raises Faults when the file cannot be read line by line.
    """
    return read_table(content, columns=COLUMNS, most_rows=most_rows, most_bytes=most_bytes, faults=FaultList())
