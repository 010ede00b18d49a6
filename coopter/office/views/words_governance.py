"""What waits in the life of the grouping, put into words, and the small things that all such words share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.office.queries import Task, TaskKind
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


def _to_sign(task: Task) -> Words:
    title, capacity = task.names
    why = _("En qualité de %(capacity)s.", capacity=capacity)
    if task.on is not None:
        why = _("En qualité de %(capacity)s, jusqu’au %(day)s.", capacity=capacity, day=written(task.on))
    where = url_for("governance.sign", request_id=task.subject_id)
    return do(_("À signer : %(title)s", title=title), why, where, _("Lire et signer"), icon="stamp")


def _opinion_wanted(task: Task) -> Words:
    title = _("Votre avis est demandé : %(name)s", name=task.names[0])
    why = _("Cette structure demande à entrer. Les membres disent ce qu’ils en pensent avant la décision.")
    where = url_for("governance.admission", admission_id=task.subject_id)
    return do(title, why, where, _("Lire et donner un avis"), icon="building-2")


def _obligations_due(task: Task) -> Words:
    late = ngettext("Une échéance est en retard", "%(num)d échéances sont en retard", task.count)
    near = ngettext("Une échéance approche", "%(num)d échéances approchent", task.count)
    why = _("%(what)s, avant le %(day)s.", what=written(task.names[0]), day=written(task.on))
    where, title = url_for("governance.obligations"), late if task.is_urgent else near
    return do(title, why, where, _("Voir les échéances"), count=task.count)


def _admissions(task: Task) -> Words:
    title = ngettext("Une demande d’adhésion à décider", "%(num)d demandes d’adhésion à décider", task.count)
    return do(title, f"{listed(task.names)}.", url_for("governance.admissions"), _("Voir"), icon="user-plus")


GOVERNANCE: Mapping[TaskKind, Callable[[Task], Words]] = {
    TaskKind.TO_SIGN: _to_sign,
    TaskKind.OPINION_WANTED: _opinion_wanted,
    TaskKind.OBLIGATIONS_DUE: _obligations_due,
    TaskKind.ADMISSIONS: _admissions,
}
