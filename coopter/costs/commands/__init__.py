"""What is done with costs: lines, keys and prices, the import, and the split of a month."""

from coopter.costs.commands.decisions import set_allocation_rule, set_hourly_price
from coopter.costs.commands.importing import Imported, import_costs
from coopter.costs.commands.lines import add_cost_line, edit_cost_line, remove_cost_line
from coopter.costs.commands.split import split_month

__all__ = [
    "Imported",
    "add_cost_line",
    "edit_cost_line",
    "import_costs",
    "remove_cost_line",
    "set_allocation_rule",
    "set_hourly_price",
    "split_month",
]
