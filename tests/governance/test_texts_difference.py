"""What changed from one version of a text to another, told so that nothing is lost of either (R36)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coopter.governance.rules import texts as rules
from coopter.governance.rules.texts_difference import Change, difference


class TestDifference:
    """Readable: by paragraph, then by word."""

    def test_words(self) -> None:
        found = difference("# Un\n\nLe chat dort sur le tapis.", "# Un\n\nLe chien dort sur le grand tapis.")
        assert (found.changed, found.added, found.removed) == (1, 0, 0)
        pieces = [(piece.change, piece.text) for piece in found.paragraphs[1].pieces]
        assert (Change.REMOVED, "chat") in pieces and (Change.ADDED, "chien") in pieces

    def test_a_paragraph_of_its_own(self) -> None:
        found = difference("Un.\n\nDeux.", "Un.\n\nTout autre chose vraiment.\n\nDeux.")
        assert (found.changed, found.added, found.removed) == (0, 1, 0)

    def test_the_same_text_otherwise_laid_out(self) -> None:
        assert difference("Un texte\nsur deux lignes.\n\n\n- a", "Un texte sur\ndeux lignes.\n\n- a").is_empty

    def test_signs_of_values_read_as_typed(self) -> None:
        """What `merge` guarded is shown without its guards."""
        (one,) = difference("", rules.merge("{{structure}}", {"structure": "A*B_C [1]"})).paragraphs
        assert one.text == "A*B_C [1]"

    @given(st.lists(st.sampled_from(["Un.", "# Deux", "Trois mots ici", "- quatre", "Cinq et six"]), max_size=8),
           st.lists(st.sampled_from(["Un.", "# Deux", "Trois mots là", "- quatre", "Sept"]), max_size=8))  # fmt: skip
    def test_both_texts_are_whole_in_it(self, old: list[str], new: list[str]) -> None:
        """Nothing is lost: without additions it is the old text, without removals the new one."""
        found = difference("\n\n".join(old), "\n\n".join(new))

        def read(leaving_out: Change) -> list[str]:
            texts_ = [
                "".join(piece.text for piece in one.pieces if piece.change is not leaving_out)
                for one in found.paragraphs
            ]
            return [text for text in texts_ if text]

        plain = [[line.removeprefix("# ").replace("- ", "– ") for line in lines] for lines in (old, new)]
        assert [read(Change.ADDED), read(Change.REMOVED)] == plain
