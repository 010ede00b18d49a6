"""Ballots: cast by whoever holds the hand that the roll fixed, once, named or sealed (R33, R34)."""

from __future__ import annotations

import json
import secrets
from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from coopter.governance import policies
from coopter.governance.queries.votes import ASSEMBLIES, BALLOTS, ELECTORS, HAND, ITEMS, ROLL, SEALED
from coopter.governance.rules.ballots import Choice, check_choice, sealed_size
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm, ItemState
from coopter.plumbing import journal, sealing, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Refusal

PURPOSE = "secret-ballot"
RECEIPT_BYTES = 10  # 80 bits, 16 letters
SEALED_ID_BYTES = 16


class VoteNotOpen(Refusal):
    """Ce vote n’est pas ouvert : il ne l’est pas encore, ou il est clos. Votre bulletin n’a pas été compté."""


class TooSoonToVote(Refusal):
    """Le vote ouvre le %(opens)s. Revenez à ce moment."""


class TooLateToVote(Refusal):
    """Le vote est clos depuis le %(closed)s. Votre bulletin n’a pas été compté."""


class NotOnRoll(Refusal):
    """Cette voix n’est pas sur la liste de ce vote, fixée à son ouverture : elle n’était ni présente ni représentée."""


class AlreadyVoted(Refusal):
    """« %(name)s » a déjà voté. Un bulletin déposé ne se reprend pas."""


class NothingChosen(Refusal):
    """Choisissez une réponse pour au moins une voix."""


class HandsAreRaised(Refusal):
    """Ce vote se fait à main levée : la personne qui tient le secrétariat note les voix."""


class CallEachName(Refusal):
    """Un appel nominal se note nom par nom : chacun répond pour soi."""


class BallotIsSecret(Refusal):
    """Ce vote est secret : chacun dépose son bulletin depuis son appareil, personne ne le note à sa place."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the voter gets: `code` is shown once and is found in the published list; "" when the vote is not secret."""

    elector_id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class OpenVote:
    """What the box needs to know of an open vote, read in one statement."""

    id: int
    assembly_id: int
    form: ItemForm
    method: BallotMethod
    candidates: Sequence[str]
    seats: int


@command
def cast(actor: Actor, *, item_id: int, choices: Mapping[int, Choice], at: datetime) -> tuple[Receipt, ...]:
    """Vote for oneself and for the powers one holds: elector → choice; all of them, or none.

    Few statements and no lock but on the voter's own lines, so that two hundred phones do not wait for each other. A
    secret vote leaves no line in the journal, which would tell the order (decision 0007). Raises VoteNotOpen,
    TooSoonToVote, TooLateToVote, NotOnRoll, AlreadyVoted, NothingChosen, NotAChoice, HandsAreRaised; NotAllowed for
    somebody else's hand.
    """
    vote = open_vote_for_ballots(item_id, at=at)
    if vote.method is BallotMethod.SHOW_OF_HANDS:
        raise HandsAreRaised()
    if not choices:
        raise NothingChosen()
    lines = _lines(vote, choices)
    for line in lines:
        require(policies.can_speak_for(actor, line.hand))
    checked = {one: _checked(vote, choice) for one, choice in choices.items()}
    mark_voted(vote, lines)
    if vote.method is BallotMethod.SECRET:
        return _drop_sealed(vote, lines, checked)
    _write_named(actor, vote, lines, checked, at=at)
    after = {str(one): choice for one, choice in sorted(checked.items())}
    journal.record(actor, "vote.cast", f"item:{item_id}", at=at, after=after)
    return tuple(Receipt(line.elector_id, line.name, "") for line in lines)


@command
def record_ballot(actor: Actor, *, item_id: int, elector_id: int, choice: Choice, at: datetime) -> None:
    """The secretary notes a raised hand, or the answer to a call; noted again before the closing, it is corrected.

    Raises BallotIsSecret, VoteNotOpen, NotOnRoll, NotAChoice.
    """
    record_ballots(actor, item_id=item_id, choices={elector_id: choice}, at=at)


