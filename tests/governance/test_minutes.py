"""Minutes and rules in words: made from the data, exact to the fraction, and never anybody's Markdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from coopter.governance.rules.colleges import CollegeMethod, EmptyCollege
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm, ItemState, Verdict
from coopter.governance.rules.minutes import Asked, Attendee, MinutesFacts, draft_minutes
from coopter.governance.rules.minutes_votes import Deliberation, MinutesPoint
from coopter.governance.rules.minutes_words import clock_in_words, day_in_words, plain
from coopter.governance.rules.presets import ABSOLUTE, ASSOCIATION, BOARD, OF_ALL, SCIC, TWO_THIRDS, UNANIMITY
from coopter.governance.rules.quorum import Place, quorum_state
from coopter.governance.rules.statutes import ORDINARY, CountedOn, Quorum, Statutes
from coopter.governance.rules.tally import Cast, Seated, tally_election, tally_resolution
from coopter.governance.rules.wording import majority_in_words, part, percent, quorum_in_words, rules_in_words

AT = datetime(2026, 3, 14, 17, 30, tzinfo=UTC)
POINT = MinutesPoint(
    position=1, title="Approuver les comptes", text="Les comptes sont approuvés.", form=ItemForm.RESOLUTION,
    method=BallotMethod.ROLL_CALL, state=ItemState.CLOSED, amends="", majority=ORDINARY, notes="", deliberation=None,
)  # fmt: skip
FACTS = MinutesFacts(
    grouping="Cap Rade", body="Assemblée générale", title="AG", mode=AssemblyMode.IN_PERSON, call=1, starts_at=AT,
    ends_at=None,
    opened_at=AT, closed_at=datetime(2026, 3, 14, 19, 0, tzinfo=UTC), place="Salle du port", convened_by="Anne",
    convened_at=datetime(2026, 2, 20, 9, 0, tzinfo=UTC), chair="Maryvonne", secretary="Yann", scrutineers="",
    record_on=date(2026, 3, 1), quorum=Quorum(Fraction(1, 4)),
    attendees=(Attendee("Membre A", "", 1, "présent", "depuis 18 h"), Attendee("Membre B", "", 1, "absent", "")),
    points=(POINT,), questions=(),
)  # fmt: skip


def golden_f(**rules: object) -> Deliberation:
    """Golden F of domain.md §8.4: 25/30/20/25, as an outcome keeps it."""
    votes = {"A": (6, 2, 0), "B": (10, 14, 1), "C": (2, 0, 0), "D": (3, 6, 1)}
    ballots = [
        Cast(college, 1, word)
        for college, counts in votes.items()
        for word, count in zip(("yes", "no", "abstain"), counts, strict=True)
        for _one in range(count)
    ]
    seats = [Seated(one.college, 1, True) for one in ballots]
    statutes = replace(SCIC, **rules)  # type: ignore[arg-type]
    tally = tally_resolution(ballots, electors=seats, statutes=statutes, majority=ORDINARY)
    return Deliberation(12, tally.verdict, tally.result, "a" * 64, "", "")


def text_of(deliberation: Deliberation, **point: object) -> str:
    """The minutes of one point with this outcome."""
    held = replace(POINT, deliberation=deliberation, **point)  # type: ignore[arg-type]
    return draft_minutes(replace(FACTS, points=(held,)))


def test_golden_f_stands_in_the_minutes_before_and_after_weighting() -> None:
    """Golden F: 59.58 % for in proportion, 45 % when the winner takes all; heads are told all the same."""
    written = text_of(golden_f())
    assert "| Pour | 21 |" in written and "| Contre | 22 |" in written
    assert "| Salariés | 6 | 2 | 0 | 0 | 25 % | 18,75 % | 6,25 % |" in written.replace("\u00a0", " ")
    assert "59,58 % pour, 40,42 % contre" in written.replace("\u00a0", " ")
    assert "**La résolution est adoptée.**" in written
    whole = text_of(golden_f(college_method=CollegeMethod.WINNER_TAKES_ALL)).replace("\u00a0", " ")
    assert "45 % pour, 55 % contre" in whole and "**La résolution est rejetée.**" in whole


def test_who_was_there_and_when_open_the_minutes() -> None:
    written = draft_minutes(FACTS)
    written = written.replace("\u00a0", " ")
    assert "Le 14 mars 2026 à 18 h 30, les membres de l’instance « Assemblée générale » de Cap Rade" in written
    assert "se sont réunis sur place, Salle du port." in written
    assert "La convocation a été envoyée le 20 février 2026 par Anne." in written
    assert "Membres ayant droit de vote : 2. Présents : 1 ; représentés : 0 ; absents : 1." in written
    assert "au moins le quart" in written and "Scrutateurs" not in written
    assert "est close le 14 mars 2026 à 20 h." in written
    consulted = replace(FACTS, mode=AssemblyMode.CONSULTATION, opened_at=None, call=2, closed_at=None, place="",
                        scrutineers="Iris")  # fmt: skip
    written = draft_minutes(consulted)
    assert "À partir du 14 mars 2026" in written and "consultés par écrit" in written
    assert "Cette seconde convocation" in written and "L’assemblée n’est pas close." in written
    assert "- Scrutateurs : Iris" in written
    assert "La convocation" not in draft_minutes(replace(FACTS, convened_at=None, chair="", secretary=""))


def test_colleges_and_weights_have_their_columns() -> None:
    people = (Attendee("A", "Salariés", 3, "présent", ""), Attendee("B", "Usagers", 1, "sans droit de vote", "dues"))
    written = draft_minutes(replace(FACTS, attendees=people))
    assert "| Membre | Collège | Voix | Présence |" in written and "| A | Salariés | 3 | présent |" in written
    assert "Membres ayant droit de vote : 1." in written


def test_what_people_wrote_is_never_markdown_nor_a_field() -> None:
    """R25: names and titles are text; a merge field typed in a title stays what it is."""
    assert plain("a*b|c {{groupement}}\nd") == "a\\*b\\|c { {groupement}} d"
    sly = replace(POINT, title="# {{config}} | <b>", text="{{7*7}}", notes="{{x}}")
    written = draft_minutes(replace(FACTS, points=(sly,)))
    assert "{{" not in written and "\\# { {config}} \\| \\<b\\>" in written


def test_each_point_says_what_became_of_it() -> None:
    report = replace(POINT, form=ItemForm.REPORT, notes="Présenté par Anne.", majority=None)
    withdrawn = replace(POINT, position=2, state=ItemState.WITHDRAWN, amends="Le budget")
    pending = replace(POINT, position=3, state=ItemState.PENDING)
    written = draft_minutes(replace(FACTS, points=(report, withdrawn, pending)))
    assert "Présenté par Anne." in written and "Ce point est retiré" in written
    assert "*Amendement à « Le budget ».*" in written and "n’a pas été mis aux voix" in written


def test_a_tie_a_casting_vote_and_an_annulment_are_told() -> None:
    ballots, seats = [Cast("", 2, "yes"), Cast("", 2, "no")], [Seated("", 2, True)] * 2
    cast = tally_resolution(ballots, electors=seats, statutes=BOARD, majority=ORDINARY, casting="yes")
    told = Deliberation(3, cast.verdict, cast.result, "b" * 64, "Décision n° 4 : le loyer.", "")
    written = text_of(told)
    assert "la voix de la présidence départage : pour." in written and "Décision n° 4 : le loyer." in written
    assert "| Pour | 1 | 2 |" in written, "heads and weights differ, both are told"
    against = tally_resolution(ballots, electors=seats, statutes=BOARD, majority=ORDINARY, casting="no")
    assert "départage : contre." in text_of(replace(told, verdict=against.verdict, result=against.result))
    plain_tie = tally_resolution(ballots, electors=seats, statutes=ASSOCIATION, majority=ORDINARY)
    gone = replace(told, verdict=plain_tie.verdict, result=plain_tie.result, decision="", annulled_because="Erreur")
    assert "Les voix sont égales." in text_of(gone) and "a été annulée : Erreur" in text_of(gone)


def test_an_election_names_who_was_elected_and_who_ties() -> None:
    ballots = [Cast("", 1, ["Anne", "Yann"]), Cast("", 1, ["Anne", "Iris"]), Cast("", 1, "blank")]
    seats = [Seated("", 1, True)] * 3
    names = ("Anne", "Yann", "Iris")
    tally = tally_election(ballots, electors=seats, statutes=ASSOCIATION, candidates=names, seats=2)
    found = Deliberation(5, tally.verdict, tally.result, "c" * 64, "", "")
    written = text_of(found, form=ItemForm.ELECTION, method=BallotMethod.SECRET, majority=None)
    assert "**Sont élus : Anne.**" in written and "départager : Iris, Yann." in written
    assert "Blancs et abstentions : 1." in written and "à bulletin secret" in written
    colleges = [Cast("A", 1, ["Anne"]), Cast("B", 1, ["Yann"])]
    weighed = tally_election(colleges, electors=[Seated("A", 1, True)], statutes=SCIC, candidates=names, seats=1)
    shown = text_of(replace(found, verdict=weighed.verdict, result=weighed.result), form=ItemForm.ELECTION)
    assert "Après pondération" in shown


def test_a_quorum_is_told_per_college_and_in_weights() -> None:
    places = [Place("A", 2, True, False), Place("B", 3, False, True), Place("B", 1, False, False)]
    rule = Quorum(Fraction(1, 2), on=CountedOn.WEIGHTS, per_college=True)
    state = quorum_state(places, rule).as_json()
    found = golden_f()
    written = text_of(replace(found, result={**found.result, "quorum": state}))
    assert "Quorum atteint : 5 voix présents ou représentés sur 6, 3 requis. Par collège : A 2/2, B 3/4." in written
    heads = quorum_state(places, Quorum(Fraction(1))).as_json()
    written = text_of(replace(found, result={**found.result, "quorum": heads}))
    assert "Quorum non atteint : 2 membres" in written and "Par collège" not in written


def test_silent_colleges_and_questions() -> None:
    empty = tally_resolution([], electors=[], statutes=SCIC, majority=ORDINARY)
    written = text_of(Deliberation(1, empty.verdict, empty.result, "d" * 64, "", ""))
    assert "Aucun collège n’a exprimé de vote." in written and "ne compte pas" in written
    asked = (Asked("A", "Pourquoi ?", "Parce que."), Asked("B", "Et puis ?", ""))
    written = draft_minutes(replace(FACTS, questions=asked))
    assert "Réponse : Parce que." in written and "sans réponse à ce jour" in written


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_sentence(verdict: Verdict) -> None:
    found = golden_f()
    assert "**" in text_of(replace(found, verdict=verdict, result={**found.result, "elected": ["Anne"]}))


def test_days_and_hours_as_people_say_them() -> None:
    assert day_in_words(date(2026, 8, 1)) == "1er août 2026"
    assert clock_in_words(datetime(2026, 7, 1, 6, 5, tzinfo=UTC)) == "8\u00a0h\u00a005"


def test_a_percentage_is_rounded_once_and_kept_short() -> None:
    found = [
        percent(one).replace("\u00a0", " ") for one in (Fraction(715, 12), Fraction(45), Fraction(12.5), Fraction(0))
    ]
    assert found == ["59,58 %", "45 %", "12,5 %", "0 %"]


def test_rules_are_told_as_the_statutes_mean_them() -> None:
    assert str(part(Fraction(2, 3))) == "les deux tiers" and str(part(Fraction(3, 7))) == "3/7"
    said = [str(one) for one in rules_in_words(SCIC)]
    assert "Collège Salariés : 25\u00a0% des voix." in said
    assert any("se répartit entre les autres" in one for one in said) and any("SCIC" in one for one in said)
    other = replace(SCIC, college_method=CollegeMethod.WINNER_TAKES_ALL, empty_college=EmptyCollege.LOST)
    said = [str(one) for one in rules_in_words(other)]
    assert any("en entier" in one for one in said) and any("est perdu" in one for one in said)
    said = [str(one) for one in rules_in_words(BOARD)]
    assert "À égalité des voix, celle de la présidence départage." in said


@pytest.mark.parametrize(
    ("statutes", "words"),
    [
        (Statutes(), "Aucun quorum n’est demandé."),
        (Statutes(quorum=Quorum(Fraction(1, 2), strictly=True)), "Quorum : plus de la moitié des membres qui ont"),
        (Statutes(quorum=Quorum(Fraction(1, 2)), second_quorum=None), "pas de seconde convocation"),
        (Statutes(quorum=Quorum(Fraction(1, 2)), second_quorum=Quorum(Fraction(1, 4))), "demande au moins le quart"),
        (Statutes(quorum=Quorum(Fraction(1, 2))), "seconde convocation décide sans quorum"),
        (Statutes(most_proxies=0), "Personne ne peut voter par pouvoir."),
        (Statutes(most_proxies=1, proxies_in_college=True), "à quelqu’un de son collège"),
        (Statutes(most_proxies=3), "une personne en porte 3 au plus"),
        (Statutes(), "n’est pas limité"),
        (Statutes(one_head_one_vote=False, remote_vote=True), "celui de son siège"),
        (Statutes(majorities=(replace(ORDINARY, blank_counts=True, abstentions_count=True),)), "les votes blancs"),
        (Statutes(notice_days=0), "À égalité des voix, la résolution est rejetée."),
    ],
)  # fmt: skip
def test_each_rule_has_its_sentence(statutes: Statutes, words: str) -> None:
    assert any(words in str(one) for one in rules_in_words(statutes)), [str(one) for one in rules_in_words(statutes)]


def test_quorums_and_majorities_in_words() -> None:
    weights = Quorum(Fraction(1, 3), on=CountedOn.WEIGHTS, with_proxies=False)
    assert str(quorum_in_words(weights)) == (
        "Quorum : au moins le tiers des voix qui ont le droit de vote, présents, sans compter les pouvoirs."
    )
    per_college = Quorum(Fraction(1, 3), on=CountedOn.WEIGHTS, per_college=True)
    assert "des voix de chaque collège" in str(quorum_in_words(per_college))
    assert str(majority_in_words(UNANIMITY)).endswith("la totalité des voix exprimées.")
    assert "au moins les deux tiers" in str(majority_in_words(TWO_THIRDS))
    assert "des présents et représentés" in str(majority_in_words(ABSOLUTE))
    assert "de tous les membres" in str(majority_in_words(OF_ALL))
