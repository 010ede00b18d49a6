"""The evidence file, verified by a program that is none of ours: every change is found, whatever the byte (R36)."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance.commands import signing_acts, signing_proofs
from coopter.governance.models import Signature, SignatureStamp
from coopter.governance.queries import signing_bound
from coopter.governance.queries.signing_evidence import evidence_of
from coopter.governance.rules.signing import AlreadySigned
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import journal, outbox, stamping
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.refusal import NotFound
from tests.factories import actor, inside
from tests.governance.signatures import NOW, Charter, a_campaign, a_charter, free, link_of, next_version

TOOL = Path(__file__).resolve().parents[2] / "tools" / "verify_signature.py"
LATER = NOW + timedelta(minutes=3)


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location("verify_signature", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


def signed(told: Charter) -> int:
    """A signature given by a link, with one refused attempt after it."""
    a_campaign(told, free())
    way = signing_acts.Way(token=link_of("yann@exemple.fr"), network="192.0.2.0/24")
    found = signing_acts.sign(way, pdf_sha256=told.frozen.pdf_sha256, agreed=True, code="", at=LATER)
    with pytest.raises(AlreadySigned):
        signing_acts.sign(way, pdf_sha256=told.frozen.pdf_sha256, agreed=True, code="", at=LATER)
    return found


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of an evidence ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def holds(files: dict[str, bytes], document: bytes | None = None) -> bool:
    """What the tool says."""
    return all(good for good, _ in tool.verify(files, document))


def test_it_shares_no_code_with_us() -> None:
    """Standard library alone, and it runs by itself."""
    source = TOOL.read_text("utf-8")
    imported = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported <= set(sys.stdlib_module_names)
    assert "coopter" not in source


def test_the_file_verifies_and_says_who_signed(told: Charter, tmp_path: Path) -> None:
    """Run as anybody would, off line, isolated from our code."""
    file = evidence_of(told.coordinator, signed(told))
    (tmp_path / "preuve.zip").write_bytes(file.content)
    (tmp_path / "copie.pdf").write_bytes(unzipped(file.content)["document.pdf"])
    command = [sys.executable, "-I", str(TOOL), "preuve.zip", "copie.pdf"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
    assert "VALABLE : Yann Cariou, salarié mis à disposition" in said.stdout
    assert "Signature électronique simple" in said.stdout
    (tmp_path / "copie.pdf").write_bytes(b"%PDF-1.7 autre")
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and "NON VALABLE" in said.stdout


def test_it_lists_every_attempt_and_claims_no_more_than_simple(told: Charter) -> None:
    """R37: those before the signature are in the record, those after it beside it; eIDAS « simple », never more."""
    files = unzipped(evidence_of(told.coordinator, signed(told)).content)
    record = json.loads(files["evidence.json"])
    assert [one["act"] for one in record["attempts"]] == ["asked", "signed"]
    assert [one["act"] for one in json.loads(files["attempts.json"])] == ["asked", "signed", "again"]
    assert "simple" in record["level"] and "avancée" not in record["level"]
    assert "ni « avancée » ni « qualifiée »" in files["LISEZMOI.txt"].decode()
    assert record["network"] == "192.0.2.0/24"
    assert record["consent"].startswith("J’ai lu «\u00a0Charte des Rias\u00a0», version 1")


def test_each_changed_byte_is_found(told: Charter) -> None:
    """R36: 100 %, over every byte of the record and of the journal's entry, and 500 of the document."""
    files = unzipped(evidence_of(told.coordinator, signed(told)).content)
    assert holds(files)
    random.seed(36)
    missed = []
    for name in ("evidence.json", "journal.json", "document.pdf"):
        places = range(len(files[name]))
        for place in places if len(places) < 5_000 else random.sample(places, 500):
            spoiled = bytearray(files[name])
            spoiled[place] ^= 1 << random.randrange(8)
            if holds(files | {name: bytes(spoiled)}):
                missed.append((name, place))
    assert missed == []


def test_a_record_written_anew_is_found_by_its_anchor(told: Charter) -> None:
    """Who rewrites record, entry and hashes together gets another anchor than the one others hold on paper."""
    files = unzipped(evidence_of(told.coordinator, signed(told)).content)
    before = json.loads(files["anchor.json"])["anchor"]
    record = json.loads(files["evidence.json"]) | {"consent": "Je donne tout."}
    evidence = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    entry = json.loads(files["journal.json"])
    entry["after"]["evidence_sha256"] = hashlib.sha256(evidence).hexdigest()
    forged = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(forged).hexdigest()
    anchor = journal.anchor_text(entry["sequence"], digest)
    told_ = json.dumps({"sequence": entry["sequence"], "hash": digest, "anchor": anchor}).encode()
    assert holds(files | {"evidence.json": evidence, "journal.json": forged, "anchor.json": told_})
    assert anchor != before, "the paper with the first anchor tells them apart"


