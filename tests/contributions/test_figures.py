"""Figures of members: declared with what proves them, reviewed, estimated, recalled in order (§3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.contributions.commands import campaigns, figures
from coopter.contributions.commands.campaigns import CampaignDetails
from coopter.contributions.commands.figures import declare_figures
from coopter.contributions.models import Figure
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.queries.figures import figures_of, member_figures
from coopter.contributions.queries.formulas import asking_for_figures
from coopter.contributions.rules.figures import (
    ChangeUnexplained,
    NotAskedThisYear,
    NothingDeclared,
    SourceMissing,
)
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.governance.rules.obligations import NotAProof, ProofTooLarge
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Role
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories as a
from tests.contributions.members_scene import AT, DUE, Scene, declared, scene_of, stands

PDF = b"%PDF-1.7 accounts"
PAGES = "/cap-cooperation/contributions/chiffres"
ASKED = CampaignDetails((Base.TURNOVER, Base.PROFIT, Base.HEADCOUNT), DUE, "Merci à tous.")


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with scene_of(app) as made:
        yield made


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
    assert (asked := asking_for_figures()) and (asked[0].silent, asked[0].to_review) == (0, 3)
    declared(scene, "west", {Base.TURNOVER: 1_100_00})
    assert asking_for_figures()[0].to_review == 4  # late, once the campaign is closed: it still waits for review
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
