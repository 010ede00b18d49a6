"""Invoices to try things on: one sentence each, every detail with a default."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from coopter.billing.record import (
    Address,
    BankAccount,
    BuyerReferences,
    HourLine,
    InvoiceRecord,
    Issuance,
    Line,
    Notes,
    Party,
    VatRegime,
)
from coopter.billing.rules import (
    LegalTerms,
    credit_note,
    draft,
    legal_notes,
    numbered,
    price_line,
    shared_line,
    treatment,
)
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

WHEN = datetime(2007, 4, 5, 10, 30, tzinfo=UTC)
LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
MARCH = Month(2007, 3)
TWENTY = Rate.percent("20")
NOTES: Notes = legal_notes(
    LegalTerms(Rate.percent("12.15"), Money(4000), penalty_basis="taux de refinancement de la BCE majoré de 10 points")
)
ACCOUNT = BankAccount("FR7630006000011234567890189", "Groupement des Rias", "AGRIFRPP")
SELLER = Party(
    "Groupement d’employeurs des Rias",
    Address(("Maison de l’économie sociale", "4 rue du Port"), "56100", "Lorient"),
    trade_name="GE des Rias",
    legal_form="Association loi 1901",
    siren="702042755",
    siret="70204275500240",
    vat_number="FR63702042755",
    email="bonjour@ge-rias.example",
    phone="02 97 00 00 00",
)
BUYER = Party(
    "Jardins de l’Étier",
    Address(("2 quai des Indes",), "56100", "Lorient"),
    legal_form="SCIC",
    siren="732829320",
    siret="73282932000074",
    vat_number="FR44732829320",
    email="contact@jardins.example",
)
TOWN = Party(
    "Commune de Locmalo",
    Address(("Place de la Mairie",), "56160", "Locmalo"),
    siren="404833048",
    siret="40483304800022",
    public_body=True,
    billing_address=Address(("Service des finances", "BP 12"), "56160", "Locmalo"),
)
CLUB = Party(
    "Amicale du Scorff",
    Address(("1 rue Haute",), "56620", "Cléguer"),
    legal_form="Association",
    email="am@club.example",
)


def an_issuance(*, regime: VatRegime = VatRegime.TAXED, **details: object) -> Issuance:
    """What a grouping says once for all invoices of March 2007."""
    facts: dict[str, object] = {
        "seller": SELLER,
        "period": MARCH,
        "issued_on": date(2007, 4, 5),
        "vat_regime": regime,
        "notes": NOTES,
        "account": ACCOUNT,
        "basis": "Reprise initiale",
    }
    return Issuance(**(facts | details))  # type: ignore[arg-type]


def some_hours(employees: int = 3, days: int = 12) -> tuple[HourLine, ...]:
    """Hours of several employees over the working days of March."""
    names = ("Nolwenn Le Goff", "Yann Cariou", "Maëlle Quéré", "Erwan Le Bihan", "Anaïs Guillou")
    kinds = ("Comptabilité", "Accueil", "Communication", "Entretien des serres", "Paie")
    worked = [day for day in MARCH.days() if day.weekday() < 5][:days]
    return tuple(
        HourLine(names[who % 5], day, 150 + 30 * ((day.day + who) % 12), kinds[who % 5])
        for who in range(employees)
        for day in worked
    )


def shares(*cents: int, regime: VatRegime = VatRegime.TAXED, rate: Rate = TWENTY) -> tuple[Line, ...]:
    """Shared lines of these amounts."""
    vat = treatment(regime, rate=rate)
    return tuple(
        shared_line(
            f"Mise à disposition n° {index}",
            amount=Money(amount),
            vat=vat,
            minutes=60 * index + 30,
            detail="Part du coût réel de mars 2007",
        )
        for index, amount in enumerate(cents, start=1)
    )


def hours_at(minutes: Sequence[int], *, price: str = "27.23") -> tuple[Line, ...]:
    """Priced lines of these durations."""
    vat = treatment(VatRegime.TAXED, rate=TWENTY)
    return tuple(
        price_line(f"Heures n° {index}", minutes=worked, unit_price=Rate.parse(price), vat=vat)
        for index, worked in enumerate(minutes, start=1)
    )


def an_invoice(
    lines: tuple[Line, ...] | None = None,
    *,
    number: str = "FA-2007-0012",
    buyer: Party = BUYER,
    regime: VatRegime = VatRegime.TAXED,
    references: BuyerReferences | None = None,
    hours: tuple[HourLine, ...] = (),
    **details: object,
) -> InvoiceRecord:
    """An invoice of March 2007, issued on 5 April, due on 5 May."""
    record = draft(
        lines if lines is not None else shares(349211, 27711, regime=regime),
        buyer=buyer,
        issuance=an_issuance(regime=regime, **details),
        due_on=date(2007, 5, 5),
        payment_terms="30 jours après la date de facture",
        references=references or BuyerReferences(),
        hours=hours,
    )
    return numbered(record, number=number, anchor="Chaîne 5f1c9a02")


def its_credit_note(invoice: InvoiceRecord, *, number: str = "AV-2007-0001") -> InvoiceRecord:
    """The credit note of an invoice, issued on 20 April 2007."""
    mirror = credit_note(invoice, issued_on=date(2007, 4, 20), reason="Heures de Nolwenn Le Goff comptées deux fois")
    return numbered(mirror, number=number)
