"""What a form or a button answers: done and away, or its page again with what the trade said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import flash, redirect, request
from flask_babel import gettext

from coopter.plumbing.pages import refused, written
from coopter.values.refusal import Conflict, Refusal


class Again(Protocol):
    """Shows the form again, with a status and, when somebody was faster, both sides."""

    def __call__(self, *, status: int = 200, conflict: Mapping[str, Any] | None = None) -> Any: ...


def answer(
    form: Any,
    act: Callable[[], Any],
    *,
    then: Callable[[Any], str],
    done: str | Callable[[Any], str],
    again: Again,
    valid: bool | None = None,
) -> Any:
    """Run a command behind a valid form, or a button without one (None): 303 to `then(result)` with the words `done`.

    A faulty form or a Refusal shows the page again with 422; a Conflict with 409, both sides beside each other (R22).
    """
    if valid is None:
        valid = form is None or form.validate()
    if not valid:
        return again(status=422)
    try:
        result = act()
    except Conflict as conflict:
        return again(status=409, conflict=sides(conflict, form))
    except Refusal as refusal:
        refused(refusal)
        return again(status=422)
    flash(done if isinstance(done, str) else done(result), "success")
    return redirect(then(result), 303)


def press(act: Callable[[], Any], *, to: str, done: str | Callable[[Any], str]) -> Any:
    """Run a command behind a button whose page has nothing typed to keep: 303 to that page, which says how it went."""
    try:
        result = act()
    except Refusal as refusal:
        refused(refusal)
    else:
        flash(done if isinstance(done, str) else done(result), "success")
    return redirect(to, 303)


def sides(conflict: Conflict, form: Any) -> dict[str, list[tuple[str, str]]]:
    """Both sides of a conflict as pairs of label and value, for the macro `conflict` of notice.html."""
    return {
        "mine": [(_label(form, name), _words(value)) for name, value in conflict.mine.items()],
        "theirs": [(_label(form, name), _words(value)) for name, value in conflict.theirs.items()],
    }


def version_sent() -> int:
    """The version of the row that the form was opened on; 0, which no row has, when it lacks."""
    return request.form.get("version", type=int) or 0


def _label(form: Any, name: str) -> str:
    return str(form[name].label.text) if form is not None and name in form else name


def _words(value: Any) -> str:
    return gettext("(vide)") if value in (None, "") else written(value)
