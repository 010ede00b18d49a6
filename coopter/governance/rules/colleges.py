"""Colleges: voting groups with a weight each, and what cooperative law asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from coopter.values.refusal import Refusal

HUNDRED = Fraction(100)
LEAST_COLLEGE, MOST_COLLEGE = Fraction(10), Fraction(50)
FEWEST_CATEGORIES = FEWEST_COLLEGES = 3


class CollegeMethod(Enum):
    """How a college's voices become its share."""

    PROPORTIONAL = "proportional"
    WINNER_TAKES_ALL = "winner-takes-all"


class EmptyCollege(Enum):
    """What becomes of the weight of a college without a vote."""

    REDISTRIBUTED = "redistributed"  # among the others, in proportion
    LOST = "lost"


class WeightsDoNotMakeHundred(Refusal):
    """Les poids des collèges font %(total)s : leur somme doit être 100."""


class CollegeOutside(Refusal):
    """Le collège « %(college)s » pèse %(weight)s %% : dans une SCIC chaque collège pèse de 10 à 50 %% des voix
    (loi du 10 septembre 1947, art. 19 octies)."""


class TooFewColleges(Refusal):
    """Une SCIC qui vote par collèges en compte au moins trois (loi du 10 septembre 1947, art. 19 octies) : ajoutez-en,
    ou supprimez-les tous."""


class TooFewCategories(Refusal):
    """Une SCIC a au moins trois catégories d’associés, dont les salariés et les bénéficiaires (loi du 10 septembre
    1947, art. 19 septies) : complétez la liste des catégories."""


class OneAssociateOneVote(Refusal):
    """Dans une coopérative, chaque associé a une voix (loi du 10 septembre 1947, art. 1) : cochez « une personne,
    une voix »."""


class WeightNotPositive(Refusal):
    """Le collège « %(college)s » doit peser plus que zéro."""


@dataclass(frozen=True, slots=True)
class College:
    """A voting group and its part of the voices, in per cent; not a category of associates (who they are)."""

    code: str
    label: str
    weight: Fraction


def check_colleges(colleges: Sequence[College]) -> None:
    """Raise WeightNotPositive or WeightsDoNotMakeHundred; no college at all is well."""
    for college in colleges:
        if college.weight <= 0:
            raise WeightNotPositive(college=college.label)
    total = sum((college.weight for college in colleges), Fraction(0))
    if colleges and total != HUNDRED:
        raise WeightsDoNotMakeHundred(total=total)


def check_cooperative(colleges: Sequence[College], *, categories: Sequence[str], equal: bool) -> None:
    """What a SCIC must have: one associate one vote, three categories, and colleges (if any) three of 10 to 50 %.

    Raises OneAssociateOneVote, TooFewCategories, TooFewColleges, CollegeOutside (law of 1947, art. 1, 19 septies and
    19 octies).
    """
    if not equal:
        raise OneAssociateOneVote()
    if len(set(categories)) < FEWEST_CATEGORIES:
        raise TooFewCategories()
    if colleges and len(colleges) < FEWEST_COLLEGES:
        raise TooFewColleges()
    for college in colleges:
        if not LEAST_COLLEGE <= college.weight <= MOST_COLLEGE:
            raise CollegeOutside(college=college.label, weight=college.weight)
