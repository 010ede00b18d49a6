"""What the members' room decides: kinds of grouping, and the parameters that a grouping sets with a date of effect."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coopter.values.durations import parse_minutes
from coopter.values.money import Money
from coopter.values.numbers import parse_amount, parse_whole
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class GroupingKind(enum.Enum):
    """What a grouping is."""

    EMPLOYER_GROUP = "employer-group"
    PTCE = "ptce"
    COOPERATIVE = "cooperative"
    TERRITORY = "territory"


class VatStatus(enum.Enum):
    """How a structure stands to VAT (domain.md §4.8)."""

    LIABLE = "vat_liable"
    EXEMPT = "exempt"
    FRANCHISE = "franchise_293b"
    NOT_TAXABLE = "not_taxable"


class VatRegime(enum.Enum):
    """How a grouping's own services stand to VAT from a date on (domain.md §3)."""

    TAXED = "taxed"
    EXEMPT_261B = "exempt-261b"
    FRANCHISE_293B = "franchise-293b"


INITIAL = "Reprise initiale"


@dataclass(frozen=True)
class ParameterKind:
    """One thing that a grouping may set with a date: its name, how its text is read, its value before any was set."""

    name: str
    reads: str  # "rate" | "percent" | "money" | "days" | "minutes" | "vat_regime" | "text"
    default: str


# Defaults marked [M] in domain.md were not verified: that is why each is a dated parameter and not a constant.
PARAMETERS = {
    kind.name: kind
    for kind in (
        ParameterKind("vat_regime", "vat_regime", "taxed"),
        ParameterKind("vat_rate", "percent", "20"),
        ParameterKind("payment_days", "days", "30"),
        ParameterKind("payment_days_public", "days", "30"),
        ParameterKind("late_penalty_rate", "percent", "12.15"),
        ParameterKind("late_penalty_rate_public", "percent", "10.15"),
        ParameterKind("recovery_indemnity", "money", "40.00"),
        ParameterKind("discount_terms", "text", "Pas d'escompte pour paiement anticipé."),
        ParameterKind("daily_warning", "minutes", "600"),
        ParameterKind("weekly_warning", "minutes", "2880"),
        ParameterKind("vat_on_debits", "text", "no"),
    )
}


class UnknownParameter(Refusal):
    """Le paramètre « %(name)s » n'existe pas : choisissez-en un dans la liste."""


@dataclass(frozen=True)
class Setting:
    """A parameter's value in force: since when, by which decision and whose hand."""

    name: str
    value: str
    from_on: date | None
    decided_by: str
    author: str


def in_force(settings: Iterable[Setting], name: str, *, on: date) -> Setting:
    """The setting of this name in force on a day: the latest that starts on or before it, else the default."""
    if name not in PARAMETERS:
        raise UnknownParameter(name=name)
    started = [s for s in settings if s.name == name and s.from_on is not None and s.from_on <= on]
    if not started:
        return Setting(name, PARAMETERS[name].default, None, INITIAL, "")
    return max(started, key=lambda s: s.from_on or date.min)


class NotInTheList(Refusal):
    """« %(value)s » n'est pas dans la liste : choisissez l'une de ces valeurs : %(choices)s."""


def as_rate(setting: Setting) -> Rate:
    """A setting of kind rate or percent."""
    return Rate.percent(setting.value) if _kind(setting.name).reads == "percent" else Rate.parse(setting.value)


def as_money(setting: Setting) -> Money:
    """A setting in euros."""
    return parse_amount(setting.value)


def as_days(setting: Setting) -> int:
    """A setting in days."""
    return parse_whole(setting.value)


def as_minutes(setting: Setting) -> int:
    """A setting in minutes."""
    return int(setting.value)


def as_vat_regime(setting: Setting) -> VatRegime:
    """The setting of the VAT regime."""
    return VatRegime(setting.value)


