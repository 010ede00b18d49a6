"""Reads of the costs room: lines, keys and prices in force, the split of a month, and why a share is what it is."""

from coopter.costs.queries.decisions import (
    list_prices,
    list_rules,
    price_in_force,
    prices_in_force,
    rule_in_force,
)
from coopter.costs.queries.explaining import explain_share
from coopter.costs.queries.lines import get_line, has_costs, lines_of, list_months, records_by_key
from coopter.costs.queries.months import (
    Change,
    ShareRecord,
    compare_with_previous,
    is_split,
    month_inputs,
    month_members,
    obstacles,
    preview_pools,
    preview_split,
    shares_of,
    splits_of,
)
from coopter.costs.queries.sheet import (
    CostSheet,
    DecisionView,
    PoolView,
    cost_sheet,
    key_views,
    month_to_open,
    price_views,
)

__all__ = [
    "Change",
    "CostSheet",
    "DecisionView",
    "PoolView",
    "ShareRecord",
    "compare_with_previous",
    "cost_sheet",
    "explain_share",
    "get_line",
    "has_costs",
    "is_split",
    "key_views",
    "lines_of",
    "list_months",
    "list_prices",
    "list_rules",
    "month_inputs",
    "month_members",
    "month_to_open",
    "obstacles",
    "preview_pools",
    "preview_split",
    "price_in_force",
    "price_views",
    "prices_in_force",
    "records_by_key",
    "rule_in_force",
    "shares_of",
    "splits_of",
]
