"""Who may have an account, what opens it, and which roles go together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coopter.members.rules.search import folded
from coopter.values.actor import Role
from coopter.values.refusal import Refusal

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
    ("agenda", "api", "calendrier", "compte", "connexion", "deconnexion", "demo", "groupements", "installation",
     "invitation", "langue", "mot-de-passe", "public", "reprise", "sante", "signer", "static")
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


INVITATION_DAYS = 7


class AuditorStandsAlone(Refusal):
    """Qui contrôle les comptes ne peut rien y changer : retirez d'abord les autres rôles de cette personne, ou confiez
    le contrôle à quelqu'un d'autre."""


class RoleNeedsStructure(Refusal):
    """Une personne représente une structure : choisissez laquelle."""


class RoleNeedsEmployee(Refusal):
    """Choisissez la personne salariée dont ce compte sera l'accès."""


class LastCoordinator(Refusal):
    """C'est la dernière personne qui coordonne ce groupement : confiez d'abord ce rôle à quelqu'un d'autre."""


class AlreadyHolds(Refusal):
    """Cette personne a déjà ce rôle."""


def check_role(role: Role, *, structure_id: int | None, employee_id: int | None, held: Iterable[Role] = ()) -> None:
    """Refuse a role without what it is about, and an auditor with any other role, whatever it is."""
    if role is Role.REPRESENTATIVE and structure_id is None:
        raise RoleNeedsStructure()
    if role is Role.EMPLOYEE and employee_id is None:
        raise RoleNeedsEmployee()
    together = {*held, role}
    if Role.AUDITOR in together and len(together) > 1:
        raise AuditorStandsAlone()
