"""The pages of texts and signatures, from the model to the proof, as each reader sees them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.governance.commands import signing
from coopter.governance.models import FrozenText, GoverningText, Signature, SignatureRequest, TextVersion
from coopter.governance.queries import texts
from coopter.governance.rules.kinds import TextKind
from coopter.members.models import Person
from coopter.plumbing import operations
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests.factories import a_person, inside, signed_in
from tests.governance.signatures import (
    NOW,
    Charter,
    a_campaign,
    a_charter,
    a_frozen,
    binding,
    code_of,
    free,
    link_of,
    spoil,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


@pytest.fixture
def coordinator(app: Flask, told: Charter) -> FlaskClient:
    """The coordinator's browser."""
    return signed_in(app.test_client(), a_person(Role.COORDINATOR))


def browser(app: Flask, person: Person) -> FlaskClient:
    """A browser signed in as this person."""
    return signed_in(app.test_client(), person)


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Send a form of our pages, with a key of its own."""
    return client.post(path, data={"operation_key": operations.new_key(), "ask_first": "", "confirmed": "1", **fields})


def words(answer: Any) -> str:
    """A page as one line of text."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


class TestWriting:
    def test_from_the_model_to_the_frozen_pdf(self, app: Flask, told: Charter, coordinator: FlaskClient) -> None:
        """A coordinator never starts from an empty page; what is downloaded is what was bound, byte for byte (R36)."""
        began = post(
            coordinator, "/rias/vie/textes/nouveau", kind="grouping-charter", title="Notre charte", structure_id=0
        )
        assert began.status_code == 303
        page = coordinator.get(began.location)
        assert "Ce à quoi nous tenons" in words(page) and "Jour d’effet" in words(page)
        version = int(began.location.rsplit("/", 1)[1])
        body = texts.get_version(version).body
        unfilled = post(coordinator, f"{began.location}/figer")
        assert "remplissez : Jour d’effet" in words(coordinator.get(unfilled.location))
        saved = post(
            coordinator, began.location, title="Notre charte", body=body, version=1,
            **{"champ-date_effet": "1er janvier 2027", "champ-groupement": "GE <b>Rias</b> {{7*7}}"},
        )  # fmt: skip
        assert saved.status_code == 303
        frozen = post(coordinator, f"{began.location}/figer")
        page = coordinator.get(frozen.location)
        assert "La version est figée" in words(page)
        assert "GE &lt;b&gt;Rias&lt;/b&gt; {{7*7}}" in page.get_data(as_text=True)
        row = session().scalars(select(FrozenText).where(FrozenText.version_id == version)).one()
        first = coordinator.get(f"{frozen.location}/v1.pdf")
        assert sha256(first.data).hexdigest() == row.pdf_sha256 and first.data.startswith(b"%PDF-1.7")
        assert coordinator.get(f"{frozen.location}/v1.pdf").data == first.data
        assert coordinator.get(began.location).status_code == 404, "a frozen version is written no more"

    def test_an_unknown_field_is_named(self, told: Charter, coordinator: FlaskClient) -> None:
        began = post(coordinator, "/rias/vie/textes/nouveau", kind="other", title="X", structure_id=0)
        answer = post(coordinator, began.location, title="X", body="Bonjour {{7*7}}", version=1)
        assert answer.status_code == 422 and "Le champ « 7*7 » n'existe pas" in answer.get_data(as_text=True).replace(
            "&#39;", "'"
        )

    def test_two_who_write_see_both(self, told: Charter, coordinator: FlaskClient) -> None:
        """R22."""
        began = post(coordinator, "/rias/vie/textes/nouveau", kind="other", title="X", structure_id=0)
        assert post(coordinator, began.location, title="X", body="Le mien", version=1).status_code == 303
        late = post(coordinator, began.location, title="X", body="Le tien", version=1)
        assert late.status_code == 409 and "Le mien" in words(late) and "Le tien" in words(late)
        assert session().scalars(select(TextVersion.body).order_by(TextVersion.id.desc())).first() == "Le mien"

    def test_annexes(self, told: Charter, coordinator: FlaskClient) -> None:
        began = post(coordinator, "/rias/vie/textes/nouveau", kind="other", title="X", structure_id=0)
        post(coordinator, f"{began.location}/annexes", annex=(io.BytesIO(PNG), "../plan du site.png"))
        post(coordinator, f"{began.location}/annexes")
        assert "Choisissez d&#39;abord le fichier" in coordinator.get(began.location).text
        refused = post(coordinator, f"{began.location}/annexes", annex=(io.BytesIO(b"MZ"), "x.exe"))
        page = coordinator.get(refused.location)
        assert "n&#39;est ni un PDF" in page.get_data(as_text=True) and "plan du site.png" in words(page)
        digest = sha256(PNG).hexdigest()
        got = coordinator.get(f"{began.location}/annexes/{digest}")
        assert got.data == PNG and "attachment" in got.headers["Content-Disposition"]
        post(coordinator, f"{began.location}/annexes/{digest}/retrait")
        assert "plan du site.png" not in words(coordinator.get(began.location))