def canonical_value(name: str, text: str) -> str:
    """What somebody typed for this parameter, checked, as it is stored; raises UnknownParameter or a Refusal."""
    reads = _kind(name).reads
    if reads == "percent":
        return format(Rate.percent(text).in_percent, "f")
    if reads == "rate":
        return format(Rate.parse(text).decimal, "f")
    if reads == "money":
        return format(parse_amount(text).decimal, "f")
    if reads == "days":
        return str(parse_whole(text))
    if reads == "minutes":
        return str(parse_minutes(text))
    if reads == "vat_regime":
        if text not in {regime.value for regime in VatRegime}:
            raise NotInTheList(value=text, choices=[regime.value for regime in VatRegime])
        return text
    return clean_line(text, most=500)


def _kind(name: str) -> ParameterKind:
    if name not in PARAMETERS:
        raise UnknownParameter(name=name)
    return PARAMETERS[name]


def natural_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key of a code as people count: PC2 before PC8 before PC11."""
    parts = re.findall(r"[0-9]+|[^0-9]+", code)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)


def folded(text: str) -> str:
    """A text without accents, case and repeated blanks: what a search compares (R78)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("’", "'").replace("œ", "oe").split())


def found_in(search: str, *texts: str | None) -> bool:
    """Whether every word of the search stands somewhere in these texts; an empty search finds all."""
    where = folded(" ".join(text for text in texts if text))
    bare = where.replace(" ", "")
    return all(word in where or word in bare for word in folded(search).split())


SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128


class PasswordTooShort(Refusal):
    """Ce mot de passe est trop court : il faut au moins %(least)s caractères. Une phrase de quatre mots convient."""


class PasswordTooLong(Refusal):
    """Ce mot de passe est trop long : %(most)s caractères au plus."""


class PasswordTooEasy(Refusal):
    """Ce mot de passe se devine : il répète peu de caractères, suit le clavier ou reprend votre nom. Prenez par exemple
    quatre mots sans rapport entre eux."""


_RUNS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm",
)  # fmt: skip
_EASY = (
    "motdepasse", "password", "coopter", "groupement", "bienvenue", "soleil", "loulou", "doudou", "admin", "welcome",
)  # fmt: skip


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Accept 12 to 128 characters of any kind, unless runs, easy words and what is known of the person make them up.

    CNIL 2022-100: 50 bits suffice with throttling; no periodic change. Raises a Refusal with the remedy.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(most=LONGEST_PASSWORD)
    left = folded(password).replace(" ", "")
    known = [part for text in about for part in re.split(r"[^a-z0-9]+", folded(text)) if len(part) > 2]
    for easy in sorted({*_EASY, *known}, key=len, reverse=True):
        left = left.replace(easy, "")
    for start in range(len(left) - 3):
        if any(left[start : start + 4] in run or left[start : start + 4] in run[::-1] for run in _RUNS):
            left = left[:start] + "-" * 4 + left[start + 4 :]
    if len(set(left)) < 5 or len(left.replace("-", "")) < 6:
        raise PasswordTooEasy()


RESERVED_SLUGS = frozenset(
    ("compte", "connexion", "deconnexion", "demo", "installation", "invitation", "langue", "mot-de-passe", "public",
     "sante", "static", "agenda", "api", "groupements")
)  # fmt: skip


class SlugNotValid(Refusal):
    """« %(slug)s » ne peut pas servir d'adresse : prenez 2 à 40 lettres minuscules sans accent, chiffres ou tirets."""


class SlugReserved(Refusal):
    """L'adresse « %(slug)s » sert déjà à l'installation elle-même : prenez-en une autre."""


def check_slug(slug: str) -> str:
    """The slug of a grouping, as its pages' addresses begin; raises SlugNotValid and SlugReserved."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", slug):
        raise SlugNotValid(slug=slug)
    if slug in RESERVED_SLUGS:
        raise SlugReserved(slug=slug)
    return slug
