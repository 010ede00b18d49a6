"""Who acts: a person, in a grouping, with roles and structures; built once per request."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a person is in a grouping; one person may be several."""

    COORDINATOR = "coordinator"
    REPRESENTATIVE = "representative"
    EMPLOYEE = "employee"
    TREASURER = "treasurer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who asks and what that person may stand for; the sets hold structure ids."""

    person_id: int | None
    name: str
    grouping_id: int | None
    roles: frozenset[Role] = frozenset()
    validates_for: frozenset[int] = frozenset()
    sees_invoices_of: frozenset[int] = frozenset()
    represents: frozenset[int] = frozenset()
    employee_id: int | None = None
    is_administrator: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of these roles in the grouping in scope."""
        return not self.roles.isdisjoint(roles)

    @classmethod
    def command_line(cls, grouping_id: int | None = None) -> "Actor":
        """Whoever holds the machine: a coordinator's rights, and the installation's."""
        return cls(
            person_id=None,
            name="ligne de commande",
            grouping_id=grouping_id,
            roles=frozenset({Role.COORDINATOR}),
            is_administrator=True,
        )
