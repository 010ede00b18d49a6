"""Texts to sign: merge fields from one fixed list, replaced as plain text and never evaluated (R25)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from coopter.governance.rules.kinds import TextKind
from coopter.values.refusal import Refusal, Words, quoted
from coopter.values.texts import clean_line, clean_text

MOST_BODY = 60_000
MOST_VALUE = 500
MOST_ANNEX_BYTES = 5 * 1024 * 1024
MOST_ANNEXES = 10
_FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~&+\-=.)])")
_LINE_START = re.compile(r"^(\s*\d*)([+\-=.)])")
_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class UnknownField(Refusal):
    """Le champ « %(field)s » n'existe pas. Choisissez un champ de la liste, ou écrivez la valeur en toutes lettres."""


class FieldsMissing(Refusal):
    """Avant de figer ce texte, remplissez : %(fields)s."""


class BodyEmpty(Refusal):
    """Ce texte est vide. Écrivez au moins un paragraphe."""


class AnnexTooLarge(Refusal):
    """« %(name)s » est trop lourd : 5 Mo au plus par annexe. Réduisez le fichier, puis recommencez."""


class AnnexNotReadable(Refusal):
    """« %(name)s » n'est ni un PDF, ni une image PNG ou JPEG. Enregistrez-le en PDF, puis recommencez."""


class AnnexMissing(Refusal):
    """Choisissez d'abord le fichier à joindre."""


class TooManyAnnexes(Refusal):
    """Ce texte a déjà %(most)s annexes, c'est le plus possible. Réunissez-en plusieurs dans un seul PDF."""


KINDS: Mapping[TextKind, Words] = {
    TextKind.GROUPING_CHARTER: Words("Charte du groupement"),
    TextKind.COLLABORATION_CHARTER: Words("Charte de collaboration"),
    TextKind.ETHICS_CHARTER: Words("Charte éthique"),
    TextKind.PLACEMENT_AGREEMENT: Words("Convention de mise à disposition"),
    TextKind.AMENDMENT: Words("Avenant"),
    TextKind.INTERNAL_RULES: Words("Règlement intérieur"),
    TextKind.ADHESION_FORM: Words("Bulletin d’adhésion"),
    TextKind.PARTNERSHIP_AGREEMENT: Words("Convention de partenariat"),
    TextKind.STAFF_LOAN_AGREEMENT: Words("Convention de prêt de main-d’œuvre"),
    TextKind.MINUTES: Words("Procès-verbal"),
    TextKind.OTHER: Words("Autre texte"),
}
CHARTERS = (TextKind.GROUPING_CHARTER, TextKind.COLLABORATION_CHARTER, TextKind.ETHICS_CHARTER)

FIELDS: Mapping[str, Words] = {
    "groupement": Words("Nom du groupement"),
    "groupement_forme": Words("Forme juridique du groupement"),
    "groupement_adresse": Words("Adresse du groupement"),
    "groupement_siret": Words("SIRET du groupement"),
    "groupement_convention": Words("Convention collective du groupement"),
    "groupement_representant": Words("Qui représente le groupement, et sa qualité"),
    "structure": Words("Nom de la structure"),
    "structure_forme": Words("Forme juridique de la structure"),
    "structure_adresse": Words("Adresse de la structure"),
    "structure_siret": Words("SIRET de la structure"),
    "structure_ape": Words("Code APE de la structure"),
    "structure_convention": Words("Convention collective de la structure"),
    "structure_representant": Words("Qui représente la structure, et sa qualité"),
    "salarie": Words("Prénom et nom de la personne salariée"),
    "emploi": Words("Emploi"),
    "qualification": Words("Qualification ou classification"),
    "lieu": Words("Lieu de travail"),
    "debut": Words("Premier jour"),
    "fin": Words("Dernier jour, ou durée indéterminée"),
    "heures_semaine": Words("Heures par semaine"),
    "horaires": Words("Horaires"),
    "conditions": Words("Conditions particulières"),
    "prix": Words("Prix, ou façon de le calculer"),
    "delai_paiement": Words("Délai de paiement"),
    "preavis": Words("Préavis de fin"),
    "preteuse": Words("Entreprise prêteuse"),
    "preteuse_siret": Words("SIRET de l’entreprise prêteuse"),
    "preteuse_representant": Words("Qui représente l’entreprise prêteuse, et sa qualité"),
    "utilisatrice": Words("Entreprise utilisatrice"),
    "utilisatrice_siret": Words("SIRET de l’entreprise utilisatrice"),
    "utilisatrice_representant": Words("Qui représente l’entreprise utilisatrice, et sa qualité"),
    "partenaire": Words("Nom du partenaire"),
    "partenaire_representant": Words("Qui représente le partenaire, et sa qualité"),
    "texte_modifie": Words("Texte que l’avenant modifie, et sa date"),
    "date_effet": Words("Jour d’effet"),
    "objet": Words("Objet"),
}


