"""What a form or a button answers: done and away, or its page again with what the trade said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import flash, redirect, request
from flask_babel import gettext
from wtforms import SelectField

from coopter.plumbing.fields import DurationField, RateField
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
    return _done(done, result, to=then(result))


def press(act: Callable[[], Any], *, to: str, done: str | Callable[[Any], str]) -> Any:
    """Run a command behind a button whose page has nothing typed to keep: 303 to that page, which says how it went."""
    try:
        result = act()
    except Refusal as refusal:
        refused(refusal)
        return redirect(to, 303)
    return _done(done, result, to=to)


def sides(conflict: Conflict, form: Any) -> dict[str, list[tuple[str, str]]]:
    """Both sides of a conflict as pairs of label and value, for the macro `conflict` of notice.html."""
    return {
        "mine": [_told(form, name, value) for name, value in conflict.mine.items()],
        "theirs": [_told(form, name, value) for name, value in conflict.theirs.items()],
    }


def version_sent() -> int:
    """The version of the row that the form was opened on; 0, which no row has, when it lacks."""
    return request.form.get("version", type=int) or 0


def _done(done: str | Callable[[Any], str], result: Any, *, to: str) -> Any:
    words = done if isinstance(done, str) else done(result)
    if words:  # a command may have found nothing to do
        flash(words, "success")
    return redirect(to, 303)


def _told(form: Any, name: str, value: Any) -> tuple[str, str]:
    field = form[name] if form is not None and name in form else None
    return str(field.label.text) if field is not None else name, _words(field, value)


def _words(field: Any, value: Any) -> str:
    """A value as its field shows it: a choice by its name, a duration or a rate as one types it."""
    if value in (None, ""):
        return gettext("(vide)")
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    if isinstance(field, SelectField):
        names = {str(choice.value): str(choice.label) for choice in field.iter_choices()}
        return names.get(str(getattr(value, "value", value)), written(value))
    return field.write(value) if isinstance(field, DurationField | RateField) else written(value)
