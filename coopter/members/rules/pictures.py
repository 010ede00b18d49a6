"""The grouping's logo: a picture that documents can print, and nothing else under that name."""

from __future__ import annotations

import io
import warnings

from PIL import Image, UnidentifiedImageError

from coopter.values.refusal import Refusal

MOST_LOGO_BYTES = 512 * 1024
MOST_LOGO_PIXELS = 4_000
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg"}


class LogoTooLarge(Refusal):
    """Ce logo est trop grand : 512 Ko et 4 000 points de côté au plus. Réduisez l'image, puis recommencez."""


class NotALogo(Refusal):
    """Ce fichier n'est pas une image PNG ou JPEG que l'on puisse lire. Enregistrez le logo en PNG, puis recommencez."""


def check_logo(content: bytes) -> str:
    """The media type of a logo, told from its bytes and not from its name (rows R51, R54).

    The header alone says how large it is; the picture is then read whole. Raises LogoTooLarge, NotALogo.
    """
    if len(content) > MOST_LOGO_BYTES:
        raise LogoTooLarge()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=tuple(KINDS))
            if max(picture.size) > MOST_LOGO_PIXELS:
                raise LogoTooLarge()
            picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise LogoTooLarge() from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as unreadable:
        raise NotALogo() from unreadable
    return KINDS[str(picture.format)]
