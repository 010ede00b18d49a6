"""Signing: one person, one document, one link, and a proof that stands without us (R4, R36, R37)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance.commands import signing, signing_acts, signing_proofs
from coopter.governance.commands.signing_acts import Way
from coopter.governance.models import SignatureRequest
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound
from coopter.governance.rules import signing as rules
from coopter.governance.rules.kinds import RequestState
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing.database import session
from coopter.plumbing.files import FileDamaged
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed, NotFound
from tests.factories import actor, inside
from tests.governance.signatures import (
    BODY,
    LATER,
    NETWORK,
    NOW,
    Charter,
    a_campaign,
    a_charter,
    binding,
    by_link,
    code_of,
    free,
    link_of,
    mails,
    next_version,
    sign,
    sign_with_code,
    signatures,
    spoil,
    state_of,
)


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


class TestSigning:
    def test_a_link_is_enough_for_who_signs_for_themselves(self, told: Charter) -> None:
        a_campaign(told, free())
        signature = signing_bound.get_signature(sign(by_link("yann@exemple.fr"), told))
        assert (signature.name, signature.capacity) == ("Yann Cariou", "salarié mis à disposition")
        assert signature.pdf_sha256 == told.frozen.pdf_sha256
        assert (signature.method, signature.network, signature.signed_at) == ("link", NETWORK, LATER)
        assert signature.consent == rules.consent_to("Charte des Rias", 1)
        assert "annexe" not in signature.consent and "et ses annexes" in rules.consent_to("Charte", 1, annexes=2)

    def test_a_representative_needs_the_code_too(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        with pytest.raises(rules.CodeMissing):
            sign(by_link(told.person.email), told)
        assert signing_bound.get_signature(sign_with_code(told)).method == "link+code"

    def test_signed_in_the_code_is_asked_as_well(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        mine = queries.to_sign(told.representative)
        assert [one.title for one in mine] == ["Charte des Rias"]
        way = Way(actor=told.representative, request_id=mine[0].request_id, network=NETWORK)
        with pytest.raises(rules.CodeMissing):
            sign(way, told)
        signing_acts.send_code(way, at=LATER)
        signature = signing_bound.get_signature(sign(way, told, code=code_of(told.person.email)))
        assert (signature.method, signature.person_id) == ("session+code", told.person.id)
        assert queries.to_sign(told.representative) == ()

    def test_without_the_box_ticked_nothing_is_signed(self, told: Charter) -> None:
        a_campaign(told, free())
        with pytest.raises(rules.ConsentMissing):
            sign(by_link("yann@exemple.fr"), told, agreed=False)
        assert (signatures(), state_of("yann@exemple.fr")) == (0, RequestState.ASKED)

    def test_the_signatory_gets_the_very_document(self, told: Charter) -> None:
        a_campaign(told, free())
        sign(by_link("yann@exemple.fr"), told)
        assert mails("yann@exemple.fr")[-1]["attachments"] == [["Charte-des-Rias-v1.pdf", told.frozen.pdf_sha256]]

    def test_all_is_sealed(self, told: Charter) -> None:
        """The chain and every seal hold after each kind of act (R11–R13)."""
        campaign = a_campaign(told, binding(told), free(), free("Maï Le Roux", "mai@exemple.fr"))
        sign_with_code(told)
        signing_acts.decline(by_link("yann@exemple.fr"), reason="Pas d’accord sur l’article 2", at=LATER)
        way = by_link("mai@exemple.fr")
        signing_acts.delegate(way, name="Erwan Hamon", email="erwan@exemple.fr", capacity="trésorier", at=LATER)
        with pytest.raises(rules.AnswerGiven):
            sign(way, told)
        sign(by_link("erwan@exemple.fr"), told)
        signing.close_campaign(told.coordinator, campaign_id=campaign, at=LATER)
        only = signing_bound.signatories_of(told.frozen.text_id)[0]
        signing_proofs.withdraw_signature(
            told.coordinator, signature_id=only.signature_id, from_on=date(2026, 12, 31), reason="Départ", at=LATER
        )
        assert verify_grouping(told.coordinator).holds


class TestOrder:
    def test_in_order_each_is_asked_once_the_one_before_has_signed(self, told: Charter) -> None:
        a_campaign(told, free(), binding(told), in_order=True)
        assert [mail["to"] for mail in mails()] == ["yann@exemple.fr"]
        waiting = session().scalars(select(SignatureRequest.id).where(SignatureRequest.position == 2)).one()
        with pytest.raises(rules.NotYourTurn):
            sign(Way(actor=told.representative, request_id=waiting), told)
        sign(by_link("yann@exemple.fr"), told)
        sign_with_code(told)
        assert mails("bureau@cap.example")[-1]["subject"].startswith("Toutes les signatures sont là")

    def test_only_whoever_is_next_is_reminded(self, told: Charter) -> None:
        campaign = a_campaign(told, free(), binding(told), in_order=True)
        old = link_of("yann@exemple.fr")
        with pytest.raises(rules.RemindedToday):
            signing.remind(told.coordinator, campaign_id=campaign, at=NOW + timedelta(hours=23))
        assert signing.remind(told.coordinator, campaign_id=campaign, at=NOW + timedelta(hours=25)) == 1
        assert mails(told.person.email) == []
        with pytest.raises(NotFound):
            sign(Way(token=old), told, at=NOW + timedelta(hours=26))
        sign(by_link("yann@exemple.fr"), told, at=NOW + timedelta(hours=26))

    def test_who_declines_stops_those_behind_until_let_off(self, told: Charter) -> None:
        a_campaign(told, free(), binding(told), in_order=True)
        signing_acts.decline(by_link("yann@exemple.fr"), reason="Non", at=LATER)
        assert mails(told.person.email) == []
        first = session().scalars(select(SignatureRequest.id).where(SignatureRequest.position == 1)).one()
        signing.let_off(told.coordinator, request_id=first, at=LATER)
        sign_with_code(told)

    def test_a_delegate_signs_for_the_structure_with_a_code_of_their_own(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.delegate(way, name="Erwan Hamon", email="erwan@exemple.fr", capacity="trésorier", at=LATER)
        heir = by_link("erwan@exemple.fr")
        signing_acts.send_code(heir, at=LATER)
        signature = signing_bound.get_signature(sign(heir, told, code=code_of("erwan@exemple.fr")))
        assert signature.structure_id == told.structure.id
        assert signature.capacity == f"trésorier, par délégation de {told.person.name}"


class TestTheDocument:
    """R36."""

    def test_a_changed_byte_is_found_before_anything_is_signed(self, told: Charter) -> None:
        a_campaign(told, free())
        spoil(told.frozen.pdf_sha256)
        with pytest.raises(FileDamaged):
            sign(by_link("yann@exemple.fr"), told)
        assert signatures() == 0

    def test_a_new_version_asks_again_and_says_what_changed_since_you_signed(self, told: Charter) -> None:
        """v1 binds its bytes for ever; v2 is signed anew, each reads what changed since their own last signature."""
        a_campaign(told, free(), binding(told))
        sign(by_link("yann@exemple.fr"), told)
        second = next_version(told.coordinator, told.frozen, BODY.replace("des emplois", "des emplois et des outils"))
        a_campaign(told, free(), binding(told), frozen_id=second.id)
        pages = {
            one.request.name: one
            for one in (
                queries.signing_page(request, at=LATER, by_link=True)
                for request in session().scalars(
                    select(SignatureRequest.id).where(SignatureRequest.state == RequestState.ASKED)
                )
            )
            if one.campaign.frozen.id == second.id
        }
        since = pages["Yann Cariou"].since
        assert since is not None and (since.added, since.removed, since.changed) == (0, 0, 1)
        assert pages["Yann Cariou"].since_number == 1
        assert pages[told.person.name].since is None, "who never signed reads the whole text"
        assert [(one.name, one.number, one.is_latest) for one in signing_bound.signatories_of(second.text_id)] == [
            ("Yann Cariou", 1, False)
        ]
        way = by_link("yann@exemple.fr")
        with pytest.raises(rules.OtherDocument):
            sign(way, told)
        signing_acts.sign(way, pdf_sha256=second.pdf_sha256, agreed=True, code="", at=LATER)
        (now,) = signing_bound.signatories_of(second.text_id)
        assert (now.number, now.is_latest, now.first_signed_at) == (2, True, LATER)

    def test_withdrawn_from_a_day_on(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        signature = sign_with_code(told)
        values = {"signature_id": signature, "from_on": date(2026, 12, 31), "at": LATER}
        employee = actor(told.grouping, Role.EMPLOYEE, person_id=99)
        with pytest.raises(NotFound):
            signing_proofs.withdraw_signature(employee, reason="Non", **values)
        with pytest.raises(rules.ReasonNeeded):
            signing_proofs.withdraw_signature(told.representative, reason=" ", **values)
        signing_proofs.withdraw_signature(told.representative, reason="Nous partons", **values)
        with pytest.raises(rules.AlreadyWithdrawn):
            signing_proofs.withdraw_signature(told.coordinator, reason="Encore", **values)
        (one,) = signing_bound.signatories_of(told.frozen.text_id)
        assert one.withdrawn_from == date(2026, 12, 31)


class TestCampaigns:
    def test_what_is_refused(self, told: Charter) -> None:
        with pytest.raises(rules.SignatoryMissing):
            a_campaign(told)
        with pytest.raises(rules.SignatoryTwice):
            a_campaign(told, free(), free())
        with pytest.raises(signing.ClosingPast):
            a_campaign(told, free(), closes_on=date(2026, 10, 14))
        with pytest.raises(signing.SignatoryIncomplete):
            a_campaign(told, rules.Signatory("", "x@exemple.fr", "gérante"))
        with pytest.raises(NotAllowed):
            signing.open_campaign(
                told.representative, frozen_id=told.frozen.id, signatories=[free()], in_order=False, message="",
                closes_on=None, at=NOW,
            )  # fmt: skip
        a_campaign(told, free())
        sign(by_link("yann@exemple.fr"), told)
        with pytest.raises(signing.HasSigned):
            a_campaign(told, free())

    def test_another_grouping_has_none_of_it(self, told: Charter) -> None:
        """R9."""
        campaign = a_campaign(told, free())
        other = a_charter("autre")
        with inside(other.grouping):
            with pytest.raises(NotFound):
                queries.campaign_record(campaign)
            with pytest.raises(NotFound):
                a_campaign(other, free(), frozen_id=told.frozen.id)
            assert queries.to_sign(told.representative) == ()

    def test_an_account_is_found_by_the_address(self, told: Charter, app: Flask) -> None:
        a_campaign(told, free(email=told.person.email.upper()))
        assert session().scalars(select(SignatureRequest.person_id)).one() == told.person.id


def test_a_network_is_what_is_kept_of_an_address() -> None:
    """R37: enough to compare, too little to follow somebody."""
    assert rules.network_of("198.51.100.77") == "198.51.100.0/24"
    assert rules.network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert rules.network_of("::ffff:198.51.100.77") == "198.51.100.0/24"
    assert rules.network_of("nonsense") == rules.network_of(None) == ""
