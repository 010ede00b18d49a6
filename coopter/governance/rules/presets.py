"""Ready-made rules of an association, a cooperative or a board: a start to compare with the statutes, article by
article."""

from __future__ import annotations

from fractions import Fraction

from coopter.governance.rules.colleges import College, CollegeMethod, EmptyCollege
from coopter.governance.rules.statutes import (
    HALF,
    ORDINARY,
    Majority,
    MajorityBase,
    Quorum,
    Statutes,
)
from coopter.values.refusal import Words

TWO_THIRDS = Majority("deux-tiers", "Deux tiers des voix exprimées", threshold=Fraction(2, 3), strictly=False)
THREE_QUARTERS = Majority("trois-quarts", "Trois quarts des voix exprimées", threshold=Fraction(3, 4), strictly=False)
FOUR_FIFTHS = Majority("quatre-cinquiemes", "Quatre cinquièmes des voix exprimées", threshold=Fraction(4, 5),
                       strictly=False)  # fmt: skip
ABSOLUTE = Majority("absolue", "Majorité absolue des présents et représentés", base=MajorityBase.PRESENT)
OF_ALL = Majority("tous", "Majorité de tous les membres", base=MajorityBase.ALL)
UNANIMITY = Majority("unanimite", "Unanimité des voix exprimées", threshold=Fraction(1), strictly=False)

# An association: the 1901 law leaves all of it to the statutes; these are what most of them say (domain.md §8.1).
ASSOCIATION = Statutes(
    convened_by="Présidence",
    quorum=Quorum(Fraction(1, 4)),
    majorities=(ORDINARY, TWO_THIRDS, THREE_QUARTERS),
    most_proxies=2,
    dues_needed=True,
)

# A SCIC: three categories at least, colleges between 10 and 50 % (art. 19 septies and 19 octies, law of 1947).
SCIC = Statutes(
    convened_by="Gérance ou conseil d’administration",
    quorum=Quorum(Fraction(1, 5)),
    majorities=(ORDINARY, TWO_THIRDS),
    most_proxies=1,
    membership_needed=False,  # an associate may be a person, or a structure that shares no employee
    scic=True,
    categories=("Salariés", "Bénéficiaires", "Collectivités publiques", "Partenaires"),
    colleges=(
        College("A", "Salariés", Fraction(25)),
        College("B", "Bénéficiaires", Fraction(30)),
        College("C", "Collectivités", Fraction(20)),
        College("D", "Partenaires", Fraction(25)),
    ),
    college_method=CollegeMethod.PROPORTIONAL,
    empty_college=EmptyCollege.REDISTRIBUTED,
)

# A board or a bureau: half of it there, the chair decides a tie.
BOARD = Statutes(
    convened_by="Présidence",
    notice_days=8,
    quorum=Quorum(HALF),
    majorities=(ORDINARY, ABSOLUTE, OF_ALL),
    casting_vote=True,
    most_proxies=1,
    open_proxies=False,
    membership_needed=False,
)

PRESETS: dict[str, tuple[Words, Statutes]] = {
    "association": (Words("Association"), ASSOCIATION),
    "scic": (Words("SCIC avec collèges"), SCIC),
    "board": (Words("Conseil ou bureau"), BOARD),
}
