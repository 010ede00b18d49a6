"""`coopter verify`, `backup`, `restore`, `doctor`: does everything still stand, and can it be had back?"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click
from flask import current_app

from coopter.cli.frame import REFUSED, Answer, Progress, answering, grouping_option, inside, opened
from coopter.cli.words import FILE, FOLDER, FrenchCommand, FrenchGroup, Typed
from coopter.members import queries as members
from coopter.office.commands.backup import backup
from coopter.office.commands.release import release as end_quarantine
from coopter.office.commands.restore import restore
from coopter.office.queries.verify import Head, Verdict, head_of, verify_grouping, verify_installation
from coopter.plumbing import clock, journal, outbox
from coopter.plumbing.health import Level, examine
from coopter.settings import from_environment, places
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal

MARKS = {Level.GOOD: "  bon  ", Level.WARNING: "à savoir", Level.BAD: "MAUVAIS"}
KEYS = {
    "restored": "La clé secrète a été remise.",
    "same": "La clé secrète en place est la bonne.",
    "missing": "La clé secrète n'était pas dans la sauvegarde : remettez l'ancienne (fichier secret-key, ou "
    "COOPTER_SECRET_KEY), sinon chacun devra se reconnecter et refaire son second facteur.",
    "other": "La clé secrète en place n'est pas celle de la sauvegarde : chacun devra se reconnecter et refaire son "
    "second facteur, à moins de remettre l'ancienne.",
}


NEXT = (
    "Vérifiez : coopter verify. Cette copie est en quarantaine : aucun courriel ne part, aucun lien ne s'ouvre. Si "
    "c'est elle qui sert désormais : coopter release (avec --drop-mails pour ne pas renvoyer ce qui attendait)."
)


class NotAnAnchor(Refusal):
    """« %(value)s » n'est pas une tête de journal : écrivez le numéro, deux-points, l'empreinte (entière, ou les seize
    chiffres du pied d'une facture)."""


def read_anchor(text: str) -> Head:
    """A head as verify prints it, sequence:hash, or with what invoices print of the hash; raises NotAnAnchor."""
    sequence, _, given = text.partition(":")
    digest = given.replace(" ", "").lower()
    if not (sequence.isascii() and sequence.isdecimal() and re.fullmatch(r"[0-9a-f]{16}|[0-9a-f]{64}", digest)):
        raise NotAnAnchor(value=text[:80])
    return Head(int(sequence), digest)


@click.command(cls=FrenchCommand)
@click.option("--grouping", "slug", metavar="SLUG", help="Un groupement ; tous, et l'installation, sinon.")
@click.option("--anchor", "anchors", type=Typed("N:EMPREINTE", read_anchor), multiple=True,
              help="Une tête de journal notée ailleurs, à retrouver dans la chaîne.")  # fmt: skip
@answering
def verify(slug: str | None, anchors: tuple[Head, ...]) -> Answer:
    """Vérifie la chaîne du journal, les scellés, les sommes, les numéros, les documents et la base."""
    verdicts: dict[str, Verdict] = {}
    with opened():
        slugs = [slug] if slug else [one.slug for one in members.list_groupings()]
        for one in slugs:
            with inside(one) as actor:
                verdicts[one] = verify_grouping(actor, anchors=anchors, progress=Progress(f"Documents de {one}"))
        if slug is None:
            chains = frozenset(one.id for one in members.list_groupings())
            verdicts["installation"] = verify_installation(Actor.command_line(), chains=chains)
    lines = [line for name, verdict in verdicts.items() for line in _lines(name, verdict)]
    code = 0 if all(verdict.holds for verdict in verdicts.values()) else REFUSED
    return Answer("\n".join(lines), {"checked": {name: _facts(one) for name, one in verdicts.items()}}, code)


def _lines(name: str, verdict: Verdict) -> list[str]:
    counts = f"{verdict.rows} lignes scellées, {verdict.invoices} factures, {verdict.documents.made} documents"
    waiting = f", {verdict.documents.waiting} documents en attente" if verdict.documents.waiting else ""
    state = "tout est en ordre" if verdict.holds else f"{len(verdict.findings)} sortes d'anomalies"
    lines = [f"{name} : {state} ({counts}{waiting}).", *(f"  {finding}" for finding in verdict.findings)]
    return [*lines, f"  Tête du journal, à noter ailleurs : {verdict.head}"]


def _facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "holds": verdict.holds, "head": str(verdict.head), "rows": verdict.rows, "invoices": verdict.invoices,
        "documents": verdict.documents.made, "documents_waiting": verdict.documents.waiting,
        "findings": [
            {"kind": one.kind, "table": one.table, "row": one.row_id, "others": one.others, "message": str(one.refusal)}
            for one in verdict.findings
        ],
    }  # fmt: skip


