"""Commitments of a charter: an indicator followed each year by each signatory, and read by a peer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coopter.governance.rules.kinds import PeerOpinion
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

EARLIEST_YEAR = 2000
MOST_COMMITMENTS = 40


class CommitmentIncomplete(Refusal):
    """Dites l'engagement et son indicateur : ce qui n'est pas mesuré ne se suit pas."""


class TooManyCommitments(Refusal):
    """Cette charte a déjà %(most)s engagements. Mettez fin à ceux que vous ne suivez plus."""


class YearNotReportable(Refusal):
    """L'année %(year)s ne peut pas être renseignée : choisissez une année passée, ou celle en cours."""


class NotASignatory(Refusal):
    """Cette structure n'a pas signé ce texte : seuls ses signataires rendent compte et se relisent."""


class OwnReport(Refusal):
    """On ne relit pas son propre bilan : c'est l'affaire d'une autre structure signataire."""


class ValueMissing(Refusal):
    """Donnez le résultat de l'année : un chiffre, ou quelques mots."""


class CommitmentOver(Refusal):
    """Cet engagement n'est plus suivi. Ses bilans restent lisibles."""


@dataclass(frozen=True, slots=True)
class CommitmentDetails:
    """What is promised, how it is measured, and what is aimed at."""

    theme: str
    title: str
    indicator: str
    unit: str = ""
    target: str = ""


OPINIONS: Mapping[PeerOpinion, tuple[str, Words]] = {
    PeerOpinion.EXEMPLARY: ("done", Words("Exemplaire")),
    PeerOpinion.ON_TRACK: ("active", Words("En bonne voie")),
    PeerOpinion.TO_WATCH: ("warning", Words("À suivre de près")),
}


def check_details(details: CommitmentDetails) -> CommitmentDetails:
    """The commitment as it is kept; raises CommitmentIncomplete."""
    clean = CommitmentDetails(
        clean_line(details.theme, most=60), clean_line(details.title, most=200),
        clean_line(details.indicator, most=200), clean_line(details.unit, most=30), clean_line(details.target, most=80),
    )  # fmt: skip
    if not (clean.title and clean.indicator):
        raise CommitmentIncomplete()
    return clean


def check_year(year: int, *, this_year: int) -> int:
    """A year that one may report on; raises YearNotReportable."""
    if not EARLIEST_YEAR <= year <= this_year:
        raise YearNotReportable(year=year)
    return year
