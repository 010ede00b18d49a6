"""The rules of a body as its statutes give them: data that a vote may change, never code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from coopter.governance.rules.colleges import College, CollegeMethod, EmptyCollege, check_colleges, check_cooperative
from coopter.values.refusal import Refusal, Words
from coopter.values.texts import clean_line

HALF = Fraction(1, 2)
LONGEST_NOTICE = 120
LONGEST_CODE = 20

# Why an elector may not vote, as the roll keeps it.
DUES_UNPAID, NOT_MEMBER, SET_ASIDE = "dues", "membership", "set-aside"
WHY_NOT = {
    DUES_UNPAID: Words("Cotisation non réglée à la date d’arrêté de la liste."),
    NOT_MEMBER: Words("N’était pas adhérente à la date d’arrêté de la liste."),
    SET_ASIDE: Words("Droit de vote suspendu pour cette assemblée."),
}


class CountedOn(Enum):
    """What a quorum counts."""

    HEADS = "heads"
    WEIGHTS = "weights"


class MajorityBase(Enum):
    """What a majority is a part of."""

    CAST = "cast"  # votes cast
    PRESENT = "present"  # present and represented when the vote opened
    ALL = "all"  # everybody who may vote


class StatutesUnreadable(Refusal):
    """Ces règles ne se lisent pas (%(place)s). Repartez d’un modèle, puis complétez-le."""


class NoMajority(Refusal):
    """Aucune majorité n’est définie : indiquez au moins la majorité ordinaire."""


class CodeUnfit(Refusal):
    """Le code « %(code)s » ne convient pas : donnez à chaque majorité et à chaque collège un code différent, de 1 à 20
    caractères."""


class ThresholdOutside(Refusal):
    """Le seuil « %(value)s » est hors limites : écrivez une fraction entre 0 et 1, par exemple 1/2, 2/3 ou 4/5."""


class NoticeOutside(Refusal):
    """Le délai de convocation est de %(days)s jours : indiquez un nombre de jours entre 0 et 120."""


class ProxiesOutside(Refusal):
    """Le nombre de pouvoirs par personne ne peut pas être négatif : indiquez 0 pour les interdire, rien pour ne pas
    les limiter."""


class MajorityUnknown(Refusal):
    """La majorité « %(code)s » n’est pas dans les règles de cette instance. Choisissez-en une de la liste."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """The part of those who may vote that must be there; 0 asks for nobody. `strictly` is « plus de »."""

    fraction: Fraction = Fraction(0)
    strictly: bool = False
    on: CountedOn = CountedOn.HEADS
    with_proxies: bool = True
    per_college: bool = False


@dataclass(frozen=True, slots=True)
class Majority:
    """What adopts: a part (`threshold`) of a base; `strictly` is « plus de », else « au moins ».

    Blank votes and abstentions enter the votes cast only where the statutes say so; they are never « pour ».
    """

    code: str
    label: str
    base: MajorityBase = MajorityBase.CAST
    threshold: Fraction = HALF
    strictly: bool = True
    blank_counts: bool = False
    abstentions_count: bool = False


ORDINARY = Majority("ordinaire", "Majorité simple des voix exprimées")


@dataclass(frozen=True, slots=True)
class Statutes:
    """Every rule of a body. `second_quorum` None: no second call. `most_proxies` None: as many as given."""

    source: str = ""  # the article
    convened_by: str = ""
    notice_days: int = 15
    quorum: Quorum = Quorum()
    second_quorum: Quorum | None = Quorum()
    majorities: tuple[Majority, ...] = (ORDINARY,)
    casting_vote: bool = False
    most_proxies: int | None = None
    open_proxies: bool = True
    proxies_in_college: bool = False
    dues_needed: bool = False
    membership_needed: bool = True
    remote_vote: bool = False
    persons_secret: bool = True
    one_head_one_vote: bool = True
    scic: bool = False
    categories: tuple[str, ...] = ()
    colleges: tuple[College, ...] = ()
    college_method: CollegeMethod = CollegeMethod.PROPORTIONAL
    empty_college: EmptyCollege = EmptyCollege.REDISTRIBUTED

    def majority(self, code: str) -> Majority:
        """The majority of this code, the first for ""; raises MajorityUnknown."""
        for one in self.majorities:
            if code in ("", one.code):
                return one
        raise MajorityUnknown(code=code)

    def quorum_of(self, call: int) -> Quorum:
        """The quorum of a first or second call."""
        return self.quorum if call == 1 or self.second_quorum is None else self.second_quorum

    def college(self, code: str) -> College | None:
        """The college of this code, or None."""
        return next((one for one in self.colleges if one.code == code), None)


def check_statutes(statutes: Statutes) -> Statutes:
    """The same rules, once they hold together; raises the refusal that says what to put right (domain.md §8)."""
    if not 0 <= statutes.notice_days <= LONGEST_NOTICE:
        raise NoticeOutside(days=statutes.notice_days)
    if statutes.most_proxies is not None and statutes.most_proxies < 0:
        raise ProxiesOutside()
    if not statutes.majorities:
        raise NoMajority()
    for codes in ([one.code for one in statutes.majorities], [one.code for one in statutes.colleges]):
        for code in codes:
            if not code or len(code) > LONGEST_CODE or codes.count(code) > 1:
                raise CodeUnfit(code=code)
    for majority in statutes.majorities:
        _check_part(majority.threshold, strictly=majority.strictly, least=Fraction(1, 100))
    for quorum in (statutes.quorum, statutes.second_quorum or statutes.quorum):
        _check_part(quorum.fraction, strictly=quorum.strictly, least=Fraction(0))
    check_colleges(statutes.colleges)
    if statutes.scic:
        check_cooperative(statutes.colleges, categories=statutes.categories, equal=statutes.one_head_one_vote)
    return statutes


def _check_part(value: Fraction, *, strictly: bool, least: Fraction) -> None:
    if not least <= value <= 1 or (strictly and value == 1):
        raise ThresholdOutside(value=value)


# ── JSON: fractions as "1/2", choices by their value ───────────────────────────────────────────────────────────────


def to_json(statutes: Statutes) -> dict[str, Any]:
    """The rules as plain JSON, as a decision keeps them."""
    plain = {name: getattr(statutes, name) for name in Statutes.__slots__}
    plain["quorum"] = _quorum_to(statutes.quorum)
    plain["second_quorum"] = None if statutes.second_quorum is None else _quorum_to(statutes.second_quorum)
    plain["majorities"] = [majority_to_json(one) for one in statutes.majorities]
    plain["colleges"] = [{"code": c.code, "label": c.label, "weight": str(c.weight)} for c in statutes.colleges]
    plain["categories"] = list(statutes.categories)
    plain["college_method"] = statutes.college_method.value
    plain["empty_college"] = statutes.empty_college.value
    return plain


def majority_to_json(one: Majority) -> dict[str, Any]:
    """One majority as plain JSON; the recount script reads it."""
    plain = {name: getattr(one, name) for name in Majority.__slots__}
    return {**plain, "base": one.base.value, "threshold": str(one.threshold)}


def from_json(value: Any) -> Statutes:
    """The rules that a decision or a form gives as JSON; raises StatutesUnreadable."""
    if not isinstance(value, dict) or set(value) - set(Statutes.__slots__):
        raise StatutesUnreadable(place=", ".join(sorted(set(value) - set(Statutes.__slots__)))[:80] if value else "")
    try:
        fields: dict[str, Any] = {name: _scalar(name, one) for name, one in value.items() if name in _SCALARS}
        for name, read in _READERS.items():
            if name in value:
                fields[name] = read(value[name])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError) as unreadable:
        raise StatutesUnreadable(place=str(unreadable)[:80]) from unreadable
    return Statutes(**fields)


_SCALARS: dict[str, type] = {
    "source": str, "convened_by": str, "notice_days": int, "casting_vote": bool, "most_proxies": int,
    "open_proxies": bool, "proxies_in_college": bool, "dues_needed": bool, "membership_needed": bool,
    "remote_vote": bool, "persons_secret": bool, "one_head_one_vote": bool, "scic": bool,
}  # fmt: skip


def _scalar(name: str, value: Any) -> Any:
    if name == "most_proxies" and value is None:
        return None
    if type(value) is not _SCALARS[name]:
        raise TypeError(name)
    return clean_line(value) if isinstance(value, str) else value


def _quorum_to(quorum: Quorum) -> dict[str, Any]:
    plain = {name: getattr(quorum, name) for name in Quorum.__slots__}
    return {**plain, "fraction": str(quorum.fraction), "on": quorum.on.value}


def _quorum_from(value: Any) -> Quorum:
    flags = {name: bool(value[name]) for name in ("strictly", "with_proxies", "per_college")}
    return Quorum(Fraction(value["fraction"]), on=CountedOn(value["on"]), **flags)


def _majority_from(value: Any) -> Majority:
    flags = {name: bool(value[name]) for name in ("strictly", "blank_counts", "abstentions_count")}
    base, threshold = MajorityBase(value["base"]), Fraction(value["threshold"])
    return Majority(clean_line(value["code"], most=LONGEST_CODE), clean_line(value["label"]), base, threshold, **flags)


def _college_from(value: Any) -> College:
    return College(clean_line(value["code"], most=LONGEST_CODE), clean_line(value["label"]), Fraction(value["weight"]))


_READERS: dict[str, Any] = {
    "quorum": _quorum_from,
    "second_quorum": lambda value: None if value is None else _quorum_from(value),
    "majorities": lambda value: tuple(_majority_from(one) for one in value),
    "categories": lambda value: tuple(clean_line(one) for one in value),
    "colleges": lambda value: tuple(_college_from(one) for one in value),
    "college_method": CollegeMethod,
    "empty_college": EmptyCollege,
}
