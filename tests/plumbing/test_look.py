"""The one look: nothing inline, every icon exists, mails keep the tokens, what is vendored carries its licence."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "coopter" / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [page for page in TEMPLATES if page.name != "mail.html" and not {"mail", "pdf"} & set(page.parts)]
CSS = (STATIC / "coopter.css").read_text()
INKS = (
    "ink/paper ink/surface ink-soft/paper ink-soft/surface ink-soft/sunken canard/paper canard/surface "
    "on-canard/canard on-bar/bar on-bar-soft/bar on-garance/garance canard-ink/canard-soft garance-ink/garance-soft "
    "mirabelle-ink/mirabelle-soft tilleul-ink/tilleul-soft glycine-ink/glycine-soft ardoise-ink/ardoise-soft"
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_carries_nothing_inline(page: Path) -> None:
    text = re.sub(r"{#.*?#}", "", page.read_text(), flags=re.S)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|hx-on|https?://(?!www\.w3\.org)", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("page", TEMPLATES, ids=_name)
def test_every_icon_named_is_in_the_sprite(page: Path) -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = set(re.findall(r"""\bicon(?:\(|=)["']([a-z0-9-]+)["']""", page.read_text()))
    assert named <= sprite


def test_mails_use_the_tokens_colours() -> None:
    mail = (ROOT / "templates" / "_layout" / "mail.html").read_text()
    assert set(re.findall(r"#[0-9a-f]{6}\b", mail)) <= set(re.findall(r"#[0-9a-f]{6}\b", CSS))


def test_every_ink_reads_on_its_ground_in_both_schemes() -> None:
    token = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    day, night = CSS.index("@media screen"), CSS.index("@font-face")
    light = dict(token.findall(CSS[:day]))
    for scheme in (light, light | dict(token.findall(CSS[day:night]))):
        for pair in INKS.split():
            ink, ground = pair.split("/")
            assert _contrast(scheme[ink], scheme[ground]) >= 4.5, pair
        assert _contrast(scheme["line-strong"], scheme["surface"]) >= 3, "the edge of an input"


def test_every_vendored_folder_names_its_licence_and_version() -> None:
    for folder in [STATIC / "fonts", *(STATIC / "vendor").iterdir()]:
        assert (folder / "LICENSE").read_text().strip() and (folder / "VERSION").read_text().strip(), folder.name


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
