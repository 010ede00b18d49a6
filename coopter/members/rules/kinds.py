"""Kinds: of grouping, and of standing to VAT."""

from __future__ import annotations

import enum


class GroupingKind(enum.Enum):
    """What a grouping is."""

    EMPLOYER_GROUP = "employer-group"
    PTCE = "ptce"
    COOPERATIVE = "cooperative"
    TERRITORY = "territory"


class VatStatus(enum.Enum):
    """How a structure stands to VAT (domain.md §4.8)."""

    LIABLE = "vat_liable"
    EXEMPT = "exempt"
    FRANCHISE = "franchise_293b"
    NOT_TAXABLE = "not_taxable"


class VatRegime(enum.Enum):
    """How a grouping's own services stand to VAT from a date on (domain.md §3)."""

    TAXED = "taxed"
    EXEMPT_261B = "exempt-261b"
    FRANCHISE_293B = "franchise-293b"
