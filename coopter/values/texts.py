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