@command
def record_ballots(actor: Actor, *, item_id: int, choices: Mapping[int, Choice], at: datetime) -> None:
    """The same for several electors at once, in one line of the journal."""
    require(policies.can_prepare_governance(actor))
    vote = open_vote_for_ballots(item_id, at=at)
    if vote.method is BallotMethod.SECRET:
        raise BallotIsSecret()
    if not choices:
        raise NothingChosen()
    lines = _lines(vote, choices, locked=True)
    checked = {one: _checked(vote, choice) for one, choice in choices.items()}
    here = tenancy.current()
    chosen = BALLOTS.c.grouping_id == here, BALLOTS.c.item_id == item_id, BALLOTS.c.elector_id.in_(list(choices))
    query = select(BALLOTS.c.elector_id, BALLOTS.c.choice).where(*chosen)
    before: dict[int, Any] = {one[0]: one[1] for one in session().execute(query)}
    for elector_id in before:
        changed = {"choice": checked[elector_id], "cast_by": actor.name, "cast_at": at}
        session().execute(update(BALLOTS).where(*chosen, BALLOTS.c.elector_id == elector_id).values(**changed))
    new = [line for line in lines if line.elector_id not in before]
    if new:
        mark_voted(vote, new)
        _write_named(actor, vote, new, checked, at=at)
    journal.record(
        actor, "vote.recorded", f"item:{item_id}", at=at,
        before={str(one): choice for one, choice in sorted(before.items())} or None,
        after={str(one): choice for one, choice in sorted(checked.items())},
    )  # fmt: skip


@command
def record_show_of_hands(
    actor: Actor, *, item_id: int, everybody: Choice, at: datetime, but: Mapping[int, Choice] | None = None
) -> int:
    """« Tous pour, sauf… »: everybody on the roll answers `everybody`, except those named; returns how many voices.

    Raises CallEachName for a roll call, where whoever answered on a phone is not spoken for, and what `record_ballots`
    raises.
    """
    require(policies.can_prepare_governance(actor))
    if open_vote_for_ballots(item_id, at=at).method is BallotMethod.ROLL_CALL:
        raise CallEachName()
    here = tenancy.current()
    query = select(ROLL.c.elector_id).where(
        ROLL.c.grouping_id == here, ROLL.c.item_id == item_id, ROLL.c.hand_id.is_not(None)
    )
    choices = {**dict.fromkeys(session().scalars(query), everybody), **(but or {})}
    record_ballots(actor, item_id=item_id, choices=choices, at=at)
    return len(choices)


def open_vote_for_ballots(item_id: int, *, at: datetime) -> OpenVote:
    """An open vote, whose closing waits until this ballot is in; raises NotFound, VoteNotOpen, TooSoon…, TooLate…"""
    here = tenancy.current()
    query = (
        select(
            ITEMS.c.id, ITEMS.c.assembly_id, ITEMS.c.form, ITEMS.c.method, ITEMS.c.candidates, ITEMS.c.seats,
            ITEMS.c.state, ASSEMBLIES.c.mode, ASSEMBLIES.c.starts_at, ASSEMBLIES.c.ends_at,
        )
        .join(ASSEMBLIES, (ASSEMBLIES.c.id == ITEMS.c.assembly_id) & (ASSEMBLIES.c.grouping_id == here))
        .where(ITEMS.c.grouping_id == here, ITEMS.c.id == item_id)
        .with_for_update(read=True, of=ITEMS)
    )  # fmt: skip
    row = session().execute(query).one_or_none()
    if row is None:
        raise NotFound()
    if row.state is not ItemState.OPEN:
        raise VoteNotOpen()
    if row.mode is AssemblyMode.CONSULTATION:
        if at < row.starts_at:
            raise TooSoonToVote(opens=row.starts_at)
        if row.ends_at is not None and at >= row.ends_at:
            raise TooLateToVote(closed=row.ends_at)
    return OpenVote(row.id, row.assembly_id, row.form, row.method, tuple(row.candidates or ()), row.seats)


