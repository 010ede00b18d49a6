"""The frame around each signed-in page: which doors a role is shown, and who is at home. A list, no logic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from coopter.values.actor import Actor, Role

Counts = Callable[[Actor], Mapping[str, int]]
OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
ROLE_NAMES = {
    Role.COORDINATOR: _("Coordination"),
    Role.REPRESENTATIVE: _("Structure membre"),
    Role.EMPLOYEE: _("Équipe partagée"),
    Role.TREASURER: _("Trésorerie"),
    Role.AUDITOR: _("Contrôle des comptes"),
}


@dataclass(frozen=True)
class Door:
    """One entry of the navigation: where it leads, whom it is shown to, and which pages stand behind it."""

    endpoint: str
    label: Any
    icon: str
    roles: tuple[Role, ...]
    behind: tuple[str, ...] = ()
    counts: str = ""
    needs: str = ""  # what the actor must have for the door to lead anywhere
    own: tuple[str, str] | None = None  # the part of the address that is the actor's own, and which attribute says it


@dataclass(frozen=True)
class Entry:
    """A door as the page shows it."""

    label: str
    url: str
    icon: str
    current: bool
    waits: int


CLOSING = ("office.closing", "office.close_month", "office.exports")
STRUCTURES = ("members.structure", "members.new_structure", "members.import", "members.join", "members.leave")
CONTRIBUTIONS = (
    "contributions.formula", "contributions.study", "contributions.variant", "contributions.figure",
    "contributions.campaign", "contributions.call", "office.calling", "office.entrance",
)  # fmt: skip
RECIPROCITY = ("contributions.gift", "contributions.edit_gift", "contributions.report")
SETTINGS = ("members.settings", "members.grouping_form", "members.people", "members.invitation_form")

# In the order of the bar; whoever holds several roles sees each door once, under the first name that is theirs.
DOORS: tuple[Door, ...] = (
    Door("office.home", _("Bureau"), "list-checks", OFFICE),
    Door("office.home", _("Accueil"), "house", (Role.REPRESENTATIVE, Role.EMPLOYEE)),
    Door("hours.index", _("Heures"), "clock", OFFICE, ("hours.",), counts="hours"),
    Door("hours.index", _("Mes heures"), "clock", (Role.EMPLOYEE,), ("hours.week",), counts="hours"),
    Door(
        "hours.to_confirm", _("À confirmer"), "circle-check", (Role.REPRESENTATIVE,),
        ("hours.to_confirm", "hours.structure_", "hours.confirm", "hours.dispute"), counts="to confirm",
        needs="validates_for",
    ),
    Door("planning.week", _("Planning"), "calendar-days", (*OFFICE, Role.REPRESENTATIVE), ("planning.",)),
    Door("planning.week", _("Mon planning"), "calendar-days", (Role.EMPLOYEE,), ("planning.",)),
    Door("costs.index", _("Coûts"), "coins", OFFICE, ("costs.",)),
    Door("billing.invoices", _("Factures"), "receipt-euro", OFFICE, ("billing.",)),
    Door("office.closings", _("Clôture"), "lock", OFFICE, CLOSING),
    Door(
        "billing.invoices", _("Factures"), "receipt-euro", (Role.REPRESENTATIVE,), ("billing.",),
        needs="sees_invoices_of",
    ),
    Door("contributions.index", _("Contributions"), "scale", (*OFFICE, Role.REPRESENTATIVE), CONTRIBUTIONS),
    Door("governance.index", _("Gouvernance"), "landmark", (*OFFICE, Role.REPRESENTATIVE, Role.EMPLOYEE),
         ("governance.", "office.register_of_decisions", "office.joining", "office.list_on_contracts",
          "office.ask_newcomer", "office.departure", "office.edit_departure", "office.confirm_departure",
          "office.end_ties", "office.finish_departure", "office.abandon_departure"), counts="governance"),
    Door("members.structures", _("Structures"), "building-2", OFFICE, STRUCTURES),
    Door("members.structure", _("Ma structure"), "building-2", (Role.REPRESENTATIVE,), STRUCTURES, needs="represents",
         own=("structure_id", "represents")),
    Door("staff.employees", _("Salariés"), "users", OFFICE, ("staff.",)),
    Door("treasury.accounts", _("Paiements"), "wallet", OFFICE, ("treasury.",)),
    Door("contributions.reciprocity", _("Réciprocité"), "handshake", (*OFFICE, Role.REPRESENTATIVE), RECIPROCITY),
    Door("members.settings", _("Réglages"), "settings", OFFICE, SETTINGS),
    Door("office.journal", _("Journal"), "history", OFFICE, ("office.verification",)),
)  # fmt: skip
# Whoever keeps or controls the accounts, and coordinates nothing, begins with them; the other doors follow.
ACCOUNTS_FIRST = (
    "office.home", "billing.invoices", "treasury.accounts", "office.closings", "costs.index", "contributions.index",
    "governance.index", "office.journal",
)  # fmt: skip


class Frame:
    """What the frame of a page shows, worked out when it is asked: an error page without a database asks nothing."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __getitem__(self, place: Any) -> Any:
        return self.entries[place]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The doors of whoever is here, the one they stand behind marked."""
        actor: Actor | None = g.get("actor")
        if actor is None or g.get("grouping") is None or not actor.roles:
            return ()
        doors = doors_of(actor)
        counts = self._counts(actor)
        current = current_door(doors, request.endpoint or "")
        return tuple(
            Entry(str(door.label), _address(door, actor), door.icon, door is current, counts.get(door.counts, 0))
            for door in doors
        )


class Shell:
    """Who is at home, and the ways out: read by the layouts, attribute by attribute."""

    languages = (("fr", "Français"), ("en", "English"))

    @property
    def grouping_name(self) -> str | None:
        """The grouping of this address."""
        return g.grouping.name if g.get("grouping") is not None else None

    @property
    def home_url(self) -> str:
        """The grouping's first page, or the installation's."""
        return url_for("office.home") if g.get("grouping") is not None and g.get("actor") else url_for("front.index")

    @property
    def person_name(self) -> str | None:
        """Whoever is signed in."""
        return g.actor.name if g.get("actor") is not None else None

    @property
    def person_role(self) -> str:
        """What they are here, in words."""
        actor: Actor = g.actor
        return " · ".join(str(name) for role, name in ROLE_NAMES.items() if role in actor.roles)

    @property
    def account_url(self) -> str:
        """Their own page."""
        return url_for("members.account")

    @property
    def sign_out_url(self) -> str:
        """The way out."""
        return url_for("security.logout")

    @property
    def language_url(self) -> str:
        """Where a choice of language is sent."""
        return url_for("members.change_language")

    @property
    def language(self) -> str:
        """The language of this page."""
        return str(get_locale() or "fr")

    @property
    def demo(self) -> bool:
        """Whether persons and amounts are invented here."""
        return bool(current_app.config["DEMO"])


def install(app: Flask, *, counts: Counts) -> None:
    """Give every page its frame; `counts` says how much waits behind an endpoint, for whoever asks."""

    @app.context_processor
    def _frame() -> dict[str, Any]:
        return {"navigation": Frame(counts), "shell": Shell()}


def doors_of(actor: Actor) -> tuple[Door, ...]:
    """The doors that this actor's roles are shown, each endpoint once, in the order of their work."""
    shown: dict[str, Door] = {}
    for door in DOORS:
        if actor.has(*door.roles) and (not door.needs or getattr(actor, door.needs)):
            shown.setdefault(door.endpoint, door)
    if not actor.has(Role.TREASURER, Role.AUDITOR) or actor.has(Role.COORDINATOR):
        return tuple(shown.values())
    first = [shown.pop(endpoint) for endpoint in ACCOUNTS_FIRST if endpoint in shown]
    return (*first, *shown.values())


def _address(door: Door, actor: Actor) -> str:
    if door.own is None:
        return url_for(door.endpoint)
    part, attribute = door.own
    value = getattr(actor, attribute)
    return url_for(door.endpoint, **{part: min(value) if isinstance(value, frozenset) else value})


def current_door(doors: tuple[Door, ...], endpoint: str) -> Door | None:
    """The door that an endpoint stands behind: its own, else the one that names it most closely."""
    own = [door for door in doors if door.endpoint == endpoint]
    named = [(len(start), door) for door in doors for start in door.behind if endpoint.startswith(start)]
    return own[0] if own else max(named, key=lambda pair: pair[0])[1] if named else None
