"""French is the source; every sentence has its English, with the same blanks to fill."""

from __future__ import annotations

import re

from coopter.plumbing import catalogue

BLANK = re.compile(r"%\((\w+)\)[sd]")


def test_every_sentence_has_its_english_and_none_is_left_over() -> None:
    """The interface is complete in English: `python -m coopter.plumbing.catalogue` adds what is new."""
    source = {(m.context, m.id) for m in catalogue.source_messages() if m.id}
    kept = {(m.context, m.id): m.string for m in catalogue.english() if m.id}
    assert sorted(map(str, source - kept.keys()))[:10] == []
    assert sorted(map(str, kept.keys() - source))[:10] == []
    assert [key for key, english in kept.items() if not (all(english) if isinstance(english, tuple) else english)] == []


def test_a_translation_fills_the_same_blanks() -> None:
    """A blank that a translation forgets or invents would be an error in front of its reader."""
    wrong = []
    for message in catalogue.english():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(BLANK.findall(ids[-1]))
        if message.id and any(set(BLANK.findall(s)) - wanted for s in strings):
            wrong.append(message.id)
        if message.id and not isinstance(message.id, tuple) and set(BLANK.findall(strings[0])) != wanted:
            wrong.append(message.id)
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    """No build step: what is shipped compiled is what is kept in text."""
    assert catalogue.ENGLISH.with_suffix(".mo").read_bytes() == catalogue.compiled(catalogue.english())
