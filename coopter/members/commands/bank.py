"""Changing the grouping's bank account: one person asks, another approves, everybody is told (R39)."""

from __future__ import annotations

from datetime import datetime

from coopter.members import policies, queries
from coopter.members.commands.versions import one_at_a_time, reread
from coopter.members.models import BankAccountChange
from coopter.members.rules import (
    ACCOUNT_DELAY,
    AccountInForce,
    BankAccount,
    ChangeSettled,
    NoAccountYet,
    RefusalUnexplained,
    SameAccount,
    check_second_person,
    ends_of,
)
from coopter.plumbing import journal, mail
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.identifiers import check_bic, check_iban
from coopter.values.refusal import Words
from coopter.values.texts import clean_line

REPLACED = "Remplacée par une autre demande"


@command
def ask_bank_account_change(actor: Actor, *, iban: str, bic: str, base_url: str, at: datetime) -> BankAccountChange:
    """Ask that invoices name another account, in 48 hours at the earliest; a request still unanswered is replaced.

    Raises IbanNotValid, BicNotValid, NoAccountYet, SameAccount.
    """
    require(policies.can_ask_bank_account_change(actor))
    one_at_a_time(actor)
    wanted = BankAccount(check_iban(iban), check_bic(bic) if bic else "")
    current = queries.bank_account_on(at)
    if current is None:
        raise NoAccountYet()
    if wanted == current:
        raise SameAccount()
    replaced = queries.waiting_bank_account_change()
    if replaced is not None:
        before = queries.get_bank_account_change(replaced.id)
        before.refused_by, before.refused_at, before.refused_because = actor.name, at, REPLACED
    change = BankAccountChange(
        iban=wanted.iban, bic=wanted.bic, asked_by_id=actor.person_id, asked_by=actor.name, asked_at=at,
        effective_not_before=at + ACCOUNT_DELAY,
    )  # fmt: skip
    session().add(change)
    session().flush()
    _tell(actor, change, "asked", base_url=base_url, at=at, replaces=replaced.id if replaced else None)
    return change


@command
def approve_bank_account_change(actor: Actor, *, change_id: int, base_url: str, at: datetime) -> BankAccountChange:
    """Approve, as a second person: the account counts from then on, and not before its 48 hours.

    Raises NotFound, ChangeSettled, OwnApproval, RoleTooRecent.
    """
    require(policies.can_decide_bank_account_change(actor))
    one_at_a_time(actor)
    change = reread(queries.get_bank_account_change(change_id))
    known = queries.as_account_change(change)
    if not known.waits:
        raise ChangeSettled()
    since = queries.deciding_since(actor.person_id)
    check_second_person(known, person_id=actor.person_id, role_since=since, at=at)
    change.approved_by_id, change.approved_by, change.approved_at = actor.person_id, actor.name, at
    _tell(actor, change, "approved", base_url=base_url, at=at)
    return change


@command
def refuse_bank_account_change(
    actor: Actor, *, change_id: int, reason: str, base_url: str, at: datetime
) -> BankAccountChange:
    """Stop a change that does not count yet, even approved; the asker may do so too.

    Raises NotFound, RefusalUnexplained, ChangeSettled, AccountInForce.
    """
    require(policies.can_decide_bank_account_change(actor))
    one_at_a_time(actor)
    change = reread(queries.get_bank_account_change(change_id))
    told = clean_line(reason, most=200)
    if not told:
        raise RefusalUnexplained()
    known = queries.as_account_change(change)
    if known.refused_at is not None:
        raise ChangeSettled()
    if known.in_force_at is not None and known.in_force_at <= at:
        raise AccountInForce()
    change.refused_by, change.refused_at, change.refused_because = actor.name, at, told
    _tell(actor, change, "refused", base_url=base_url, at=at, reason=told)
    return change


def _tell(
    actor: Actor,
    change: BankAccountChange,
    what: str,
    *,
    base_url: str,
    at: datetime,
    reason: str = "",
    replaces: int | None = None,
) -> None:
    """One line in the journal, one mail to each who is concerned; both with the account's ends alone (R40)."""
    session().flush()
    after = {"iban": ends_of(change.iban), "from": change.effective_not_before, "reason": reason, "replaces": replaces}
    after = {name: value for name, value in after.items() if value not in ("", None)}
    journal.record(actor, f"bank_account.{what}", f"bank_account_change:{change.id}", at=at, after=after)
    grouping = queries.get_grouping_by_id(change.grouping_id)
    counts_from = queries.as_account_change(change).in_force_at or change.effective_not_before
    for address, language in queries.told_of_bank_account():
        mail.post(
            to=address,
            subject=_subject(what, grouping.name),
            template="members/mail/bank_account",
            context={
                "what": what, "grouping_name": grouping.name, "by": actor.name, "asked_by": change.asked_by,
                "iban": change.iban, "counts_from": counts_from, "reason": reason,
                "link": f"{base_url}/{grouping.slug}/reglages#compte",
            },
            key=f"bank-account:{change.id}:{what}:{address}",
            grouping_id=change.grouping_id,
            at=at,
            language=language,
        )  # fmt: skip


def _subject(what: str, name: str) -> Words:
    return {
        "asked": Words("%(grouping)s : changement d’IBAN demandé", grouping=name),
        "approved": Words("%(grouping)s : changement d’IBAN approuvé", grouping=name),
        "refused": Words("%(grouping)s : changement d’IBAN refusé", grouping=name),
    }[what]
