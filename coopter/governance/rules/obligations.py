"""What the law or the statutes ask to be done by a day: the usual ones, how they come back, how late they are."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from coopter.values.refusal import Refusal, Words

SOON = timedelta(days=30)
MOST_PROOF_BYTES = 5 * 1024 * 1024
_SIGNATURES = {
    b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg",
}  # fmt: skip


class TitleMissing(Refusal):
    """Dites ce qui est à faire : l'intitulé est ce que liront la page et l'agenda."""


class UnknownObligation(Refusal):
    """Ce genre d'échéance n'existe pas : choisissez-en un dans la liste."""


class AlreadyDone(Refusal):
    """Cette échéance est déjà notée comme faite, le %(on)s."""


class NotDoneYet(Refusal):
    """Cette échéance n'est pas encore notée comme faite : il n'y a rien à rouvrir."""


class DoneTomorrow(Refusal):
    """Une échéance ne peut pas être faite à une date à venir (%(on)s). Corrigez le jour."""


class ProofTooLarge(Refusal):
    """Cette preuve est trop lourde : 5 Mo au plus. Réduisez le fichier, puis recommencez."""


class NotAProof(Refusal):
    """Une preuve est un PDF ou une image PNG ou JPEG : l'avis de réception numérisé, par exemple. Enregistrez-la ainsi,
    puis recommencez."""


@dataclass(frozen=True, slots=True)
class ObligationKind:
    """One usual obligation: what it is called (`%(name)s` = the row's title), its source, its delay.

    `feed` is what a calendar shows: it names no natural person. `months` is the delay after the event that bears it;
    `every` the months until it is due again; `by_hand` whether somebody may add it from the page.
    """

    name: str
    title: str
    source: str = ""
    feed: str = ""
    months: int = 0
    every: int = 0
    by_hand: bool = False

    @property
    def years(self) -> int:
        """The years until it is due again; 0 when it does not come back."""
        return self.every // 12

    def words(self, title: str) -> Words:
        """What it is called, about this."""
        return Words(self.title, name=title)

    def feed_words(self, title: str) -> Words:
        """What a calendar is told."""
        return Words(self.feed, name=title) if self.feed else self.words(title)


def _kind(name: str, title: Words | str, **details: object) -> ObligationKind:
    feed = details.pop("feed", "")
    words = ObligationKind(name, getattr(title, "source", str(title)))
    return replace(words, feed=getattr(feed, "source", str(feed)), **details)  # type: ignore[arg-type]


# Each title stands in a Words so that the catalogue finds it; `name` is filled when it is shown.
_BLANK = {"name": "…"}
OBLIGATIONS: Mapping[str, ObligationKind] = {
    kind.name: kind
    for kind in (
        _kind("inspectorate-joining", Words("Informer l’inspection du travail de l’entrée : %(name)s", **_BLANK),
              source="D1253-3, D1253-6", months=1),
        _kind("inspectorate-leaving", Words("Informer l’inspection du travail du départ : %(name)s", **_BLANK),
              source="D1253-3, D1253-6", months=1),
        _kind("sign-charter", Words("Faire signer la charte et le règlement intérieur : %(name)s", **_BLANK), months=1),
        _kind("staff-informed", Words("Faire informer les représentants du personnel : %(name)s", **_BLANK),
              source="L1253-7"),
        _kind("staff-register", Words("Donner la mention du registre du personnel : %(name)s", **_BLANK),
              source="D1221-23, 11°", months=1),
        _kind("entrance-fee", Words("Encaisser le droit d’entrée : %(name)s", **_BLANK)),
        _kind("member-deposit", Words("Encaisser le dépôt de garantie : %(name)s", **_BLANK)),
        _kind("return-deposit", Words("Rendre le dépôt de garantie : %(name)s", **_BLANK), months=3),
        _kind("settle-debts", Words("Solder les comptes de la structure partie : %(name)s", **_BLANK),
              source="L1253-8", months=3),
        _kind(
            "finish-departure",
            Words("Finir ce qui retient le départ voté, puis le rendre effectif : %(name)s", **_BLANK),
        ),
        _kind("subscribe-shares", Words("Faire souscrire les parts sociales : %(name)s", **_BLANK), months=3),
        _kind("redeem-shares", Words("Rembourser les parts sociales : %(name)s", **_BLANK)),
        _kind("amendment", Words("Faire signer l’avenant (utilisateurs potentiels) : %(name)s", **_BLANK),
              source="L1253-9", months=1, feed=Words("Faire signer un avenant (utilisateurs potentiels)")),
        _kind("minutes-register", Words("Signer le procès-verbal et le verser au registre : %(name)s", **_BLANK),
              months=1),
        _kind("declare-officers", Words("Déclarer les changements de dirigeants : %(name)s", **_BLANK),
              source="loi du 1er juillet 1901, art. 5 ; D1253-3", months=1,
              feed=Words("Déclarer les changements de dirigeants")),
        _kind("coop-review", Words("Faire la révision coopérative : %(name)s", **_BLANK),
              source="loi n° 47-1775, art. 25-1", months=60, every=60, by_hand=True),
        _kind("annual-assembly", Words("Tenir l’assemblée annuelle : %(name)s", **_BLANK), months=6, every=12,
              by_hand=True),
        _kind("insurance", Words("Renouveler l’assurance : %(name)s", **_BLANK), months=12, every=12, by_hand=True),
        _kind("risk-document", Words("Échanger les documents uniques d’évaluation des risques : %(name)s", **_BLANK),
              source="R4121-2", months=12, every=12, by_hand=True),
        _kind("medical-visit", Words("Prévoir la visite médicale : %(name)s", **_BLANK), source="R4624-10", months=3,
              by_hand=True, feed=Words("Prévoir une visite médicale")),
        _kind("agreement-ending", Words("Renouveler ou clore la convention : %(name)s", **_BLANK), by_hand=True),
        _kind("own", "%(name)s", by_hand=True),
        _kind("own-yearly", "%(name)s", every=12, by_hand=True),
        _kind("own-five-years", "%(name)s", every=60, by_hand=True),
    )
}  # fmt: skip


class Urgency(Enum):
    """How a day stands to today."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    DONE = "done"


def kind_named(name: str) -> ObligationKind:
    """The usual obligation of this name; raises UnknownObligation."""
    if name not in OBLIGATIONS:
        raise UnknownObligation()
    return OBLIGATIONS[name]


def urgency_of(*, due_on: date, done_on: date | None, today: date) -> Urgency:
    """Late, within thirty days, later, or done."""
    if done_on is not None:
        return Urgency.DONE
    if due_on < today:
        return Urgency.OVERDUE
    return Urgency.SOON if due_on <= today + SOON else Urgency.LATER


def after_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of its month: 31 January and one month is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_subject(subject: str, *, due_on: date) -> str:
    """The subject of an obligation that comes back: its own, with the day on which it is due again."""
    return f"{subject.partition('@')[0]}@{due_on.isoformat()}"


def check_proof(content: bytes) -> str:
    """The media type of a proof, told from its bytes and not its name (R51, R54). Raises ProofTooLarge, NotAProof."""
    if len(content) > MOST_PROOF_BYTES:
        raise ProofTooLarge()
    for start, media_type in _SIGNATURES.items():
        if content.startswith(start):
            return media_type
    raise NotAProof()


def one_agreement(agreements: Iterable[str]) -> bool:
    """Whether all members are under one collective agreement, as far as it is known (L1253-10, L1253-17)."""
    return len({" ".join(text.casefold().split()) for text in agreements if text.strip()}) <= 1