def test_its_twin_that_looks_at_nothing_is_fooled(told: Charter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same change, hashes not compared: it passes, so the comparison is what finds it."""
    files = unzipped(evidence_of(told.coordinator, signed(told)).content)
    spoiled = files | {"document.pdf": files["document.pdf"] + b" "}
    assert not holds(spoiled)
    truth = {hashlib.sha256(spoiled[name]).hexdigest(): hashlib.sha256(files[name]).hexdigest() for name in files}
    real = tool.digest
    monkeypatch.setattr(tool, "digest", lambda content: truth.get(real(content), real(content)))
    assert holds(spoiled)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a zip", b"\0" * 1000])
def test_what_is_no_evidence_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    said = subprocess.run(
        [sys.executable, "-I", str(TOOL), str(tmp_path / "x.zip")], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1 and "NON" in said.stdout and "Traceback" not in said.stderr


def test_the_same_signature_makes_the_same_file(told: Charter) -> None:
    """And a later version of the text changes nothing in it (R36)."""
    found = signed(told)
    first = evidence_of(told.coordinator, found)
    next_version(told.coordinator, told.frozen, "# Tout autre chose")
    assert evidence_of(told.coordinator, found).content == first.content


def test_only_those_it_concerns_have_it(told: Charter) -> None:
    found = signed(told)
    with pytest.raises(NotFound):
        evidence_of(actor(told.grouping, Role.TREASURER, person_id=77), found)
    with pytest.raises(NotFound):
        evidence_of(told.representative, found)
    assert evidence_of(actor(told.grouping, Role.AUDITOR), found).name.endswith(".zip")


class TestStamps:
    """An authority's time stamp, when one is set: asked after the commit, kept once, in the file."""

    @pytest.fixture
    def authority(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
        """An authority that answers with what a stamp begins with: the name of SHA-256, then the hash."""
        asked: list[bytes] = []

        def stamp(content: bytes) -> stamping.Stamped:
            asked.append(content)
            answer = bytes.fromhex("30390609608648016503040201050004 20".replace(" ", ""))
            answer += hashlib.sha256(content).digest()
            return stamping.Stamped("https://tsa.example", answer, datetime(2026, 10, 15, 9, 5, tzinfo=UTC))

        monkeypatch.setattr(stamping, "stamp", stamp)
        app.config["TIMESTAMP_URL"] = "https://tsa.example"
        yield asked
        app.config["TIMESTAMP_URL"] = ""

    def test_it_is_in_the_file_and_of_this_record(self, told: Charter, authority: list[bytes]) -> None:
        found = signed(told)
        assert authority == [], "never inside the act of signing"
        assert outbox.drain(clock=lambda: LATER, kinds=("time-stamp",)) == 1
        files = unzipped(evidence_of(told.coordinator, found).content)
        assert authority == [files["evidence.json"]]
        assert holds(files)
        assert not holds(files | {"timestamp.tsr": files["timestamp.tsr"][:-1] + b"\0"})
        assert verify_grouping(told.coordinator).holds

    def test_twice_is_once(self, told: Charter, authority: list[bytes]) -> None:
        found = signed(told)
        effect = outbox.Effect(1, "k", told.grouping.id, {"signature": found}, LATER)
        signing_proofs.stamp_signature(effect)
        signing_proofs.stamp_signature(effect)
        assert len(authority) == 1 and len(session().scalars(select(SignatureStamp)).all()) == 1

    def test_without_an_authority_nothing_leaves(self, told: Charter) -> None:
        found = signed(told)
        assert outbox.waiting(kind="time-stamp") == 0
        assert signing_bound.stamp_of(found) is None
        assert session().scalars(select(Signature.id)).all() == [found]

    @pytest.mark.parametrize("answer", [b"", b"<html>no</html>", b"\x30\x03\x02\x01\x02"])
    def test_what_is_no_stamp_is_refused(self, answer: bytes) -> None:
        with pytest.raises(stamping.StampRefused):
            stamping.read(answer, content=b"x", nonce=1, address="https://tsa.example")

    def test_an_address_that_is_none_is_refused(self, app: Flask) -> None:
        app.config["TIMESTAMP_URL"] = "file:///etc/passwd"
        try:
            with pytest.raises(stamping.StampRefused):
                stamping.stamp(b"x")
        finally:
            app.config["TIMESTAMP_URL"] = ""
