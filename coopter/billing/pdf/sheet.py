"""What the page shows beyond the record: hours laid out as weeks, texts in groups, whether all fits on one sheet."""

from dataclasses import dataclass
from datetime import date, timedelta

from coopter.billing.record import Address, HourLine, InvoiceRecord, Line, LineKind, Party
from coopter.billing.rules import epc_payload
from coopter.plumbing import formats

_WORKING_DAYS, _WHOLE_WEEK = 5, 7
_SHEET_MM = 268.5
_FURNITURE_MM, _DENSE_FROM = 129.0, 9
_LABEL_MM, _DETAIL_MM, _LABEL_CHARACTERS = 4.3, 3.9, 42
_LONG_AMOUNT_CENTS = 100_000_000
_NO_HOURS = "–"
_ISSUED = {"Avoir": "Émis le", "Droit d’entrée": "Émis le"}
_RULE = {LineKind.SHARED: "Règle de partage :", LineKind.PRICED: "Règle de prix :", LineKind.DUE: "Décision :"}
_WIDE_GAP = "\u2003·\u2003"


@dataclass(frozen=True, slots=True)
class Week:
    """One employee's days of a week from the first to the last worked, and their sum in minutes.

    `skipped` columns stay empty before them: out of the month, or not worked.
    """

    days: str
    skipped: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Work:
    """One employee's month for this buyer: weeks, activities and the sum."""

    employee: str
    weeks: tuple[Week, ...]
    activities: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """An invoice ready for its template."""

    record: InvoiceRecord
    works: tuple[Work, ...]
    days_in_week: int
    iban: str
    account_lines: str
    is_long_amount: bool
    house: str
    seller_lines: str
    buyer_lines: str
    buyer_details: str
    facts: str
    mentions: str
    subject: str
    remarks: str
    legal: str
    dense: bool
    one_sheet: bool
    has_code: bool


def lay_out(record: InvoiceRecord) -> Sheet:
    """Everything the template needs, so that it neither computes nor decides."""
    width = _WHOLE_WEEK if any(hour.day.weekday() >= _WORKING_DAYS for hour in record.hours) else _WORKING_DAYS
    return Sheet(
        record=record,
        works=_works(record.hours),
        days_in_week=width,
        iban=formats.iban(record.account.iban) if record.account else "",
        account_lines=_account_lines(record),
        is_long_amount=record.gross.cents >= _LONG_AMOUNT_CENTS,
        house=record.seller.trade_name or record.seller.legal_name,
        seller_lines=_seller_lines(record.seller),
        buyer_lines="\n".join(_buyer_lines(record.buyer)),
        buyer_details=_buyer_details(record.buyer),
        facts=_facts(record),
        mentions="\n".join(_mentions(record)),
        subject=_subject(record),
        remarks="\n".join(_remarks(record)),
        legal=_legal(record),
        dense=len(record.lines) >= _DENSE_FROM,
        one_sheet=_height(record) <= _SHEET_MM,
        has_code=epc_payload(record) is not None,
    )


def below(line: Line) -> str:
    """What stands under a line's label: a share's hours, for information, and its detail."""
    informs = line.kind is LineKind.SHARED and line.minutes is not None
    hours = formats.hours(line.minutes) if informs and line.minutes is not None else ""
    return " · ".join(part for part in (hours, line.detail) if part)


def multiplied(line: Line) -> str:
    """Quantity and unit price as one product, so that what is printed multiplies up."""
    if line.unit_price is not None:
        return f"{formats.number(line.quantity)} h × {formats.unit_price(line.unit_price)}"
    return f"{line.quantity:.0f} × {formats.money(abs(line.amount))}"


def _height(record: InvoiceRecord) -> float:
    """A careful guess of the first page's height in millimetres, so that the mentions may stand at its foot."""
    rows = sum(
        _LABEL_MM * _rows(line.label, _LABEL_CHARACTERS) + _DETAIL_MM * _rows(below(line), _LABEL_CHARACTERS)
        for line in record.lines
    )
    between = (1.8 if len(record.lines) >= _DENSE_FROM else 2.8) * len(record.lines)
    remarks = 3.9 * sum(_rows(text, 55) for text in (*_mentions(record), *_remarks(record)))
    parties = 4.8 * max(0, len(_buyer_lines(record.buyer)) + len(_buyer_details(record.buyer).split("\n")) - 5)
    return _FURNITURE_MM + parties + rows + between + max(remarks, 12.0 + 5.0 * len(record.vat_lines))