@click.group(cls=FrenchGroup, name="journal")
def journal_group() -> None:
    """Le journal d'un groupement : sa tête, à garder hors de l'installation."""


@journal_group.command("anchor", cls=FrenchCommand)
@grouping_option
@answering
def show_anchor(slug: str) -> Answer:
    """Dit la tête du journal : le numéro de la dernière entrée et l'empreinte de toutes."""
    with inside(slug) as actor:
        head = head_of(actor)
        printed = journal.anchor_text(head.sequence, head.hash)
    text = f"{slug} : {head}\n{printed}\nÀ retrouver plus tard : coopter verify --grouping {slug} --anchor {head}"
    return Answer(text, {"grouping": slug, "head": str(head), "printed": printed})


@click.command(cls=FrenchCommand, name="backup")
@click.argument("path", type=FOLDER, metavar="FICHIER")
@click.option("--with-key", is_flag=True, help="Met la clé secrète dans l'archive : gardez-la alors comme elle.")
@answering
def back_up(path: Path, with_key: bool) -> Answer:
    """Sauvegarde la base, les fichiers et le plan des clés dans une archive, sans arrêter le travail."""
    with opened():
        key = current_app.config["SECRET_KEY"]
        done = backup(
            Actor.command_line(), to=path, secret_key=key, with_key=with_key, at=clock.now(),
            progress=Progress("Sauvegarde"),
        )  # fmt: skip
    facts = {"path": str(path), "bytes": done.size, "files": done.files, "revision": done.revision}
    facts |= {"has_key": done.has_key, "damaged": list(done.damaged)}
    kept = "avec" if done.has_key else "sans"
    text = f"Sauvegarde écrite dans {path} : {done.files} fichiers, {done.size / 1e6:.1f} Mo, {kept} la clé secrète."
    if done.damaged:
        names = ", ".join(done.damaged)
        text += f"\nCes fichiers étaient déjà abîmés et ont été gardés tels quels : {names}. Lancez « coopter verify »."
    return Answer(text, facts, REFUSED if done.damaged else 0)


@click.command(cls=FrenchCommand, name="restore")
@click.argument("path", type=FILE, metavar="FICHIER")
@click.option("--to", type=FOLDER, help="Le dossier de données à remplir ; celui de l'environnement sinon.")
@answering
def put_back(path: Path, to: Path | None) -> Answer:
    """Remet une sauvegarde dans une installation vide : tout, ou rien."""
    data_dir, database_url = places(data_dir=to)
    done = restore(
        Actor.command_line(), archive=path, data_dir=data_dir, database_url=database_url,
        secret_key=os.environ.get("COOPTER_SECRET_KEY"), progress=Progress("Restauration"),
    )  # fmt: skip
    facts = {"to": str(done.data_dir), "files": done.files, "revision": done.revision, "made_at": done.made_at}
    text = f"Sauvegarde du {done.made_at[:16].replace('T', ' ')} remise dans {done.data_dir} : {done.files} fichiers."
    return Answer(f"{text}\n{KEYS[done.key]}\n{NEXT}", facts | {"key": done.key, "heads": done.heads})


@click.command(cls=FrenchCommand)
@click.option("--drop-mails", is_flag=True, help="Sans envoyer les courriels qui attendaient dans la sauvegarde.")
@answering
def release(drop_mails: bool) -> Answer:
    """Lève la quarantaine d'une installation restaurée : ses courriels partent, ses liens s'ouvrent."""
    with opened():
        dropped = end_quarantine(Actor.command_line(), drop_waiting=drop_mails, at=clock.now())
        waiting = outbox.waiting(kind="mail")
    text = f"La quarantaine est levée. {waiting} courriels attendent et vont partir ; {dropped} envois ont été écartés."
    return Answer(text, {"waiting": waiting, "dropped": dropped})


@click.command(cls=FrenchCommand)
@answering
def doctor() -> Answer:
    """Regarde les versions, les bibliothèques, le dossier et la file des envois, et dit quoi faire."""
    settings = from_environment()
    remarks = examine(
        data_dir=settings.data_dir, journal_mode=settings.journal_mode, base_url=settings.base_url,
        listen=settings.listen,
    )  # fmt: skip
    with opened():
        waiting = outbox.waiting()
    lines = [f"[{MARKS[one.level]}] {one.name} : {one.words}" + (f" ; {one.remedy}" if one.remedy else "")
             for one in remarks]  # fmt: skip
    lines.append(f"[{MARKS[Level.GOOD]}] File des envois : {waiting} en attente")
    facts = {
        "remarks": [{"name": r.name, "level": r.level.value, "words": r.words, "remedy": r.remedy} for r in remarks],
        "outbox_waiting": waiting,
    }
    return Answer("\n".join(lines), facts, REFUSED if any(one.level is Level.BAD for one in remarks) else 0)
