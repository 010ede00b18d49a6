"""A charter is written, sent to two representatives, signed on a phone, proved without us, and written again."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.letters import found_in_letter
from tests.browser.serving import Site
from tests.browser.telling import Told, agree, answers, arrives
from tests.browser.world import World

ROOT = Path(__file__).parents[2]
TITLE = "Charte de Cap Rade"
PROMISE = "5. Recevoir chaque année une autre structure du groupement."


def test_a_charter_is_signed_on_a_phone(
    site: Site, make_world: Callable[..., World], opened: Callable[..., Page], told: Told, tmp_path: Path
) -> None:
    world = make_world(closed=(), waiting=())
    anne, phone = opened(world.people["coordinator"], DESK), opened(None, PHONE)
    soizic = world.people["representative"]
    _written(world, anne, told)
    _sent(anne, told)
    phone.goto(found_in_letter(site, soizic.email, r"http\S+/signer/\S+", waiting=anne))
    _signed(site, soizic.email, phone, told)
    _proved(phone, tmp_path, told)
    told("Anne suit la campagne : une signature sur deux, et qui est encore attendu.")
    anne.reload()
    arrives(anne, "Signatures : 1 sur 2")
    told.shown(anne, "campagne")
    _written_again(anne, told)
    _sent(anne, told)
    _what_changed(world, opened(soizic, PHONE), told)


def _written(world: World, anne: Page, told: Told) -> None:
    told("Anne commence la charte d’un modèle, remplit le jour d’effet et fige la version.")
    anne.goto(world.url("vie", "textes"))
    anne.get_by_role("link", name="Écrire la charte").click()
    anne.get_by_label("Titre").fill(TITLE)
    anne.get_by_role("button", name="Commencer").click()
    arrives(anne, TITLE)
    expect(anne.get_by_text("Champs vides")).to_be_visible()
    anne.get_by_label("Jour d’effet").fill("1er novembre 2026")
    anne.get_by_role("button", name="Enregistrer").click()
    answers(anne, "La version est enregistrée")
    _frozen(anne)


def _frozen(anne: Page) -> None:
    anne.get_by_role("button", name=re.compile("^Figer la version")).click()
    agree(anne, "Figer la version")
    answers(anne, "La version est figée")


def _sent(anne: Page, told: Told) -> None:
    told("Elle l’envoie à deux représentants, chacun en sa qualité.")
    anne.get_by_role("link", name="Faire signer").click()
    arrives(anne, "Faire signer")
    for name in ("Soizic Tanguy", "Erwan Caradec"):
        anne.get_by_label(re.compile(f"^{name} signe")).check()
    told.shown(anne, "faire-signer")
    anne.get_by_role("button", name="Envoyer les liens").click()
    agree(anne, "Envoyer les liens")
    answers(anne, "La campagne est ouverte")


def _signed(site: Site, address: str, phone: Page, told: Told) -> None:
    told("Sur son téléphone, Soizic lit, demande son code, le recopie et signe.")
    arrives(phone, TITLE)
    told.shown(phone, "signer-lire")
    phone.get_by_role("button", name="Recevoir mon code par mail").click()
    answers(phone, "Un code de six chiffres")
    code = found_in_letter(site, address, r"^\d{6}\b", waiting=phone)
    phone.get_by_label("Code reçu par mail").fill("000000" if code != "000000" else "111111")
    phone.get_by_label("J’ai lu").check()
    phone.watch.expects(422)  # type: ignore[attr-defined]
    phone.get_by_role("button", name="Je signe").click()
    expect(phone.get_by_role("alert")).to_contain_text("code")
    phone.get_by_label("Code reçu par mail").fill(code)
    phone.get_by_label("J’ai lu").check()
    told.shown(phone, "signer-code", at=phone.locator("#signer"))
    phone.get_by_role("button", name="Je signe").click()
    expect(phone.get_by_text("Vous avez signé ce texte")).to_be_visible()
    told.shown(phone, "signe")


def _proved(phone: Page, folder: Path, told: Told) -> None:
    told("La preuve se télécharge aussitôt et se vérifie sans CoopTer ; un octet changé se voit.")
    with phone.expect_download() as coming:
        phone.get_by_role("link", name="Télécharger la preuve").click()
    evidence = folder / "preuve.zip"
    coming.value.save_as(evidence)
    verified = _verified(evidence)
    assert verified.returncode == 0, verified.stdout
    assert "Soizic Tanguy" in verified.stdout
    content = bytearray(evidence.read_bytes())
    content[len(content) // 2] ^= 1
    evidence.write_bytes(bytes(content))
    assert _verified(evidence).returncode == 1


def _verified(evidence: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "tools" / "verify_signature.py"
    return subprocess.run([sys.executable, "-I", str(script), str(evidence)], capture_output=True, text=True)  # noqa: PLW1510


def _written_again(anne: Page, told: Told) -> None:
    told("Une promesse de plus : c’est une version nouvelle, que chacun signe à son tour.")
    anne.get_by_role("link", name=TITLE).first.click()
    anne.get_by_role("button", name="Préparer la version 2").click()
    arrives(anne, TITLE)
    body = anne.get_by_label("Texte")
    body.fill(body.input_value().replace("quand elle ne peut venir.", f"quand elle ne peut venir.\n{PROMISE}"))
    anne.get_by_role("button", name="Enregistrer").click()
    answers(anne, "La version est enregistrée")
    _frozen(anne)


def _what_changed(world: World, phone: Page, told: Told) -> None:
    told("Soizic retrouve le texte sur sa première page ; ce qui a changé depuis sa signature vient en premier.")
    phone.goto(world.url())
    expect(phone.get_by_text(f"À signer : {TITLE}").first).to_be_visible()
    told.shown(phone, "a-signer")
    phone.get_by_role("link", name="Lire et signer").first.click()
    arrives(phone, TITLE)
    changed = phone.get_by_text("Ce qui a changé depuis la version 1")
    expect(changed).to_be_visible()
    expect(phone.locator(".difference-added")).to_contain_text("Recevoir chaque année")
    told.shown(phone, "ce-qui-a-change")
