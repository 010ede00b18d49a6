"""Pure rules of the members' room: order, search, settings, identities, roles."""

from __future__ import annotations

from datetime import date

import pytest

from coopter.members import rules
from coopter.members.rules import GroupingDetails, Setting, StructureDetails, VatStatus
from coopter.members.rules.identity import NameMissing, SeriesAlike, SeriesNotValid, SirenAndSiretDiffer
from coopter.values.actor import Role
from coopter.values.refusal import Refusal

SIREN = "702042755"


def test_codes_are_counted_as_people_count() -> None:
    assert sorted(["PC11", "pc8", "PC2", "A", "PC2b"], key=rules.natural_order) == ["A", "PC2", "PC2b", "pc8", "PC11"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("", True), ("etier", True), ("JARDINS étier", True), ("l'etier", True), ("999 900", True), ("lorient", False)],
)
def test_a_search_forgives_accents_case_and_blanks(search: str, found: bool) -> None:
    assert rules.found_in(search, "Jardins de l’Étier", None, "99990002000010") is found


def test_the_latest_setting_begun_is_in_force() -> None:
    known = [
        Setting("vat_rate", "19.60", date(2000, 4, 1), "Loi", "A"),
        Setting("vat_rate", "20.00", date(2014, 1, 1), "Loi", "A"),
    ]
    assert rules.in_force(known, "vat_rate", on=date(2013, 12, 31)).value == "19.60"
    assert rules.in_force(known, "vat_rate", on=date(2014, 1, 1)).value == "20.00"
    assert rules.in_force(known, "vat_rate", on=date(1999, 1, 1)).from_on is None
    with pytest.raises(rules.UnknownParameter):
        rules.in_force(known, "x", on=date(2014, 1, 1))


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [("vat_rate", "5,5 %", "5.50"), ("recovery_indemnity", "1 040,5 €", "1040.50"), ("payment_days", "45", "45"),
     ("daily_warning", "7h30", "450"), ("vat_regime", "taxed", "taxed"),
     ("discount_terms", " Aucun  escompte ", "Aucun escompte")],
)  # fmt: skip
def test_what_is_typed_is_kept_in_one_form(name: str, typed: str, kept: str) -> None:
    assert rules.canonical_value(name, typed) == kept


def test_defaults_are_read_by_their_readers() -> None:
    kinds = {"percent": rules.as_rate, "rate": rules.as_rate, "money": rules.as_money, "days": rules.as_days,
             "minutes": rules.as_minutes, "vat_regime": rules.as_vat_regime,
             "text": lambda setting: setting.value}  # fmt: skip
    for kind in rules.PARAMETERS.values():
        setting = rules.in_force([], kind.name, on=date(2026, 1, 1))
        assert kinds[kind.reads](setting) is not None
        if kind.reads != "minutes":
            assert rules.canonical_value(kind.name, kind.default)


def test_a_structure_follows_from_its_siret() -> None:
    checked = rules.checked_structure(StructureDetails("A", "X", siren=SIREN))
    assert (checked.vat_number, checked.einvoice_address) == ("FR63702042755", SIREN)
    exempt = rules.checked_structure(StructureDetails("A", "X", siren=SIREN, vat_status=VatStatus.EXEMPT))
    assert exempt.vat_number is None


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        (GroupingDetails(""), NameMissing),
        (GroupingDetails("X", invoice_series="fa"), SeriesNotValid),
        (GroupingDetails("X", invoice_series="A B"), SeriesNotValid),
        (GroupingDetails("X", invoice_series="AV"), SeriesAlike),
        (GroupingDetails("X", iban="FR7630006000011234567890188"), Refusal),
        (GroupingDetails("X\u202e"), Refusal),
        (GroupingDetails("X", siren="552100554", siret="70204275500240"), SirenAndSiretDiffer),
    ],
)
def test_a_grouping_with_a_fault_is_refused(details: GroupingDetails, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.checked_grouping(details)


def test_what_an_invoice_lacks_is_named() -> None:
    assert rules.missing_for_invoices(StructureDetails("A", "X")) == ("address", "postcode", "city", "siren")
    billed = StructureDetails("A", "X", siren=SIREN, billing_address="1 rue", billing_postcode="1", billing_city="Y")
    assert rules.missing_for_invoices(billed) == ()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_an_auditor_is_nothing_else(role: Role) -> None:
    with pytest.raises(rules.AuditorStandsAlone):
        rules.check_role(role, structure_id=1, employee_id=1, held={Role.AUDITOR})
    with pytest.raises(rules.AuditorStandsAlone):
        rules.check_role(Role.AUDITOR, structure_id=None, employee_id=None, held={role})


def test_a_phrase_is_a_good_password() -> None:
    for password in ("quatre mots sans rapport", "xK9#pLm2$vQz", "lit vert nuage 41"):
        rules.check_password(password, about=["anne.riou@cap.example", "Anne Riou"])
    with pytest.raises(Refusal):
        rules.check_password("x" * 129)
