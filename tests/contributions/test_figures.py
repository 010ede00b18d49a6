"""Figures of members: typed as people write them, estimated with a stated method, confidential, reviewed (§3)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from coopter.contributions.commands import campaigns, figures
from coopter.contributions.commands.campaigns import CampaignDetails
from coopter.contributions.commands.figures import declare_figures
from coopter.contributions.models import CallRun, Contribution, Figure
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.queries.figures import figures_of, member_figures
from coopter.contributions.queries.figures_changes import CALLS, figures_changed_since
from coopter.contributions.rules.figures import (
    Change,
    ChangeUnexplained,
    FigureNegative,
    FigureNotUnderstood,
    NotAskedThisYear,
    NothingDeclared,
    SourceMissing,
    estimate,
    figure_words,
    median_change,
    parse_figure,
    rounded,
    typed_figure,
)
from coopter.contributions.rules.kinds import Base, CallKind, FigureState, Product
from coopter.governance import commands as governance
from coopter.governance.rules.obligations import NotAProof, ProofTooLarge
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.numbers import AmountNotUnderstood
from coopter.values.refusal import Conflict, NotAllowed, NotFound, Refusal
from tests import factories as a
from tests.contributions.members_scene import AT, DUE, Scene, scene_of

PDF = b"%PDF-1.7 accounts"
PAGES = "/cap-cooperation/contributions/chiffres"
ASKED = CampaignDetails((Base.TURNOVER, Base.PROFIT, Base.HEADCOUNT), DUE, "Merci à tous.")


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


def declared(scene: Scene, name: str, amounts: dict[Base, int], *, year: int = 2025, comment: str = "") -> None:
    """What a member says, on official accounts."""
    sheet = queries.member_sheet(queries.get_campaign(year), scene.id_of(name))
    declare_figures(
        scene.speaks(name), structure_id=scene.id_of(name), year=year, version=sheet.version, figures=amounts,
        source="comptes annuels", comment=comment, at=AT,
    )  # fmt: skip


def stands(scene: Scene, name: str, base: Base, amount: int, *, year: int) -> None:
    """A figure that was accepted another year."""
    a.saved(
        Figure(structure_id=scene.id_of(name), year=year, base=base, amount=amount, state=FigureState.CHECKED,
               written_by="Anne", written_at=AT - timedelta(days=400))
    )  # fmt: skip


# ── Typing ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("base", "text", "amount"),
    [
        (Base.TURNOVER, "1 234 567,89 €", 123_456_789),
        (Base.TURNOVER, "1\u202f234\u202f567,89", 123_456_789),
        (Base.TURNOVER, "0", 0),
        (Base.PROFIT, "-12 000", -1_200_000),
        (Base.HEADCOUNT, "12,5", 1_250),
        (Base.HEADCOUNT, "12,5 ETP", 1_250),
        (Base.TONNES, "12,345 t", 12_345),
        (Base.SURFACE, "600 m²", 60_000),
        (Base.OTHER, "3.25", 325),
    ],
)
def test_what_people_type_is_read(base: Base, text: str, amount: int) -> None:
    """R45: French numbers, in the base's own unit."""
    assert parse_figure(base, text) == amount


@pytest.mark.parametrize(
    ("base", "text", "refusal"),
    [
        (Base.TURNOVER, "12,345", AmountNotUnderstood),
        (Base.TURNOVER, "beaucoup", AmountNotUnderstood),
        (Base.TURNOVER, "-1", FigureNegative),
        (Base.HEADCOUNT, "1e3", FigureNotUnderstood),
        (Base.HEADCOUNT, "-2", FigureNegative),
        (Base.TONNES, "1,2345", FigureNotUnderstood),
    ],
)
def test_what_is_no_figure_is_refused(base: Base, text: str, refusal: type[Refusal]) -> None:
    """R45: never guessed."""
    with pytest.raises(refusal):
        parse_figure(base, text)


@given(st.sampled_from([base for base in Base if base is not Base.HOURS_USED]), st.integers(0, 99_999_999_999))
def test_what_is_written_reads_back(base: Base, amount: int) -> None:
    """A form shows again exactly what was kept."""
    amount %= 10**9 * 100
    assert parse_figure(base, typed_figure(base, amount)) == amount


