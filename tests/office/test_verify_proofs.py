"""What people joined as proof is read again, byte for byte, by verify (R12, R32)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from coopter.governance import commands as governance
from coopter.governance.models import Commitment, CommitmentReport, GoverningText
from coopter.governance.rules.kinds import TextKind
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import files
from coopter.values.actor import Actor, Role
from tests.factories import a_grouping, a_structure, actor, inside, saved

AT, ON = datetime(2026, 5, 5, 8, 0, tzinfo=UTC), date(2026, 5, 5)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Of a grouping with one member."""
    with inside(a_grouping()) as grouping:
        yield actor(grouping, Role.COORDINATOR)


def of_an_obligation(me: Actor, content: bytes) -> int:
    """Something done, with its proof; its id."""
    made: int = governance.add_obligation(me, kind="own", title="Assurance", due_on=ON, at=AT)
    governance.do_obligation(me, obligation_id=made, version=1, done_on=ON, proof=(content, "recu.pdf"), at=AT)
    return made


def of_a_commitment(content: bytes) -> int:
    """A structure's year, with its evidence; its id."""
    charter = saved(GoverningText(kind=TextKind.ETHICS_CHARTER, title="Charte", created_by="Anne", created_at=AT))
    promise = saved(
        Commitment(text_id=charter.id, position=1, theme="Eau", title="Moins d’eau", indicator="Litres", unit="l")
    )
    report = CommitmentReport(
        commitment_id=promise.id, structure_id=a_structure("A1").id, year=2026, value="12", reported_by="Paul",
        reported_at=AT, evidence_sha256=files.store(content), evidence_name="bilan.pdf",
    )  # fmt: skip
    return int(saved(report).id)


@pytest.mark.parametrize("table", ["obligation", "commitment_report"])
def test_a_proof_changed_or_gone_is_found_and_named(coordinator: Actor, table: str) -> None:
    content = f"%PDF-1.7 {table}".encode()
    row_id = of_an_obligation(coordinator, content) if table == "obligation" else of_a_commitment(content)
    assert verify_grouping(coordinator).findings == ()
    path = files.path_of(files.store(content))
    path.write_bytes(content + b"!")
    for _altered_then_gone in range(2):
        (finding,) = verify_grouping(coordinator).findings
        assert (finding.kind, finding.table, finding.row_id) == ("ProofDamaged", table, row_id)
        assert ".pdf" in str(finding)
        path.unlink(missing_ok=True)
