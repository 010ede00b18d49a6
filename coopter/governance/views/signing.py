"""Doors of the coordinator to signature campaigns: opened, followed, reminded, closed; evidence handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance import policies
from coopter.governance.commands import signing as acts
from coopter.governance.commands import signing_proofs
from coopter.governance.forms.signing import MOST_FREE_ROWS, CampaignForm, WithdrawForm, ticked
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound, texts
from coopter.governance.queries.signing_bound import Signed
from coopter.governance.queries.signing_evidence import evidence_of
from coopter.governance.queries.texts import FrozenRecord
from coopter.governance.rules.signing import ATTEMPTS, REQUEST_STATES, Signatory, speaks_for
from coopter.governance.views import blueprint
from coopter.governance.views.texts import handed
from coopter.members import queries as members
from coopter.members.queries.people import Holder
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import for_the_record, render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound, Words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the table of those who may be asked: ticked or not, with a capacity to correct."""

    key: str
    name: str
    email: str
    structure_id: int | None
    structure: str
    capacity: str
    ticked: bool
    signed: bool


@blueprint.get("/<grouping>/vie/textes/<int:text_id>/signatures/nouvelle")
@for_roles(Role.COORDINATOR)
def new_campaign(text_id: int) -> Any:
    """Choose who signs the latest version."""
    return _choosing(text_id, CampaignForm(formdata=None))


