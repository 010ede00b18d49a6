"""What the record keeps of a computation: facts, said in each reader's language; and what was kept as French before."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from coopter.billing.queries.calls import due_of
from coopter.contributions.commands import calls
from coopter.contributions.queries.calls import get_run, list_calls
from coopter.contributions.queries.calls_planned import CallPlan, Reckoned
from coopter.contributions.rules.figures import IMPORTED, Estimate, estimate, method_said
from coopter.contributions.rules.formulas import FormulaNotUnderstood, ProRata, Step, StepKind
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.plumbing.pages import written
from coopter.values.money import Money
from tests.contributions.calls_scene import AT, ON, a_called_cluster

KEPT = (
    Step(StepKind.FIGURE, None, (("base", Base.TURNOVER), ("named", ""), ("part", 8_000_000), ("rate", 0))),
    Step(StepKind.TIER, Money(24_000), (("base", Base.TONNES), ("named", ""), ("part", 8_000), ("rate", 3_000))),
    Step(StepKind.FIXED, Money(5_000), (("kind", "association"),)),
    Step(StepKind.TIME, Money(12_000), (("pro_rata", ProRata.DAYS), ("inside", 184), ("of", 365))),
    Step(StepKind.ROUNDED, Money(12_000), (("unit", Money(100)),)),
    Step(StepKind.ROUNDED, Money(12_000), (("unit", None),)),
    Step(StepKind.SHARE, Money(12_000), (("part", 1_686), ("budget", Money(300_000)))),
    Step(StepKind.FIRST_YEAR, Money(0), (("day", date(2026, 7, 1)),)),
    Step(StepKind.SMALL_STAFF, Money(0), (("persons", 1), ("few", 3))),
    Step(StepKind.OWED, Money(12_000), (("year", 2026),)),
    Step(StepKind.DIFFERENCE, Money(-1)),
)


@pytest.mark.parametrize("step", KEPT, ids=lambda step: step.kind.value)
def test_a_step_is_read_back_as_it_was_kept(step: Step) -> None:
    assert Step.from_json(step.to_json()) == step
    assert str(Step.from_json(step.to_json()).words) == str(step.words)


def test_a_step_that_is_none_is_refused() -> None:
    for value in (None, {}, {"kind": "gift", "amount": 1, "facts": {}}, {"kind": "cap", "amount": "1", "facts": {}}):
        with pytest.raises(FormulaNotUnderstood):
            Step.from_json(value)


def test_a_call_is_told_in_the_readers_language_and_printed_in_french(app: Flask) -> None:
    with a_called_cluster() as cluster:
        run = calls.call_contribution(cluster.anne, contribution_id=cluster.contribution, year=2026, on=ON, at=AT)
        call = list_calls(run)[0]
        with app.test_request_context(), force_locale("en"):
            assert [written(words) for words, _amount in call.steps] == [
                "Turnover: €742,318.55", "0.1% on €742,318.55", "Due for 2026",
            ]  # fmt: skip
            assert written(call.figures) and written(call.sentences[0]).startswith("Each member pays 0.1%")
            due = due_of(call, get_run(run))
        assert due.steps[-1] == ("Dû pour 2026", "742,32\u00a0€")
        assert due.figures == (("Chiffre d’affaires 2025", "742\u202f318,55\u00a0€"),)
        assert due.sentences[0].startswith("Chaque membre paie 0,1 %")


def test_a_call_that_was_kept_as_french_texts_still_opens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first calls kept words: nothing is lost of them, and the document says the same."""
    as_facts = calls._detail

    def as_words(plan: CallPlan, one: Reckoned) -> dict[str, Any]:
        return as_facts(plan, one) | {
            "steps": [["Dû pour 2026", str(one.owed)]], "summary": "Chiffre d’affaires 2025",
            "sentences": ["Chaque membre paie 0,1 %"], "figures": [["Chiffre d’affaires 2025", ""]],
        }  # fmt: skip

    monkeypatch.setattr(calls, "_detail", as_words)
    with a_called_cluster() as cluster:
        run = calls.call_contribution(cluster.anne, contribution_id=cluster.contribution, year=2026, on=ON, at=AT)
        call = list_calls(run)[0]
        assert call.steps == (("Dû pour 2026", "742,32\u00a0€"),) and call.amount == Money(74_232)
        assert call.summary == "Chiffre d’affaires 2025 : 742\u202f318,55\u00a0€"
        assert due_of(call, get_run(run)).steps == (("Dû pour 2026", "742,32\u00a0€"),)


@pytest.mark.parametrize("trend", [None, (Fraction(6, 5), 4)], ids=["alone", "with others"])
def test_an_estimate_is_told_in_the_readers_language(app: Flask, trend: tuple[Fraction, int] | None) -> None:
    guess = estimate(Base.TURNOVER, before=100_000, year=2025, trend=trend)
    assert isinstance(guess, Estimate)
    said = method_said(Base.TURNOVER, FigureState.ESTIMATED, guess.method)
    assert str(said) == str(guess.words)
    with app.test_request_context(), force_locale("en"):
        assert written(said).startswith("Estimated: ") and "€1,000.00" in written(said)


def test_where_a_figure_comes_from_stays_what_was_written(app: Flask) -> None:
    """What a member typed is theirs, even with a brace; what was kept as French text is shown so."""
    assert method_said(Base.PROFIT, FigureState.DECLARED, "{comptes 2025}") == "{comptes 2025}"
    old = "Estimé : le chiffre de 2024 (10,00\u00a0€), faute de réponse."
    assert method_said(Base.PROFIT, FigureState.ESTIMATED, old) == old
    with app.test_request_context(), force_locale("en"):
        assert "Imported" in written(method_said(Base.PROFIT, FigureState.CHECKED, str(IMPORTED)))
