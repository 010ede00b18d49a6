"""The words of the contributions room that rows and pages share."""

from enum import Enum


class Product(Enum):
    """What is called; each is its own product, with its own VAT rule (domain.md §3.5)."""

    MEMBERSHIP_FEE = "membership-fee"
    ENTRANCE_FEE = "entrance-fee"
    PROPORTIONAL = "proportional"
    VOLUNTARY = "voluntary"


class Base(Enum):
    """What a contribution is measured on; each has its unit."""

    TURNOVER = "turnover"  # cents
    PROFIT = "profit"  # cents; a loss counts 0
    PAYROLL = "payroll"  # cents
    HOURS_USED = "hours-used"  # minutes, read from the grouping's own hours
    HEADCOUNT = "headcount"  # hundredths of a person
    TONNES = "tonnes"  # kilograms
    SURFACE = "surface"  # hundredths of a square metre
    OTHER = "other"  # hundredths of whatever the formula names


class FigureState(Enum):
    """Where one figure of one structure and year stands."""

    ASKED = "asked"
    ESTIMATED = "estimated"
    DECLARED = "declared"
    CHECKED = "checked"
    SENT_BACK = "sent-back"


class CallKind(Enum):
    """Why money is called."""

    YEAR = "year"
    CORRECTION = "correction"  # the difference, once the year's figures are known
    ENTRANCE = "entrance"
    VOLUNTARY = "voluntary"


class Unit(Enum):
    """What is given and received; never summed into money by force."""

    HOURS = "hours"  # minutes
    LOANS = "loans"  # hundredths of a loan
    SURFACE = "surface"  # hundredths of a square metre, for a day
    WEIGHT = "weight"  # grams
    ENERGY = "energy"  # watt-hours
    ADVICE = "advice"  # hundredths of a day
    EUROS = "euros"  # cents


class GiftState(Enum):
    """Whether both sides agree on what was given."""

    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
