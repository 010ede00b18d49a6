"""Doors to reciprocity: who gives and who receives, the network's picture, and the gifts that both sides agree on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from coopter.contributions.commands import reciprocity as commands
from coopter.contributions.forms.reciprocity import GIFT_STATES, UNITS, GiftForm, party_text
from coopter.contributions.policies import reciprocity as policies
from coopter.contributions.queries import reciprocity as queries
from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.contributions.rules.reciprocity import (
    UNIT_NAMES,
    Party,
    counted,
    giving_and_receiving,
    quantity_value,
    typed_quantity,
)
from coopter.contributions.rules.reciprocity_picture import draw
from coopter.contributions.views import blueprint
from coopter.contributions.views.awaiting import gifts_awaited
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.csv_text import csv_lines

INSIDE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)
RECORDERS = (Role.COORDINATOR, Role.REPRESENTATIVE)
OPEN = (GiftState.OFFERED, GiftState.DISPUTED)


@blueprint.get("/<grouping>/reciprocite")
@for_roles(*INSIDE)
def reciprocity() -> Any:
    """Who gives and who receives, of a year or of all, in one unit or in all."""
    year = request.args.get("annee", type=int)
    unit = next((one for one in Unit if one.value == request.args.get("unite")), None)
    ledger = queries.ledger(g.actor, year=year)
    entries = queries.visible_entries(g.actor, year)
    everyone = frozenset(party for party, _name in ledger.names if party is not None)
    givers, receivers = giving_and_receiving(entries, members=everyone)
    return render(
        ledger=ledger, picture=draw(ledger.names, ledger.flows, unit=unit), unit=unit, years=queries.years_of_ledger(),
        waiting=list(gifts_awaited(g.actor)), gifts=queries.gifts_for(g.actor, year=year), states=GIFT_STATES,
        units=UNITS, said=quantity_value, givers=len(givers), receivers=len(receivers), both=len(givers & receivers),
        records=g.actor.has(*RECORDERS), reads_euros=policies.can_read_all_gifts(g.actor), names=dict(ledger.names),
        this_year=clock.today().year,
    )  # fmt: skip


@blueprint.get("/<grouping>/reciprocite/export.csv")
@for_roles(*INSIDE)
def export_reciprocity() -> Any:
    """The balances as a table, as this reader sees them."""
    ledger = queries.ledger(g.actor, year=request.args.get("annee", type=int))
    rows = [
        (row.name, UNIT_NAMES[unit], *(counted(unit, value) for value in
                                       (row.balance.given, row.balance.received, row.balance.net)))
        for unit, table in ledger.tables for row in table
    ]  # fmt: skip
    content = "\ufeff" + "".join(csv_lines(("membre", "unité", "donné", "reçu", "solde"), rows, delimiter=";"))
    response = Response(content.encode(), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=reciprocite.csv"
    return response


@blueprint.get("/<grouping>/reciprocite/noter")
@for_roles(*RECORDERS)
def gift_form() -> Any:
    """A new gift, on a phone."""
    held = {"given_on": clock.today(), "direction": "given", "unit": Unit.ADVICE}
    return _form(GiftForm(formdata=None, data=held), None)


@blueprint.post("/<grouping>/reciprocite/noter")
@for_roles(*RECORDERS)
def record_gift() -> Any:
    """Record it, and ask the other side."""
    form = _offered(GiftForm())

    def act() -> int:
        side_id = form.parties[0] if form.direction.data == "given" else form.parties[1]
        return commands.record_gift(g.actor, details=_details(form), side_id=side_id, at=clock.now())

    return answer(
        form, act, then=lambda made: url_for("contributions.gift", gift_id=made),
        done=_("C’est noté. L’autre partie est prévenue : l’échange comptera dès qu’elle aura confirmé."),
        again=lambda *, status=200, conflict=None: _form(form, None, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/reciprocite/<int:gift_id>")
@for_roles(*INSIDE)
def gift(gift_id: int) -> Any:
    """One gift: what both sides say of it."""
    return _shown(queries.visible_gift(g.actor, gift_id))


@blueprint.get("/<grouping>/reciprocite/<int:gift_id>/corriger")
@for_roles(*RECORDERS)
def edit_gift(gift_id: int) -> Any:
    """The form of a gift that one's own side recorded."""
    record = queries.visible_gift(g.actor, gift_id)
    return _form(GiftForm(formdata=None, data=_held(record)), record)