def test_figures_are_said_in_words() -> None:
    """Each in its unit."""
    assert figure_words(Base.TURNOVER, 123_456) == "1\u202f234,56\u00a0€"
    assert figure_words(Base.HEADCOUNT, 1_250) == "12,5 ETP"
    assert figure_words(Base.HOURS_USED, 450) == "7\u00a0h\u00a030"
    assert figure_words(Base.OTHER, 100_000) == "1\u202f000"


# ── Comparing and estimating ──────────────────────────────────────────────────────────────────────────────────────────


def test_thirty_percent_is_not_over_thirty() -> None:
    """The warning starts above 30 %, both ways, and after a loss on its size."""
    assert not Change(100, 130).is_large and Change(100, 131).is_large
    assert not Change(100, 70).is_large and Change(100, 69).is_large
    assert Change(-100, -131).is_large and not Change(-100, -90).is_large
    assert not Change(0, 5).is_large and Change(None, 5).percent is None
    assert str(Change(300, 400).percent) == "33.3"


def test_the_silent_move_with_the_median_of_the_others() -> None:
    """Three ratios at least; a loss and a newcomer say nothing of a trend."""
    now, before = {1: 110, 2: 120, 3: 300, 4: 5, 5: 7}, {1: 100, 2: 100, 3: 100, 4: -5}
    assert median_change(now, before) == (Fraction(6, 5), 3)
    assert median_change({1: 110, 2: 120}, before) is None
    assert median_change({1: 110, 2: 120, 3: 300, 6: 130}, {**before, 6: 100}) == (Fraction(5, 4), 4)
    guess = estimate(Base.TURNOVER, before=100_001, year=2025, trend=(Fraction(6, 5), 3))
    assert guess is not None and guess.amount == 120_001
    assert "1\u202f000,01\u00a0€ en 2024, × 1,2" in guess.method and "3 membres" in guess.method


def test_without_a_trend_last_year_stands_and_without_last_year_nothing_is_guessed() -> None:
    """No figure is invented."""
    same = estimate(Base.PROFIT, before=-500, year=2025, trend=(Fraction(2), 9))
    assert same is not None and same.amount == -500 and "faute de réponse" in same.method
    alone = estimate(Base.TURNOVER, before=500, year=2025, trend=None)
    assert alone is not None and alone.amount == 500
    assert estimate(Base.TURNOVER, before=None, year=2025, trend=(Fraction(1), 3)) is None


@given(st.fractions(-1000, 1000))
def test_rounding_is_half_away_from_zero(exact: Fraction) -> None:
    """Once, and never further than a half."""
    assert abs(rounded(exact) - exact) <= Fraction(1, 2)
    assert rounded(-exact) == -rounded(exact)


# ── Declaring ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_campaign_from_the_letter_to_the_accepted_figure(scene: Scene) -> None:
    """Opened, written to, declared, reviewed; what counts is what was said last."""
    sent = campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    assert set(sent.sent) == {"North", "South", "East", "West"}
    letters = session().scalars(select(OutboxRow.payload)).all()
    assert len(letters) == 4 and all("chiffres/2025/structures/" in one["text"] for one in letters)
    declared(scene, "north", {Base.TURNOVER: 100_00, Base.PROFIT: -5_00})
    assert figures_of(2025) == {scene.id_of("north"): {Base.TURNOVER: 100_00, Base.PROFIT: -5_00}}
    sheet = queries.member_sheet(queries.get_campaign(2025), scene.id_of("north"))
    assert sheet.state is FigureState.ASKED and sheet.version == 2  # one of three is still asked
    figures.accept_figures(
        scene.coordinator, structure_id=scene.id_of("north"), year=2025, version=sheet.version, at=AT
    )
    assert {row.state for row in session().scalars(select(Figure))} == {FigureState.CHECKED}
    declared(scene, "north", {Base.TURNOVER: 110_00})
    assert figures_of(2025)[scene.id_of("north")][Base.TURNOVER] == 110_00


