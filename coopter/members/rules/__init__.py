"""What the members' room decides: kinds, dated parameters, identities, accounts, and how things are found."""

from coopter.members.rules.accounts import (
    INVITATION_DAYS,
    RESERVED_SLUGS,
    SHORTEST_PASSWORD,
    AlreadyHolds,
    AuditorStandsAlone,
    LastCoordinator,
    check_password,
    check_role,
    check_slug,
)
from coopter.members.rules.identity import (
    GROUPING_FIELDS,
    LONG_STANDING,
    STRUCTURE_FIELDS,
    GroupingDetails,
    StructureDetails,
    checked_grouping,
    checked_structure,
    missing_for_invoices,
)
from coopter.members.rules.kinds import GroupingKind, VatRegime, VatStatus
from coopter.members.rules.parameters import (
    INITIAL,
    PARAMETERS,
    NotInTheList,
    ParameterKind,
    Setting,
    UnknownParameter,
    as_days,
    as_minutes,
    as_money,
    as_rate,
    as_vat_regime,
    canonical_value,
    in_force,
)
from coopter.members.rules.search import folded, found_in, natural_order

__all__ = [
    "GROUPING_FIELDS", "INITIAL", "INVITATION_DAYS", "LONG_STANDING", "PARAMETERS", "RESERVED_SLUGS",
    "SHORTEST_PASSWORD", "STRUCTURE_FIELDS", "AlreadyHolds", "AuditorStandsAlone", "GroupingDetails", "GroupingKind",
    "LastCoordinator", "NotInTheList", "ParameterKind", "Setting", "StructureDetails", "UnknownParameter", "VatRegime",
    "VatStatus", "as_days", "as_minutes", "as_money", "as_rate", "as_vat_regime", "canonical_value",
    "check_password", "check_role", "check_slug", "checked_grouping", "checked_structure", "folded", "found_in",
    "in_force", "missing_for_invoices", "natural_order",
]  # fmt: skip
