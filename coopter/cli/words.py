"""The command line in French: its kinds of arguments, its help, and what it says of a command that was mistyped."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from coopter.values.identifiers import check_iban, check_siret
from coopter.values.month import Month
from coopter.values.numbers import parse_day
from coopter.values.refusal import No

HEADINGS = {"Options": "Options", "Commands": "Commandes", "Arguments": "Arguments", "Usage": "Emploi"}


class Typed(click.ParamType):
    """An argument read by a function of the trade, whose refusal is what is said."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except No as no:
            self.fail(str(no), param, ctx)


class OneOf(click.ParamType):
    """One value of an enumeration, by its text."""

    def __init__(self, kind: type[enum.Enum]) -> None:
        self.kind = kind
        self.name = "|".join(str(one.value) for one in kind)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, self.kind):
            return value
        try:
            return self.kind(value)
        except ValueError:
            self.fail(f"« {value} » n'est pas dans la liste : {self.name.replace('|', ', ')}.", param, ctx)


class GivenFile(click.ParamType):
    """A file that must be there and readable."""

    name = "FICHIER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.is_file():
            return path
        return self.fail(f"le fichier « {value} » n'existe pas ou n'est pas un fichier.", param, ctx)


MONTH = Typed("AAAA-MM", Month.parse)
DAY = Typed("AAAA-MM-JJ", parse_day)
SIRET = Typed("SIRET", check_siret)
IBAN = Typed("IBAN", check_iban)
FILE = GivenFile()
FOLDER = Typed("DOSSIER", Path)


class FrenchFormatter(click.HelpFormatter):
    """Click's help with French headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Emploi : ")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)} :\n")


class FrenchContext(click.Context):
    """A context whose help is written in French."""

    formatter_class = FrenchFormatter


class _French:
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Affiche cette aide."
        return option  # type: ignore[no-any-return]

    def get_short_help_str(self, limit: int = 45) -> str:
        return super().get_short_help_str(max(limit, 200))  # type: ignore[misc,no-any-return]


class FrenchCommand(_French, click.Command):
    """A command with French help."""

    context_class = FrenchContext


class FrenchGroup(_French, click.Group):
    """A group of commands with French help."""

    context_class = FrenchContext
    command_class = FrenchCommand
    group_class = type


def in_french(error: click.ClickException) -> str:
    """What was mistyped, and what to do."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    sentence = _mistake(error)
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "coopter"
    return f"{sentence}\nPour la liste de ce qui est possible : {path} --help"


def _mistake(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter) and error.param is not None:
        hint = error.param.get_error_hint(error.ctx) if error.ctx else error.param.name
        return f"Il manque {str(hint).replace(chr(39), '')}."
    if isinstance(error, click.NoSuchOption):
        near = f" (peut-être {', '.join(error.possibilities)})" if error.possibilities else ""
        return f"L'option {error.option_name} n'existe pas{near}."
    if isinstance(error, click.BadOptionUsage):
        return f"L'option {error.option_name} attend une valeur."
    if isinstance(error, click.BadParameter):
        hint = error.param.get_error_hint(error.ctx) if error.param is not None and error.ctx else "argument"
        return f"{str(hint).replace(chr(39), '')} : {error.message}"
    words = error.message
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = f" (peut-être {', '.join(error.possibilities)})" if error.possibilities else ""
        return f"La commande « {error.command_name} » n'existe pas{near}."
    if "unexpected extra argument" in words:
        return f"Il y a un argument de trop : {words.partition('(')[2].rstrip(').')}."
    if words.startswith("Missing command"):
        return "Il manque la commande."
    return words
