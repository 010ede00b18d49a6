"""What every command of the command line shares: the app, the grouping in scope, the answer, and how a no is said."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any

import click
from flask import has_app_context
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

from coopter.members import queries as members
from coopter.plumbing import formats, tenancy
from coopter.plumbing.database import UnsafeJournalMode
from coopter.plumbing.files import FileDamaged
from coopter.plumbing.schema import SchemaTooNew
from coopter.settings import DatabaseNotKnown, ListenNotUnderstood, NotANumber, WeakSecretKey
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Faults, No, Refusal, in_words

DONE, REFUSED, BAD_INPUT = 0, 1, 2
# What the house refuses before it opens, or cannot go on with; each in a sentence that says what to do.
SETTLED: dict[type[Exception], str] = {
    UnsafeJournalMode: "Le mode WAL peut perdre des données avec cette version de SQLite, ou ce mode n'existe pas. "
    "Retirez COOPTER_SQLITE_JOURNAL_MODE, ou installez SQLite 3.51.3, 3.50.7 ou 3.44.6.",
    SchemaTooNew: "La base a été faite par un CoopTer plus récent. Installez cette version, ou restaurez une "
    "sauvegarde faite par celle-ci.",
    WeakSecretKey: "COOPTER_SECRET_KEY est trop faible. Donnez au moins 32 caractères tirés au hasard, ou retirez ce "
    "réglage : CoopTer fait alors la clé lui-même.",
    NotANumber: "Un réglage n'est pas un nombre entier permis : %s=%s. Corrigez-le, ou retirez-le.",
    DatabaseNotKnown: "COOPTER_DATABASE_URL n'est pas l'adresse d'une base que CoopTer connaît. Écrivez "
    "postgresql+psycopg://utilisateur@serveur/base (avec psycopg installé), ou retirez ce réglage : les données vont "
    "alors dans SQLite, dans le dossier de données.",
    ListenNotUnderstood: "COOPTER_LISTEN n'est pas une adresse de cette machine : %s. Écrivez une adresse et un port, "
    "par exemple 127.0.0.1:8000, ou retirez ce réglage.",
    FileDamaged: "Un fichier enregistré manque ou a été modifié (%s). Restaurez-le d'une sauvegarde.",
}


class UnknownGrouping(Refusal):
    """Le groupement « %(slug)s » n'existe pas dans cette installation. Groupements connus : %(known)s."""


class DatabaseAway(Refusal):
    """La base de données ne répond pas : %(words)s. Vérifiez COOPTER_DATABASE_URL et que le serveur fonctionne."""


class SystemSaysNo(Refusal):
    """Le système refuse : %(words)s. Rien n'a été laissé à moitié ; réglez la cause, puis recommencez."""


@dataclass(frozen=True)
class Answer:
    """What a command has to say: to a person, and to a program (plain values); `code` is the process's.

    `note` is for a person alone, beside the answer: it goes to stderr, and a program finds its matter in the facts.
    """

    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    code: int = DONE
    note: str = ""


def answering(function: Callable[..., Answer]) -> Callable[..., None]:
    """Give a command its `--json`, print its answer, and turn each no into its sentence and its exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Répond en JSON, pour un programme.")
    @wraps(function)
    def answer(*args: Any, as_json: bool, **kwargs: Any) -> None:
        try:
            given = function(*args, **kwargs)
        except Faults as faults:
            given = faulty(faults)
        except No as no:
            given = Answer(said(no), {"refusal": type(no).__name__}, REFUSED)
        except tuple(SETTLED) as settled:
            sentence = SETTLED[type(settled)]
            given = Answer(
                sentence % settled.args if "%s" in sentence else sentence, {"refusal": type(settled).__name__}, REFUSED
            )
        except OperationalError as away:
            words = str(away.orig).strip().splitlines()[0].rstrip(".")
            given = Answer(str(DatabaseAway(words=words)), {"refusal": "DatabaseAway"}, REFUSED)
        except OSError as system:
            words = f"{system.strerror or system} ({system.filename})" if system.filename else str(system)
            given = Answer(str(SystemSaysNo(words=words)), {"refusal": "SystemSaysNo"}, REFUSED)
        say(given, as_json=as_json)
        if given.code:
            raise click.exceptions.Exit(given.code)

    return answer


def said(no: No) -> str:
    """A refusal's sentence, its facts as French people write them: amounts, months, days, instants in Paris."""
    return no.sentence % {name: in_words(_written(fact)) for name, fact in no.facts.items()}


def _written(fact: object) -> object:
    return formats.written(fact) if isinstance(fact, (Money, Month, date)) else fact


def say(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: what went well on stdout, a no on stderr, JSON always on stdout."""
    if as_json:
        facts = {"ok": answer.code == DONE, **answer.facts}
        if answer.code and "message" not in facts:
            facts["message"] = answer.text
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    elif answer.text:
        click.echo(answer.text, err=answer.code != DONE)
    if answer.note and not as_json:
        click.echo(answer.note, err=True)


def faulty(faults: Faults) -> Answer:
    """The answer to a file with faults: all of them at once, with line, column, value and remedy (row R50)."""
    lines = [str(faults), *(f"  {fault}" for fault in faults.faults)]
    if faults.count > len(faults.faults):
        lines.append(f"  … et {faults.count - len(faults.faults)} autres.")
    listed = [
        {"line": fault.line, "column": fault.column, "value": fault.value, "remedy": fault.remedy}
        for fault in faults.faults
    ]
    facts = {"refusal": "Faults", "message": str(faults), "count": faults.count, "faults": listed}
    return Answer("\n".join(lines), facts, BAD_INPUT)


@contextmanager
def opened() -> Iterator[None]:
    """The app of the environment's settings, its schema up to date; the one already open when there is one."""
    if has_app_context():
        with force_locale("fr"):
            yield
        return
    from coopter.app import create_app

    with create_app().app_context(), force_locale("fr"):
        yield


@contextmanager
def inside(slug: str) -> Iterator[Actor]:
    """This grouping in scope, and the actor that the command line is there; raises UnknownGrouping."""
    with opened():
        grouping = members.find_grouping(slug)
        if grouping is None:
            known = (
                ", ".join(one.slug for one in members.list_groupings()) or "aucun (créez-le : coopter grouping create)"
            )
            raise UnknownGrouping(slug=slug, known=known)
        with tenancy.scope(grouping.id):
            yield Actor.command_line(grouping.id)


class Progress:
    """How far a long work is, on stderr: one moving line for a person, a line every few seconds for a log."""

    EVERY_S = 5.0

    def __init__(self, label: str) -> None:
        self._label = label
        self._moving = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Tell that `done` of `total` are finished."""
        now = time.monotonic()
        if now - self._last < (0.1 if self._moving else self.EVERY_S) and done < total:
            return
        self._last = now
        if self._moving:
            click.echo(f"\r{self._label} : {done} / {total}", err=True, nl=done >= total)
        elif done < total or self._shown:
            click.echo(f"{self._label} : {done} / {total}", err=True)
        self._shown = True


def grouping_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option that names the grouping."""
    return click.option("--grouping", "slug", required=True, metavar="SLUG", help="Le groupement, par son slug.")(
        function
    )
