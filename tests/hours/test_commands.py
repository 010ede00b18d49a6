"""Stories of hours: logged, sent, confirmed or sent back; what may not be, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from coopter.hours import commands, queries
from coopter.hours.rules import (
    DayNotYetWorked,
    DayTooLong,
    EntryConfirmed,
    EntryKey,
    EntryState,
    LoggedBySomebodyElse,
    MonthLocked,
    NothingToConfirm,
    NothingToSubmit,
    NotInThisState,
    ReasonMissing,
    Seen,
    Typed,
    WeekConflict,
    WeekRefused,
)
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.plumbing.outbox import OutboxRow
from coopter.staff.rules import NoPlacement
from coopter.values.actor import Role
from coopter.values.durations import DurationNotUnderstood
from coopter.values.month import Month
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests.factories import a_grouping, a_person, a_structure, actor, an_employee, inside, worked
from tests.hours.conftest import MONDAY

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 10, 13)


def key(house, day=TUESDAY, structure=None, activity=""):
    return EntryKey(house.nolwenn.id, (structure or house.jardins).id, day, activity)


def entry(house, day=TUESDAY, structure=None, activity=""):
    wanted = key(house, day, structure, activity)
    return queries.records_by_key([wanted])[wanted]


def seen(record):
    return Seen(record.id, record.version, record.minutes)


def actions():
    return list(session().scalars(select(JournalEntry.action).order_by(JournalEntry.id)))


def mails():
    rows = session().scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id))
    return [(row.payload["to"], row.payload["subject"]) for row in rows]


def test_nolwenn_logs_sends_and_the_jardins_confirm(house):
    a_person(Role.REPRESENTATIVE, structure=house.jardins, email="paul@jardins.example")
    commands.log_hours(house.own, key=key(house), minutes=450, at=NOW)
    assert (entry(house).state, entry(house).logged_by) == (EntryState.DRAFT, "Nolwenn Le Goff")
    commands.submit_week(house.own, employee_id=house.nolwenn.id, monday=MONDAY, at=NOW)
    assert entry(house).state is EntryState.SUBMITTED
    assert mails() == [("paul@jardins.example", "Heures à confirmer : Nolwenn Le Goff")]
    commands.confirm_entries(house.paul, seen=[seen(entry(house))], at=NOW)
    line = entry(house)
    assert (line.state, line.confirmed_by, line.confirmed_because) == (EntryState.CONFIRMED, "Paul Kerleau", None)
    assert actions() == ["hours.logged", "hours.submitted", "hours.confirmed"]


def test_each_is_written_to_in_their_own_language(house):
    """Subject, text and page; an address that nobody signs in with is written to in French."""
    a_person(Role.REPRESENTATIVE, structure=house.jardins, email="paula@jardins.example", language="en")
    a_person(Role.REPRESENTATIVE, structure=house.jardins, email="rene@jardins.example")
    commands.log_hours(house.own, key=key(house), minutes=450, at=NOW)
    commands.submit_week(house.own, employee_id=house.nolwenn.id, monday=MONDAY, at=NOW)
    commands.dispute_entry(house.paul, seen=seen(entry(house)), reason="Absente", at=NOW)
    assert dict(mails()) == {
        "paula@jardins.example": "Hours to confirm: Nolwenn Le Goff",
        "rene@jardins.example": "Heures à confirmer : Nolwenn Le Goff",
        house.nolwenn.email: "Heures contestées par Jardins de l'Étier",
        "bureau@cap.example": "Heures contestées par Jardins de l'Étier",
    }
    sent = {row.payload["to"]: row.payload for row in session().scalars(select(OutboxRow))}
    english, french = sent["paula@jardins.example"], sent["rene@jardins.example"]
    assert 'lang="en"' in english["html"] and 'lang="fr"' in french["html"]
    assert "Bonjour" not in english["text"] + english["html"] and "Bonjour" in french["text"]


def test_the_jardins_dispute_and_nolwenn_corrects_and_sends_again(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.SUBMITTED)
    with pytest.raises(ReasonMissing):
        commands.dispute_entry(house.paul, seen=seen(entry(house)), reason=" ", at=NOW)
    commands.dispute_entry(house.paul, seen=seen(entry(house)), reason="Partie à midi", at=NOW)
    assert entry(house).disputed_because == "Partie à midi"
    assert [to for to, _ in mails()] == [house.nolwenn.email, house.grouping.email]
    commands.log_hours(house.own, key=key(house), minutes=240, version=entry(house).version, at=NOW)
    assert entry(house).state is EntryState.DRAFT
    commands.submit_week(house.own, employee_id=house.nolwenn.id, monday=MONDAY, at=NOW)
    assert (entry(house).state, entry(house).minutes) == (EntryState.SUBMITTED, 240)


def test_a_disputed_line_that_stands_is_sent_again_as_it_is(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.DISPUTED)
    commands.submit_week(house.own, employee_id=house.nolwenn.id, monday=MONDAY, at=NOW)
    assert entry(house).state is EntryState.SUBMITTED


def test_the_coordinator_settles_a_dispute_with_a_reason(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.DISPUTED)
    with pytest.raises(ReasonMissing):
        commands.confirm_entries(house.anne, seen=[seen(entry(house))], at=NOW)
    commands.confirm_entries(house.anne, seen=[seen(entry(house))], reason="Feuille signée retrouvée", at=NOW)
    assert entry(house).confirmed_because == "Feuille signée retrouvée"


def test_a_confirmed_line_is_reopened_by_disputing_it(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450)
    with pytest.raises(EntryConfirmed):
        commands.log_hours(house.own, key=key(house), minutes=420, at=NOW)
    commands.dispute_entry(house.paul, seen=seen(entry(house)), reason="Erreur de ma part", at=NOW)
    assert (entry(house).state, entry(house).confirmed_by) == (EntryState.DISPUTED, None)


def test_a_structure_that_keeps_the_hours_logs_and_confirms_in_one_act(house):
    commands.log_week(house.paul, typed=[Typed(key(house), 420)], confirm=True, at=NOW)
    line = entry(house)
    assert (line.state, line.logged_by, line.confirmed_by) == (EntryState.CONFIRMED, "Paul Kerleau", "Paul Kerleau")
    commands.log_week(house.paul, typed=[Typed(key(house), 400)], confirm=True, at=NOW)
    assert entry(house).minutes == 400
    commands.log_week(house.paul, typed=[Typed(key(house, MONDAY), 60)], at=NOW)
    assert entry(house, MONDAY).state is EntryState.SUBMITTED


def test_a_structure_disputes_what_nolwenn_wrote_and_does_not_rewrite_it(house):
    commands.log_hours(house.own, key=key(house), minutes=450, at=NOW)
    with pytest.raises(LoggedBySomebodyElse):
        commands.log_hours(house.paul, key=key(house), minutes=60, confirm=True, at=NOW)


def test_a_structure_touches_its_own_lines_only(house):
    worked(house.nolwenn, house.cantine, TUESDAY, 60, state=EntryState.SUBMITTED)
    line = entry(house, structure=house.cantine)
    with pytest.raises(NotAllowed):
        commands.log_hours(house.paul, key=key(house, structure=house.cantine), minutes=60, at=NOW)
    with pytest.raises(NotFound):
        commands.confirm_entries(house.paul, seen=[seen(line)], at=NOW)
    with pytest.raises(NotFound):
        commands.dispute_entry(house.paul, seen=seen(line), reason="non", at=NOW)


def test_a_representative_without_the_right_confirms_nothing(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 60, state=EntryState.SUBMITTED)
    reads = actor(house.grouping, Role.REPRESENTATIVE, structure=house.jardins)
    object.__setattr__(reads, "validates_for", frozenset())
    with pytest.raises(NotAllowed):
        commands.confirm_entries(reads, seen=[seen(entry(house))], at=NOW)


def test_hours_outside_a_placement_are_refused_with_the_remedy(house):
    elsewhere = a_structure("PC11")
    with pytest.raises(NoPlacement) as refused:
        commands.log_hours(house.anne, key=key(house, structure=elsewhere), minutes=60, at=NOW)
    assert "Créez-la" in str(refused.value)


def test_a_day_holds_24_hours_over_all_structures(house):
    worked(house.nolwenn, house.cantine, TUESDAY, 1000)
    commands.log_hours(house.own, key=key(house), minutes=440, at=NOW)
    with pytest.raises(DayTooLong):
        commands.log_hours(house.own, key=key(house), minutes=441, at=NOW)


def test_hours_are_logged_up_to_the_end_of_this_week(house):
    commands.log_hours(house.own, key=key(house, date(2026, 10, 18)), minutes=60, at=NOW)
    with pytest.raises(DayNotYetWorked):
        commands.log_hours(house.own, key=key(house, date(2026, 10, 19)), minutes=60, at=NOW)


def test_a_grid_is_written_whole_or_not_at_all_and_every_refusal_is_told(house):
    elsewhere = a_structure("PC11")
    wrong = key(house, structure=elsewhere)
    typed = [Typed(key(house), 420), Typed(wrong, 60), Typed(key(house, date(2026, 10, 19)), 60)]
    unread = {key(house, MONDAY): DurationNotUnderstood(value="sept")}
    with pytest.raises(WeekRefused) as refused:
        commands.log_week(house.anne, typed=typed, unread=unread, at=NOW)
    assert {type(one) for one in refused.value.refusals.values()} == {
        NoPlacement, DayNotYetWorked, DurationNotUnderstood,
    }  # fmt: skip
    assert queries.week_entries(MONDAY) == () and actions() == []


def test_zero_removes_a_line_and_an_untouched_grid_changes_nothing(house):
    commands.log_hours(house.own, key=key(house), minutes=420, at=NOW)
    assert commands.log_hours(house.own, key=key(house), minutes=420, version=1, at=NOW).written == 0
    assert commands.log_hours(house.own, key=key(house), minutes=0, version=1, at=NOW).removed == 1
    assert queries.week_entries(MONDAY) == ()
    assert actions() == ["hours.logged", "hours.logged"]


def test_two_people_on_one_line_the_second_sees_both_values(house):
    commands.log_hours(house.own, key=key(house), minutes=420, at=NOW)
    commands.log_hours(house.anne, key=key(house), minutes=300, version=1, at=NOW)
    with pytest.raises(WeekConflict) as clash:
        commands.log_week(house.own, typed=[Typed(key(house), 360, 1, 420)], at=NOW)
    mine, theirs = clash.value.cells[key(house)]
    assert (mine.minutes, theirs.minutes, theirs.logged_by) == (360, 300, "Anne Riou")
    assert entry(house).minutes == 300
    commands.log_week(house.own, typed=[Typed(key(house), 420, 1, 420)], at=NOW)  # left as it was shown: no change
    assert entry(house).minutes == 300
    with pytest.raises(WeekConflict):
        commands.log_week(house.own, typed=[Typed(key(house, MONDAY), 60, 3, 50)], at=NOW)  # removed meanwhile


def test_nobody_confirms_a_line_that_changed_since_the_page_was_shown(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.SUBMITTED)
    shown = seen(entry(house))
    commands.log_hours(house.anne, key=key(house), minutes=60, at=NOW)
    with pytest.raises(Conflict) as clash:
        commands.confirm_entries(house.paul, seen=[shown], at=NOW)
    assert (list(clash.value.mine.values()), list(clash.value.theirs.values())) == ([450], [60])
    with pytest.raises(Conflict):
        commands.dispute_entry(house.paul, seen=shown, reason="non", at=NOW)


def test_what_is_not_in_the_right_state_is_told(house):
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.DRAFT)
    with pytest.raises(NotInThisState):
        commands.confirm_entries(house.paul, seen=[seen(entry(house))], at=NOW)
    with pytest.raises(NotInThisState):
        commands.dispute_entry(house.paul, seen=seen(entry(house)), reason="non", at=NOW)
    with pytest.raises(NothingToConfirm):
        commands.confirm_entries(house.paul, seen=[], at=NOW)
    with pytest.raises(NothingToSubmit):
        commands.submit_week(house.own, employee_id=house.nolwenn.id, monday=date(2026, 10, 5), at=NOW)


def test_a_reminder_reaches_those_who_owe_something_once_a_day(house):
    a_person(Role.REPRESENTATIVE, structure=house.jardins, email="paul@jardins.example")
    worked(house.nolwenn, house.jardins, TUESDAY, 450, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.cantine, TUESDAY, 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.cantine, MONDAY, 60, state=EntryState.DRAFT)
    for _ in range(2):
        told = commands.remind_month(house.anne, month=Month(2026, 10), at=NOW)
    assert told.without_address == ("Cantine des Remparts",)
    assert sorted(to for to, _ in mails()) == sorted(["paul@jardins.example", house.nolwenn.email])


def test_another_groupings_ids_do_not_exist_here(house):
    with inside(a_grouping(slug="autre")):
        other = a_structure("X1")
        yann = an_employee(other, first_name="Yann")
        worked(yann, other, TUESDAY, 60, state=EntryState.SUBMITTED)
        theirs = queries.week_entries(MONDAY)[0]
    with pytest.raises(NotFound):
        commands.confirm_entries(house.anne, seen=[seen(theirs)], reason="r", at=NOW)
    with pytest.raises(NotFound):
        commands.submit_week(house.anne, employee_id=yann.id, monday=MONDAY, at=NOW)
    with pytest.raises(NotFound):
        commands.log_week(house.anne, typed=[Typed(EntryKey(yann.id, other.id, TUESDAY), 60)], at=NOW)


def test_the_last_night_of_the_year_belongs_to_its_paris_day(house):
    """R21: at 00:30 in Paris on 1 January, UTC is still in December; hours of the 1st may be logged, in January."""
    night = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    commands.log_hours(house.own, key=key(house, date(2027, 1, 1)), minutes=30, at=night)
    commands.log_hours(house.own, key=key(house, date(2026, 12, 31)), minutes=30, at=night)
    assert [one.lines for one in queries.waiting(Month(2027, 1))] == [1]
    assert [one.lines for one in queries.waiting(Month(2026, 12))] == [1]


def test_the_week_rolls_over_at_midnight_in_paris(house):
    """Sunday 18 October ends at 22:00 UTC: from then on the next week may be logged."""
    monday = key(house, date(2026, 10, 19))
    with pytest.raises(DayNotYetWorked):
        commands.log_hours(house.own, key=monday, minutes=60, at=datetime(2026, 10, 18, 21, 59, tzinfo=UTC))
    commands.log_hours(house.own, key=monday, minutes=60, at=datetime(2026, 10, 18, 22, 0, tzinfo=UTC))


def test_every_act_on_a_closed_month_is_refused(house):
    worked(house.nolwenn, house.jardins, date(2026, 9, 1), 450)
    commands.lock_month(house.anne, month=Month(2026, 9), at=NOW)
    line = entry(house, date(2026, 9, 1))
    before, journal = queries.entries_of(house.jardins.id, Month(2026, 9)), actions()
    september = key(house, date(2026, 9, 1))
    acts = [
        lambda: commands.log_hours(house.own, key=september, minutes=60, at=NOW),
        lambda: commands.log_hours(house.anne, key=september, minutes=0, at=NOW),
        lambda: commands.log_hours(house.anne, key=key(house, date(2026, 9, 2)), minutes=60, at=NOW),
        lambda: commands.log_hours(house.paul, key=key(house, date(2026, 9, 2)), minutes=60, confirm=True, at=NOW),
        lambda: commands.confirm_entries(house.paul, seen=[seen(line)], at=NOW),
        lambda: commands.dispute_entry(house.paul, seen=seen(line), reason="trop tard", at=NOW),
        lambda: commands.confirm_month(house.anne, month=Month(2026, 9), reason="r", at=NOW),
        lambda: commands.remind_month(house.anne, month=Month(2026, 9), at=NOW),
        lambda: commands.lock_month(house.anne, month=Month(2026, 9), at=NOW),
    ]
    for act in acts:
        with pytest.raises(MonthLocked):
            act()
    assert queries.entries_of(house.jardins.id, Month(2026, 9)) == before and actions() == journal