def test_what_was_sent_back_does_not_count_and_is_told(scene: Scene) -> None:
    """With its reason, by mail, until it is declared again."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_00})
    where = {"structure_id": scene.id_of("north"), "year": 2025}
    with pytest.raises(figures.SentBackUnexplained):
        figures.send_back_figures(scene.coordinator, **where, version=1, reason=" ", at=AT)
    figures.send_back_figures(scene.coordinator, **where, version=1, reason="En milliers ?", at=AT)
    assert figures_of(2025) == {}
    assert any("En milliers ?" in one["text"] for one in session().scalars(select(OutboxRow.payload)))
    with pytest.raises(figures.NothingToReview):
        figures.accept_figures(scene.coordinator, **where, version=2, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_000_00})
    assert figures_of(2025)[scene.id_of("north")] == {Base.TURNOVER: 100_000_00}


def test_a_figure_needs_a_ground_and_a_leap_needs_a_word(scene: Scene) -> None:
    """Evidence or official accounts; over 30 %, a comment."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    stands(scene, "north", Base.TURNOVER, 100_00, year=2024)
    north, voice = scene.id_of("north"), scene.speaks("north")
    where = {"structure_id": north, "year": 2025, "version": 0, "at": AT}
    with pytest.raises(SourceMissing):
        declare_figures(voice, **where, figures={Base.TURNOVER: 100_00})
    with pytest.raises(ChangeUnexplained):
        declare_figures(voice, **where, figures={Base.TURNOVER: 131_00}, source="comptes")
    with pytest.raises(NothingDeclared):
        declare_figures(voice, **where, figures={}, source="comptes")
    with pytest.raises(NotAskedThisYear):
        declare_figures(voice, **where, figures={Base.TONNES: 1}, source="comptes")
    with pytest.raises(NotAProof):
        declare_figures(voice, **where, figures={Base.TURNOVER: 1_00}, proof=(b"<html>", "x.pdf"), comment="?")
    with pytest.raises(ProofTooLarge):
        declare_figures(voice, **where, figures={Base.TURNOVER: 1_00}, proof=(PDF * 400_000, "x.pdf"), comment="?")
    done = declare_figures(
        voice, **where, figures={Base.TURNOVER: 131_00}, proof=(PDF, "comptes.pdf"), comment="Nouvel atelier"
    )
    line = queries.member_sheet(queries.get_campaign(2025), north).lines[0]
    assert done == 1 and line.asks_attention and line.has_evidence and line.comment == "Nouvel atelier"
    again = declare_figures(
        voice,
        structure_id=north,
        year=2025,
        version=1,
        at=AT,
        figures={Base.TURNOVER: 131_00},
        comment="Nouvel atelier",
    )
    assert again == 0, "the proof of before still stands, and saying the same writes nothing"


