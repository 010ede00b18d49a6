"""Doors of signatories: what awaits my signature, and the page of one text, by my session or by my link (R37)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance import policies
from coopter.governance.commands import signing_acts as acts
from coopter.governance.commands.signing_acts import Way
from coopter.governance.forms.signing import DelegateForm, SignForm
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound, texts
from coopter.governance.queries.signing import SigningPage
from coopter.governance.queries.signing_evidence import evidence_file
from coopter.governance.rules.kinds import RequestState
from coopter.governance.rules.signing import LEVEL, network_of
from coopter.governance.views import blueprint
from coopter.governance.views.texts import handed
from coopter.members.access import throttle
from coopter.plumbing import clock, tenancy
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import everyone_inside, public
from coopter.plumbing.pages import render
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class Doors:
    """How one comes in and where each button leads: the same page serves a session and a link."""

    way: Way
    page: str
    addresses: dict[str, str]
    evidence: str = ""


def _by_session(request_id: int) -> Doors:
    if not policies.can_sign_request(g.actor, person_id=queries.get_request(request_id).person_id):
        raise NotFound()
    names = {
        "sign": "sign_own", "code": "code_own", "decline": "decline_own", "delegate": "delegate_own",
        "document": "document_own", "page": "sign",
    }  # fmt: skip
    way = Way(actor=g.actor, request_id=request_id, network=network_of(request.remote_addr))
    addresses = {what: url_for(f"governance.{name}", request_id=request_id) for what, name in names.items()}
    return Doors(way, "sign_inside", addresses)


def _by_link(token: str) -> Doors:
    names = {
        "sign": "sign_link", "code": "code_link", "decline": "decline_link", "delegate": "delegate_link",
        "document": "document_link", "page": "signing_link",
    }  # fmt: skip
    way = Way(token=token, network=network_of(request.remote_addr))
    addresses = {what: url_for(f"governance.{name}", token=token) for what, name in names.items()}
    return Doors(way, "sign_outside", addresses, url_for("governance.evidence_link", token=token))


@blueprint.get("/<grouping>/vie/signatures")
@everyone_inside
def to_sign() -> Any:
    """What awaits my signature, and what I have signed."""
    return render(
        waiting=queries.to_sign(g.actor, today=clock.today()), signed=signing_bound.signed_by(g.actor.person_id)
    )


@blueprint.get("/<grouping>/vie/signatures/demandes/<int:request_id>")
@everyone_inside
def sign(request_id: int) -> Any:
    """The text, what changed since I signed, and the button."""
    return _show(_by_session(request_id))


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>")
@everyone_inside
def sign_own(request_id: int) -> Any:
    """Sign."""
    return _sign(_by_session(request_id))


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>/code")
@everyone_inside
def code_own(request_id: int) -> Any:
    """Ask for the code of the second step."""
    return _code(_by_session(request_id))


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>/refus")
@everyone_inside
def decline_own(request_id: int) -> Any:
    """Decline."""
    return _decline(_by_session(request_id))


@blueprint.post("/<grouping>/vie/signatures/demandes/<int:request_id>/delegation")
@everyone_inside
def delegate_own(request_id: int) -> Any:
    """Have somebody else sign."""
    return _delegate(_by_session(request_id))


@blueprint.get("/<grouping>/vie/signatures/demandes/<int:request_id>/document.pdf")
@everyone_inside
def document_own(request_id: int) -> Any:
    """The very document that is signed."""
    return _document(_by_session(request_id))


@blueprint.get("/<grouping>/vie/signatures/demandes/<int:request_id>/annexes/<digest>")
@everyone_inside
def annex_own(request_id: int, digest: str) -> Any:
    """A file that is part of the text."""
    return _annex(_by_session(request_id), digest)


@blueprint.get("/signer/<token>")
@public
def signing_link(token: str) -> Any:
    """Behind a link: the text and the button; opening it uses nothing, so a mail scanner signs nothing.

    Whatever is no good link any more, for whichever reason, answers alike (R27).
    """
    try:
        return _show(_by_link(token))
    except NotFound:
        return render(page="sign_over", status=404)


@blueprint.post("/signer/<token>")
@public
def sign_link(token: str) -> Any:
    """Sign."""
    throttle.spend("invitation")
    return _sign(_by_link(token))


@blueprint.post("/signer/<token>/code")
@public
def code_link(token: str) -> Any:
    """Ask for the code of the second step."""
    throttle.spend("invitation")
    return _code(_by_link(token))


@blueprint.post("/signer/<token>/refus")
@public
def decline_link(token: str) -> Any:
    """Decline."""
    return _decline(_by_link(token))


@blueprint.post("/signer/<token>/delegation")
@public
def delegate_link(token: str) -> Any:
    """Have somebody else sign."""
    return _delegate(_by_link(token))


@blueprint.get("/signer/<token>/document.pdf")
@public
def document_link(token: str) -> Any:
    """The very document that is signed."""
    return _document(_by_link(token))


@blueprint.get("/signer/<token>/annexes/<digest>")
@public
def annex_link(token: str, digest: str) -> Any:
    """A file that is part of the text."""
    return _annex(_by_link(token), digest)


@blueprint.get("/signer/<token>/preuve.zip")
@public
def evidence_link(token: str) -> Any:
    """The evidence file, for who has just signed."""

    def read(shown: SigningPage) -> Any:
        if shown.request.signature_id is None:
            raise NotFound()
        return handed(evidence_file(signing_bound.get_signature(shown.request.signature_id)))

    return _inside(_by_link(token), read)


def _sign(doors: Doors) -> Any:
    form: Any = SignForm()
    return answer(
        form,
        lambda: acts.sign(
            doors.way, pdf_sha256=request.form.get("pdf_sha256", ""), agreed=form.agreed.data, code=form.code.data,
            at=clock.now(),
        ),
        then=lambda signature_id: doors.addresses["page"],
        done=_("C’est signé. Une copie du document vous est envoyée."),
        again=lambda *, status=200, conflict=None: _show(doors, form=form, status=status),
    )  # fmt: skip


def _code(doors: Doors) -> Any:
    return press(
        lambda: acts.send_code(doors.way, at=clock.now()), to=doors.addresses["page"] + "#signer",
        done=_("Un code de six chiffres vous est envoyé. Il sert un quart d’heure."),
    )  # fmt: skip


def _decline(doors: Doors) -> Any:
    reason = request.form.get("reason", "")
    return press(
        lambda: acts.decline(doors.way, reason=reason, at=clock.now()), to=doors.addresses["page"],
        done=_("Votre refus est noté et transmis."),
    )  # fmt: skip


def _delegate(doors: Doors) -> Any:
    form: Any = DelegateForm()
    return answer(
        form,
        lambda: acts.delegate(
            doors.way, name=form.name.data, email=form.email.data, capacity=form.capacity.data, at=clock.now()
        ),
        then=lambda heir: doors.addresses["page"],
        done=_("La demande est transmise à cette personne ; votre lien ne signe plus."),
        again=lambda *, status=200, conflict=None: _show(doors, delegating=form, status=status),
    )


def _document(doors: Doors) -> Any:
    return _inside(doors, lambda shown: handed(texts.document_of(shown.campaign.frozen)))


def _annex(doors: Doors, digest: str) -> Any:
    return _inside(doors, lambda shown: handed(texts.annex_of(shown.campaign.frozen.version_id, digest)))


def _show(doors: Doors, *, form: Any = None, delegating: Any = None, status: int = 200) -> Any:
    def page(shown: SigningPage) -> Any:
        request_ = shown.request
        open_ = request_.state is RequestState.ASKED and not shown.campaign.is_over(clock.today())
        asked = (form or SignForm(formdata=None)).asking(code=request_.needs_code)
        return render(
            page=doors.page, status=status, shown=shown, open_=open_, form=asked,
            delegating=delegating or DelegateForm(formdata=None), level=LEVEL,
            to=doors.addresses | {"evidence": _evidence(doors, request_.signature_id)},
            code_sent=any(one.act == "code-sent" for one in request_.attempts), by_link=not doors.way.actor,
        )  # fmt: skip

    return _inside(doors, page)


def _evidence(doors: Doors, signature_id: int | None) -> str:
    """Where the evidence of what was just signed is, by the way one came; nothing before."""
    if signature_id is None:
        return ""
    by_session = doors.way.actor is not None
    return url_for("governance.signature_evidence", signature_id=signature_id) if by_session else doors.evidence


def _inside(doors: Doors, read: Callable[[SigningPage], Any]) -> Any:
    """Read the page of a request in its grouping's scope; raises NotFound."""
    way = doors.way
    if way.actor is not None:
        return read(queries.signing_page(way.request_id, at=clock.now(), by_link=False))
    grouping_id, request_id = queries.request_of(way.token)
    with tenancy.scope(grouping_id):
        return read(queries.signing_page(request_id, at=clock.now(), by_link=True))