class TestReading:
    def test_drafts_are_for_who_writes_and_agreements_for_their_parties(self, app: Flask, told: Charter) -> None:
        """R6: what names a person is not for every member."""
        agreement = a_frozen(told.coordinator, title="Convention Nolwenn", kind=TextKind.PLACEMENT_AGREEMENT)
        other = browser(app, a_person(Role.EMPLOYEE))
        mine = browser(app, told.person)
        path = f"/rias/vie/textes/{agreement.text_id}"
        assert other.get(path).status_code == mine.get(path).status_code == 404
        assert "Convention Nolwenn" not in words(mine.get("/rias/vie/textes"))
        assert "Charte des Rias" in words(mine.get("/rias/vie/textes"))
        a_campaign(told, binding(told), frozen_id=agreement.id)
        assert mine.get(path).status_code == mine.get(f"{path}/v1.pdf").status_code == 200
        assert other.get(f"{path}/v1.pdf").status_code == 404

    def test_in_force_by_the_register(self, told: Charter, coordinator: FlaskClient) -> None:
        path = f"/rias/vie/textes/{told.frozen.text_id}"
        done = post(coordinator, f"{path}/vigueur", number=1, from_on="2026-01-01", decided_by="AG du 12/12/2025")
        page = words(coordinator.get(done.location))
        assert "version 1, depuis le 1er janvier 2026" in page and "AG du 12/12/2025" in page

    def test_what_changed_is_said_in_signs_too(self, told: Charter, coordinator: FlaskClient) -> None:
        from tests.governance.signatures import BODY, next_version

        next_version(told.coordinator, told.frozen, BODY.replace("des emplois", "des outils"))
        page = coordinator.get(f"/rias/vie/textes/{told.frozen.text_id}/comparaison?apres=2")
        html = page.get_data(as_text=True)
        assert re.search(r"<del>.*supprimé.*emplois.*</del>", html) and re.search(
            r"<ins>.*ajouté.*outils.*</ins>", html
        )
        assert "1 paragraphe modifié" in words(page)