@blueprint.post("/<grouping>/vie/textes/<int:text_id>/signatures/nouvelle")
@for_roles(Role.COORDINATOR)
def open_campaign(text_id: int) -> Any:
    """Send the links."""
    form: Any = CampaignForm()
    frozen = _latest(text_id)
    return answer(
        form,
        lambda: acts.open_campaign(
            g.actor, frozen_id=frozen.id, signatories=_typed(_candidates(frozen)), in_order=form.in_order.data,
            message=form.message.data or "", closes_on=form.closes_on.data, at=clock.now(),
        ),
        then=lambda campaign_id: url_for("governance.campaign", campaign_id=campaign_id),
        done=_("La campagne est ouverte : les liens partent par mail."),
        again=lambda *, status=200, conflict=None: _choosing(text_id, form, status=status),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/signatures/campagnes/<int:campaign_id>")
@for_roles(Role.COORDINATOR, Role.AUDITOR)
def campaign(campaign_id: int) -> Any:
    """A campaign: who signed, who is awaited, every attempt."""
    record = queries.campaign_record(campaign_id)
    return render(
        campaign=record, over=record.is_over(clock.today()), states=REQUEST_STATES, acts=ATTEMPTS,
        writes=policies.can_prepare_governance(g.actor),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/signatures/campagnes/<int:campaign_id>/relance")
@for_roles(Role.COORDINATOR)
def remind_campaign(campaign_id: int) -> Any:
    """Send a new link to whoever is next."""
    return press(
        lambda: acts.remind(g.actor, campaign_id=campaign_id, at=clock.now()),
        to=url_for("governance.campaign", campaign_id=campaign_id),
        done=lambda count: ngettext("Un nouveau lien est parti.", "%(num)s nouveaux liens sont partis.", count),
    )


@blueprint.post("/<grouping>/vie/signatures/campagnes/<int:campaign_id>/cloture")
@for_roles(Role.COORDINATOR)
def close_campaign(campaign_id: int) -> Any:
    """End a campaign before its time."""
    return press(
        lambda: acts.close_campaign(g.actor, campaign_id=campaign_id, at=clock.now()),
        to=url_for("governance.campaign", campaign_id=campaign_id),
        done=_("La campagne est close : les liens ne servent plus."),
    )


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>/lien")
@for_roles(Role.COORDINATOR)
def resend_link(request_id: int) -> Any:
    """Send one person a new link."""
    return press(
        lambda: acts.resend(g.actor, request_id=request_id, at=clock.now()),
        to=url_for("governance.campaign", campaign_id=queries.get_request(request_id).campaign_id),
        done=_("Un nouveau lien est parti ; l’ancien ne sert plus."),
    )


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>/retrait")
@for_roles(Role.COORDINATOR)
def let_off(request_id: int) -> Any:
    """Take somebody off a campaign."""
    return press(
        lambda: acts.let_off(g.actor, request_id=request_id, at=clock.now()),
        to=url_for("governance.campaign", campaign_id=queries.get_request(request_id).campaign_id),
        done=_("Cette personne n’est plus attendue ; son lien ne sert plus."),
    )


@blueprint.get("/<grouping>/vie/signatures/<int:signature_id>/preuve.zip")
@everyone_inside
def signature_evidence(signature_id: int) -> Any:
    """The evidence file of a signature, for its signatory, their structure, and the books."""
    return handed(evidence_of(g.actor, signature_id))


@blueprint.get("/<grouping>/vie/signatures/<int:signature_id>/retrait")
@everyone_inside
def signature_withdrawal(signature_id: int) -> Any:
    """The form that ends a signature's effect."""
    return _ending(signature_id, WithdrawForm(formdata=None, data={"from_on": clock.today()}))


@blueprint.post("/<grouping>/vie/signatures/<int:signature_id>/retrait")
@everyone_inside
def withdraw_signature(signature_id: int) -> Any:
    """End it from a day on."""
    form: Any = WithdrawForm()
    text_id = texts.get_frozen(signing_bound.readable_signature(g.actor, signature_id).frozen_id).text_id
    return answer(
        form,
        lambda: signing_proofs.withdraw_signature(
            g.actor, signature_id=signature_id, from_on=form.from_on.data, reason=form.reason.data, at=clock.now()
        ),
        then=lambda nothing: url_for("governance.text_signatories", text_id=text_id),
        done=_("Le retrait est enregistré. Ce qui a été signé reste prouvé."),
        again=lambda *, status=200, conflict=None: _ending(signature_id, form, status=status),
    )


def _ending(signature_id: int, form: WithdrawForm, *, status: int = 200) -> Any:
    signature = signing_bound.readable_signature(g.actor, signature_id)
    may = policies.can_withdraw_signature(g.actor, person_id=signature.person_id, structure_id=signature.structure_id)
    if not may or signing_bound.withdrawals_of([signature_id]):
        raise NotFound()
    frozen = texts.get_frozen(signature.frozen_id)
    return render(page="signature_withdrawal", status=status, form=form, signature=signature, frozen=frozen)


def _latest(text_id: int) -> FrozenRecord:
    frozen = texts.frozen_of(texts.get_text(text_id).id)
    if frozen is None:
        raise NotFound()
    return frozen


def _choosing(text_id: int, form: CampaignForm, *, status: int = 200) -> Any:
    frozen = _latest(text_id)
    structures = [(0, _("en son nom propre")), *((one.id, one.name) for one in members.list_structures())]
    return render(
        page="new_campaign", status=status, form=form, frozen=frozen, candidates=_candidates(frozen),
        free_rows=_free_rows(text_id), structures=structures,
    )  # fmt: skip


def _candidates(frozen: FrozenRecord) -> list[Candidate]:
    """Those who represent a member structure; those bound by an earlier version, or named by the text, are ticked."""
    signed_before = [one for one in signing_bound.signatories_of(frozen.text_id) if one.withdrawn_from is None]
    bound = {one.structure_id: one for one in signed_before if one.structure_id is not None}
    named = texts.get_version(frozen.version_id).fields.get("structure")
    done = signing_bound.signed_version(frozen.id)
    sent = ticked(request.form) if request.method == "POST" else None
    found = []
    for one in members.list_holders():
        if one.role is not Role.REPRESENTATIVE or not one.active or one.structure_id is None:
            continue
        key, signed = str(one.grant_id), (one.email.lower(), one.structure_id) in done
        likely = one.structure_id in bound or one.structure == named
        capacity = request.form.get(f"capacity-{key}") or _capacity(one, bound.get(one.structure_id))
        is_ticked = (key in sent if sent is not None else likely) and not signed
        found.append(Candidate(key, one.name, one.email, one.structure_id, one.structure, capacity, is_ticked, signed))
    return sorted(found, key=lambda one: (one.structure.casefold(), one.name.casefold()))


def _capacity(one: Holder, before: Signed | None) -> str:
    """In which capacity somebody signs: as they did before, or as whoever represents the structure."""
    if before is not None and before.name == one.name:
        return before.capacity
    return for_the_record(speaks_for(one.structure))


def _free_rows(text_id: int) -> list[dict[str, str]]:
    """Blank rows for others, as they were typed; the first is the employee that the text names, if it does."""
    names = ("name", "email", "capacity", "structure")
    rows = [{name: request.form.get(f"free-{place}-{name}", "") for name in names} for place in range(MOST_FREE_ROWS)]
    employee = texts.versions_of(text_id)[0].fields.get("salarie", "")
    if request.method != "POST" and employee:
        rows[0] |= {"name": employee, "capacity": for_the_record(Words("salarié·e mis·e à disposition"))}
    return rows


def _typed(candidates: list[Candidate]) -> list[Signatory]:
    """The signatories of the form: the rows ticked, then the blank rows that were filled in."""
    found = [Signatory(one.name, one.email, one.capacity, None, one.structure_id) for one in candidates if one.ticked]
    for place in range(MOST_FREE_ROWS):
        name, email, capacity = (request.form.get(f"free-{place}-{what}", "").strip() for what in _FREE)
        if name or email:
            structure = request.form.get(f"free-{place}-structure", type=int)
            found.append(Signatory(name, email, capacity, None, structure or None))
    return found


_FREE = ("name", "email", "capacity")
