"""Short texts are cleaned, and refused when they hide a character (R29, R58)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.values.refusal import Refusal
from coopter.values.texts import HiddenCharacter, TextTooLong, clean_line


def test_a_line_is_composed_and_its_blanks_are_one():
    assert clean_line("  Jardins\u00a0 de\r\nl'E\u0301tier\t") == "Jardins de l'Étier"
    assert clean_line("Les P’tits Débrouillards — 100 % « bio »") == "Les P’tits Débrouillards — 100 % « bio »"


@pytest.mark.parametrize(
    "hidden", ["\0", "\x07", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ud800", "\ue000", "\uffff"]
)
def test_a_hidden_character_is_named(hidden):
    with pytest.raises(HiddenCharacter, match=f"U\\+{ord(hidden):04X}"):
        clean_line(f"Jar{hidden}dins")


def test_a_long_text_is_refused():
    assert clean_line("a" * 200) == "a" * 200
    with pytest.raises(TextTooLong, match="201 caractères, 200"):
        clean_line("a" * 201)
    with pytest.raises(TextTooLong, match="4 caractères, 3"):
        clean_line("abcd", most=3)


@given(st.text())
def test_what_is_accepted_stays_one_line(text):
    try:
        line = clean_line(text)
    except Refusal:
        return
    assert line == clean_line(line)
    assert len(line.splitlines()) <= 1