def test_two_who_declare_at_once_both_see_it(scene: Scene) -> None:
    """R22: the second save is refused with both values."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_00})
    with pytest.raises(Conflict) as clash:
        declare_figures(scene.coordinator, structure_id=scene.id_of("north"), year=2025, version=0,
                        figures={Base.TURNOVER: 90_00}, source="téléphone", at=AT)  # fmt: skip
    assert "90,00" in clash.value.mine["base_turnover"] and "100,00" in clash.value.theirs["base_turnover"]
    with pytest.raises(Conflict):
        figures.accept_figures(scene.coordinator, structure_id=scene.id_of("north"), year=2025, version=0, at=AT)
    with pytest.raises(Conflict):
        campaigns.edit_campaign(scene.coordinator, year=2025, version=9, details=ASKED, at=AT)


def test_who_may_what(scene: Scene) -> None:
    """R7: another member's figures do not exist for me; an auditor changes nothing."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    where = {"structure_id": scene.id_of("north"), "year": 2025, "version": 0, "at": AT}
    said = {"figures": {Base.TURNOVER: 1}, "source": "comptes"}
    with pytest.raises(NotFound):
        declare_figures(scene.speaks("south"), **where, **said)
    for role in (Role.TREASURER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            declare_figures(a.actor(scene.grouping, role), **where, **said)
    both = a.actor(scene.grouping, Role.COORDINATOR, Role.AUDITOR)
    for act in (
        lambda: campaigns.open_campaign(both, year=2024, details=ASKED, at=AT),
        lambda: campaigns.remind_silent(scene.speaks("north"), year=2025, at=AT),
        lambda: campaigns.close_campaign(scene.speaks("north"), year=2025, at=AT),
        lambda: figures.accept_figures(scene.speaks("north"), structure_id=1, year=2025, version=0, at=AT),
        lambda: figures.import_figures(scene.speaks("north"), records=[], at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_campaign_says_no_to_what_it_cannot_be(scene: Scene) -> None:
    """Each refusal with its remedy."""
    ask = campaigns.open_campaign
    with pytest.raises(campaigns.NothingAsked):
        ask(scene.coordinator, year=2025, details=CampaignDetails((), DUE), at=AT)
    with pytest.raises(campaigns.NothingAsked):
        ask(scene.coordinator, year=2025, details=CampaignDetails((Base.HOURS_USED,), DUE), at=AT)
    with pytest.raises(campaigns.DueDayPassed):
        ask(scene.coordinator, year=2025, details=CampaignDetails((Base.TURNOVER,), date(2026, 9, 30)), at=AT)
    with pytest.raises(campaigns.NoSuchYear):
        ask(scene.coordinator, year=20_250, details=ASKED, at=AT)
    ask(scene.coordinator, year=2025, details=ASKED, at=AT)
    with pytest.raises(campaigns.YearAlreadyAsked):
        ask(scene.coordinator, year=2025, details=ASKED, at=AT)
    with pytest.raises(NotFound):
        campaigns.close_campaign(scene.coordinator, year=2019, at=AT)


# ── Reminding, estimating ─────────────────────────────────────────────────────────────────────────────────────────────


def test_reminders_go_to_the_silent_the_longest_first_and_not_twice_a_week(scene: Scene) -> None:
    """Whoever never said a word comes first; the opening's own letter counts."""
    stands(scene, "north", Base.TURNOVER, 1, year=2024)
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    everything = {Base.TURNOVER: 1, Base.PROFIT: 1, Base.HEADCOUNT: 1}
    declared(scene, "south", everything)
    record = queries.get_campaign(2025)
    assert [one.name for one in queries.silent_members(record, at=AT)] == ["East", "West", "North"]
    with pytest.raises(campaigns.NobodyToRemind):
        campaigns.remind_silent(scene.coordinator, year=2025, at=AT + timedelta(days=6, hours=23))
    week = AT + timedelta(days=7)
    assert campaigns.remind_silent(scene.coordinator, year=2025, at=week).sent == ("East", "West", "North")
    with pytest.raises(campaigns.NobodyToRemind):
        campaigns.remind_silent(scene.coordinator, year=2025, at=week + timedelta(hours=1))


def test_whoever_has_no_address_is_named(scene: Scene) -> None:
    """And is to be called: nothing is noted as sent."""
    scene.members["west"].email = ""
    a.saved(scene.members["west"])
    sent = campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    assert sent.without_address == ("West",)
    west = next(one for one in queries.silent_members(queries.get_campaign(2025), at=AT) if one.name == "West")
    assert west.may_be_reminded and west.reminded_at is None


def test_closing_estimates_the_silent_and_says_how(scene: Scene) -> None:
    """Median of three, the method on the figure; a late word replaces it; who has no past stays without figure."""
    for name, amount in (("north", 100_00), ("south", 200_00), ("east", 300_00), ("west", 1_000_00)):
        stands(scene, name, Base.TURNOVER, amount, year=2024)
    details = CampaignDetails((Base.TURNOVER, Base.TONNES), DUE)
    campaigns.open_campaign(scene.coordinator, year=2025, details=details, at=AT)
    for name, amount in (("north", 110_00), ("south", 240_00), ("east", 390_00)):
        declared(scene, name, {Base.TURNOVER: amount})
    assert campaigns.close_campaign(scene.coordinator, year=2025, at=AT) == 1
    line = queries.member_sheet(queries.get_campaign(2025), scene.id_of("west")).lines[0]
    assert (line.amount, line.state) == (1_200_00, FigureState.ESTIMATED) and "× 1,2" in line.method
    assert figures_of(2025)[scene.id_of("west")] == {Base.TURNOVER: 1_200_00}
    with pytest.raises(campaigns.CampaignClosed):
        campaigns.close_campaign(scene.coordinator, year=2025, at=AT)
    with pytest.raises(campaigns.CampaignClosed):
        campaigns.remind_silent(scene.coordinator, year=2025, at=AT + timedelta(days=30))
    declared(scene, "west", {Base.TURNOVER: 1_100_00})
    assert figures_of(2025)[scene.id_of("west")] == {Base.TURNOVER: 1_100_00}


def test_hours_are_read_from_the_sheets_and_members_are_those_of_the_year(scene: Scene) -> None:
    """H1 and H3 read this: members of a year, figures of that year or of another."""
    a.worked(scene.nolwenn, scene.members["north"], date(2025, 3, 2), 90)
    a.worked(scene.nolwenn, scene.members["north"], date(2025, 12, 31), 30)
    a.worked(scene.nolwenn, scene.members["north"], date(2026, 1, 1), 60)
    late = a.a_structure("Z9", joined_on=date(2026, 2, 1))
    stands(scene, "north", Base.TURNOVER, 7, year=2025)
    known = {one.code: one for one in member_figures(2025)}
    assert late.code not in known and known["N1"].figures == {Base.HOURS_USED: 120, Base.TURNOVER: 7}
    assert known["S1"].figures == {Base.HOURS_USED: 0}
    newer = {one.code: one for one in member_figures(2026, figures_year=2025)}
    assert newer["Z9"].figures == {Base.HOURS_USED: 0} and newer["N1"].figures[Base.HOURS_USED] == 120


def test_what_changed_after_a_call_is_told(scene: Scene) -> None:
    """The ground of next year's correction."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_00})
    decision = governance.decide(scene.coordinator, campaigns.publication_motion(2025, bases=[], from_on=DUE), at=AT)
    contribution = a.saved(Contribution(name="Part", product=Product.PROPORTIONAL, created_by="Anne", created_at=AT))
    run = a.saved(
        CallRun(contribution_id=contribution.id, year=2026, kind=CallKind.YEAR, turn=1, decision_id=decision.id,
                called_on=DUE, total=Money(1), called_by="Anne", called_at=AT)
    )  # fmt: skip
    from coopter.contributions.models import Call

    detail = {"figures_year": 2025, "measured": {"turnover": 100_00}}
    a.saved(
        Call(run_id=run.id, structure_id=scene.id_of("north"), instalment=1, due_on=DUE, amount=Money(1), detail=detail)
    )
    assert CALLS.name == "contribution_call" and figures_changed_since(run.id) == ()
    declared(scene, "north", {Base.TURNOVER: 120_00})
    (change,) = figures_changed_since(run.id)
    assert (change.base, change.called, change.now) == (Base.TURNOVER, 100_00, 120_00)


# ── Publication ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_are_published_as_the_decision_says_and_taken_back_by_the_next(scene: Scene) -> None:
    """Only the bases decided, only that year, from its day."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 100_00, Base.PROFIT: 1_00})
    day = AT.date()
    assert queries.published_figures(2025, on=day) == ((), ())
    motion = campaigns.publication_motion(2025, bases=[Base.TURNOVER], from_on=day)
    governance.decide(scene.coordinator, motion, at=AT)
    bases, rows = queries.published_figures(2025, on=day)
    assert bases == (Base.TURNOVER,) and {row.name: row.amounts for row in rows}["North"] == (100_00,)
    assert queries.published_figures(2025, on=day - timedelta(days=1)) == ((), ())
    assert queries.published_figures(2024, on=day) == ((), ())
    governance.decide(scene.coordinator, campaigns.publication_motion(2025, bases=[], from_on=day), at=AT)
    assert queries.published_figures(2025, on=day) == ((), ())


def test_confidential_until_published(scene: Scene) -> None:
    """A member sees its own figures; others' names beside figures only once a decision says so."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    declared(scene, "north", {Base.TURNOVER: 4_321_00})
    page = f"{PAGES}/2025"
    assert "4\u202f321,00" not in scene.browser("south").get(page).text
    assert "4\u202f321,00" in scene.browser("auditor").get(page).text
    assert scene.browser("employee").get(page).status_code == 403
    own = f"{page}/structures/{scene.id_of('north')}"
    assert scene.browser("south").get(own).status_code == 404
    assert "4\u202f321,00" in scene.browser("north").get(own).text
    sent = scene.browser("coordinator").post(f"{page}/publication", data={"bases": ["turnover"]})
    assert sent.status_code == 303
    assert "4\u202f321,00" in scene.browser("south").get(page).text


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_declaring_on_the_page(scene: Scene) -> None:
    """French numbers, a proof; a fault keeps what was typed (422); a stale form shows both (409, R22)."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    north, browser = scene.id_of("north"), scene.browser("north")
    page = f"{PAGES}/2025/structures/{north}"
    bad = browser.post(page, data={"version": "0", "base_turnover": "douze", "source": "comptes"})
    assert bad.status_code == 422 and "douze" in bad.text
    from coopter.plumbing.operations import new_key

    good = {
        "version": "0", "operation_key": new_key(), "base_turnover": "1 234 567,89 €", "base_headcount": "12,5",
        "proof": (io.BytesIO(PDF), "comptes.pdf"),
    }  # fmt: skip
    assert browser.post(page, data=good, content_type="multipart/form-data").status_code == 303
    assert figures_of(2025)[north] == {Base.TURNOVER: 123_456_789, Base.HEADCOUNT: 1_250}
    stale = browser.post(page, data={"version": "0", "base_turnover": "5", "source": "autre"})
    assert stale.status_code == 409 and "1\u202f234\u202f567,89" in stale.text
    row = session().scalars(select(Figure).where(Figure.base == Base.TURNOVER)).one()
    proof = browser.get(f"{PAGES}/pieces/{row.id}")
    assert proof.data == PDF and "sandbox" in proof.headers["Content-Security-Policy"]
    assert scene.browser("south").get(f"{PAGES}/pieces/{row.id}").status_code == 404


def test_a_double_click_declares_once(scene: Scene) -> None:
    """R4: the same form twice has one effect."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    browser = scene.browser("north")
    page = f"{PAGES}/2025/structures/{scene.id_of('north')}"
    once = {"operation_key": "k" * 22, "version": "0", "base_turnover": "10", "source": "comptes"}
    assert [browser.post(page, data=dict(once)).status_code for _ in range(2)] == [303, 303]
    assert session().scalars(select(Figure.version)).all() == [1]


def test_the_coordinator_runs_a_campaign_by_its_pages(scene: Scene) -> None:
    """Opens, corrects, reminds, reviews, closes, exports."""
    browser = scene.browser("coordinator")
    asked = {"year": "2025", "bases": ["turnover"], "due_on": "28/11/2026", "message": "Bonjour"}
    assert "Aucun chiffre demandé" in browser.get(PAGES).text
    assert browser.post(PAGES, data={**asked, "bases": []}).status_code == 422
    assert browser.post(PAGES, data=asked).status_code == 303
    page = f"{PAGES}/2025"
    edited = browser.post(page, data={**asked, "version": "1", "bases": ["turnover", "tonnes"]})
    assert edited.status_code == 303
    assert browser.post(page, data={**asked, "version": "1"}).status_code == 409
    assert browser.post(f"{page}/relances").status_code == 422
    declared(scene, "north", {Base.TURNOVER: 100_00, Base.TONNES: 2_000})
    sheet = f"{page}/structures/{scene.id_of('north')}"
    assert "Accepter" in browser.get(sheet).text
    assert browser.post(f"{sheet}/renvoyer", data={"version": "2", "reason": "?"}).status_code == 303
    assert "à revoir" in scene.browser("north").get(sheet).text
    declared(scene, "north", {Base.TURNOVER: 100_00})
    assert scene.browser("coordinator").post(f"{sheet}/accepter", data={"version": "1"}).status_code == 409
    browser = scene.browser("coordinator")
    version = queries.member_sheet(queries.get_campaign(2025), scene.id_of("north")).version
    assert browser.post(f"{sheet}/accepter", data={"version": str(version)}).status_code == 303
    exported = browser.get(f"{page}/export.csv").data.decode("utf-8-sig")
    assert 'N1;North;2025;Chiffre d’affaires;"100,00";Accepté' in exported
    assert browser.post(f"{page}/cloture").status_code == 303
    assert browser.get(page).status_code == 200 and browser.get(PAGES).status_code == 200


def test_another_grouping_finds_nothing(scene: Scene, app: Flask) -> None:
    """R7: nor its years, nor its members, nor its proofs."""
    campaigns.open_campaign(scene.coordinator, year=2025, details=ASKED, at=AT)
    north = scene.id_of("north")
    declare_figures(scene.speaks("north"), structure_id=north, year=2025, version=0,
                    figures={Base.TURNOVER: 5}, proof=(PDF, "a.pdf"), at=AT)  # fmt: skip
    figure_id = session().scalars(select(Figure.id)).one()
    with a.inside(a.a_grouping(slug="ailleurs")):
        stranger = a.a_person(Role.COORDINATOR, tf_primary_method="authenticator", tf_totp_secret="x")
    browser = a.signed_in(app.test_client(), stranger)
    for path in ("2025", f"2025/structures/{north}", "2025/export.csv", f"pieces/{figure_id}"):
        assert browser.get(f"/ailleurs/contributions/chiffres/{path}").status_code == 404, path
    assert browser.get(PAGES).status_code == 404
