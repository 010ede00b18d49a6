"""One row of each sealed table of the governance room, written and sealed as its command would."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.rules.formulas import Formula, formula_motion
from coopter.contributions.rules.kinds import Product
from coopter.governance import commands as governance
from coopter.governance.models import (
    AgendaItem,
    Assembly,
    Body,
    BodySeat,
    CapitalMovement,
    DecisionAnnulment,
    FrozenText,
    GoverningText,
    Outcome,
    OutcomeAnnulment,
    Signature,
    SignatureAttempt,
    SignatureCampaign,
    SignatureRequest,
    SignatureStamp,
    SignatureWithdrawal,
    TextVersion,
)
from coopter.governance.rules.kinds import (
    AssemblyMode,
    AssemblyState,
    BallotMethod,
    BodyKind,
    CapitalAct,
    ItemForm,
    ItemState,
    RequestState,
    TextKind,
    Verdict,
)
from coopter.office.commands.calling import Called, call_and_issue
from coopter.plumbing import files, journal
from coopter.plumbing.transaction import command
from coopter.treasury import commands as treasury
from coopter.treasury.rules import Means
from coopter.values.actor import Actor
from coopter.values.money import Money
from tests.factories import saved


@command
def govern(me: Actor, *, structure_id: int, decision_id: int, at: datetime) -> None:
    """A signed text, a vote with its outcome, what was annulled or withdrawn, and shares of capital."""
    on, sealed = at.date(), [*_signed(at), *_voted(structure_id, at)]
    sealed.append(saved(DecisionAnnulment(decision_id=decision_id, reason="essai", author="Anne", recorded_at=at)))
    kept = {row.__table__: [row.__table__.c.id == row.id] for row in sealed}
    journal.record(me, "governance.kept", f"essai:{on}", at=at, sealed=kept)


def _signed(at: datetime) -> list[Any]:
    text = saved(GoverningText(kind=TextKind.OTHER, title="Charte", created_by="Anne", created_at=at))
    version = saved(TextVersion(text_id=text.id, number=1, body="Un", fields={}, written_by="Anne", written_at=at))
    document = files.store(b"%PDF-1.7 un texte")
    frozen = saved(
        FrozenText(
            version_id=version.id, text_id=text.id, number=1, title="Charte", body="Un", annexes=[],
            pdf_sha256=document, frozen_by="Anne", frozen_at=at,
        )
    )  # fmt: skip
    campaign = saved(SignatureCampaign(frozen_id=frozen.id, consent="Oui", opened_by="Anne", opened_at=at))
    who = {"name": "Yann", "email": "yann@essai.example", "capacity": "président"}
    request = saved(SignatureRequest(campaign_id=campaign.id, position=1, state=RequestState.SIGNED, **who))
    attempt = saved(SignatureAttempt(request_id=request.id, act="signed", network="192.0.2.0/24", at=at))
    signature = saved(
        Signature(
            request_id=request.id, frozen_id=frozen.id, pdf_sha256=document, method="lien", consent="Oui",
            evidence={"kind": "essai"}, signed_at=at, **who,
        )
    )  # fmt: skip
    stamp = saved(SignatureStamp(signature_id=signature.id, authority="essai", token="AAAA", stamped_at=at))
    gone = saved(
        SignatureWithdrawal(signature_id=signature.id, from_on=at.date(), reason="essai", author="Anne", recorded_at=at)
    )
    return [frozen, attempt, signature, stamp, gone]


def _voted(structure_id: int, at: datetime) -> list[Any]:
    body = saved(Body(kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée", created_at=at))
    seat = saved(BodySeat(body_id=body.id, structure_id=structure_id, name="A1", starts_on=date(2026, 1, 1)))
    assembly = saved(
        Assembly(
            body_id=body.id, title="AG", mode=AssemblyMode.IN_PERSON, starts_at=at, record_on=at.date(),
            state=AssemblyState.CLOSED,
        )
    )  # fmt: skip
    item = saved(
        AgendaItem(
            assembly_id=assembly.id, position=1, title="Un", form=ItemForm.RESOLUTION,
            method=BallotMethod.SHOW_OF_HANDS, state=ItemState.CLOSED,
        )
    )  # fmt: skip
    outcome = saved(
        Outcome(
            number=1, assembly_id=assembly.id, item_id=item.id, title="Un", verdict=Verdict.REJECTED, result={},
            ballots_sha256="b" * 64, decided_on=at.date(), recorded_by="Anne", recorded_at=at,
        )
    )  # fmt: skip
    annulled = saved(OutcomeAnnulment(outcome_id=outcome.id, reason="essai", author="Anne", recorded_at=at))
    shares = saved(
        CapitalMovement(
            number=1, act=CapitalAct.SUBSCRIPTION, to_seat_id=seat.id, shares=10, nominal=Money(2_000),
            on=at.date(), decided_by="AG", recorded_by="Anne", recorded_at=at,
        )
    )  # fmt: skip
    return [outcome, annulled, shares]


def paid(me: Actor, *, invoice_id: int, at: datetime) -> None:
    """Money received, and taken back."""
    facts = {"invoice_id": invoice_id, "amount": Money(100), "received_on": at.date(), "means": Means.TRANSFER}
    payment = treasury.record_payment(me, at=at, **facts)  # type: ignore[arg-type]
    treasury.reverse_payment(me, payment_id=payment, reason="essai", at=at)


def called(me: Actor, *, at: datetime) -> Called:
    """A fee that both members owe, called and issued."""
    levy = create_contribution(me, name="Adhésion", product=Product.MEMBERSHIP_FEE, at=at)
    governance.decide(me, formula_motion(levy, Formula(fixed=Money(5_000)), date(2026, 1, 1)), at=at)
    return call_and_issue(me, contribution_id=levy, year=2026, on=at.date(), at=at)