@blueprint.post("/<grouping>/reciprocite/<int:gift_id>/corriger")
@for_roles(*RECORDERS)
def correct_gift(gift_id: int) -> Any:
    """Correct it; the other side is asked again."""
    record = queries.visible_gift(g.actor, gift_id)
    form = _offered(GiftForm(), record)
    return answer(
        form,
        lambda: commands.correct_gift(
            g.actor, gift_id=gift_id, version=version_sent(), details=_details(form), at=clock.now()
        ),
        then=lambda done: url_for("contributions.gift", gift_id=gift_id),
        done=_("C’est corrigé, et l’autre partie est prévenue."),
        again=lambda *, status=200, conflict=None: _form(form, record, status=status, conflict=conflict),
    )


@blueprint.post("/<grouping>/reciprocite/<int:gift_id>/confirmer")
@for_roles(*RECORDERS)
def confirm_gift(gift_id: int) -> Any:
    """Agree: it counts from now on."""
    return _answered(
        gift_id,
        lambda: commands.confirm_gift(g.actor, gift_id=gift_id, version=version_sent(), at=clock.now()),
        _("C’est confirmé : l’échange compte."),
    )


@blueprint.post("/<grouping>/reciprocite/<int:gift_id>/contester")
@for_roles(*RECORDERS)
def dispute_gift(gift_id: int) -> Any:
    """Say what is not right."""
    reason = request.form.get("reason", "")
    return _answered(
        gift_id,
        lambda: commands.dispute_gift(g.actor, gift_id=gift_id, version=version_sent(), reason=reason, at=clock.now()),
        _("L’autre partie est prévenue."),
    )


@blueprint.post("/<grouping>/reciprocite/<int:gift_id>/retirer")
@for_roles(*RECORDERS)
def withdraw_gift(gift_id: int) -> Any:
    """Take back what one's own side recorded."""
    return _answered(
        gift_id,
        lambda: commands.withdraw_gift(g.actor, gift_id=gift_id, version=version_sent(), at=clock.now()),
        _("L’échange est retiré."),
    )


def _answered(gift_id: int, act: Any, done: str) -> Any:
    record = queries.visible_gift(g.actor, gift_id)
    return answer(
        GiftForm(formdata=None), act, then=lambda result: url_for("contributions.gift", gift_id=gift_id),
        done=done, valid=True,
        again=lambda *, status=200, conflict=None: _shown(
            queries.visible_gift(g.actor, record.id), status=status, conflict=conflict
        ),
    )  # fmt: skip


def _shown(record: queries.GiftRecord, *, status: int = 200, conflict: Any = None) -> Any:
    is_open = record.state in OPEN
    return render(
        page="gift", status=status, gift=record, states=GIFT_STATES, units=UNITS, said=quantity_value,
        conflict=conflict, names=queries.party_names(),
        may_answer=is_open and policies.can_speak_for(g.actor, side_id=record.other_side),
        may_correct=is_open and policies.can_record_gift(
            g.actor, side_id=record.recorded_for_id, other_id=record.other_side
        ),
    )  # fmt: skip


def _form(form: GiftForm, record: queries.GiftRecord | None, *, status: int = 200, conflict: Any = None) -> Any:
    if conflict and record:
        form.version.raw_data, form.version.data = None, str(queries.visible_gift(g.actor, record.id).version)
    return render(page="gift_form", status=status, form=_offered(form, record), gift=record, conflict=conflict)


def _offered(form: GiftForm, record: queries.GiftRecord | None = None) -> GiftForm:
    """The sides that this person may speak for, and the others; of a gift that stands, its own two alone."""
    names = queries.party_names()
    if record is not None:
        form.offer([(record.recorded_for_id, names[record.recorded_for_id])],
                   [(record.other_side, names[record.other_side])])  # fmt: skip
        return form
    today = members.member_ids(clock.today())
    everyone = [(party, name) for party, name in names.items() if party is None or party in today]
    form.offer(_sides(everyone), everyone)
    return form


def _sides(everyone: Iterable[tuple[Party, str]]) -> list[tuple[Party, str]]:
    """Whom a person speaks for, one's own first."""
    found = [one for one in everyone if one[0] in g.actor.represents]
    if g.actor.has(Role.COORDINATOR):
        found += [one for one in everyone if one[0] is None]
        found += [one for one in everyone if one not in found]
    return found


def _held(record: queries.GiftRecord) -> dict[str, Any]:
    gave = record.recorded_for_id == record.giver_id
    return {
        "side": party_text(record.recorded_for_id), "other": party_text(record.other_side),
        "direction": "given" if gave else "received", "what": record.what, "unit": record.unit,
        "quantity": typed_quantity(record.unit, record.quantity), "given_on": record.given_on,
        "valued": record.valued, "version": record.version,
    }  # fmt: skip


def _details(form: GiftForm) -> commands.GiftDetails:
    giver, receiver = form.parties
    unit: Any = form.unit.data
    valued: Any = form.valued.data
    assert giver is not None  # the form refuses a gift of the grouping
    return commands.GiftDetails(giver, receiver, form.day, unit, form.parsed, form.what.data, valued)