def _rows(text: str, width: int) -> int:
    return -(-len(text) // width)


def _works(hours: tuple[HourLine, ...]) -> tuple[Work, ...]:
    names = list(dict.fromkeys(hour.employee for hour in hours))
    return tuple(_work(name, [hour for hour in hours if hour.employee == name]) for name in names)


def _work(employee: str, hours: list[HourLine]) -> Work:
    by_week: dict[date, dict[date, int]] = {}
    activities: dict[str, int] = {}
    for hour in sorted(hours, key=lambda hour: hour.day):
        week = by_week.setdefault(hour.day - timedelta(days=hour.day.weekday()), {})
        week[hour.day] = week.get(hour.day, 0) + hour.minutes
        activities[hour.activity] = activities.get(hour.activity, 0) + hour.minutes
    weeks = tuple(_week(monday, week) for monday, week in by_week.items())
    ranked = sorted(((name, minutes) for name, minutes in activities.items() if name), key=lambda pair: -pair[1])
    done = " · ".join(f"{name} {formats.hours(minutes)}" for name, minutes in ranked)
    return Work(employee, weeks, done, sum(week.minutes for week in weeks))


def _week(monday: date, week: dict[date, int]) -> Week:
    """Each day's name, number and hours, kept in its column by tabs: one text is one box, seven cells are seven."""
    first, last = min(week), max(week)
    days = (first + timedelta(days=shift) for shift in range((last - first).days + 1))
    text = "\t".join(f"{_day(day)}\t{formats.hours(week[day]) if day in week else _NO_HOURS}" for day in days)
    return Week(text, (first - monday).days, sum(week.values()))


def _day(day: date) -> str:
    name, number, _ = formats.weekday(day).split()
    return f"{name}\u00a0{number}"


def _identifiers(party: Party) -> tuple[str, ...]:
    facts = (
        ("SIRET", formats.siret(party.siret)),
        ("SIREN", formats.siret(party.siren) if not party.siret else ""),
        ("TVA", party.vat_number),
    )
    return tuple(f"{name}\u00a0{value}" for name, value in facts if value)


def _account_lines(record: InvoiceRecord) -> str:
    account = record.account
    if account is None:
        return ""
    return account.name + (f"\nBIC {account.bic}" if account.bic else "")


def _seller_lines(seller: Party) -> str:
    contact = tuple(filter(None, (" · ".join(filter(None, (seller.email, seller.phone))),)))
    form = (seller.legal_form,) if seller.legal_form else ()
    return "\n".join((*form, *address_lines(seller.address), *_identifiers(seller), *contact))


def _buyer_lines(buyer: Party) -> list[str]:
    return address_lines(buyer.billing_address or buyer.address)


def _buyer_details(buyer: Party) -> str:
    lines = [" · ".join(_identifiers(buyer))]
    if buyer.billing_address:
        lines.append(f"Siège : {', '.join(address_lines(buyer.address))}")
    if buyer.delivery_address:
        lines.append(f"Lieu d’intervention : {', '.join(address_lines(buyer.delivery_address))}")
    return "\n".join(line for line in lines if line)


def _facts(record: InvoiceRecord) -> str:
    given = record.references
    facts = (
        (_ISSUED.get(record.name, "Émise le"), formats.day(record.issued_on)),
        ("Votre commande :", given.purchase_order),
        ("Engagement :", given.public_order_ref),
        ("Code service :", given.service_code),
        (_RULE[record.line_kind], record.basis),
    )
    return _WIDE_GAP.join(f"{name} {value}" for name, value in facts if value)


def _subject(record: InvoiceRecord) -> str:
    """The caption of the lines: what is asked, and for when."""
    if record.due is not None:
        return f"{record.due.name} {record.due.year}"
    return f"{record.operation_category}, {formats.month(record.period)}"


def _mentions(record: InvoiceRecord) -> tuple[str, ...]:
    """What the law wants said about VAT: why none is due, or when it is."""
    reasons = tuple(line.vat.reason for line in record.vat_lines if line.vat.reason)
    option = ("Option pour le paiement de la taxe d’après les débits",) if record.vat_on_invoice else ()
    return reasons + option


def _remarks(record: InvoiceRecord) -> tuple[str, ...]:
    remarks = (
        "Chaque ligne est votre part exacte d’un coût ; les heures sont données pour information."
        if record.line_kind is LineKind.SHARED
        else "",
        "Le détail des heures, jour par jour, est en annexe." if record.hours else "",
        "Le calcul, pas à pas, est en annexe." if record.due is not None else "",
        record.closing_text,
    )
    return tuple(remark for remark in remarks if remark)


def _legal(record: InvoiceRecord) -> str:
    """The small print: terms of payment, the seller's identity, what the file holds, the chain."""
    notes, seller = record.notes, record.seller
    name = ", ".join(part for part in (seller.legal_name, seller.legal_form) if part)
    lines = [
        " – ".join((name, ", ".join(address_lines(seller.address)), *_identifiers(seller))),
        f"Ce PDF contient la facture électronique Factur-X (EN 16931). {record.anchor}".rstrip(),
    ]
    terms = [] if record.is_credit_note else [f"{notes.discount} {notes.penalties} {notes.recovery}"]
    return "\n".join(terms + lines)


def address_lines(address: Address) -> list[str]:
    """The lines of an address as they are written on an envelope; the country only where it is not France."""
    place = f"{address.postcode} {address.city}".strip()
    country = "" if address.country == "FR" else address.country
    return [line for line in (address.name, *address.lines, place, country) if line]
