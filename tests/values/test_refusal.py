"""A refusal is a French sentence that names its facts; faults of a file come all at once."""

import copy
import importlib
import pickle
import pkgutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import coopter.values
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.refusal import (
    Conflict,
    Counted,
    Fault,
    FaultList,
    Faults,
    No,
    NotAllowed,
    NotFound,
    Refusal,
    Words,
    quoted,
    sentence_of,
)


class DayTooLong(Refusal):
    """Le %(day)s compte déjà %(hours)s : retirez
    des heures de ce jour (au plus 100 %%)."""


def test_the_docstring_is_the_sentence():
    refusal = DayTooLong(day=date(2007, 3, 5), hours="11 h")
    assert refusal.sentence == "Le %(day)s compte déjà %(hours)s : retirez des heures de ce jour (au plus 100 %%)."
    assert refusal.facts == {"day": date(2007, 3, 5), "hours": "11 h"}
    assert str(refusal) == "Le 05/03/2007 compte déjà 11 h : retirez des heures de ce jour (au plus 100 %)."
    assert sentence_of("a\n    b\u00a0:  c ") == "a b\u00a0: c"


def test_facts_are_put_in_words():
    assert DayTooLong(day=["a", date(2007, 1, 2)], hours=Money(150)).words == {
        "day": "a, 02/01/2007",
        "hours": Money(150),
    }
    assert DayTooLong(day=datetime(2007, 3, 5, 8, 30, tzinfo=UTC), hours=1).words["day"] == "05/03/2007 09:30"


def test_a_forgotten_fact_or_sentence_is_found_at_once():
    with pytest.raises(KeyError):
        DayTooLong(day=date(2007, 3, 5))
    with pytest.raises(TypeError, match="docstring"):
        type("Mute", (Refusal,), {})


def test_doors_are_not_rules():
    for closed in (NotAllowed(), NotFound()):
        assert isinstance(closed, No)
        assert not isinstance(closed, Refusal)
        assert str(closed).endswith(".")


def test_a_conflict_carries_both_versions():
    conflict = Conflict(mine={"minutes": 450}, theirs={"minutes": 420}, who="A")
    assert isinstance(conflict, Refusal)
    assert (conflict.mine, conflict.theirs, conflict.facts["who"]) == ({"minutes": 450}, {"minutes": 420}, "A")
    assert Conflict().theirs == {}


def test_refusals_travel_between_processes():
    for refusal in (
        DayTooLong(day=date(2007, 3, 5), hours=11),
        Conflict(mine={"a": 1}, theirs={"a": 2}),
        Faults([Fault(2, "x", "y", "z")], count=7),
    ):
        other = pickle.loads(pickle.dumps(refusal))
        assert (type(other), str(other), other.facts) == (type(refusal), str(refusal), refusal.facts)
    assert copy.copy(Faults([Fault(2, "x", "y", "z")], count=7)).faults == (Fault(2, "x", "y", "z"),)


def test_words_of_ours_are_french_text_that_remembers_its_source():
    words = Words("du %(start)s, %(who)s, à 100 %%", start=date(2007, 3, 5), who=Words("le groupement"))
    assert words == "du 05/03/2007, le groupement, à 100 %"
    for same in (words, copy.deepcopy(words), pickle.loads(pickle.dumps(words))):
        assert (same, same.source, same.facts) == (words, words.source, words.facts)
    refusal = DayTooLong(day=date(2007, 3, 5), hours="25 h")
    assert isinstance(str(refusal), Words) and str(refusal).source == refusal.sentence


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 jour"), (1, "1 jour"), (Decimal("1.5"), "1,5 jour"), (2, "2 jours"), (-3, "-3 jours")],
)
def test_counted_words_have_their_plural_from_two_on(count, said):
    words = Counted("%(count)s jour", "%(count)s jours", count=0).about(count=count)
    assert words == said
    for same in (copy.deepcopy(words), pickle.loads(pickle.dumps(words))):
        assert (same, same.one, same.many, same.facts) == (words, words.one, words.many, words.facts)


def test_faults_are_listed_to_a_hundred_and_counted_in_full():
    faults = FaultList()
    faults.refuse_if_any()
    for line in range(250):
        faults.add(line + 2, column="minutes", value="é" * 200, remedy="écrivez 7h30")
    with pytest.raises(Faults, match="250") as refusal:
        faults.refuse_if_any()
    assert len(refusal.value.faults) == 100
    assert refusal.value.count == 250
    first = refusal.value.faults[0]
    assert first.value == "é" * 59 + "…"
    assert str(first) == f"ligne 2, colonne « minutes », valeur « {first.value} » : écrivez 7h30"
    assert str(Fault(0, "", "", "trop lourd")) == "fichier : trop lourd"


def test_what_is_quoted_shows_what_it_hides():
    assert quoted("1\u200b2\0") == "1<U+200B>2<U+0000>"
    assert quoted("1\u202f234\u00a0€") == "1\u202f234\u00a0€"


def test_every_refusal_of_the_values_is_a_sentence_with_a_remedy():
    for module in pkgutil.iter_modules(coopter.values.__path__, "coopter.values."):
        importlib.import_module(module.name)
    found, kinds = [Refusal], {Refusal}
    while found:
        kinds |= (
            new := {
                sub for kind in found for sub in kind.__subclasses__() if sub.__module__.startswith("coopter.values.")
            }
        )
        found = list(new)
    assert len(kinds) > 15
    for kind in kinds:
        assert kind.sentence[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÉ«"
        assert kind.sentence.endswith(".")
        assert sum(kind.sentence.count(mark) for mark in (". ", " : ", ", puis")) >= 1


def test_an_actor_has_roles():
    actor = Actor(
        person_id=3, name="Ana", grouping_id=1, roles=frozenset({Role.EMPLOYEE, Role.TREASURER}), employee_id=9
    )
    assert actor.has(Role.EMPLOYEE)
    assert actor.has(Role.COORDINATOR, Role.TREASURER)
    assert not actor.has(Role.COORDINATOR)
    assert not actor.has()
    machine = Actor.command_line(1)
    assert (machine.name, machine.grouping_id, machine.is_administrator) == ("ligne de commande", 1, True)
    assert machine.has(Role.COORDINATOR)
    assert Actor.command_line().grouping_id is None
