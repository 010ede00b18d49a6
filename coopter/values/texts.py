"""Short texts that people type: cleaned of outer blanks, refused when they hide something."""

import re
import unicodedata

from coopter.values.refusal import Refusal, quoted

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_BLANKS = re.compile(r"\s+")


class HiddenCharacter(Refusal):
    """Le texte « %(value)s » contient un caractère invisible (%(code)s). Retapez-le à la main, sans le coller."""


class TextTooLong(Refusal):
    """Le texte « %(value)s » compte %(length)s caractères, %(most)s au plus sont possibles. Raccourcissez-le."""


def clean_line(text: str, *, most: int = 200) -> str:
    """Return a one-line text, composed (NFC), each run of blanks made one space.

    Raises HiddenCharacter for controls, zero-width and direction marks (R29, R58), TextTooLong over `most` characters.
    """
    line = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    for character in line:
        if unicodedata.category(character) in _HIDDEN:
            raise HiddenCharacter(value=quoted(line), code=f"U+{ord(character):04X}")
    if len(line) > most:
        raise TextTooLong(value=quoted(line), length=len(line), most=most)
    return line


def clean_text(text: str, *, most: int = 20_000) -> str:
    """Return a text of several lines, composed (NFC), line ends as one sign, blanks at ends of lines taken away.

    Raises HiddenCharacter for controls, zero-width and direction marks (R29, R58), TextTooLong over `most` characters.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    whole = "\n".join(line.rstrip() for line in lines).strip("\n")
    for character in whole:
        if character != "\n" and unicodedata.category(character) in _HIDDEN:
            raise HiddenCharacter(value=quoted(whole), code=f"U+{ord(character):04X}")
    if len(whole) > most:
        raise TextTooLong(value=quoted(whole), length=len(whole), most=most)
    return whole
