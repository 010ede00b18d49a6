"""Signing: one person, one document, one link, and a proof that stands without us (R4, R36, R37)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.governance.commands import signing, signing_acts, signing_proofs
from coopter.governance.commands.signing_acts import Way
from coopter.governance.models import Signature, SignatureRequest
from coopter.governance.queries import signing as queries
from coopter.governance.queries import signing_bound
from coopter.governance.rules import signing as rules
from coopter.governance.rules.kinds import RequestState
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.files import FileDamaged
from coopter.values.actor import Role
from coopter.values.refusal import No, NotAllowed, NotFound
from tests.factories import a_person, actor, inside
from tests.governance.signatures import (
    BODY,
    NOW,
    Charter,
    a_campaign,
    a_charter,
    a_frozen,
    binding,
    code_of,
    free,
    link_of,
    mails,
    next_version,
    spoil,
)

LATER = NOW + timedelta(minutes=3)
NETWORK = "192.0.2.0/24"


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


def by_link(email: str) -> Way:
    """Through the last link sent to an address."""
    return Way(token=link_of(email), network=NETWORK)


def sign(way: Way, told: Charter, *, code: str = "", at: Any = LATER, **more: Any) -> int:
    """Sign the charter, agreed, as the page shows it."""
    values = {"pdf_sha256": told.frozen.pdf_sha256, "agreed": True, **more}
    return signing_acts.sign(way, code=code, at=at, **values)


def sign_with_code(told: Charter, way: Way | None = None, *, at: Any = LATER) -> int:
    """Both steps of the representative."""
    way = way or by_link(told.person.email)
    signing_acts.send_code(way, at=at)
    return sign(way, told, code=code_of(told.person.email), at=at)


def signatures() -> int:
    """How many signatures there are."""
    return session().scalar(select(func.count()).select_from(Signature).where(Signature.grouping_id == _here())) or 0


def _here() -> Any:
    return tenancy.current()


def state_of(email: str) -> RequestState:
    """Where the last request of an address stands."""
    query = select(SignatureRequest.state).where(SignatureRequest.email == email).order_by(SignatureRequest.id.desc())
    return session().scalars(query).first()  # type: ignore[return-value]


def attempts(email: str) -> list[str]:
    """What was tried with the requests of an address, in order."""
    ids = session().scalars(select(SignatureRequest.id).where(SignatureRequest.email == email).order_by("id")).all()
    found = queries.attempts_of(ids)
    return [one.act for request_id in ids for one in found.get(request_id, ())]


class TestSigning:
    def test_a_link_is_enough_for_who_signs_for_themselves(self, told: Charter) -> None:
        a_campaign(told, free())
        signature = signing_bound.get_signature(sign(by_link("yann@exemple.fr"), told))
        assert (signature.name, signature.capacity) == ("Yann Cariou", "salarié mis à disposition")
        assert signature.pdf_sha256 == told.frozen.pdf_sha256
        assert (signature.method, signature.network, signature.signed_at) == ("link", NETWORK, LATER)
        assert signature.consent == rules.consent_to("Charte des Rias", 1)

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


class TestLinks:
    """R37: 0 accepted."""

    def test_replay(self, told: Charter) -> None:
        """The link signs once; every later use is refused and written down."""
        a_campaign(told, free())
        way = by_link("yann@exemple.fr")
        sign(way, told)
        for _ in range(3):
            with pytest.raises(rules.AlreadySigned):
                sign(way, told)
        with pytest.raises(rules.AlreadySigned):
            signing_acts.decline(way, reason="Regret", at=LATER)
        assert signatures() == 1
        assert attempts("yann@exemple.fr") == ["asked", "signed", "again", "again", "again", "again"]

    def test_forwarded_to_somebody_else(self, told: Charter) -> None:
        """Who gets the representative's link without their mailbox has no code; signed in as another, no request."""
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.send_code(way, at=LATER)
        with pytest.raises(rules.CodeWrong):
            sign(way, told, code="x")
        stranger = a_person(Role.REPRESENTATIVE, structure=told.structure)
        other = actor(told.grouping, Role.REPRESENTATIVE, structure=told.structure, person_id=stranger.id)
        request = session().scalars(select(SignatureRequest.id)).one()
        for who in (other, told.coordinator):
            with pytest.raises(NotFound):
                sign(Way(actor=who, request_id=request), told, code=code_of(told.person.email))
        assert signatures() == 0

    @pytest.mark.parametrize("end", ["let-off", "closed", "expired", "last day", "reminded"])
    def test_after_revocation(self, told: Charter, end: str) -> None:
        closes = date(2026, 10, 16) if end == "last day" else None
        campaign = a_campaign(told, free(), free("Maï", "mai@exemple.fr"), closes_on=closes)
        way, at = by_link("yann@exemple.fr"), LATER
        request = (
            session().scalars(select(SignatureRequest.id).where(SignatureRequest.email == "yann@exemple.fr")).one()
        )
        if end == "let-off":
            signing.let_off(told.coordinator, request_id=request, at=LATER)
        elif end == "closed":
            signing.close_campaign(told.coordinator, campaign_id=campaign, at=LATER)
        elif end == "reminded":
            signing.resend(told.coordinator, request_id=request, at=LATER)
        else:
            at = NOW + timedelta(days=2 if end == "last day" else 7)
        with pytest.raises(No):
            sign(way, told, at=at)
        assert signatures() == 0

    def test_seven_days_and_not_one_second_more(self, told: Charter) -> None:
        a_campaign(told, free())
        way = by_link("yann@exemple.fr")
        with pytest.raises(NotFound):
            sign(way, told, at=NOW + rules.LINK_LIFE)
        sign(way, told, at=NOW + rules.LINK_LIFE - timedelta(seconds=1))

    def test_for_another_document(self, told: Charter) -> None:
        """The document shown is named by its SHA-256; a link or a code of another text opens nothing."""
        other = a_frozen(told.coordinator, title="Autre", body="Un autre texte.")
        a_campaign(told, binding(told))
        signing.open_campaign(
            told.coordinator, frozen_id=other.id, signatories=[binding(told)], in_order=False, message="",
            closes_on=None, at=NOW,
        )  # fmt: skip
        first, second = session().scalars(select(SignatureRequest.id).order_by("id")).all()
        mine = Way(actor=told.representative, request_id=first)
        signing_acts.send_code(mine, at=LATER)
        code = code_of(told.person.email)
        with pytest.raises(rules.OtherDocument):
            sign(mine, told, code=code, pdf_sha256=other.pdf_sha256)
        yours = Way(actor=told.representative, request_id=second)
        signing_acts.send_code(yours, at=LATER)
        with pytest.raises(rules.CodeWrong):
            sign(yours, told, code=code, pdf_sha256=other.pdf_sha256)
        assert signatures() == 0
        sign(mine, told, code=code)

    @pytest.mark.parametrize("token", ["", "shared", "0", "null", "inv_" + "x" * 43, "sig_" + "x" * 43, "sig_" * 60])
    def test_whatever_is_no_link(self, told: Charter, token: str) -> None:
        """R27: 0 accepted."""
        a_campaign(told, free())
        with pytest.raises(NotFound):
            sign(Way(token=token), told)

    def test_one_bit_changed(self, told: Charter) -> None:
        a_campaign(told, free())
        token = link_of("yann@exemple.fr")
        for place in range(len(token)):
            changed = token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]
            with pytest.raises(NotFound):
                sign(Way(token=changed), told)
        assert signatures() == 0

    def test_only_its_hash_is_kept(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        token = link_of(told.person.email)
        signing_acts.send_code(Way(token=token), at=LATER)
        row = session().scalars(select(SignatureRequest)).one()
        kept = f"{row.token_hash} {row.code_hash}"
        assert token not in kept and code_of(told.person.email) not in kept
        assert row.token_hash == rules.hash_of_token(token)


class TestCodes:
    """R37: at most five attempts, a quarter of an hour."""

    def test_brute_force(self, told: Charter) -> None:
        """Five wrong codes spend the link: the right one, a new one, and more guesses are all refused."""
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.send_code(way, at=LATER)
        right = code_of(told.person.email)
        wrong = [f"{(int(right) + step) % 10**6:06d}" for step in range(1, 100)]
        for place, code in enumerate(wrong[:5], start=1):
            with pytest.raises(rules.CodeWrong, match=f"essai {place} sur 5"):
                sign(way, told, code=code)
        for code in [right, *wrong[5:]]:
            with pytest.raises(rules.CodesSpent):
                sign(way, told, code=code)
        with pytest.raises(rules.CodesSpent):
            signing_acts.send_code(way, at=LATER)
        assert signatures() == 0
        assert attempts(told.person.email).count("code-wrong") == 5

    def test_its_twin_with_no_limit_falls(self, told: Charter, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same attack, the limit taken away: the code is found, so the limit is what stops it."""
        monkeypatch.setattr(signing_acts, "MOST_CODE_ATTEMPTS", 10**6)
        monkeypatch.setattr(signing_acts, "CODE_DIGITS", 1)
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.send_code(way, at=LATER)
        for guess in range(10):
            try:
                sign(way, told, code=str(guess))
                break
            except rules.CodeWrong:
                continue
        assert signatures() == 1

    def test_five_codes_a_link(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        for _ in range(5):
            signing_acts.send_code(way, at=LATER)
        with pytest.raises(rules.CodesSpent):
            signing_acts.send_code(way, at=LATER)

    def test_only_the_last_code_and_for_a_quarter_of_an_hour(self, told: Charter) -> None:
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.send_code(way, at=LATER)
        first = code_of(told.person.email)
        signing_acts.send_code(way, at=LATER)
        second = code_of(told.person.email)
        if first != second:
            with pytest.raises(rules.CodeWrong):
                sign(way, told, code=first)
        with pytest.raises(rules.CodeExpired):
            sign(way, told, code=second, at=LATER + rules.CODE_LIFE)
        sign(way, told, code=f" {second[:3]} {second[3:]} ", at=LATER + rules.CODE_LIFE - timedelta(seconds=1))

    def test_a_new_link_starts_anew(self, told: Charter) -> None:
        """The coordinator sends another link to who mistyped five times."""
        a_campaign(told, binding(told))
        way = by_link(told.person.email)
        signing_acts.send_code(way, at=LATER)
        right = code_of(told.person.email)
        for step in range(1, 6):
            with pytest.raises(rules.CodeWrong):
                sign(way, told, code=f"{(int(right) + step) % 10**6:06d}")
        request = session().scalars(select(SignatureRequest.id)).one()
        signing.resend(told.coordinator, request_id=request, at=LATER)
        with pytest.raises(rules.CodeMissing):
            sign(by_link(told.person.email), told, code=right)
        sign_with_code(told, at=LATER + timedelta(minutes=1))


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
