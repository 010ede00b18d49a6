"""The words of the costs room: what a cost is for, what is split together, and by what."""

from __future__ import annotations

import enum


class CostKind(enum.Enum):
    """What a cost line is for (domain.md §2.2)."""

    GROSS_PAY = "gross_pay"
    EMPLOYER_CONTRIBUTIONS = "employer_contributions"
    PAID_LEAVE = "paid_leave"
    HEALTH_COVER = "health_cover"
    OCCUPATIONAL_HEALTH = "occupational_health"
    TRAINING = "training"
    TRAVEL = "travel"
    EQUIPMENT = "equipment"
    PAYROLL_TAX = "payroll_tax"
    AID = "aid"
    MANAGEMENT = "management"
    OTHER = "other"


class Pool(enum.Enum):
    """What is split together: one employee's costs, or the grouping's management costs."""

    EMPLOYEE = "employee"
    MANAGEMENT = "management"


class KeyMethod(enum.Enum):
    """By what a pool is split."""

    MINUTES = "minutes"
    EQUAL = "equal"
    WEIGHTS = "weights"
    HEADCOUNT = "headcount"
