"""What the words of the desk share: how names are listed, and what one thing to do is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.plumbing.pages import written

Words = dict[str, Any]


def listed(names: Sequence[str], *, most: int = 3) -> str:
    """Names as one says them: « A, B et C », « A, B et 4 autres »."""
    names = [written(name) for name in names]
    if len(names) < 2:
        return "".join(names)
    if len(names) > most:
        rest = len(names) - most + 1
        others = ngettext("%(num)d autre", "%(num)d autres", rest)
        return _("%(names)s et %(last)s", names=", ".join(names[: most - 1]), last=others)
    return _("%(names)s et %(last)s", names=", ".join(names[:-1]), last=names[-1])


def do(
    title: str, why: str, url: str | None, action: str, *, count: int | None = None, icon: str = "list-checks"
) -> Words:  # fmt: skip
    """One thing to do, as the macro `steps` shows it."""
    return {"title": title, "why": why, "url": url, "action": action, "count": count, "icon": icon}
