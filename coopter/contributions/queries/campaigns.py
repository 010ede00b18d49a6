"""Campaigns of figures: what each member declared beside the year before, who is silent, what a decision publishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from coopter.contributions.models import Figure, FigureCampaign, FigureReminder
from coopter.contributions.queries.figures import FIGURES, figures_of, memberships_in
from coopter.contributions.rules.figures import ANSWERED, PUBLICATION, Change, asked_bases, method_said
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.governance import queries as governance
from coopter.members import queries as members
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound

BETWEEN_REMINDERS = timedelta(days=7)  # nobody is written to twice in a week about the same figures
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_F = FIGURES.c


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """One year's campaign as pages show it."""

    id: int
    year: int
    bases: tuple[Base, ...]
    due_on: date
    message: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One asked figure of one member: what was said, beside last year's."""

    id: int | None
    base: Base
    state: FigureState
    amount: int | None
    before: int | None
    method: str = ""
    comment: str = ""
    evidence_name: str = ""
    has_evidence: bool = False
    written_by: str = ""
    written_at: datetime | None = None
    checked_by: str = ""
    checked_at: datetime | None = None
    sent_back_because: str = ""

    @property
    def change(self) -> Change | None:
        """The figure beside last year's, once there is one."""
        return None if self.amount is None else Change(self.before, self.amount)

    @property
    def asks_attention(self) -> bool:
        """Whether it moved by more than 30 % from the year before."""
        return self.change is not None and self.change.is_large


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """One member's figures of a year; `version` is what a form that shows them has seen (R22)."""

    structure_id: int
    code: str
    name: str
    year: int
    lines: tuple[FigureLine, ...]
    version: int

    @property
    def state(self) -> FigureState:
        """Where it stands as a whole: what waits for somebody comes first."""
        states = {line.state for line in self.lines}
        order = (
            FigureState.SENT_BACK, FigureState.ASKED, FigureState.DECLARED, FigureState.ESTIMATED, FigureState.CHECKED,
        )  # fmt: skip
        return next((state for state in order if state in states), FigureState.ASKED)

    @property
    def asks_attention(self) -> bool:
        """Whether one of its figures moved a lot."""
        return any(line.asks_attention for line in self.lines)

    @property
    def is_waiting(self) -> bool:
        """Whether the member has something left to answer."""
        return any(line.state not in ANSWERED for line in self.lines)

    @property
    def waits_for_review(self) -> bool:
        """Whether the coordinator has something to accept or send back."""
        return any(line.state is FigureState.DECLARED for line in self.lines)


@dataclass(frozen=True, slots=True)
class Silent:
    """A member that has not answered all: since when nothing was heard, when it was last written to."""

    structure_id: int
    name: str
    last_word_at: datetime | None
    reminded_at: datetime | None
    may_be_reminded: bool


@dataclass(frozen=True, slots=True)
class Published:
    """One member's published figures, in the order of the bases."""

    name: str
    amounts: tuple[int | None, ...]


def campaigns() -> tuple[CampaignRecord, ...]:
    """Every campaign, the latest year first."""
    return tuple(_record(row) for row in session().scalars(select(FigureCampaign).order_by(FigureCampaign.year.desc())))


def find_campaign(year: int) -> CampaignRecord | None:
    """The campaign of a year, or None."""
    row = session().scalar(select(FigureCampaign).where(FigureCampaign.year == year))
    return _record(row) if row else None


def get_campaign(year: int) -> CampaignRecord:
    """The campaign of a year; raises NotFound."""
    found = find_campaign(year)
    if found is None:
        raise NotFound()
    return found


def asked_members(campaign: CampaignRecord) -> frozenset[int]:
    """Who is asked: members of the year, and those who joined since, whose first contribution rests on it."""
    return frozenset(memberships_in(campaign.year, until=campaign.due_on))


def member_sheets(campaign: CampaignRecord) -> tuple[MemberSheet, ...]:
    """What each asked member said, in the natural order of the codes."""
    asked, before = asked_members(campaign), figures_of(campaign.year - 1)
    rows: dict[int, dict[Base, Figure]] = defaultdict(dict)
    for row in session().scalars(select(Figure).where(Figure.year == campaign.year)):
        rows[row.structure_id][row.base] = row
    found = [one for one in members.list_structures() if one.id in asked]
    return tuple(
        MemberSheet(
            one.id, one.code, one.name, campaign.year,
            _lines(campaign.bases, rows[one.id], before.get(one.id, {})),
            sum(row.version for row in rows[one.id].values()),
        )
        for one in found
    )  # fmt: skip


