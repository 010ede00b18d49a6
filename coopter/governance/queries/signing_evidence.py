"""The evidence file of a signature: everything that proves it, in one ZIP that verifies without us (R36, R37)."""

from __future__ import annotations

import base64
import io
import json
import zipfile

from sqlalchemy import select

from coopter.governance.models import Signature
from coopter.governance.queries import signing, signing_bound, texts
from coopter.governance.queries.texts import Downloaded
from coopter.governance.rules.signing import ATTEMPTS, evidence_bytes, instant_text
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor

_EPOCH = (1980, 1, 1, 0, 0, 0)


def evidence_of(actor: Actor, signature_id: int) -> Downloaded:
    """The evidence file of a signature for somebody who may have it; raises NotFound, FileDamaged."""
    return evidence_file(signing_bound.readable_signature(actor, signature_id))


def evidence_file(signature: Signature) -> Downloaded:
    """The ZIP: the PDF, the record, the journal's entry that holds the record's hash, every attempt, and the stamp."""
    frozen = texts.get_frozen(signature.frozen_id)
    entry = _entry(signature.id)
    anchor = {
        "sequence": entry.sequence,
        "hash": entry.hash,
        "anchor": journal.anchor_text(entry.sequence, entry.hash),
    }
    attempts = [
        {"act": one.act, "in_words": str(ATTEMPTS.get(one.act, one.act)), "network": one.network,
         "at": instant_text(one.at)}
        for one in signing.attempts_of([signature.request_id]).get(signature.request_id, ())
    ]  # fmt: skip
    files = {
        "document.pdf": texts.document_of(frozen).content,
        "evidence.json": evidence_bytes(signature.evidence),
        "journal.json": journal.entry_bytes(entry),
        "anchor.json": _readable(anchor),
        "attempts.json": _readable(attempts),
    }
    if (stamp := signing_bound.stamp_of(signature.id)) is not None:
        files["timestamp.tsr"] = base64.b64decode(stamp.token)
    files["LISEZMOI.txt"] = _explained(signature, anchor["anchor"], stamped="timestamp.tsr" in files)
    return Downloaded(f"preuve-signature-{signature.id}.zip", "application/zip", _zipped(files))


def _entry(signature_id: int) -> journal.JournalEntry:
    query = select(journal.JournalEntry).where(
        journal.JournalEntry.chain == tenancy.grouping_in_scope(),
        journal.JournalEntry.action == "signature.given",
        journal.JournalEntry.subject == f"signature:{signature_id}",
    )
    return session().scalars(query).one()


def _zipped(files: dict[str, bytes]) -> bytes:
    """The same files make the same ZIP: no date of today in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _readable(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _explained(signature: Signature, anchor: object, *, stamped: bool) -> bytes:
    record = signature.evidence
    document, signatory = record["document"], record["signatory"]
    lines = [
        "PREUVE DE SIGNATURE",
        "",
        f"{signatory['name']}, {signatory['capacity']}, a signé le {record['signed_at']} (temps universel) :",
        f"« {document['title']} », version {document['version']}, {record['grouping']['name']}.",
        "",
        record["level"] + ".",
        "Elle n'est ni « avancée » ni « qualifiée » : sa force tient aux preuves réunies ici.",
        "",
        f"Empreinte SHA-256 du document : {document['pdf_sha256']}",
        f"Ancre du journal du groupement : {anchor}",
        "",
        "Ce que contient ce dossier :",
        "  document.pdf    le texte signé, octet pour octet",
        "  evidence.json   ce qui a été signé, par qui, quand, comment, avec chaque essai",
        "  journal.json    l'écriture du journal qui porte l'empreinte de evidence.json",
        "  anchor.json     le numéro et l'empreinte de cette écriture dans le journal",
        "  attempts.json   chaque essai fait avec cette demande, jusqu'à aujourd'hui",
        *(["  timestamp.tsr   l'horodatage d'une autorité (RFC 3161) sur evidence.json"] if stamped else []),
        "",
        "Pour vérifier sans CoopTer et sans réseau : python3 verify_signature.py CE_FICHIER.zip",
        *(
            ["Pour la signature de l'autorité : openssl ts -verify -data evidence.json -in timestamp.tsr -CAfile …"]
            if stamped
            else []
        ),
        "",
    ]
    return "\r\n".join(lines).encode()
