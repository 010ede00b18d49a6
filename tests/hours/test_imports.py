"""Hours from a file: every form that files take, every fault at once, the same file twice, files that are broken."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from coopter.hours import commands, imports, queries
from coopter.hours.rules import EntryState
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.values.month import Month
from coopter.values.refusal import Faults, NotAllowed
from tests.factories import a_placement, a_structure, an_employee, worked

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
OCTOBER = Month(2026, 10)
FRENCH = "date;salarié;structure;heures;activité\n05/10/2026;E13;PC2;3,4833;Comptabilité générale\n"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "hours-2007.csv"


def taken(house, text, *, encoding="utf-8"):
    return commands.import_hours(house.anne, content=text.encode(encoding), at=NOW)


def lines(house):
    return [
        (one.worked_on, one.minutes, one.activity, one.state)
        for one in queries.entries_between(date(2026, 10, 1), date(2026, 11, 1))
    ]


def faults_of(house, text):
    with pytest.raises(Faults) as refused:
        taken(house, text)
    return [(one.line, one.column, one.value, one.remedy) for one in refused.value.faults]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "cp1252"),
        (FRENCH.replace(";", "\t"), "cp1252"),
        ("date,employee,structure,hours,activity\r\n2026-10-05,E13,PC2,3.4833,Comptabilité générale\r\n", "utf-8"),
        ('Jour;Matricule;Adhérent;Durée;Tâche\n5/10/2026;E13;PC2;"3h29";Comptabilité générale\n', "cp1252"),
        ("Activité;Temps;Structure;Salarié;Date\nComptabilité générale;209 min;PC2;E13;2026-10-05\n\n", "utf-8"),
    ],
)
def test_files_as_people_have_them_say_the_same_thing(house, text, encoding):
    assert taken(house, text, encoding=encoding) == imports.Imported(1, 0, 0)
    assert lines(house) == [(date(2026, 10, 5), 209, "Comptabilité générale", EntryState.SUBMITTED)]


def test_the_same_file_again_changes_nothing(house):
    taken(house, FRENCH)
    before = queries.entries_of(house.jardins.id, OCTOBER)
    assert taken(house, FRENCH) == imports.Imported(0, 0, 1)
    commands.confirm_month(house.anne, month=OCTOBER, reason="r", at=NOW)
    assert taken(house, FRENCH) == imports.Imported(0, 0, 1)
    commands.lock_month(house.anne, month=OCTOBER, at=NOW)
    assert taken(house, FRENCH) == imports.Imported(0, 0, 1)
    assert [one.id for one in queries.entries_of(house.jardins.id, OCTOBER)] == [one.id for one in before]
    rows = session().scalars(select(JournalEntry).where(JournalEntry.action == "hours.imported")).all()
    assert len(rows) == 1 and rows[0].after["added"] == 1 and rows[0].after["minutes"] == {"2026-10": 209}


def test_a_line_that_changed_is_corrected_unless_it_is_confirmed(house):
    taken(house, FRENCH)
    changed = FRENCH.replace("3,4833", "4")
    assert taken(house, changed) == imports.Imported(0, 1, 0)
    assert lines(house)[0][1] == 240
    commands.confirm_month(house.anne, month=OCTOBER, reason="r", at=NOW)
    ((line, _, value, remedy),) = faults_of(house, FRENCH)
    assert (line, value) == (2, "3\u00a0h\u00a029") and "déjà confirmées pour 4\u00a0h" in remedy


def test_all_faults_are_told_at_once_and_nothing_is_written(house):
    a_structure("PC11")
    late = an_employee(house.jardins, code="E24", first_name="Yann", starts_on=date(2026, 10, 10))
    assert late.code == "E24"
    text = "\n".join(
        [
            "date;salarié;structure;heures;activité",
            "05/10/2026;E13;PC2;7;Paie",  # sound
            "06/10/2026;E99;PC2;7;",
            "06/10/2026;E13;PC99;7;",
            "31/02/2026;E13;PC2;7;",
            "06/10/2026;E13;PC2;NaN;",
            "06/10/2026;E13;PC2;25;",
            "06/10/2026;E13;PC2;0;",
        ]
    )
    found = faults_of(house, text)
    assert [(line, column, value) for line, column, value, _ in found] == [
        (3, "salarié", "E99"),
        (4, "structure", "PC99"),
        (5, "date", "31/02/2026"),
        (6, "heures", "NaN"),
        (7, "heures", "25"),
        (8, "heures", "0"),
    ]
    text = "\n".join(
        [
            "date;salarié;structure;heures;activité",
            "05/10/2026;E13;PC2;7;Paie",
            "05/10/2026;E13;PC2;1;Paie",  # twice the same
            "06/10/2026;E13;PC11;7;",  # no placement
            "05/10/2026;E24;PC2;7;",  # before the contract
            "19/10/2026;E13;PC2;7;",  # next week
            "07/10/2026;E13;PC2;20;",
            "07/10/2026;E13;PC9;5;",  # 25 h in a day
        ]
    )
    found = faults_of(house, text)
    assert [line for line, *_ in found] == [3, 4, 5, 6, 7]
    for (*_, remedy), words in zip(
        found, ("la ligne 2", "Créez-la", "mise à disposition", "pas encore venu", "24 h au plus"), strict=True
    ):
        assert words in remedy
    assert lines(house) == []


def test_a_day_counts_what_already_stands(house):
    worked(house.nolwenn, house.cantine, date(2026, 10, 5), 1300)
    ((line, *_),) = faults_of(house, FRENCH)
    assert line == 2
    worked(house.nolwenn, house.jardins, date(2026, 10, 6), 1300, state=EntryState.SUBMITTED)
    replaces = "date;salarié;structure;heures\n06/10/2026;E13;PC2;3\n06/10/2026;E13;PC9;20\n"
    assert taken(house, replaces) == imports.Imported(1, 1, 0)


def test_a_closed_month_takes_no_line_from_a_file(house):
    worked(house.nolwenn, house.jardins, date(2026, 9, 1), 420)
    commands.lock_month(house.anne, month=Month(2026, 9), at=NOW)
    text = "date;salarié;structure;heures\n01/09/2026;E13;PC2;8\n02/09/2026;E13;PC2;7\n05/10/2026;E13;PC2;7\n"
    assert [(line, "clos" in remedy) for line, *_, remedy in faults_of(house, text)] == [(2, True), (3, True)]
    assert [one.minutes for one in queries.entries_of(house.jardins.id, Month(2026, 9))] == [420]
    assert lines(house) == []


def test_a_cell_that_cannot_be_read_hides_no_closed_month(house):
    commands.lock_month(house.anne, month=Month(2026, 9), at=NOW)
    text = "worked_on,employee,structure,hours\n2026-09-30,E13,PC2,1\n2026-10-05,E99,PC2,x\n"
    assert [fault[:2] for fault in faults_of(house, text)] == [(2, "worked_on"), (3, "employee"), (3, "hours")]


def test_an_ended_placement_is_found_line_by_line(house):
    pc11 = a_structure("PC11")
    yann = an_employee(pc11, code="E24", first_name="Yann", starts_on=date(2026, 10, 5))
    a_placement(yann, house.jardins, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 8))
    text = "date;salarié;structure;heures\n" + "".join(f"{day:02d}/10/2026;E24;PC2;1\n" for day in range(3, 11))
    assert [line for line, *_ in faults_of(house, text)] == list(range(2, 10))  # PC2 is not on the contract's list
    text = "date;salarié;structure;heures\n" + "".join(f"{day:02d}/10/2026;E24;PC11;1\n" for day in range(3, 11))
    assert [line for line, *_ in faults_of(house, text)] == [2, 3]
    text = "date;salarié;structure;heures\n" + "".join(f"{day:02d}/10/2026;E24;PC11;1\n" for day in range(10, 2, -1))
    assert [line for line, *_ in faults_of(house, text)] == [8, 9]  # after sound days of the same pair


def test_only_the_coordinator_imports(house):
    for who in (house.own, house.paul):
        with pytest.raises(NotAllowed):
            commands.import_hours(who, content=FRENCH.encode(), at=NOW)


def test_a_file_over_the_limit_is_refused(house):
    with pytest.raises(Faults):
        commands.import_hours(house.anne, content=FRENCH.encode(), at=NOW, most_bytes=10)
    with pytest.raises(Faults):
        commands.import_hours(house.anne, content=FRENCH.encode(), at=NOW, most_rows=0)


def test_300_broken_files_write_nothing_and_name_a_line(house):
    """R48: bytes changed, cut, doubled, or quotes and separators strewn; each file is refused or is sound."""
    dice = random.Random(2026)
    head = "date;salarié;structure;heures;activité\n"
    sound = head + "".join(f"{day:02d}/10/2026;E13;PC2;{day % 7 + 1},5;Accueil\n" for day in range(1, 16))
    named = refused = 0
    for _ in range(300):
        content = _broken(dice, sound.encode(dice.choice(["utf-8", "cp1252", "utf-8-sig"])))
        try:
            imports.plan_import(content, today=date(2026, 10, 15))
        except Faults as faults:
            refused += 1
            named += any(one.line for one in faults.faults)
            assert faults.faults and all(one.remedy for one in faults.faults)
    assert refused > 150 and named >= 0.95 * refused, (named, refused)
    assert lines(house) == []


def _broken(dice, content):
    damage = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(damage))
        match dice.randrange(6):
            case 0:
                damage[place] = dice.randrange(256)
            case 1:
                del damage[place : place + dice.randrange(1, 30)]
            case 2:
                damage[place:place] = dice.choice([b'"', b";", b"\x00", b"\xff\xfe", b"\r", b"\t\t", "’".encode()])
            case 3:
                damage[place:place] = damage[:place]
            case 4:
                damage[place:place] = dice.choice([b"-", b"1e400", "１２".encode(), b"=1+1", b"31/02/2026", b"NaN"])
            case _:
                damage += damage[place:]
        damage = damage or bytearray(b" ")
    return bytes(damage)


@pytest.mark.skipif(not REAL.exists(), reason="the shared year of hours is not beside this checkout")
def test_a_real_year_is_read_to_the_minute(house):
    """Every line of the shared file parses; 3.4833 h is 209 minutes."""
    content = REAL.read_bytes().split(b"\n", 1)
    assert imports.columns({}, {})[3].parse("3.4833") == 209
    people = {f"E{number}": number for number in range(200)}
    places = {f"PC{number}": number for number in range(200)}
    from coopter.values.table import read_table

    table = read_table(b"\n".join(content), columns=imports.columns(people, places))
    assert len(table) == 2460 and len({(*tuple(row)[1:4], row.activity) for row in table}) == 2460
