"""Writes of the staff room: hiring, amending, the list of potential users, placing."""

from coopter.staff.commands.contracts import add_potential_user, amend_contract, end_contract
from coopter.staff.commands.importing import Imported, import_employees, import_placements
from coopter.staff.commands.people import check_fresh, edit_employee, hire_employee, locked
from coopter.staff.commands.placing import edit_placement, end_placement, place_employee, placement_changed

__all__ = [
    "Imported",
    "add_potential_user",
    "amend_contract",
    "check_fresh",
    "edit_employee",
    "edit_placement",
    "end_contract",
    "end_placement",
    "hire_employee",
    "import_employees",
    "import_placements",
    "locked",
    "place_employee",
    "placement_changed",
]