@dataclass(frozen=True, slots=True)
class Speaker:
    """The elector whose hand votes, as the policy looks at it."""

    structure_id: int | None
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the roll to vote for."""

    elector_id: int
    name: str
    college: str
    weight: int
    hand: Speaker


def mark_voted(vote: OpenVote, lines: Sequence[Line]) -> None:
    """Cross the lines off the roll, each once: the second of two ballots for one finds none left (R33)."""
    here = tenancy.current()
    wanted = [line.elector_id for line in lines]
    crossed = session().execute(
        update(ROLL)
        .where(
            ROLL.c.grouping_id == here, ROLL.c.item_id == vote.id, ROLL.c.elector_id.in_(wanted),
            ROLL.c.has_voted.is_(False),
        )
        .values(has_voted=True)
    )  # fmt: skip
    if crossed.rowcount != len(wanted):  # type: ignore[attr-defined]
        raise AlreadyVoted(name=", ".join(line.name for line in lines))


def _lines(vote: OpenVote, choices: Iterable[int], *, locked: bool = False) -> list[Line]:
    here = tenancy.current()
    hand, wanted = HAND, set(choices)
    query = (
        select(ROLL.c.elector_id, ELECTORS.c.name, ROLL.c.college, ROLL.c.weight, hand.c.structure_id, hand.c.person_id)
        .join(ELECTORS, (ELECTORS.c.id == ROLL.c.elector_id) & (ELECTORS.c.grouping_id == here))
        .join(hand, (hand.c.id == ROLL.c.hand_id) & (hand.c.grouping_id == here))
        .where(ROLL.c.grouping_id == here, ROLL.c.item_id == vote.id, ROLL.c.elector_id.in_(wanted))
        .order_by(ROLL.c.elector_id)
    )
    if locked:
        query = query.with_for_update(of=ROLL)
    found = [Line(one[0], one[1], one[2], one[3], Speaker(one[4], one[5])) for one in session().execute(query)]
    if len(found) != len(wanted):
        raise NotOnRoll()
    return found


def _checked(vote: OpenVote, choice: Choice) -> Any:
    return check_choice(choice, form=vote.form, candidates=vote.candidates, seats=vote.seats)


def _write_named(
    actor: Actor, vote: OpenVote, lines: Sequence[Line], checked: Mapping[int, Any], *, at: datetime
) -> None:
    rows = [
        {
            "grouping_id": tenancy.grouping_in_scope(), "item_id": vote.id, "elector_id": line.elector_id,
            "choice": checked[line.elector_id], "cast_by": actor.name, "cast_at": at,
        }
        for line in lines
    ]  # fmt: skip
    session().execute(insert(BALLOTS), rows)


def _drop_sealed(vote: OpenVote, lines: Sequence[Line], checked: Mapping[int, Any]) -> tuple[Receipt, ...]:
    """Put sealed ballots in the box: nothing outside the seal says whose they are, when they came or what they say."""
    size = sealed_size(candidates=vote.candidates, seats=vote.seats)
    receipts, rows = [], []
    for line in lines:
        code = new_receipt()
        said = {"receipt": code, "college": line.college, "weight": line.weight, "choice": checked[line.elector_id]}
        content = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode().ljust(size)
        sealed_id = secrets.token_hex(SEALED_ID_BYTES)
        sealed = sealing.seal(content, purpose=f"{PURPOSE} {vote.id}", bound_to=f"{vote.id} {sealed_id}")
        rows.append({"grouping_id": tenancy.grouping_in_scope(), "id": sealed_id, "item_id": vote.id, "sealed": sealed})
        receipts.append(Receipt(line.elector_id, line.name, code))
    session().execute(insert(SEALED), rows)
    return tuple(receipts)


def open_sealed(item_id: int) -> list[dict[str, Any]]:
    """Every ballot of the box, opened; raises SealBroken when one was altered, moved or its key is gone."""
    here = tenancy.current()
    query = select(SEALED.c.id, SEALED.c.sealed).where(SEALED.c.grouping_id == here, SEALED.c.item_id == item_id)
    opened = [
        json.loads(sealing.unseal(sealed, purpose=f"{PURPOSE} {item_id}", bound_to=f"{item_id} {sealed_id}"))
        for sealed_id, sealed in session().execute(query)
    ]
    return sorted(opened, key=lambda one: str(one["receipt"]))


def new_receipt() -> str:
    """A receipt that nobody can guess, in letters one can read aloud: « k7qf-2m9x-… »."""
    letters = b32encode(secrets.token_bytes(RECEIPT_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
