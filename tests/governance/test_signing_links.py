"""Links and codes: replayed, forwarded, guessed, revoked, used for another document; 0 accepted (R37)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance.commands import signing, signing_acts
from coopter.governance.commands.signing_acts import Way
from coopter.governance.models import SignatureRequest
from coopter.governance.rules import signing as rules
from coopter.plumbing.database import db, session
from coopter.values.actor import Role
from coopter.values.refusal import No, NotFound
from tests.factories import a_person, actor, inside
from tests.governance.signatures import (
    LATER,
    NOW,
    Charter,
    a_campaign,
    a_charter,
    a_frozen,
    attempts,
    binding,
    by_link,
    code_of,
    free,
    link_of,
    sign,
    sign_with_code,
    signatures,
)


@pytest.fixture
def told(app: Flask) -> Iterator[Charter]:
    """A frozen charter, its grouping in scope."""
    found = a_charter()
    with inside(found.grouping):
        yield found


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

    def test_ten_at_once_sign_once(self, app: Flask, told: Charter) -> None:
        """R4: the request is locked before it is looked at."""
        a_campaign(told, free())
        way = by_link("yann@exemple.fr")
        start, outcomes = threading.Barrier(10), []

        def one() -> None:
            with app.app_context():
                start.wait()
                try:
                    sign(way, told)
                    outcomes.append("signed")
                except rules.AlreadySigned:
                    outcomes.append("refused")
                finally:
                    db.session.remove()

        session().commit()
        threads = [threading.Thread(target=one) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["refused"] * 9 + ["signed"]
        assert signatures() == 1

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
