"""Proxies: given by the member itself, by name or open to whoever holds room, revocable until a vote uses them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import Assembly, Elector, Proxy
from coopter.governance.queries.assemblies import get_assembly, get_elector, powers_of, presence_of, statutes_of
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.proxies import (
    AlreadyGiven,
    GiverCannotVote,
    HolderCannotVote,
    HolderFull,
    OpenProxiesForbidden,
    OtherCollege,
    ProxiesForbidden,
    Voice,
    assignment,
    held_by,
)
from coopter.governance.rules.statutes import Statutes
from coopter.members.commands.versions import reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Refusal


class ProxiesClosed(Refusal):
    """On donne ou retire un pouvoir entre la convocation et la clôture de l’assemblée."""


class AlreadyRevoked(Refusal):
    """Ce pouvoir est déjà retiré."""


class ProxyToOneself(Refusal):
    """On ne se donne pas pouvoir à soi-même : choisissez quelqu’un d’autre."""


@command
def give_proxy(actor: Actor, *, assembly_id: int, giver_id: int, holder_id: int | None, at: datetime) -> int:
    """Give an elector's power to another (None: open, to whoever holds room); returns the proxy's id.

    A power given while a vote is open counts from the next vote on. Raises ProxiesForbidden, OpenProxiesForbidden,
    AlreadyGiven, GiverCannotVote, HolderCannotVote, HolderFull, OtherCollege, ProxyToOneself, ProxiesClosed, NotFound.
    """
    giver = get_elector(giver_id, assembly_id=assembly_id)
    require(policies.can_give_proxy(actor, giver))
    row, statutes = _held(assembly_id)
    if statutes.most_proxies == 0:
        raise ProxiesForbidden()
    if not giver.may_vote:
        raise GiverCannotVote(giver=giver.name)
    powers = powers_of(assembly_id)
    if any(one.giver_id == giver_id for one in powers):
        raise AlreadyGiven(giver=giver.name)
    if holder_id is None:
        if not statutes.open_proxies:
            raise OpenProxiesForbidden()
    else:
        _check_holder(giver, get_elector(holder_id, assembly_id=assembly_id), statutes, held_by(holder_id, powers))
    proxy = Proxy(
        assembly_id=row.id, giver_id=giver_id, holder_id=holder_id, nominative=holder_id is not None,
        given_by=actor.name, given_at=at,
    )  # fmt: skip
    session().add(proxy)
    session().flush()
    after = {"assembly_id": assembly_id, "giver_id": giver_id, "holder_id": holder_id}
    journal.record(actor, "proxy.given", f"proxy:{proxy.id}", at=at, after=after)
    return proxy.id


@command
def revoke_proxy(actor: Actor, *, proxy_id: int, at: datetime, reason: str = "") -> None:
    """Take a power back; a vote already open keeps the hand it has. Raises AlreadyRevoked, ProxiesClosed, NotFound."""
    proxy = session().scalar(select(Proxy).where(Proxy.id == proxy_id))
    if proxy is None:
        raise NotFound()
    require(policies.can_give_proxy(actor, get_elector(proxy.giver_id, assembly_id=proxy.assembly_id)))
    _held(proxy.assembly_id)
    reread(proxy)
    if proxy.revoked_at is not None:
        raise AlreadyRevoked()
    proxy.revoked_at, proxy.revoked_because = at, reason.strip()[:500]
    session().flush()
    after = {"giver_id": proxy.giver_id, "holder_id": proxy.holder_id}
    journal.record(actor, "proxy.revoked", f"proxy:{proxy_id}", at=at, before=after)


@command
def assign_open_proxies(actor: Actor, *, assembly_id: int, at: datetime) -> int:
    """Hand the open powers to those present who hold room, the same way every time; returns how many moved."""
    require(policies.can_prepare_governance(actor))
    row, statutes = _held(assembly_id)
    found = presence_of(row)
    voices = [Voice(one.id, one.college, one.weight, one.may_vote) for one in found.electors]
    moved = assignment(
        voices, present=frozenset(found.inside), powers=found.powers, most=statutes.most_proxies,
        in_college=statutes.proxies_in_college,
    )  # fmt: skip
    if not moved:
        return 0
    for proxy in session().scalars(select(Proxy).where(Proxy.id.in_(list(moved)))):
        proxy.holder_id = moved[proxy.id]
    session().flush()
    after = {str(proxy_id): holder for proxy_id, holder in sorted(moved.items())}
    journal.record(actor, "proxies.assigned", f"assembly:{assembly_id}", at=at, after=after)
    return len(moved)


def _held(assembly_id: int) -> tuple[Assembly, Statutes]:
    """The assembly, locked so that two powers never pass the ceiling together, and its rules."""
    row = reread(get_assembly(assembly_id))
    if row.state not in (AssemblyState.CONVENED, AssemblyState.OPEN):
        raise ProxiesClosed()
    statutes = statutes_of(row)
    assert statutes is not None  # frozen at the convocation
    return row, statutes


def _check_holder(giver: Elector, holder: Elector, statutes: Statutes, held: int) -> None:
    if holder.id == giver.id:
        raise ProxyToOneself()
    if not holder.may_vote:
        raise HolderCannotVote(holder=holder.name)
    if statutes.proxies_in_college and holder.college != giver.college:
        raise OtherCollege()
    if statutes.most_proxies is not None and held >= statutes.most_proxies:
        raise HolderFull(holder=holder.name, most=statutes.most_proxies)