class TestSigningPages:
    def test_a_campaign_from_its_page(self, told: Charter, coordinator: FlaskClient) -> None:
        path = f"/rias/vie/textes/{told.frozen.text_id}/signatures/nouvelle"
        page = coordinator.get(path)
        key = re.search(r'name="signs" value="(\d+)"', page.get_data(as_text=True))
        assert key is not None and f"représentant·e de {told.structure.name}" in page.get_data(as_text=True)
        nobody = post(coordinator, path)
        assert nobody.status_code == 422
        done = post(
            coordinator, path, signs=key[1], **{f"capacity-{key[1]}": "présidente", "free-0-name": "Yann Cariou",
            "free-0-email": "yann@exemple.fr", "free-0-capacity": "salarié", "free-0-structure": "0"},
        )  # fmt: skip
        shown = words(coordinator.get(done.location))
        assert "Signatures : 0 sur 2" in shown and "présidente" in shown and "Yann Cariou" in shown

    def test_a_link_opened_by_a_scanner_uses_nothing(self, app: Flask, told: Charter) -> None:
        """R37: a GET shows, a POST signs; the same form twice signs once (R4)."""
        a_campaign(told, free())
        client, token = app.test_client(), link_of("yann@exemple.fr")
        for _ in range(3):
            page = client.get(f"/signer/{token}")
            assert page.status_code == 200
        assert session().scalars(select(Signature)).all() == []
        html = page.get_data(as_text=True)
        assert "Signature électronique simple" in html and "avancée" not in html and "qualifiée" not in html
        form = {
            "operation_key": operations.new_key(), "pdf_sha256": told.frozen.pdf_sha256, "agreed": "y", "code": "",
        }  # fmt: skip
        answers = [client.post(f"/signer/{token}", data=form).status_code for _ in range(3)]
        assert answers[0] == 303
        assert len(session().scalars(select(Signature)).all()) == 1
        page = client.get(f"/signer/{token}")
        assert "Vous avez signé ce texte" in words(page)
        proof = client.get(f"/signer/{token}/preuve.zip")
        with zipfile.ZipFile(io.BytesIO(proof.data)) as opened:
            assert opened.read("document.pdf") == client.get(f"/signer/{token}/document.pdf").data

    def test_the_representative_signs_inside_with_a_code(self, app: Flask, told: Charter) -> None:
        a_campaign(told, binding(told))
        mine = browser(app, told.person)
        request = session().scalars(select(SignatureRequest.id)).one()
        assert "1 texte attend" not in words(mine.get("/rias/vie/signatures"))
        path = f"/rias/vie/signatures/demandes/{request}"
        assert "Recevoir mon code" in words(mine.get(path)) and "Je signe" not in words(mine.get(path))
        post(mine, f"{path}/code")
        wrong = post(mine, path, pdf_sha256=told.frozen.pdf_sha256, agreed="y", code="abc")
        assert wrong.status_code == 422 and "essai 1 sur 5" in words(wrong)
        code = code_of(told.person.email)
        assert post(mine, path, pdf_sha256=told.frozen.pdf_sha256, agreed="y", code=code).status_code == 303
        page = words(mine.get("/rias/vie/signatures"))
        assert "Ce que j’ai signé" in page
        stranger = browser(app, a_person(Role.REPRESENTATIVE, structure=told.structure))
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}/document.pdf").status_code == 404

    def test_a_link_that_is_no_good_says_the_same_whatever_the_reason(self, app: Flask, told: Charter) -> None:
        """R27: never sent, replaced, taken back: one page, 404."""
        a_campaign(told, free())
        client, token = app.test_client(), link_of("yann@exemple.fr")
        request = session().scalars(select(SignatureRequest.id)).one()
        signing.resend(told.coordinator, request_id=request, at=NOW)
        pages = [client.get(f"/signer/{one}") for one in (token, "sig_" + "x" * 43, "0", "shared")]
        assert {page.status_code for page in pages} == {404}
        assert len({words(page) for page in pages}) == 1 and "Ce lien ne sert plus" in words(pages[0])

    def test_decline_and_delegate(self, app: Flask, told: Charter) -> None:
        a_campaign(told, free(), free("Maï", "mai@exemple.fr"))
        client = app.test_client()
        first, second = link_of("yann@exemple.fr"), link_of("mai@exemple.fr")
        post(client, f"/signer/{first}/refus", reason="Article 2")
        assert "Vous avez refusé de signer" in words(client.get(f"/signer/{first}"))
        missing = post(client, f"/signer/{second}/delegation", name="", email="", capacity="")
        assert missing.status_code == 422
        post(client, f"/signer/{second}/delegation", name="Erwan", email="erwan@exemple.fr", capacity="trésorier")
        assert "Une autre personne signe à votre place" in words(client.get(f"/signer/{second}"))
        assert "Signer" in words(client.get(f"/signer/{link_of('erwan@exemple.fr')}"))

    def test_a_spoiled_document_is_not_handed_out(self, app: Flask, told: Charter, coordinator: FlaskClient) -> None:
        """R36: one changed bit is found at each door."""
        a_campaign(told, free())
        token = link_of("yann@exemple.fr")
        spoil(told.frozen.pdf_sha256)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        try:
            for path in (f"/rias/vie/textes/{told.frozen.text_id}/v1.pdf", f"/signer/{token}/document.pdf"):
                assert coordinator.get(path).status_code == 500
        finally:
            app.config["PROPAGATE_EXCEPTIONS"] = True

    def test_who_signed_and_its_withdrawal(self, app: Flask, told: Charter, coordinator: FlaskClient) -> None:
        a_campaign(told, binding(told))
        client, token = app.test_client(), link_of(told.person.email)
        post(client, f"/signer/{token}/code")
        post(client, f"/signer/{token}", pdf_sha256=told.frozen.pdf_sha256, agreed="y", code=code_of(told.person.email))
        path = f"/rias/vie/textes/{told.frozen.text_id}/signataires"
        assert "À jour" in words(coordinator.get(path))
        employee = browser(app, a_person(Role.EMPLOYEE))
        assert "Preuve" not in words(employee.get(path))
        signature = session().scalars(select(Signature.id)).one()
        assert employee.get(f"/rias/vie/signatures/{signature}/preuve.zip").status_code == 404
        assert coordinator.get(f"/rias/vie/signatures/{signature}/preuve.zip").status_code == 200
        mine = browser(app, told.person)
        assert mine.get(f"/rias/vie/signatures/{signature}/retrait").status_code == 200
        done = post(mine, f"/rias/vie/signatures/{signature}/retrait", from_on="2026-12-31", reason="Départ")
        assert "Retirée au 31/12/2026" in words(mine.get(done.location))


def test_archives(told: Charter, coordinator: FlaskClient) -> None:
    """A text leaves the list and comes back; nothing of it is lost."""
    path = f"/rias/vie/textes/{told.frozen.text_id}"
    post(coordinator, f"{path}/archives", away="1")
    assert "Charte des Rias" not in words(coordinator.get("/rias/vie/textes"))
    assert "Charte des Rias" in words(coordinator.get("/rias/vie/textes?archives=1"))
    post(coordinator, f"{path}/archives", away="0")
    assert "Charte des Rias" in words(coordinator.get("/rias/vie/textes"))
    assert session().scalars(select(GoverningText.archived_at)).all() == [None]
