"""Doors of the grouping's bank account: asking for another, approving, refusing (R39)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from coopter.members import commands, policies, queries
from coopter.members.access.fresh import ask_again
from coopter.members.forms import BankAccountForm
from coopter.members.rules import AccountChange, BankAccount
from coopter.members.views import blueprint
from coopter.plumbing import clock, formats
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.identifiers import mask_iban


@dataclass(frozen=True)
class BankPanel:
    """What the settings show of the account: the one in force, the changes on their way, and what the reader may do."""

    account: BankAccount | None
    pending: tuple[AccountChange, ...]
    asks: bool
    decides: bool

    @property
    def iban(self) -> str:
        """The number in force."""
        return self.shown(self.account.iban) if self.account else ""

    @staticmethod
    def shown(iban: str) -> str:
        """The whole number to those who may see it, its ends to the others."""
        return formats.iban(iban) if policies.can_see_bank_account(g.actor) else mask_iban(iban)

    @staticmethod
    def approves(change: AccountChange) -> bool:
        """Whether this change waits for this very reader."""
        return change.waits and policies.can_approve_bank_account_change(g.actor, change.asked_by_id)


def bank_panel() -> BankPanel:
    """The account as the reader of the settings sees it now."""
    now = clock.now()
    changes = queries.list_bank_account_changes()
    coming = (one for one in changes if one.waits or (one.in_force_at is not None and one.in_force_at > now))
    return BankPanel(
        account=queries.bank_account_on(now),
        pending=tuple(coming),
        asks=policies.can_ask_bank_account_change(g.actor),
        decides=policies.can_decide_bank_account_change(g.actor),
    )


@blueprint.get("/<grouping>/reglages/compte")
@for_roles(Role.COORDINATOR)
def bank_account_form() -> Any:
    """The form of another account, for whoever has just signed in."""
    return ask_again(url_for("members.bank_account_form")) or _page(BankAccountForm(formdata=None))


@blueprint.post("/<grouping>/reglages/compte")
@for_roles(Role.COORDINATOR)
def ask_bank_account_change() -> Any:
    """Ask for the change; nothing changes yet."""
    form = BankAccountForm()
    return ask_again(url_for("members.bank_account_form")) or answer(
        form,
        lambda: commands.ask_bank_account_change(
            g.actor, iban=form.iban.data, bic=form.bic.data or "", base_url=_base(), at=clock.now()
        ),
        then=lambda change: _settings(),
        done=_("La demande est enregistrée. Une deuxième personne doit l’approuver ; d’ici là, rien ne change."),
        again=lambda **shown: _page(form, **shown),
    )


@blueprint.post("/<grouping>/reglages/compte/<int:change_id>/approbation")
@for_roles(Role.COORDINATOR, Role.TREASURER)
def approve_bank_account_change(change_id: int) -> Any:
    """Approve it, as a second person who has just signed in."""
    queries.get_bank_account_change(change_id)
    return ask_again(_settings()) or press(
        lambda: commands.approve_bank_account_change(
            g.actor, change_id=change_id, base_url=_base(), at=clock.now()
        ),
        to=_settings(),
        done=_("Le changement d’IBAN est approuvé."),
    )  # fmt: skip


@blueprint.post("/<grouping>/reglages/compte/<int:change_id>/refus")
@for_roles(Role.COORDINATOR, Role.TREASURER)
def refuse_bank_account_change(change_id: int) -> Any:
    """Stop it."""
    reason = request.form.get("reason", "")
    return press(
        lambda: commands.refuse_bank_account_change(
            g.actor, change_id=change_id, reason=reason, base_url=_base(), at=clock.now()
        ),
        to=_settings(),
        done=_("Le changement d’IBAN est refusé : le compte en place reste le bon."),
    )


def _page(form: BankAccountForm, *, status: int = 200, conflict: Any = None) -> Any:
    return render(
        page="bank_account_form", status=status, form=form, account=queries.bank_account_on(clock.now()),
        waiting=queries.waiting_bank_account_change(),
    )  # fmt: skip


def _settings() -> str:
    return url_for("members.settings", _anchor="compte")


def _base() -> str:
    return str(current_app.config["BASE_URL"])
