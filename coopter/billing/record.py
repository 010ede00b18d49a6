"""What an invoice says: one frozen value from which the XML, the page and the chain are all made.

Totals are never negative, also on a credit note: the kind says which way the money goes.
A line may be negative: an aid received lowers a cost.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from coopter.members.rules import VatRegime as VatRegime  # noqa: PLC0414 — told here to the rest of the room
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate


class Kind(Enum):
    """The document's nature, by its code in the standard's list (BT-3)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class VatCategory(Enum):
    """The standard's letter for a line's VAT (BT-118, BT-151)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    OUTSIDE = "O"


class LineKind(Enum):
    """A share is an exact part of a cost; a priced line is hours at a price; a due is what is owed as a member.

    One invoice has one kind only.
    """

    SHARED = "shared"
    PRICED = "priced"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Vat:
    """How one line is taxed: category, rate and, where nothing is due, the reason and its VATEX code."""

    category: VatCategory
    rate: Rate
    reason: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class VatLine:
    """The tax of all lines that share one treatment, rounded once on their sum."""

    vat: Vat
    base: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the invoice.

    `quantity` is what is printed and multiplied: 1 for a share, hours with two decimals for a priced line.
    `minutes` informs; no amount is computed from it. `pool` names the cost pool that explains the amount.
    """

    kind: LineKind
    label: str
    amount: Money
    vat: Vat
    quantity: Decimal = Decimal(1)
    unit_price: Rate | None = None
    minutes: int | None = None
    detail: str = ""
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `name` only where the post must reach someone else than the party itself."""

    lines: tuple[str, ...]
    postcode: str
    city: str
    country: str = "FR"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer as they were on the day of issue: copied, never looked up again."""

    legal_name: str
    address: Address
    trade_name: str = ""
    legal_form: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    email: str = ""
    phone: str = ""
    einvoice_scheme: str = ""
    einvoice_address: str = ""
    billing_address: Address | None = None
    delivery_address: Address | None = None
    public_body: bool = False


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where the buyer pays."""

    iban: str
    name: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """The three mentions that every French invoice carries (BR-FR-05)."""

    recovery: str
    """PMT: the fixed indemnity for recovery."""
    penalties: str
    """PMD: the rate of the late penalties."""
    discount: str
    """AAB: the discount for early payment, or that there is none."""


@dataclass(frozen=True, slots=True)
class BuyerReferences:
    """What the buyer wants to read on the invoice: its order, its paying service, its commitment number."""

    purchase_order: str = ""
    public_order_ref: str = ""
    service_code: str = ""


@dataclass(frozen=True, slots=True)
class Preceding:
    """The invoice that a credit note cancels."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class HourLine:
    """One day of one employee for this buyer, for the page that lets the buyer check."""

    employee: str
    day: date
    minutes: int
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """What a call of a contribution says of itself, in words: what is owed for which year, by which reckoning.

    `figures` and `steps` are pairs of a label and a value, the member's own; `sentences` say the formula.
    """

    heading: str
    name: str
    year: int
    instalment: int = 1
    instalments: int = 1
    sentences: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    is_correction: bool = False

    @property
    def title(self) -> str:
        """« Quote-part des bénéfices 2027 », with the instalment where there are several."""
        part = f", échéance {self.instalment} sur {self.instalments}" if self.instalments > 1 else ""
        return f"{self.name} {self.year}{part}"


@dataclass(frozen=True, slots=True)
class Issuance:
    """What all invoices that a grouping issues for one month have in common."""

    seller: Party
    period: Month
    issued_on: date
    vat_regime: VatRegime
    notes: Notes
    account: BankAccount | None = None
    vat_on_invoice: bool = False
    basis: str = ""
    closing_text: str = ""
    logo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """An invoice or a credit note, complete. `number` is empty as long as it is a draft."""

    kind: Kind
    number: str
    issued_on: date
    due_on: date
    period: Month
    seller: Party
    buyer: Party
    vat_regime: VatRegime
    lines: tuple[Line, ...]
    vat_lines: tuple[VatLine, ...]
    net: Money
    tax: Money
    gross: Money
    notes: Notes
    account: BankAccount | None = None
    references: BuyerReferences = BuyerReferences()
    preceding: Preceding | None = None
    reason: str = ""
    hours: tuple[HourLine, ...] = ()
    basis: str = ""
    """The decision or the rule that the amounts follow."""
    payment_terms: str = ""
    vat_on_invoice: bool = False
    """The option to pay VAT on invoicing (« option pour le paiement de la taxe d'après les débits »)."""
    business_process: str = "S1"
    """BT-23: an ordinary submission of an invoice for services."""
    operation_category: str = "Prestations de services"
    closing_text: str = ""
    logo: bytes | None = field(default=None, repr=False)
    anchor: str = ""
    """The text of the integrity chain printed in the footer."""
    lowers_in_part: bool = False
    """Whether a credit note takes a part off the document that it names, which stands."""
    due: Due | None = None
    """What a contribution's document says of its call; None for the work of a month."""

    @property
    def is_credit_note(self) -> bool:
        """Whether the money goes back to the buyer."""
        return self.kind is Kind.CREDIT_NOTE

    @property
    def is_partial(self) -> bool:
        """Whether it lowers an earlier document in part, rather than mirroring it whole (decision 0008)."""
        return self.is_credit_note and self.lowers_in_part

    @property
    def is_outside_vat(self) -> bool:
        """Whether it asks for dues that VAT does not concern: category O, alone on its document."""
        return any(line.vat.category is VatCategory.OUTSIDE for line in self.vat_lines)

    @property
    def name(self) -> str:
        """What the paper calls itself."""
        if self.is_credit_note:
            return "Avoir"
        return self.due.heading if self.due is not None and self.is_outside_vat else "Facture"

    @property
    def title(self) -> str:
        """What it is for: a contribution and its year, or a month."""
        return self.due.title if self.due is not None else str(self.period)

    @property
    def first_day(self) -> date:
        """The first day of the year or the month it is for."""
        return date(self.due.year, 1, 1) if self.due is not None else self.period.first

    @property
    def last_day(self) -> date:
        """The last day of the year or the month it is for."""
        return date(self.due.year, 12, 31) if self.due is not None else self.period.last

    @property
    def line_kind(self) -> LineKind:
        """Shared or priced: the one kind that all its lines have."""
        return self.lines[0].kind

    @property
    def effect(self) -> Money:
        """What the document changes in the buyer's debt, in cents: negative for a credit note."""
        return -self.gross if self.is_credit_note else self.gross

    @property
    def minutes(self) -> int:
        """All minutes of the hours on page two."""
        return sum(hour.minutes for hour in self.hours)
