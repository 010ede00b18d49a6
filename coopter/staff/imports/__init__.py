"""Employees and placements from files: their columns, and what a file would change, with nothing written yet."""

from coopter.staff.imports.people import EMPLOYEE_COLUMNS, EmployeesPlan, plan_employees, read_employees
from coopter.staff.imports.places import PLACEMENT_COLUMNS, PlacementsPlan, plan_placements, read_placements

__all__ = [
    "EMPLOYEE_COLUMNS",
    "PLACEMENT_COLUMNS",
    "EmployeesPlan",
    "PlacementsPlan",
    "plan_employees",
    "plan_placements",
    "read_employees",
    "read_placements",
]
