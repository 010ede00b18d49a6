#!/usr/bin/env python3
"""Verify a signature's evidence file, off line, with nothing but Python: `verify_signature.py FILE.zip [COPY.pdf]`.

It shares no code with the program that made the file. It checks that the document is the one that was signed, that the
record is the one that the journal holds, that the journal's entry has the hash it claims, and that a time stamp, when
there is one, is of this record. It ends with 0 when everything holds and 1 otherwise.
"""

import hashlib
import json
import sys
import zipfile
from datetime import datetime, timedelta

SHA256_OID = bytes.fromhex("0609608648016503040201")


def digest(content):
    return hashlib.sha256(content).hexdigest()


def verify(files, document=None):
    """What was looked at in the files of an evidence ZIP, and in a copy of the document: (holds, sentence) of each."""
    missing = [name for name in ("document.pdf", "evidence.json", "journal.json", "anchor.json") if name not in files]
    if missing:
        return [(False, "fichiers absents : " + ", ".join(missing))]
    try:
        record, entry, anchor = (json.loads(files[f"{name}.json"]) for name in ("evidence", "journal", "anchor"))
        return _found(files, record, entry, anchor, document)
    except (ValueError, KeyError, TypeError, AttributeError) as garbled:
        return [(False, f"dossier illisible ({type(garbled).__name__})")]


def _found(files, record, entry, anchor, document):
    evidence, after = files["evidence.json"], entry["after"]
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    signed = datetime.strptime(record["signed_at"], "%Y-%m-%dT%H:%M:%SZ")
    written = datetime.fromisoformat(entry["at"]["$instant"]).replace(tzinfo=None)
    shown = " ".join(anchor["hash"][start : start + 4] for start in range(0, 16, 4))
    last = record["attempts"][-1] if record["attempts"] else {}
    found = [
        (digest(files["document.pdf"]) == record["document"]["pdf_sha256"], "le document est celui qui a été signé"),
        (canonical == evidence, "le relevé est écrit sous sa forme exacte"),
        (digest(evidence) == after["evidence_sha256"], "le relevé est celui que le journal a retenu"),
        (record["document"]["pdf_sha256"] == after["pdf_sha256"], "le journal parle du même document"),
        (record["signatory"]["name"] == after["name"], "le journal parle de la même personne"),
        (entry["action"] == "signature.given", "l'écriture du journal est une signature"),
        (digest(files["journal.json"]) == anchor["hash"], "l'écriture du journal a bien l'empreinte annoncée"),
        (entry["sequence"] == anchor["sequence"], "le numéro de l'écriture est le bon"),
        (anchor["anchor"] == f"Journal n° {anchor['sequence']} · {shown}", "l'ancre résume cette écriture"),
        (abs(signed - written) < timedelta(seconds=2), "la date du relevé est celle du journal"),
        ((last.get("act"), last.get("at")) == ("signed", record["signed_at"]), "le dernier essai est la signature"),
    ]
    if "attempts.json" in files:
        later = [(one["act"], one["at"]) for one in json.loads(files["attempts.json"])]
        known = [(one["act"], one["at"]) for one in record["attempts"]]
        found.append((later[: len(known)] == known, "la liste des essais commence par ceux du relevé"))
    if "timestamp.tsr" in files:
        found.append((stamps(files["timestamp.tsr"], evidence), "l'horodatage porte sur ce relevé"))
    if document is not None:
        found.append((document == files["document.pdf"], "votre copie du document est la même, octet pour octet"))
    return found


def stamps(token, content):
    """Whether a time stamp (DER) holds the SHA-256 of these bytes, right after the name of that algorithm."""
    start = token.find(SHA256_OID)
    while start >= 0:
        rest = token[start + len(SHA256_OID) :]
        rest = rest[2:] if rest.startswith(b"\x05\x00") else rest
        if rest.startswith(b"\x04\x20" + hashlib.sha256(content).digest()):
            return True
        start = token.find(SHA256_OID, start + 1)
    return False


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    try:
        with zipfile.ZipFile(arguments[0]) as evidence:
            files = {name: evidence.read(name) for name in evidence.namelist()}
        document = None
        if len(arguments) == 2:
            with open(arguments[1], "rb") as copy:
                document = copy.read()
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, NotImplementedError) as fault:
        print(f"NON  le fichier ne se lit pas : {fault}")
        return 1
    except Exception as fault:  # zlib.error and the like: a damaged file is no evidence
        print(f"NON  le fichier est abîmé : {fault}")
        return 1
    found = verify(files, document)
    for holds, sentence in found:
        print(("oui  " if holds else "NON  ") + sentence)
    whole = all(holds for holds, _ in found)
    if whole:
        record, anchor = json.loads(files["evidence.json"]), json.loads(files["anchor.json"])
        who = record["signatory"]
        print(f"\nVALABLE : {who['name']}, {who['capacity']}, le {record['signed_at']}\n{record['level']}")
        print(f"À comparer avec le journal du groupement : {anchor['anchor']}")
    else:
        print("\nNON VALABLE : quelque chose a changé depuis la signature.")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