def member_sheet(campaign: CampaignRecord, structure_id: int) -> MemberSheet:
    """One member's; raises NotFound for a structure that is not asked."""
    for sheet in member_sheets(campaign):
        if sheet.structure_id == structure_id:
            return sheet
    raise NotFound()


def silent_members(campaign: CampaignRecord, *, at: datetime) -> tuple[Silent, ...]:
    """Who has not answered everything, the longest silent first: since their last word of any year, then by code.

    Whoever was written to within seven days is in the list, but not to be written to again.
    """
    words: dict[int, datetime] = {
        structure: written for structure, written in session().execute(
            select(_F.structure_id, func.max(_F.written_at))
            .where(_F.grouping_id == tenancy.current(), _F.state.in_((*ANSWERED, FigureState.SENT_BACK)))
            .group_by(_F.structure_id)
        )
    }  # fmt: skip
    reminded: dict[int, datetime] = {}
    for row in session().scalars(select(FigureReminder).where(FigureReminder.campaign_id == campaign.id)):
        reminded[row.structure_id] = max(row.sent_at, reminded.get(row.structure_id, row.sent_at))
    waiting = [sheet for sheet in member_sheets(campaign) if sheet.is_waiting]
    return tuple(
        Silent(one.structure_id, one.name, words.get(one.structure_id), last,
               last is None or at - last >= BETWEEN_REMINDERS)
        for one in sorted(waiting, key=lambda one: words.get(one.structure_id, LONG_AGO))
        for last in [reminded.get(one.structure_id)]
    )  # fmt: skip


def left_to_declare(structure_ids: frozenset[int]) -> tuple[tuple[CampaignRecord, int, bool], ...]:
    """Campaigns still open in which these structures have something left to answer: which, who, and whether it was sent
    back to them."""
    living = [one for one in campaigns() if one.closed_at is None] if structure_ids else []
    years = [one.year for one in living]
    states: dict[tuple[int, int], dict[Base, FigureState]] = defaultdict(dict)
    query = select(Figure).where(Figure.year.in_(years), Figure.structure_id.in_(sorted(structure_ids)))
    for row in session().scalars(query) if years else ():
        states[row.year, row.structure_id][row.base] = row.state
    found = []
    for one in living:
        for structure_id in sorted(structure_ids & asked_members(one)):
            said = [states[one.year, structure_id].get(base, FigureState.ASKED) for base in one.bases]
            if any(state not in ANSWERED for state in said):
                found.append((one, structure_id, FigureState.SENT_BACK in said))
    return tuple(found)


def published_bases(year: int, *, on: date) -> tuple[Base, ...]:
    """The bases of a year that a decision in force lets members see, names beside figures."""
    decided = governance.decision_in_force(PUBLICATION, on=on, subject=f"figures:{year}")
    return asked_bases(decided.value["bases"]) if decided else ()


def published_figures(year: int, *, on: date) -> tuple[tuple[Base, ...], tuple[Published, ...]]:
    """What members may see of a year: the published bases, and each member's figures for these bases alone."""
    bases, figures, inside = published_bases(year, on=on), figures_of(year), memberships_in(year)
    rows = [row for row in members.list_structures() if row.id in inside or row.id in figures]
    return bases, tuple(
        Published(row.name, tuple(figures.get(row.id, {}).get(base) for base in bases)) for row in rows if bases
    )


def get_figure(figure_id: int) -> Figure:
    """One figure; raises NotFound."""
    row = session().scalar(select(Figure).where(Figure.id == figure_id))
    if row is None:
        raise NotFound()
    return row


def _lines(bases: tuple[Base, ...], rows: Mapping[Base, Figure], before: Mapping[Base, int]) -> tuple[FigureLine, ...]:
    return tuple(_line(base, rows.get(base), before.get(base)) for base in bases)


def _line(base: Base, row: Figure | None, before: int | None) -> FigureLine:
    if row is None:
        return FigureLine(None, base, FigureState.ASKED, None, before)
    method = method_said(base, row.state, row.method)
    return FigureLine(
        row.id, base, row.state, row.amount, before, method, row.comment, row.evidence_name,
        row.evidence_sha256 is not None, row.written_by, row.written_at, row.checked_by, row.checked_at,
        row.sent_back_because,
    )  # fmt: skip


def _record(row: FigureCampaign) -> CampaignRecord:
    return CampaignRecord(
        row.id, row.year, asked_bases(row.bases), row.due_on, row.message, row.opened_by, row.opened_at, row.closed_at,
        row.version,
    )  # fmt: skip
