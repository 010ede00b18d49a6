"""A file gives its records, or everything that is wrong in it, line by line (R45 to R50)."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.durations import parse_minutes
from coopter.values.money import Money
from coopter.values.numbers import parse_amount, parse_day
from coopter.values.refusal import FaultList, Faults
from coopter.values.table import Column, read_table
from coopter.values.table_text import chosen_delimiter, header_key

COLUMNS = (
    Column("day", ("date", "jour"), parse=parse_day),
    Column("employee", ("salarié", "code salarié")),
    Column("minutes", ("heures", "hours", "durée"), parse=parse_minutes),
    Column("activity", ("activité",), required=False, default="-"),
)
ENGLISH = "date,employee,hours,activity\n2007-01-01,E13,8,Bug\n2007-01-02,E24,7.5,\n"
FRENCH = "Jour;Code Salarié;Durée;Activité\r\n01/01/2007;E13;8 h;Bug\r\n02/01/2007;E24;7,5;\r\n"
EXPECTED = [(2, date(2007, 1, 1), "E13", 480, "Bug"), (3, date(2007, 1, 2), "E24", 450, "-")]


def read(text, **limits):
    return read_table(text if isinstance(text, bytes) else text.encode(), columns=COLUMNS, **limits)


def faults_of(text, **limits):
    with pytest.raises(Faults) as refusal:
        read(text, **limits)
    return refusal.value.faults


@pytest.mark.parametrize(
    "content",
    [
        ENGLISH,
        FRENCH,
        ENGLISH.replace(",", "\t").encode(),
        FRENCH.encode("cp1252"),
        b"\xef\xbb\xbf" + FRENCH.encode(),
        ENGLISH.replace("\n", "\r"),
        ENGLISH.rstrip(),
        ENGLISH.replace("E13", '"E13"'),
        ENGLISH.replace("date", "DATE ").replace("hours", "HEURES"),
        FRENCH.replace("\r\n", ";;\r\n"),
        ENGLISH + "\n\n , , ,\n,,,,,,\n",
    ],
)
def test_french_and_english_files_give_the_same_records(content):
    assert [tuple(record) for record in read(content)] == EXPECTED


def test_records_have_names_and_the_table_says_how_it_was_read():
    table = read(FRENCH.replace("Activité", "Remarque").encode("cp1252"))
    assert table.records[1].line == 3
    assert table.records[1].minutes == 450
    assert (table.ignored, table.delimiter, table.encoding, len(table)) == (("Remarque",), ";", "cp1252", 2)


def test_the_order_of_columns_is_free_and_lines_are_those_of_the_file():
    table = read('\n\nhours,activity,date,employee\n\n8,"deux\nlignes",2007-01-01,E13\n\n7,,2007-01-02,E24\n')
    assert [tuple(record) for record in table] == [
        (5, date(2007, 1, 1), "E13", 480, "deux\nlignes"),
        (8, date(2007, 1, 2), "E24", 420, "-"),
    ]


def test_the_hint_of_the_spreadsheet_is_followed():
    assert [record.line for record in read("sep=;\n" + FRENCH)] == [3, 4]
    assert read('"sep=\t"\r\n' + ENGLISH.replace(",", "\t")).delimiter == "\t"


def test_all_faults_come_at_once_in_the_order_of_the_file():
    found = faults_of("date,employee,hours\n2007-02-30,E13,8\n2007-01-01,,abc\n2007-01-01,E13,7,5\nx,E13,8\n")
    assert [(fault.line, fault.column, fault.value) for fault in found] == [
        (2, "date", "2007-02-30"),
        (3, "employee", ""),
        (3, "hours", "abc"),
        (4, "", "2007-01-01,E13,7,5"),
        (5, "date", "x"),
    ]
    assert "7h30" in found[2].remedy
    assert "virgule" in found[3].remedy
    assert "05/03/2007" in found[4].remedy


def test_a_hundred_faults_are_listed_and_all_are_counted():
    with pytest.raises(Faults) as refusal:
        read("date,employee,hours\n" + "hier,E13,beaucoup\n" * 5000)
    assert (len(refusal.value.faults), refusal.value.count) == (100, 10_000)
    assert refusal.value.faults[-1].line == 51


def test_headers_that_lack_or_come_twice_are_named():
    lacking = faults_of("date,activity\n2007-01-01,Bug\n")
    assert [(fault.line, fault.column) for fault in lacking] == [(1, "employee"), (1, "minutes")]
    assert "« heures »" in lacking[1].remedy
    (twice,) = faults_of("date,employee,hours,Durée\n2007-01-01,E13,8,8\n")
    assert (twice.line, twice.column) == (1, "Durée")
    assert "« hours »" in twice.remedy
    assert {fault.line for fault in faults_of("2007-01-01,E13,8\n2007-01-02,E13,8\n")} == {1}


def test_a_title_is_proposed_once():
    code = Column("code", ("code", "référence", "reference"))
    with pytest.raises(Faults) as lacking:
        read_table(b"nom\nx\n", columns=(code,))
    assert "(titres possibles : « code », « référence »)" in lacking.value.faults[0].remedy


def test_a_header_without_a_line_says_that_there_is_nothing_to_import():
    for text in ("date,employee,hours\n", "date;employee;hours\n\n;;\n"):
        (nothing,) = faults_of(text)
        assert (nothing.line, "rien à importer" in nothing.remedy) == (0, True)


def test_good_records_come_back_beside_the_faults_of_the_others():
    faults = FaultList()
    table = read("Jour;salarié;heures\n32/01/2007;E13;8\n02/01/2007;E24;7\n03/01/2007;E13\n04/01/2007;E\x0113;8\n",
                 faults=faults)  # fmt: skip
    assert [(fault.line, fault.column) for fault in faults.listed] == [(2, "Jour"), (4, "heures"), (5, "salarié")]
    assert [record.line for record in table.records] == [3]
    assert [(record.line, whole) for record, whole in table.lines()] == [(2, False), (3, True), (5, False)]
    assert (table.partial[0].day, table.partial[0].employee) == (None, "E13")
    assert (table.header("day"), table.header("activity")) == ("Jour", "activité")
    with pytest.raises(Faults):
        list(table)
    with pytest.raises(Faults):
        read("date,employee\n2007-01-01,E13\n", faults=FaultList())


def test_faults_are_listed_in_the_order_of_the_file_whenever_they_were_noted():
    faults = FaultList()
    for line in range(5000, 1, -1):
        faults.add(line, remedy="x")
    with pytest.raises(Faults) as refusal:
        faults.refuse_if_any()
    assert ([fault.line for fault in refusal.value.faults], refusal.value.count) == (list(range(2, 102)), 4999)


def test_short_lines_name_the_first_cell_that_lacks():
    (short,) = faults_of("date;employee;hours\n2007-01-01;E13\n2007-01-01;E13;8\n")
    assert (short.line, short.column, short.value) == (2, "hours", "2007-01-01;E13")
    assert "point-virgule" in short.remedy


@pytest.mark.parametrize(
    ("content", "line", "remedy"),
    [
        (b"", 0, "vide"),
        (b"\n \n;;;\n", 0, "vide"),
        (b'""\n', 0, "vide"),
        (b'"\t"\n', 0, "vide"),
        (b'" "\n', 0, "vide"),
        (ENGLISH.encode("utf-16"), 0, "UTF-16"),
        (ENGLISH.encode("utf-16-le"), 0, "UTF-16"),
        (ENGLISH.encode("utf-16-be"), 0, "UTF-16"),
        (b"PK\x03\x04" + b"x" * 50, 0, "classeur"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, 0, "classeur"),
        (FRENCH.encode() + "été à Étel ".encode() + b"\xff\n", 4, "UTF-8"),
        (FRENCH.encode("cp1252") + b"\x81\n", 4, "Windows-1252"),
        (b"date,employee," + b"x" * 20_000, 1, "trop longue"),
        (b"sep=;\ndate;employee;" + b"x" * 20_000, 2, "trop longue"),
        (ENGLISH.encode() + b'2007-01-03,"E13,8,\n' + b"2007-01-04,E13,8,\n" * 20, 4, "jamais"),
        (ENGLISH.encode() + b'2007-01-03,"E13,8,\n' + b"2007-01-04,E13,8,\n" * 9000, 4, "jamais"),
        (ENGLISH.encode() + b'2007-01-03,"E13"x,8,\n', 4, "mal plac"),
        (ENGLISH.encode() + b"2007-01-03,E13,8," + b"x" * 131_073 + b"\n", 4, "131 072"),
        (ENGLISH.encode() + b"2007-01-03,E\x0013,8,\n", 4, "invisible"),
        (ENGLISH.encode() + b"2007-01-03,E13,8,,\x07\n", 4, "invisible"),
        (ENGLISH.encode() + "2007-01-03,E\u202813,8,\n".encode(), 4, "invisible"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line_and_a_remedy(content, line, remedy):
    found = faults_of(content)
    assert found[0].line == line
    assert remedy in found[0].remedy


def test_reading_goes_on_after_a_broken_line():
    found = faults_of('date,employee,hours\n2007-01-01,"E"13,8\n2007-01-01,E13,abc\n2007-01-01,"E"14,8\n')
    assert [fault.line for fault in found] == [2, 3, 4]


def test_limits_are_announced_and_can_be_raised():
    (heavy,) = faults_of("x" * 5_000_001)
    assert (heavy.line, heavy.value) == (0, "5,0 Mo")
    assert "5 Mo" in heavy.remedy
    long = "date,employee,hours\n" + "2007-01-01,E13,8\n" * 20_001
    (over,) = faults_of(long)
    assert (over.line, "20000 lignes" in over.remedy) == (20_002, True)
    assert len(read(long, most_rows=30_000)) == 20_001
    assert len(read(long.removesuffix("2007-01-01,E13,8\n"))) == 20_000
    assert len(read(ENGLISH, most_bytes=len(ENGLISH))) == 2


def test_the_separator_is_chosen_without_guessing():
    known = frozenset({"date", "employee", "hours"})
    assert chosen_delimiter("date;employee;note, a, b, c, d", known=known) == ";"
    assert chosen_delimiter('"date, du jour";employee', known=known) == ";"
    assert chosen_delimiter("date\temployee\n", known=known) == "\t"
    assert chosen_delimiter("date\n", known=known) == ";"
    assert header_key(" N° de Salarié ") == header_key("n_de_salarie") == "ndesalarie"


def test_hostile_files_are_refused_or_read():
    """Of a size at which reading twice what was read already would reach the suite's own limit; how long they take is
    for bench/hours_import.py to say."""
    assert faults_of(b'"a",' * 25_000 + b'"' * 100_000)
    assert faults_of(ENGLISH.encode() + b'"a","' * 20_000)
    assert len(read(ENGLISH.encode() + b'2007-01-01,"' + b"\n;'\t" * 30_000 + b'",8,\n')) == 3
    assert faults_of(b"x" * 10_000_000)
    assert faults_of(ENGLISH.encode() + b"," * 4_000_000 + b"x")


def test_seventy_three_thousand_lines_are_read():
    chance = random.Random(1)
    lines = "".join(
        f"2007-01-{chance.randint(1, 31):02d},E{chance.randrange(2000)},{chance.choice('678')}.5,Bug\n"
        for _ in range(73_000)
    )
    assert len(read("date,employee,hours,activity\n" + lines, most_rows=100_000)) == 73_000


def mutated(chance):
    content = bytearray((FRENCH if chance.random() < 0.5 else ENGLISH).encode(chance.choice(["utf-8", "cp1252"])))
    content += b"2007-01-03;E13;8;Bug\n" * chance.randrange(3)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content))
        new = chance.choice(
            [
                b'"',
                b"\0",
                b"\x81",
                b"\xe9",
                b"\xff",
                b";",
                b",",
                b"\n",
                b"\t",
                b"",
                b"\xef\xbb\xbf",
                b"9",
                b"-",
                b"'",
                b"=",
            ]
        )
        content[place : place + chance.randrange(3)] = new
    return bytes(content)


def test_a_thousand_mutated_files_are_read_or_refused_and_nearly_always_name_a_line():
    refused, named = 0, 0
    for seed in range(1000):
        try:
            read(mutated(random.Random(seed)))
        except Faults as refusal:
            refused += 1
            named += all(fault.line for fault in refusal.faults)
            assert refusal.faults
            assert all(fault.remedy and len(str(fault)) < 500 for fault in refusal.faults)
    assert refused > 500
    assert named >= 0.95 * refused


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200) | st.text(alphabet="date,employe;hours\"\n\r\t '=é\0", max_size=120).map(str.encode))
def test_any_bytes_are_records_or_faults(content):
    try:
        read(content)
    except Faults as refusal:
        assert refusal.count >= len(refusal.faults) >= 1


def test_amounts_written_by_a_spreadsheet_come_through():
    table = read_table(
        "Libellé;Montant\nSalaire;-1 234,56 €\n".encode("cp1252"),
        columns=[Column("label", ("libellé",)), Column("amount", ("montant",), parse=parse_amount)],
    )
    assert table.records[0].amount == Money(-123_456)
