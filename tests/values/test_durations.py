"""Durations are typed as people say them and kept in minutes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.values.durations import (
    DurationNotUnderstood,
    TooManyMinutes,
    hours_and_minutes,
    hundredths_of_hour,
    parse_minutes,
)

DURATIONS = {
    "7h30": 450,
    "7 h 30": 450,
    "7H30": 450,
    "7:30": 450,
    "07:05": 425,
    "7h": 420,
    "7 h": 420,
    "7": 420,
    "7,5": 450,
    "7.5": 450,
    "7,50 h": 450,
    "450 min": 450,
    "450min": 450,
    "450 mn": 450,
    "30 minutes": 30,
    "7 heures 30": 450,
    "1 heure": 60,
    "0": 0,
    "7\u00a0h\u00a030": 450,
    "7\u202fh\u202f30\u202fmin": 450,
    "7h30min": 450,
    "0,25": 15,
    "3.4833": 209,
    "7,33": 440,
    "1607": 96_420,
    " 7h30 ": 450,
    "0h05": 5,
    "24:00": 1440,
}


@pytest.mark.parametrize(("text", "minutes"), DURATIONS.items())
def test_durations_as_french_people_write_them(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "-7",
        "-1h30",
        "7h5",
        "7h300",
        "7,12345",
        "7h30,5",
        "h30",
        "7hh",
        "1e2",
        "NaN",
        "７h30",
        "7  h 30",
        "7;30",
        "450 s",
    ],
)
def test_other_durations_are_refused_with_the_way_to_write_them(wrong):
    with pytest.raises(DurationNotUnderstood, match="7h30, 7,5 ou 450 min"):
        parse_minutes(wrong)


def test_sixty_minutes_are_an_hour():
    with pytest.raises(TooManyMinutes, match="7h75"):
        parse_minutes("7h75")


@given(st.integers(0, 100_000))
def test_written_durations_read_back(minutes):
    assert parse_minutes(hours_and_minutes(minutes)) == minutes
    assert parse_minutes(str(hundredths_of_hour(minutes))) == minutes
    assert hundredths_of_hour(-minutes) == -hundredths_of_hour(minutes)


def test_hundredths_of_an_hour_are_rounded_half_up():
    for minutes in range(3000):
        assert hundredths_of_hour(minutes) == Decimal((minutes * 200 + 60) // 120) / 100
    assert str(hundredths_of_hour(209)) == "3.48"
    assert hours_and_minutes(450) == "7\u00a0h\u00a030"
    assert hours_and_minutes(-60) == "-1\u00a0h"
