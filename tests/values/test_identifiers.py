"""SIREN, SIRET, VAT numbers, IBAN and BIC: canonical ASCII or refused (R76, R77)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.identifiers import (
    BicNotValid,
    IbanNotValid,
    SirenNotValid,
    SiretNotValid,
    VatNumberNotValid,
    check_bic,
    check_iban,
    check_siren,
    check_siret,
    check_vat_number,
    grouped_iban,
    mask_iban,
    vat_number_of,
)
from coopter.values.refusal import Refusal

SIRENS = ["702042755", "732829320", "404833048", "356000000"]
SIRETS = ["70204275500240", "73282932000074", "99990002000010", "99990008700019"]
LA_POSTE = ["35600000000048", "35600000049837", "35600000000006"]
STRANGERS = ["\u200b", "\u2060", "\ufeff", "\u00ad", "\t", "\n", "\0", ".", "-", "/", "\u2007", "\u3000", "\u202e"]


def fullwidth(text):
    return text.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})


def other_digits(text):
    for place, digit in enumerate(text):
        for other in "0123456789":
            if digit.isdigit() and other != digit:
                yield text[:place] + other + text[place + 1 :]


def swaps(text):
    for place in range(len(text) - 1):
        one, two = text[place], text[place + 1]
        if one != two and one.isdigit() == two.isdigit():
            yield text[:place] + two + one + text[place + 2 :]


def french_iban(bank, branch, account):
    """Built apart from the code under test: key = 97 - (bank, branch, account, 00) mod 97."""
    rib = f"{bank:05d}{branch:05d}{account:011d}"
    rib += f"{97 - int(rib + '00') % 97:02d}"
    return f"FR{98 - int(rib + '152700') % 97:02d}{rib}"


IBANS = [
    *(french_iban(30_001 + 997 * n, 10 + 311 * n, 12_345_678 * (n + 1)) for n in range(14)),
    "FR1420041010050500013M02606",
    "DE89370400440532013000",
    "BE71096123456769",
    "LU280019400644750000",
    "ES9121000418450200051332",
    "IT60X0542811101000000123456",
]


@pytest.mark.parametrize("number", SIRETS + LA_POSTE)
def test_sound_sirets_are_stored_as_fourteen_ascii_digits(number):
    for written in (number, f"{number[:3]} {number[3:6]}\u00a0{number[6:9]}\u202f{number[9:]}", f" {number} "):
        assert check_siret(written) == number
        assert re.fullmatch(r"[0-9]{14}", check_siret(written))


@pytest.mark.parametrize("number", SIRETS)
def test_an_error_on_any_digit_of_a_siret_is_refused(number):
    for wrong in other_digits(number):
        with pytest.raises(SiretNotValid, match="avis de situation"):
            check_siret(wrong)


@pytest.mark.parametrize("number", SIRENS)
def test_an_error_on_any_digit_of_a_siren_is_refused(number):
    assert check_siren(f"{number[:3]} {number[3:6]} {number[6:]}") == number
    for wrong in other_digits(number):
        with pytest.raises(SirenNotValid):
            check_siren(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "0" * 14,
        "1" * 14,
        "00000000000018",
        "70204275500000",
        "7020427550024",
        "702042755002400",
        "35600000049838",
        "702042755002４0",
        fullwidth("70204275500240"),
        "7020427550024O",
        "70204275500240" * 1000,
        "٧٠٢٠٤٢٧٥٥٠٠٢٤٠",
        "FR63702042755",
        *(f"702042755{stranger}00240" for stranger in STRANGERS),
        *(f"70204275500240{stranger}" for stranger in STRANGERS),
    ],
)
def test_other_sirets_are_refused(wrong):
    with pytest.raises(SiretNotValid):
        check_siret(wrong)


@pytest.mark.parametrize(
    "wrong", ["", "000000000", "111111111", "70204275", "7020427550", fullwidth("702042755"), "702042755\n"]
)
def test_other_sirens_are_refused(wrong):
    with pytest.raises(SirenNotValid):
        check_siren(wrong)


def test_a_vat_number_follows_from_the_siren():
    assert vat_number_of("702 042 755") == "FR63702042755"
    assert vat_number_of("732829320") == "FR44732829320"
    with pytest.raises(SirenNotValid):
        vat_number_of("702042756")


def test_vat_numbers_of_france_and_its_neighbours():
    assert check_vat_number("fr 63 702 042 755") == "FR63702042755"
    assert check_vat_number("BE0403170701") == "BE0403170701"
    assert check_vat_number("DE136695976") == "DE136695976"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "FR",
        "FR64702042755",
        "63702042755",
        "FR63702042756",
        "ZZ123456789",
        "US123456789",
        "ＦＲ63702042755",
        "fr63７02042755",
        "FR63702042755\u200b",
        "FR63-702042755",
        "\u017fi12345678",
        "EU123456789",
    ],
)
def test_other_vat_numbers_are_refused(wrong):
    with pytest.raises(VatNumberNotValid):
        check_vat_number(wrong)


@pytest.mark.parametrize("number", IBANS)
def test_every_single_error_in_an_iban_is_refused(number):
    assert len(IBANS) == 20
    assert check_iban(grouped_iban(number).lower()) == number
    for wrong in (*other_digits(number), *swaps(number)):
        with pytest.raises(IbanNotValid, match="27 caractères"):
            check_iban(wrong)


def with_mod_97(country, bban):
    """A whole IBAN whose mod 97 holds, so that only the country's own rules can refuse it."""
    digits = "".join(str(int(character, 36)) for character in f"{bban}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def test_the_french_key_and_the_country_are_checked_behind_a_sound_mod_97():
    sound = IBANS[0]
    assert with_mod_97("FR", sound[4:]) == sound
    for wrong in (
        with_mod_97("FR", sound[4:-2] + f"{(int(sound[-2:]) + 1) % 97:02d}"),
        with_mod_97("FR", sound[4:-1]),
        with_mod_97("DE", "3704004405320130001"),
        with_mod_97("BE", "096123456768"),
        with_mod_97("XX", "370400440532013000"),
    ):
        with pytest.raises(IbanNotValid):
            check_iban(wrong)


@pytest.mark.parametrize("digits", ["00", "01", "99"])
def test_check_digits_that_the_norm_never_gives_are_refused(digits):
    for n in range(2000):
        number = f"DE{digits}3704004405320{n:05d}"
        with pytest.raises(IbanNotValid):
            check_iban(number)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "FR",
        "FR14",
        fullwidth(IBANS[0]),
        IBANS[0][:-1] + fullwidth(IBANS[0][-1]),
        IBANS[0] + "\n",
        "\u200b" + IBANS[0],
        "ﬀ" + IBANS[0],
        "FR" * 500,
        "DE89-3704-0044-0532-0130-00",
        "ıT60X0542811101000000123456",
    ],
)
def test_other_ibans_are_refused(wrong):
    with pytest.raises(IbanNotValid):
        check_iban(wrong)


def test_an_iban_is_shown_in_groups_or_masked():
    assert grouped_iban("FR1420041010050500013M02606") == "FR14 2004 1010 0505 0001 3M02 606"
    assert mask_iban("FR1420041010050500013M02606") == "FR14 •••• •••• •••• •••• •••2 606"


def test_bics():
    assert check_bic("agri fr pp 882") == "AGRIFRPP882"
    assert check_bic("BNPAFRPP") == "BNPAFRPP"
    for wrong in ("", "BNPAFRP", "BNPAFRPPXX", "BNPAZZPP", "ＢNPAFRPP", "1NPAFRPP", "BNPAFRPP\n"):
        with pytest.raises(BicNotValid):
            check_bic(wrong)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=40) | st.from_regex(r"[A-Z]{2}[0-9A-Z ]{2,32}", fullmatch=True))
def test_any_text_gives_ascii_or_a_refusal(text):
    for check in (check_siren, check_siret, check_vat_number, check_iban, check_bic):
        try:
            assert re.fullmatch(r"[0-9A-Z+*]+", check(text), re.ASCII)
        except Refusal as refusal:
            assert len(str(refusal)) < 400
