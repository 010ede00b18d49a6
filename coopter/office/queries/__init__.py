"""Reads of the office: what a closing would do, what waits for whom, whether everything still holds."""

from coopter.office.queries.desk import Desk, coordinator_desk
from coopter.office.queries.desk_counts import waiting_for
from coopter.office.queries.desk_months import (
    ClosedMonth,
    OpenMonth,
    closed_months,
    find_closed,
    get_closed,
    open_months,
)
from coopter.office.queries.desk_people import (
    AccountsDesk,
    EmployeeDesk,
    MemberDesk,
    accounts_desk,
    employee_desk,
    member_desk,
)
from coopter.office.queries.desk_records import Task, TaskKind, Team
from coopter.office.queries.journal import JournalFilter, JournalLine, JournalPage, list_journal
from coopter.office.queries.preview import (
    BigChange,
    HoursWaiting,
    MemberPreview,
    Obstacle,
    PartyIncomplete,
    Preview,
    Subject,
    preview_month,
)

__all__ = [
    "AccountsDesk", "BigChange", "ClosedMonth", "Desk", "EmployeeDesk", "HoursWaiting", "JournalFilter", "JournalLine",
    "JournalPage", "MemberDesk", "MemberPreview", "Obstacle", "OpenMonth", "PartyIncomplete", "Preview", "Subject",
    "Task", "TaskKind", "Team",
    "accounts_desk", "closed_months", "coordinator_desk", "employee_desk", "find_closed",
    "get_closed", "list_journal", "member_desk", "open_months", "preview_month", "waiting_for",
]  # fmt: skip