@dataclass(frozen=True, slots=True)
class Annex:
    """A file joined to a text, by the SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


def fields_in(body: str) -> tuple[str, ...]:
    """The merge fields that a text uses, in the order of the list; raises UnknownField for any other `{{…}}`."""
    used = {match.strip() for match in _FIELD.findall(body)}
    for name in used:
        if name not in FIELDS:
            raise UnknownField(field=quoted(name))
    return tuple(name for name in FIELDS if name in used)


def check_body(body: str) -> str:
    """The text as it is kept; raises BodyEmpty, TextTooLong, HiddenCharacter, UnknownField."""
    clean = clean_text(body, most=MOST_BODY)
    if not clean:
        raise BodyEmpty()
    fields_in(clean)
    return clean


def check_values(fields: Mapping[str, str]) -> dict[str, str]:
    """The values of the fields, one line each, empty ones left out; raises UnknownField and what clean_line refuses."""
    for name in fields:
        if name not in FIELDS:
            raise UnknownField(field=quoted(name))
    cleaned = {name: clean_line(value, most=MOST_VALUE) for name, value in fields.items()}
    return {name: value for name, value in cleaned.items() if value}


def missing_fields(body: str, fields: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that the text uses and that have no value."""
    return tuple(name for name in fields_in(body) if not fields.get(name))


def merge(body: str, fields: Mapping[str, str]) -> str:
    """The text with every field replaced by its value, in one pass, the value's signs shown as they are (R25).

    Raises FieldsMissing naming each, UnknownField.
    """
    if missing := missing_fields(body, fields):
        raise FieldsMissing(fields=[FIELDS[name] for name in missing])
    return _FIELD.sub(lambda found: as_plain(fields[found[1].strip()]), body)


def preview(body: str, fields: Mapping[str, str]) -> str:
    """The text as it stands, each field without value shown by its name between brackets."""

    def shown(found: re.Match[str]) -> str:
        name = found[1].strip()
        return as_plain(fields.get(name) or f"[{FIELDS.get(name, name)}]")

    return _FIELD.sub(shown, body)


def as_plain(text: str) -> str:
    """A value written so that Markdown shows its signs and gives them no meaning."""
    return _LINE_START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", text))


def unescaped(text: str) -> str:
    """A text of Markdown without the backslashes that `as_plain` wrote."""
    return _ESCAPED.sub(r"\1", text)


def check_annex(name: str, content: bytes, *, already: int) -> tuple[str, str]:
    """The annex's clean name and its media type, told from its bytes (R51, R54).

    Raises AnnexMissing, AnnexTooLarge, AnnexNotReadable, TooManyAnnexes.
    """
    if not content:
        raise AnnexMissing()
    shown = clean_line(name.replace("\\", "/").rpartition("/")[2], most=120) or "annexe"
    if already >= MOST_ANNEXES:
        raise TooManyAnnexes(most=MOST_ANNEXES)
    if len(content) > MOST_ANNEX_BYTES:
        raise AnnexTooLarge(name=shown)
    for start, media_type in _TYPES.items():
        if content.startswith(start):
            return shown, media_type
    raise AnnexNotReadable(name=shown)


def same_annexes(annexes: Sequence[Annex], others: Sequence[Annex]) -> bool:
    """Whether two versions carry the same files."""
    return {one.sha256 for one in annexes} == {one.sha256 for one in others}


def is_whole(content: bytes, digest: str) -> bool:
    """Whether these bytes are those that were bound (R36)."""
    return sha256(content).hexdigest() == digest
