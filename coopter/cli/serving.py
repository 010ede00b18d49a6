"""`coopter serve`, `worker` and `demo`: the pages for people, and the effects that leave the house."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click
from flask import Flask

from coopter.cli.frame import Answer, answering
from coopter.cli.words import FrenchCommand
from coopter.office.commands.demo import make_demo
from coopter.plumbing import clock, files, jobs
from coopter.settings import ListenNotUnderstood, Settings, from_environment, places

THREADS = 8


@click.command(cls=FrenchCommand)
@click.option("--no-worker", is_flag=True, help="Sans le travail de fond ; lancez alors « coopter worker » ailleurs.")
@answering
def serve(no_worker: bool) -> Answer:
    """Sert les pages sur COOPTER_LISTEN, et fait le travail de fond (courriels, documents)."""
    from coopter.app import create_app

    settings = from_environment()
    _serve(create_app(settings), settings, with_worker=not no_worker)
    return Answer("")


@click.command(cls=FrenchCommand)
@answering
def worker() -> Answer:
    """Fait le travail de fond seul : courriels et documents, jusqu'à l'arrêt."""
    from coopter.app import create_app

    app = create_app()
    _sweep(app)
    stop = jobs.start_worker(app)
    click.echo("Le travail de fond a commencé ; Ctrl+C pour l'arrêter.", err=True)
    _until_stopped(threading.Event().wait, stop)
    return Answer("")


@click.command(cls=FrenchCommand)
@click.option("--no-serve", is_flag=True, help="Prépare la démonstration sans la servir.")
@answering
def demo(no_serve: bool) -> Answer:
    """Prépare un groupement de démonstration (une seule fois) et le sert, avec des connexions en un clic."""
    from coopter.app import create_app

    settings = demo_settings()
    click.echo("Préparation de la démonstration…", err=True)
    app = create_app(settings)
    with app.app_context():
        made = make_demo(today=clock.today(), base_url=settings.base_url)
    address = settings.base_url
    lines = [
        f"Groupement « {made.name} » prêt." if made.is_new else f"Groupement « {made.name} », déjà là.",
        f"Adresse : {address}",
        "Connexion en un clic sur cette page, comme :",
        *(f"  {person.name:<22} {person.role}" for person in made.people),
        f"Données : {settings.data_dir}",
    ]
    facts = {"slug": made.slug, "address": address, "is_new": made.is_new, "data_dir": str(settings.data_dir)}
    facts["people"] = [{"name": person.name, "role": person.role, "email": person.email} for person in made.people]
    if no_serve:
        return Answer("\n".join(lines), facts)
    click.echo("\n".join(lines))
    sys.stdout.flush()
    _serve(app, settings, with_worker=True)
    return Answer("")


def demo_settings() -> Settings:
    """Settings of a demonstration: a data folder of its own, so that invented people never meet real ones."""
    data_dir, _ = places()
    environ = dict(os.environ)
    if "COOPTER_DATA_DIR" not in environ:
        environ["COOPTER_DATA_DIR"] = str(data_dir.with_name(data_dir.name + "-demo"))
    settings = from_environment(environ)
    base_url = environ.get("COOPTER_BASE_URL") or f"http://{settings.listen}"
    return replace(settings, demo=True, base_url=base_url)


def _serve(app: Flask, settings: Settings, *, with_worker: bool) -> None:
    import waitress

    try:
        server = waitress.create_server(app, listen=settings.listen, threads=THREADS, ident=None)
    except ValueError as unknown:  # a host that this machine does not know
        raise ListenNotUnderstood(settings.listen) from unknown
    _sweep(app)
    stop = jobs.start_worker(app) if with_worker else _nothing
    click.echo(f"CoopTer écoute sur http://{settings.listen} ; Ctrl+C pour l'arrêter.", err=True)
    _until_stopped(server.run, stop)


def _sweep(app: Flask) -> None:
    """What a killed writing left aside a day ago or more is nobody's."""
    with app.app_context():
        files.sweep(before=clock.now() - timedelta(days=1))


def _until_stopped(work: Callable[[], Any], stop: Callable[[], Any]) -> None:
    """Work until SIGINT or SIGTERM, then stop what goes on beside; set here, after others have set their own."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    try:
        work()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        click.echo("Arrêt.", err=True)
        stop()


def _nothing() -> None:
    """No worker was started."""
