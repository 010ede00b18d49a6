"""The tradesmen's entrance: everything that is done without a browser, each command one line into a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from coopter.cli.frame import BAD_INPUT, Answer, say
from coopter.cli.groupings import grouping
from coopter.cli.importing import importing
from coopter.cli.months import documents, export, hours, month
from coopter.cli.people import user
from coopter.cli.serving import demo, serve, worker
from coopter.cli.upkeep import back_up, doctor, journal_group, put_back, release, verify
from coopter.cli.words import FrenchGroup, in_french

INTERRUPTED = 130


@click.group(cls=FrenchGroup)
def coopter() -> None:
    """CoopTer en ligne de commande. Chaque commande accepte --json, et rend 0 (fait), 1 (refusé) ou 2 (mal demandé)."""


for _command in (
    grouping, user, importing, hours, month, documents, export, verify, journal_group, back_up, put_back, release,
    doctor, serve, worker, demo,
):  # fmt: skip
    coopter.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code: 0 done, 1 refused, 2 badly asked."""
    try:
        code = coopter.main(args=list(arguments), prog_name="coopter", standalone_mode=False)
    except click.UsageError as mistake:
        say(Answer(in_french(mistake), {"refusal": "Usage"}, BAD_INPUT), as_json="--json" in arguments)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrompu.", err=True)
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def main() -> NoReturn:
    """The entry of `coopter` and `python -m coopter`."""
    sys.exit(run(sys.argv[1:]))
