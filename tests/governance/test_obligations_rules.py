"""Days, delays and proofs of obligations, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from coopter.governance.rules.obligations import (
    MOST_PROOF_BYTES,
    OBLIGATIONS,
    NotAProof,
    ProofTooLarge,
    UnknownObligation,
    Urgency,
    after_months,
    check_proof,
    kind_named,
    next_subject,
    one_agreement,
    urgency_of,
)

TODAY = date(2026, 10, 15)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 22), 60, date(2031, 11, 22)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
    ],
)
def test_a_delay_counts_in_months(day: date, months: int, then: date) -> None:
    """A month after 31 January is the last day of February."""
    assert after_months(day, months) == then


@pytest.mark.parametrize(
    ("due_on", "done_on", "urgency"),
    [
        (date(2026, 10, 14), None, Urgency.OVERDUE),
        (date(2026, 10, 15), None, Urgency.SOON),
        (date(2026, 11, 14), None, Urgency.SOON),
        (date(2026, 11, 15), None, Urgency.LATER),
        (date(2026, 10, 14), date(2026, 10, 13), Urgency.DONE),
    ],
)
def test_how_a_day_stands_to_today(due_on: date, done_on: date | None, urgency: Urgency) -> None:
    """The very day is not late yet."""
    assert urgency_of(due_on=due_on, done_on=done_on, today=TODAY) is urgency


def test_a_proof_is_told_from_its_bytes() -> None:
    """R51, R54: a page disguised as a picture is none; five megabytes at most."""
    assert check_proof(b"%PDF-1.7 ...") == "application/pdf"
    assert check_proof(b"\x89PNG\r\n\x1a\n...") == "image/png"
    assert check_proof(b"\xff\xd8\xff...") == "image/jpeg"
    with pytest.raises(NotAProof):
        check_proof(b"<svg onload=alert(1)>")
    with pytest.raises(ProofTooLarge):
        check_proof(b"%PDF-" + b"0" * MOST_PROOF_BYTES)


def test_every_usual_obligation_says_what_it_is_about_and_no_calendar_names_a_person() -> None:
    """Titles hold the name; those about a natural person have a second, nameless one for calendars."""
    for kind in OBLIGATIONS.values():
        assert "%(name)s" in kind.title
    for about_a_person in ("amendment", "medical-visit", "declare-officers"):
        assert "Nolwenn" not in kind_named(about_a_person).feed_words("Nolwenn Le Goff")
    assert kind_named("coop-review").every == 60
    with pytest.raises(UnknownObligation):
        kind_named("no such thing")


def test_what_comes_back_has_a_subject_of_its_own() -> None:
    """So that the one done and the next one stand side by side."""
    assert next_subject("grouping", due_on=date(2031, 1, 1)) == "grouping@2031-01-01"
    assert next_subject("grouping@2031-01-01", due_on=date(2036, 1, 1)) == "grouping@2036-01-01"


def test_one_collective_agreement_or_several() -> None:
    """L1253-10 and L1253-17: what is not known does not count; case and blanks do not either."""
    assert one_agreement(["ECLAT", " eclat ", ""])
    assert not one_agreement(["ECLAT", "Syntec"])
    assert one_agreement([])
