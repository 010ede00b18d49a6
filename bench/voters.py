"""Two hundred members with their phones, an open assembly, and the real server that answers them: for the benches."""

from __future__ import annotations

import http.client
import os
import secrets
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from coopter.governance.commands.agenda import ItemDetails, add_item
from coopter.governance.commands.assemblies import AssemblyDetails, open_assembly, plan_assembly
from coopter.governance.commands.attendance import record_arrival
from coopter.governance.commands.bodies import create_body, seat_all_members
from coopter.governance.commands.convocation import convene
from coopter.governance.models import Elector
from coopter.governance.rules.kinds import AssemblyMode, AttendanceMeans, BallotMethod, BodyKind
from coopter.governance.rules.presets import ASSOCIATION
from coopter.members.access import sign_ins
from coopter.members.models import Grouping, Membership, Person, RoleGrant, Structure
from coopter.members.rules import GroupingKind, VatStatus
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.settings import Settings
from coopter.values.actor import Actor, Role
from coopter.values.instants import paris_day

ROOT = Path(__file__).resolve().parents[1]
VOTERS = 200
SLUG, PORT = "banc", 8765
JOINED = date(2020, 1, 1)


@dataclass(frozen=True)
class Voter:
    """One phone: who holds it, the session's cookie, its form's token."""

    person_id: int
    structure_id: int
    elector_id: int
    cookie: str
    token: str


@command
def two_hundred_members(at: datetime) -> list[tuple[int, int, str]]:
    """A member structure and its representative, two hundred times: person, structure, sign-in key."""
    found = []
    for number in range(VOTERS):
        structure = Structure(
            code=f"S{number:03}", legal_name=f"Structure {number:03}", vat_status=VatStatus.LIABLE, version=1
        )
        person = Person(
            email=f"p{number}@banc.example", first_name="Personne", last_name=f"{number:03}", active=True,
            fs_uniquifier=secrets.token_hex(16),
        )  # fmt: skip
        session().add_all([structure, person])
        session().flush()
        session().add(Membership(structure_id=structure.id, joined_on=JOINED))
        session().add(
            RoleGrant(person_id=person.id, role=Role.REPRESENTATIVE, structure_id=structure.id, granted_at=at)
        )
        found.append((person.id, structure.id, person.fs_uniquifier))
    session().flush()
    return found


@command
def a_grouping(at: datetime) -> int:
    """The grouping of the bench."""
    grouping = Grouping(slug=SLUG, name="Banc", kind=GroupingKind.EMPLOYER_GROUP, created_at=at)
    session().add(grouping)
    session().flush()
    return grouping.id


def an_assembly(actor: Actor, *, method: BallotMethod, votes: int, at: datetime) -> tuple[list[int], dict[int, int]]:
    """An open assembly where everybody is there; its points, and the elector of each structure."""
    statutes = replace(ASSOCIATION, dues_needed=False, notice_days=15)
    name = f"Assemblée {secrets.token_hex(3)}"
    body = create_body(actor, kind=BodyKind.GENERAL_ASSEMBLY, name=name, statutes=statutes, from_on=JOINED, at=at)
    seat_all_members(actor, body_id=body, on=JOINED, at=at)
    details = AssemblyDetails(
        body_id=body, title="Assemblée du banc", mode=AssemblyMode.IN_PERSON, starts_at=at, record_on=paris_day(at),
        place="Salle",
    )  # fmt: skip
    assembly = plan_assembly(actor, details=details, at=at)
    items = [
        add_item(actor, assembly_id=assembly, details=ItemDetails(title=f"Point {n}", method=method), at=at)
        for n in range(votes)
    ]
    convene(actor, assembly_id=assembly, at=at - timedelta(days=20))
    query = select(Elector.structure_id, Elector.id).where(Elector.assembly_id == assembly)
    electors = {row.structure_id: row.id for row in session().execute(query)}
    for elector in electors.values():
        record_arrival(actor, assembly_id=assembly, elector_id=elector, means=AttendanceMeans.ON_THE_SPOT,
                       person_name="Présent", at=at)  # fmt: skip
    open_assembly(actor, assembly_id=assembly, chair="C", secretary="S", at=at)
    return items, electors


def a_phone(app: Flask, person: tuple[int, int, str], electors: dict[int, int]) -> Voter:
    """A signed-in phone, as its first page would leave it."""
    person_id, structure_id, key = person
    csrf = secrets.token_hex(20)
    kept = {"_user_id": key, "_fresh": True, "fs_cc": "set", "fs_paa": 4_000_000_000, "csrf_token": csrf,
            sign_ins.KEY: sign_ins.a_new_one(strict=False)}  # fmt: skip
    cookie = app.session_interface.get_signing_serializer(app).dumps(kept)  # type: ignore[attr-defined]
    token = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(csrf)
    return Voter(person_id, structure_id, electors[structure_id], cookie, token)


def serve(settings: Settings, stack: ExitStack) -> int:
    """The real server, until the bench ends; returns its process id."""
    environ = {
        **os.environ, "COOPTER_DATA_DIR": str(settings.data_dir), "COOPTER_DATABASE_URL": settings.database_url,
        "COOPTER_SECRET_KEY": settings.secret_key, "COOPTER_LISTEN": f"127.0.0.1:{PORT}",
    }  # fmt: skip
    log = stack.enter_context((settings.data_dir / "serve.log").open("wb"))
    command_line = [sys.executable, "-m", "coopter", "serve", "--no-worker"]
    server = subprocess.Popen(command_line, cwd=ROOT, env=environ, stdout=log, stderr=log)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
            return server.pid
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def processor_s(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
