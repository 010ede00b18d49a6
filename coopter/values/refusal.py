"""How the house says no: each refusal is a class whose docstring is the French sentence shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from coopter.values.instants import PARIS

MOST_FAULTS_LISTED = 100
MOST_CHARACTERS_QUOTED = 60


def sentence_of(docstring: str) -> str:
    """Return a docstring as the one-line sentence that is shown and translated (the catalogue's msgid)."""
    return re.sub(r"[ \t\r\n]+", " ", docstring).strip()


def in_words(fact: object) -> object:
    """Return a fact as a French reader expects it: days as JJ/MM/AAAA, instants as Paris
    clocks show them, numbers with a comma, lists separated by
    commas, the rest as it is."""
    if isinstance(fact, datetime):
        return fact.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
    if isinstance(fact, date):
        return fact.strftime("%d/%m/%Y")
    if isinstance(fact, (list, tuple, set, frozenset)):
        return ", ".join(str(in_words(one)) for one in fact)
    if isinstance(fact, Decimal):
        whole, _, rest = f"{fact:,f}".partition(".")
        return whole.replace(",", "\u202f") + ("," + rest.rstrip("0") if rest.rstrip("0") else "")
    return fact


class Words(str):
    """French words of ours that stand in or beside a sentence, with their facts: shown in the reader's language."""

    source: str
    facts: dict[str, Any]

    def __new__(cls, source: str, /, **facts: object) -> Self:
        """The French text, filled in; `source` is the catalogue's msgid."""
        words = super().__new__(cls, source % {name: in_words(fact) for name, fact in facts.items()})
        words.source, words.facts = source, facts
        return words

    def __getnewargs_ex__(self) -> tuple[tuple[str, ...], dict[str, Any]]:  # copied and pickled as it was made
        return (self.source,), self.facts

    def about(self, **facts: object) -> Self:
        """The same words with these facts."""
        (sources, _) = self.__getnewargs_ex__()
        return type(self)(*sources, **facts)


class Counted(Words):
    """Words in two forms, by their `count`: French has its plural from 2 on, another language by its own rule."""

    one: str
    many: str

    def __new__(cls, one: str, many: str, /, *, count: Any, **facts: object) -> Self:
        """The French text for this count, an integer or a Decimal."""
        words = super().__new__(cls, one if abs(count) < 2 else many, count=count, **facts)
        words.one, words.many = one, many
        return words

    def __getnewargs_ex__(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        return (self.one, self.many), self.facts


def quoted(text: str) -> str:
    """Return what a person typed, cut to 60 characters and with invisible characters made visible."""
    cut = text if len(text) <= MOST_CHARACTERS_QUOTED else text[: MOST_CHARACTERS_QUOTED - 1] + "…"
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else f"<U+{ord(c):04X}>" for c in cut)


class No(Exception):
    """Cette demande ne peut pas aboutir."""

    sentence: ClassVar[str] = "Cette demande ne peut pas aboutir."

    def __init_subclass__(cls) -> None:
        if not cls.__doc__:
            raise TypeError(f"{cls.__name__} needs a docstring: it is the sentence shown")
        cls.sentence = sentence_of(cls.__doc__)

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts: dict[str, Any] = facts
        str(self)  # a fact that the sentence needs and that was forgotten is found here, not on the page

    @property
    def words(self) -> dict[str, object]:
        """The facts as they are put into the sentence, or into its translation."""
        return {name: in_words(fact) for name, fact in self.facts.items()}

    def __str__(self) -> str:
        return Words(self.sentence, **self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.facts)


def _rebuild(cls: type[No], facts: dict[str, Any]) -> No:
    return cls(**facts)


class Refusal(No):
    """Cette action est refusée par une règle du groupement. Vérifiez votre saisie, puis recommencez."""


class NotAllowed(No):
    """Vous n'avez pas le droit de faire cela. Si vous en avez besoin, demandez-le à la personne qui coordonne le
    groupement."""


class NotFound(No):
    """Cet élément n'existe pas ou n'existe plus. Revenez à la liste pour le retrouver."""


class Conflict(Refusal):
    """Quelqu'un d'autre a modifié cet élément pendant que vous le remplissiez. Comparez les deux versions, puis
    enregistrez celle qui est juste."""

    def __init__(
        self, *, mine: Mapping[str, Any] | None = None, theirs: Mapping[str, Any] | None = None, **facts: object
    ) -> None:
        self.mine = dict(mine or {})
        self.theirs = dict(theirs or {})
        super().__init__(mine=self.mine, theirs=self.theirs, **facts)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: where it stands, what was read and how to put it right. Line 0 is the whole file."""

    line: int
    column: str
    value: str
    remedy: str

    @property
    def where(self) -> str:
        """The place as a person looks for it in a spreadsheet."""
        places = [f"ligne {self.line}"] if self.line else ["fichier"]
        if self.column:
            places.append(f"colonne « {self.column} »")
        return ", ".join(places)

    def __str__(self) -> str:
        value = f", valeur « {self.value} »" if self.value else ""
        return f"{self.where}{value} : {self.remedy}"


class Faults(Refusal):
    """Le fichier contient des anomalies (nombre : %(count)s) et rien n'a été enregistré. Corrigez les lignes
    indiquées, puis recommencez."""

    def __init__(self, faults: Iterable[Fault], *, count: int | None = None) -> None:
        found = tuple(faults)
        self.faults: Sequence[Fault] = found[:MOST_FAULTS_LISTED]
        self.count = len(found) if count is None else count
        super().__init__(count=self.count)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_faults, (self.faults, self.count)


def _rebuild_faults(faults: Sequence[Fault], count: int) -> Faults:
    return Faults(faults, count=count)


class FaultList:
    """Gathers the faults of a file while it is checked, so that they are all told at once (the first 100 in full)."""

    def __init__(self) -> None:
        self._noted: list[Fault] = []
        self.count = 0

    @property
    def listed(self) -> list[Fault]:
        """The first faults in the order of the file, whenever each was noted."""
        return sorted(self._noted, key=lambda fault: fault.line)[:MOST_FAULTS_LISTED]

    def add(self, line: int, *, column: str = "", value: str = "", remedy: str) -> None:
        """Note one fault; the value is cut to what fits on a line."""
        self.count += 1
        self._noted.append(Fault(line, column, quoted(value), remedy))
        if len(self._noted) > 20 * MOST_FAULTS_LISTED:
            self._noted = self.listed

    def copy(self) -> "FaultList":
        """The same faults, to which others may be added."""
        other = FaultList()
        other._noted, other.count = list(self._noted), self.count
        return other

    def refuse_if_any(self) -> None:
        """Raise Faults if anything was noted."""
        if self.count:
            raise Faults(self.listed, count=self.count)
