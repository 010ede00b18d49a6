"""Texts while they are written: fields from a fixed list and nothing evaluated (R25), versions, freezing (R36)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from coopter.governance.commands import decide, texts, texts_freezing
from coopter.governance.models import FrozenText
from coopter.governance.queries import texts as queries
from coopter.governance.rules import texts as rules
from coopter.governance.rules.kinds import TextKind
from coopter.governance.rules.motions import Motion, kind_of
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import files
from coopter.plumbing.database import session
from coopter.plumbing.markdown import as_html
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from coopter.values.texts import HiddenCharacter, TextTooLong
from tests.factories import a_grouping, a_structure, actor, inside
from tests.governance.signatures import BODY, NOW, Charter, a_charter, a_frozen, next_version, spoil

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = [
    "{{7*7}}",
    "{{config}}",
    "{% for x in y %}",
    "{0.__class__}",
    "%(x)s",
    "{{ ''.__class__ }}",
    "${7*7}",
    "#{7}",
]


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


class TestFields:
    """R25: plain substitution from a fixed list."""

    @pytest.mark.parametrize("field", ["7*7", "config", " self ", "structure.__class__", "structure|upper", "", "a\nb"])
    def test_an_unknown_field_is_refused_and_named(self, field: str) -> None:
        with pytest.raises(rules.UnknownField, match="Le champ «"):
            rules.check_body(f"Bonjour {{{{{field}}}}} !")

    @pytest.mark.parametrize("value", HOSTILE)
    def test_a_value_is_never_evaluated(self, value: str) -> None:
        """Nor looked at again for fields of its own: one pass."""
        merged = rules.merge("A {{structure}} B", {"structure": value, "objet": "secret"})
        shown = str(as_html(merged))
        assert "49" not in shown and "secret" not in shown
        assert value.replace("'", "'") in shown.replace("&#x27;", "'").replace("&#39;", "'").replace("&quot;", '"')

    @pytest.mark.parametrize("text", [text for text in HOSTILE if "{{" not in text])
    def test_other_signs_stay_signs(self, text: str) -> None:
        assert rules.merge(rules.check_body(f"`{text}`"), {}) == f"`{text}`"

    def test_a_field_in_a_value_is_text(self) -> None:
        assert "{{objet}}" in rules.unescaped(rules.merge("{{structure}}", {"structure": "{{objet}}", "objet": "X"}))

    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40))
    def test_a_value_reads_as_it_was_typed(self, value: str) -> None:
        """Whatever signs a name holds, Markdown gives them no meaning."""
        import html
        import re

        shown = re.sub(r"<[^>]+>", "", str(as_html(rules.merge("Dit : {{structure}} !", {"structure": value}))))
        assert html.unescape(shown).strip() == f"Dit : {value} !"

    def test_what_lacks_is_told_in_words(self) -> None:
        with pytest.raises(rules.FieldsMissing, match="Nom de la structure, Emploi"):
            rules.merge("{{emploi}} {{structure}}", {"emploi": ""})

    def test_stored_text_is_formatted_nowhere(self) -> None:
        """No `render_template_string`, no template from a string, no `format` or `%` on a body or a value."""
        for path in [*(ROOT / "coopter").rglob("*.py")]:
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    assert called not in {"render_template_string", "from_string"}, path
                    if called in {"format", "format_map"} and isinstance(node.func, ast.Attribute):
                        assert not _is_stored(node.func.value), path
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
                    assert not _is_stored(node.left), path

    def test_every_model_is_clean(self) -> None:
        """A coordinator never starts from an empty page, nor from one that is refused."""
        for kind in TextKind:
            assert len(rules.check_body(queries.starter(kind))) > 60

    def test_the_staff_loan_is_kept_apart(self) -> None:
        """Domain §1.10: its model says that it is no placement, and asks for other parties than the grouping."""
        loan, placement = (
            queries.starter(kind) for kind in (TextKind.STAFF_LOAN_AGREEMENT, TextKind.PLACEMENT_AGREEMENT)
        )
        assert "L8241-2" in loan and "n’est pas une mise à disposition par le groupement" in loan
        assert not {name for name in rules.fields_in(loan) if name.startswith("groupement")}
        assert "L8241" not in placement and "L1253-12" in placement


def _is_stored(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"body", "stored", "consent", "message", "title", "what_changed"}


class TestDrafts:
    def test_the_groupings_own_fields_are_filled_in(self, told: Charter) -> None:
        version = texts.create_text(
            told.coordinator, kind=TextKind.OTHER, title="X", body="{{groupement}}, {{groupement_adresse}}", at=NOW
        )
        fields = queries.get_version(version).fields
        assert fields["groupement"] == told.grouping.name
        assert fields["groupement_adresse"] == "1 rue du Port, 56100 Lorient"

    def test_what_is_refused(self, told: Charter) -> None:
        coordinator = told.coordinator
        values = {"kind": TextKind.OTHER, "title": "X", "body": "Un texte", "at": NOW}
        with pytest.raises(texts.TitleMissing):
            texts.create_text(coordinator, **{**values, "title": " "})
        with pytest.raises(rules.BodyEmpty):
            texts.create_text(coordinator, **{**values, "body": "\n \n"})
        with pytest.raises(TextTooLong):
            texts.create_text(coordinator, **{**values, "body": "x" * (rules.MOST_BODY + 1)})
        with pytest.raises(HiddenCharacter):
            texts.create_text(coordinator, **{**values, "body": "pay\u202eer"})
        with pytest.raises(rules.UnknownField):
            texts.create_text(coordinator, **values, fields={"config": "x"})
        with pytest.raises(NotAllowed):
            texts.create_text(told.representative, **values)

    def test_stale(self, told: Charter) -> None:
        """R22."""
        version = texts.create_text(told.coordinator, kind=TextKind.OTHER, title="X", body="Un", at=NOW)
        save = {"version_id": version, "what_changed": "", "version": 1, "at": NOW}
        texts.save_draft(told.coordinator, body="Deux", **save)
        with pytest.raises(Conflict) as conflict:
            texts.save_draft(told.coordinator, body="Trois", **save)
        assert (conflict.value.mine, conflict.value.theirs) == ({"body": "Trois"}, {"body": "Deux"})

    def test_annexes_go_on_to_the_next_version(self, told: Charter) -> None:
        pdf = b"%PDF-1.7 statuts"
        version = texts.create_text(told.coordinator, kind=TextKind.OTHER, title="X", body="Un", at=NOW)
        texts.add_annex(told.coordinator, version_id=version, name="C:\\docs\\statuts.pdf", content=pdf, at=NOW)
        frozen = texts_freezing.freeze_version(told.coordinator, version_id=version, at=NOW, document=b"%PDF")
        assert queries.get_frozen(frozen).annexes == (rules.Annex("statuts.pdf", len(pdf), sha256(pdf).hexdigest()),)
        text_id = queries.get_version(version).text_id
        second = texts.start_version(told.coordinator, text_id=text_id, at=NOW)
        assert [one.name for one in queries.annexes_of(second)] == ["statuts.pdf"]
        with pytest.raises(texts.DraftUnderWay, match="version 2"):
            texts.start_version(told.coordinator, text_id=text_id, at=NOW)
        texts.remove_annex(told.coordinator, version_id=second, digest=sha256(pdf).hexdigest(), at=NOW)
        assert queries.annexes_of(second) == () and queries.annex_of(version, sha256(pdf).hexdigest()).content == pdf

    def test_annexes_that_are_refused(self, told: Charter) -> None:
        """R51, R54: told from the bytes, whatever the name says."""
        version = texts.create_text(told.coordinator, kind=TextKind.OTHER, title="X", body="Un", at=NOW)
        add = {"version_id": version, "at": NOW}
        with pytest.raises(rules.AnnexNotReadable):
            texts.add_annex(told.coordinator, name="x.pdf", content=b"<script>", **add)
        with pytest.raises(rules.AnnexTooLarge):
            texts.add_annex(told.coordinator, name="x.pdf", content=b"%PDF-" + b"0" * rules.MOST_ANNEX_BYTES, **add)
        for place in range(rules.MOST_ANNEXES):
            texts.add_annex(told.coordinator, name="x.pdf", content=b"%PDF-" + bytes([place]), **add)
        with pytest.raises(rules.TooManyAnnexes):
            texts.add_annex(told.coordinator, name="x.pdf", content=b"%PDF-", **add)


class TestFreezing:
    def test_nothing_changes_it(self, told: Charter) -> None:
        """R36: neither a command, nor the database itself."""
        frozen = told.frozen
        with pytest.raises(texts.AlreadyFrozen):
            texts.save_draft(
                told.coordinator, version_id=frozen.version_id, body="Autre", what_changed="", version=2, at=NOW
            )
        with pytest.raises(texts.AlreadyFrozen):
            texts_freezing.freeze_version(told.coordinator, version_id=frozen.version_id, at=NOW)
        with pytest.raises(texts.AlreadyFrozen):
            texts.add_annex(told.coordinator, version_id=frozen.version_id, name="x", content=b"%PDF-", at=NOW)

        @command
        def cheat() -> None:
            session().execute(update(FrozenText).where(FrozenText.id == frozen.id).values(body="Autre"))

        with pytest.raises(DBAPIError):
            cheat()
        assert verify_grouping(told.coordinator).holds

    def test_the_first_version_stays_when_the_second_comes(self, told: Charter) -> None:
        """Published v2, an upgrade that prints otherwise: v1 is downloaded byte-identical."""
        before = queries.document_of(told.frozen).content
        second = next_version(told.coordinator, told.frozen, BODY + "\n\nEt encore.")
        assert queries.document_of(queries.get_frozen(told.frozen.id)).content == before
        assert (second.number, second.text_id) == (2, told.frozen.text_id)
        assert second.pdf_sha256 != told.frozen.pdf_sha256

    def test_a_changed_bit_is_found(self, told: Charter) -> None:
        spoil(told.frozen.pdf_sha256)
        with pytest.raises(files.FileDamaged):
            queries.document_of(told.frozen)
        verdict = verify_grouping(told.coordinator)
        assert not verdict.holds

    def test_written_meanwhile(self, told: Charter, monkeypatch: pytest.MonkeyPatch) -> None:
        """What somebody saves while the page is printed is not frozen unseen."""
        version = texts.create_text(told.coordinator, kind=TextKind.OTHER, title="X", body="Un", at=NOW)

        def meanwhile(*args: object, **kwargs: object) -> bytes:
            texts.save_draft(told.coordinator, version_id=version, body="Deux", what_changed="", version=1, at=NOW)
            return b"%PDF"

        monkeypatch.setattr(texts_freezing.pdf, "print_document", meanwhile)
        with pytest.raises(Conflict):
            texts_freezing.freeze_version(told.coordinator, version_id=version, at=NOW)
        assert queries.find_draft(queries.get_version(version).text_id) is not None

    def test_another_grouping_sees_nothing_of_it(self, told: Charter) -> None:
        """R9."""
        with inside(a_grouping(slug="autre")) as other:
            with pytest.raises(NotFound):
                queries.get_frozen(told.frozen.id)
            assert queries.list_texts(actor(other, Role.COORDINATOR), on=NOW.date()) == ()


class TestAdoption:
    """A version in force is a decision like any other (issue 3, §3)."""

    def test_the_register_says_which_version_is_in_force(self, told: Charter) -> None:
        second = next_version(told.coordinator, told.frozen, BODY + "\n\nEt encore.")
        for frozen, day in ((told.frozen, date(2026, 1, 1)), (second, date(2026, 9, 1))):
            motion = texts_freezing.motion_to_adopt(frozen, from_on=day)
            assert kind_of(motion.kind).describe(motion) == f"« Charte des Rias », version {frozen.number}"
            decide(told.coordinator, motion, at=NOW)
        spring, autumn = (queries.adopted(second.text_id, on=date(2026, month, 1)) for month in (6, 10))
        assert spring is not None and autumn is not None
        assert (spring.value["number"], autumn.value["number"]) == (1, 2)
        assert queries.adopted(second.text_id, on=date(2025, 12, 31)) is None

    @pytest.mark.parametrize("subject", ["text:0", "text:x", "", "placement:1"])
    def test_only_a_frozen_version_of_this_text(self, told: Charter, subject: str) -> None:
        with pytest.raises(texts_freezing.NotThisText):
            decide(
                told.coordinator,
                Motion("charter-version", subject, {"frozen": told.frozen.id, "number": 1}, date(2026, 1, 1)), at=NOW,
            )  # fmt: skip
        other = a_frozen(told.coordinator, title="Autre")
        value = {"frozen": other.id, "number": other.number}
        with pytest.raises(texts_freezing.NotThisText):
            decide(
                told.coordinator, Motion("charter-version", f"text:{told.frozen.text_id}", value, date(2026, 1, 1)),
                at=NOW,
            )  # fmt: skip


def test_a_structures_own_fields(app: Flask) -> None:
    """They fill the model of its agreement in."""
    with inside(a_grouping()):
        fields = queries.structure_fields(a_structure("A", ape="94.99Z", legal_form="SCIC").id)
    assert (fields["structure"], fields["structure_ape"], fields["structure_forme"]) == (
        "Structure A",
        "94.99Z",
        "SCIC",
    )


def test_what_is_frozen_is_printed_for_assistive_tools_too(told: Charter) -> None:
    """The real press once: PDF/A-3a, tagged, in French, with its title."""
    import pikepdf

    version = texts.create_text(told.coordinator, kind=TextKind.OTHER, title="Un titre", body="# A\n\nUn mot.", at=NOW)
    frozen = queries.get_frozen(texts_freezing.freeze_version(told.coordinator, version_id=version, at=NOW))
    with pikepdf.open(files.path_of(frozen.pdf_sha256)) as document:
        with document.open_metadata() as xmp:
            assert xmp.pdfa_status == "3A"
        assert str(document.Root.Lang) == "fr" and str(document.docinfo.Title).startswith("Un titre – ")
        assert list(document.attachments) == []
    assert session().scalars(select(FrozenText.title).where(FrozenText.id == frozen.id)).one() == "Un titre"
