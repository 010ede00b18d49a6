"""The texts of the tests' world: a charter frozen, signed, asked for again and followed, its next version in draft."""

from __future__ import annotations

from hashlib import sha256

from coopter.governance.commands import commitments, signing, signing_acts, texts, texts_freezing
from coopter.governance.models import CommitmentReport
from coopter.governance.queries import signing as asked
from coopter.governance.queries.texts import get_frozen
from coopter.governance.rules.commitments import CommitmentDetails
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.signing import Signatory
from coopter.members.models import Person, Structure
from coopter.values.actor import Actor, Role
from tests.factories import AT, saved

ANNEX = b"%PDF-1.7 annexe"


def texts_of(coordinator: Actor, *, representative: Person, structure: Structure) -> dict[str, int | str]:
    """An id of everything that a text is made of."""
    version = texts.create_text(
        coordinator, kind=TextKind.COLLABORATION_CHARTER, title="Charte", body="Un texte.", at=AT
    )
    texts.add_annex(coordinator, version_id=version, name="annexe.pdf", content=ANNEX, at=AT)
    frozen = get_frozen(texts_freezing.freeze_version(coordinator, version_id=version, at=AT, document=b"%PDF-1.7"))
    people = [
        Signatory(representative.name, representative.email, "présidente", structure_id=structure.id),
        Signatory(representative.name, representative.email, "en son nom propre"),
    ]
    campaign = signing.open_campaign(
        coordinator, frozen_id=frozen.id, signatories=people, in_order=False, message="", closes_on=None, at=AT
    )
    bound, own = asked.campaign_record(campaign).requests
    signer = Actor(
        representative.id, representative.name, coordinator.grouping_id, frozenset({Role.REPRESENTATIVE}),
        represents=frozenset({structure.id}),
    )  # fmt: skip
    way = signing_acts.Way(actor=signer, request_id=own.id)
    signature = signing_acts.sign(way, pdf_sha256=frozen.pdf_sha256, agreed=True, code="", at=AT)
    followed = commitments.add_commitment(
        coordinator, text_id=frozen.text_id, details=CommitmentDetails("", "Haies", "Mètres plantés"), at=AT
    )
    report = saved(
        CommitmentReport(
            commitment_id=followed, structure_id=structure.id, year=2026, value="200", reported_by="Anne",
            reported_at=AT, evidence_sha256=sha256(ANNEX).hexdigest(), evidence_name="annexe.pdf",
        )
    )  # fmt: skip
    return {
        "text_id": frozen.text_id,
        "version_id": texts.start_version(coordinator, text_id=frozen.text_id, at=AT),
        "number": 1,
        "digest": sha256(ANNEX).hexdigest(),
        "campaign_id": campaign,
        "request_id": bound.id,
        "signature_id": signature,
        "commitment_id": followed,
        "report_id": report.id,
    }
