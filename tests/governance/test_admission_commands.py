"""From a request to a member: what is asked, said, decided, and born of it (domain.md §1.3, R4, R7, R22, R76)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance import commands, queries
from coopter.governance.commands.admission import AlreadyArrived, AlreadyInside
from coopter.governance.models import Admission, Obligation
from coopter.governance.queries.admission import get_admission, inspectorate_notice, opinions_on, same_siret
from coopter.governance.rules.admission import (
    AdmissionClosed,
    AdmissionDetails,
    CharterNotRead,
    NeedsMissing,
    ReasonNeeded,
    new_code,
)
from coopter.governance.rules.kinds import AdmissionState, Basis, OpinionOnAdmission
from coopter.governance.rules.motions import kind_of
from coopter.members import commands as members_commands
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import GroupingKind
from coopter.plumbing.database import db, session
from coopter.plumbing.journal import JournalEntry
from coopter.values.actor import Actor, Role
from coopter.values.identifiers import SiretNotValid
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from coopter.values.texts import HiddenCharacter, TextTooLong
from tests.factories import AT, a_grouping, a_siret, a_structure, actor, inside

DAY = date(2026, 11, 1)
ASKED = AdmissionDetails(
    name="Les Jardins du Blavet", siret=a_siret(31), contact_name="Maëlle Jego", email="maelle@jardins.example",
    needs="Un mi-temps de comptabilité.", activity="Maraîchage", headcount=7, address="3 chemin du Halage",
    postcode="56700", city="Hennebont", agrees_to_charter=True,
)  # fmt: skip


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A grouping of employers, its coordinator."""
    with inside(a_grouping()) as grouping:
        yield actor(grouping, Role.COORDINATOR)


def visitor(coordinator: Actor) -> Actor:
    """Somebody on the public page."""
    return Actor(person_id=None, name="Demande en ligne", grouping_id=coordinator.grouping_id)


def asked(coordinator: Actor, **fields: object) -> int:
    """A request typed in by the coordinator."""
    return commands.request_admission(coordinator, details=replace(ASKED, **fields), at=AT)


def set_to(coordinator: Actor, name: str, value: str) -> None:
    """One dated setting, from long ago."""
    members_commands.set_parameter(coordinator, name=name, value=value, from_on=date(2026, 1, 1), at=AT)


def test_nobody_asks_online_where_the_page_is_closed(coordinator: Actor) -> None:
    """Closed unless the grouping opens it; then a stranger says its needs and that it read the charter."""
    stranger = visitor(coordinator)
    with pytest.raises(NotFound):
        commands.request_admission(stranger, details=ASKED, at=AT)
    set_to(coordinator, "public_joining", "yes")
    with pytest.raises(CharterNotRead):
        commands.request_admission(stranger, details=replace(ASKED, agrees_to_charter=False), at=AT)
    with pytest.raises(NeedsMissing):
        commands.request_admission(stranger, details=replace(ASKED, needs="  \n "), at=AT)
    with pytest.raises(HiddenCharacter):
        commands.request_admission(stranger, details=replace(ASKED, needs="  \u200b "), at=AT)
    with pytest.raises(TextTooLong):  # nothing typed is cut silently
        commands.request_admission(stranger, details=replace(ASKED, needs="x" * 4_001), at=AT)
    row = get_admission(commands.request_admission(stranger, details=ASKED, at=AT))
    assert (row.name, row.state, row.siret) == (ASKED.name, AdmissionState.REQUESTED, ASKED.siret)
    entry = session().scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert entry is not None and entry.actor == "Demande en ligne" and "email" not in str(entry.after)


@pytest.mark.parametrize("siret", ["", "12345678901234", "732 829 320 0007", "99990001800011x"])
def test_the_siret_is_checked_strictly(coordinator: Actor, siret: str) -> None:
    """R76."""
    with pytest.raises(SiretNotValid):
        asked(coordinator, siret=siret)
    assert session().scalars(select(Admission)).all() == []


def test_each_member_has_one_opinion_and_may_change_it(coordinator: Actor) -> None:
    """A representative speaks for the own structure alone; said again, it replaces what was said."""
    one, two = a_structure("A1"), a_structure("B2")
    number = asked(coordinator)
    grouping = members.get_grouping_by_id(coordinator.grouping_id or 0)
    speaker = actor(grouping, Role.REPRESENTATIVE, structure=one, name="Paul Le Bris")
    give = {"admission_id": number, "structure_id": one.id, "at": AT}
    commands.give_opinion(speaker, opinion=OpinionOnAdmission.RESERVED, comment="Trop loin ?", **give)
    commands.give_opinion(speaker, opinion=OpinionOnAdmission.FAVOURABLE, comment="Rencontrés mardi.", **give)
    commands.give_opinion(
        coordinator, admission_id=number, structure_id=None, opinion=OpinionOnAdmission.FAVOURABLE, comment="", at=AT
    )
    said = [(line.structure, line.opinion, line.comment) for line in opinions_on(number)]
    assert said == [
        ("Structure A1", OpinionOnAdmission.FAVOURABLE, "Rencontrés mardi."), ("", OpinionOnAdmission.FAVOURABLE, ""),
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        commands.give_opinion(
            speaker, admission_id=number, structure_id=two.id, opinion=OpinionOnAdmission.FAVOURABLE, comment="", at=AT
        )


def test_two_who_edit_at_once_both_see_it(coordinator: Actor) -> None:
    """R22."""
    number = asked(coordinator)
    terms = {"entrance_fee": Money(50_000), "deposit": Money.zero(), "joins_on": None, "at": AT}
    commands.edit_admission(coordinator, admission_id=number, version=1, details=ASKED, **terms)
    with pytest.raises(Conflict) as conflict:
        commands.edit_admission(
            coordinator, admission_id=number, version=1, details=ASKED, **{**terms, "entrance_fee": Money(60_000)}
        )
    assert (conflict.value.mine, conflict.value.theirs) == (
        {"entrance_fee": Money(60_000)}, {"entrance_fee": Money(50_000)},
    )  # fmt: skip


def test_accepted_it_is_a_member_from_its_day_and_what_is_to_do_is_born(coordinator: Actor) -> None:
    """One act: decision, structure, membership, obligations with their sources (D1253-3, L1253-7, D1221-23)."""
    set_to(coordinator, "entrance_fee", "500")
    set_to(coordinator, "member_deposit", "1200")
    number = asked(coordinator)
    decided = commands.admit(
        coordinator, admission_id=number, version=1, joins_on=DAY, decided_by="Bureau du 12/10/2026", at=AT
    )
    row = get_admission(number)
    assert (row.state, row.joins_on, decided.decided_by) == (AdmissionState.ADMITTED, DAY, "Bureau du 12/10/2026")
    structure = members.get_structure(row.structure_id or 0)
    assert (structure.siret, structure.headcount, structure.city) == (ASKED.siret, 7, "Hennebont")
    assert not members.is_member(structure.id, date(2026, 10, 31)) and members.is_member(structure.id, DAY)
    born = {o.kind: o for o in session().scalars(select(Obligation).where(Obligation.subject == f"admission:{number}"))}
    assert set(born) == {
        "sign-charter", "inspectorate-joining", "staff-informed", "staff-register", "entrance-fee", "member-deposit",
    }  # fmt: skip
    assert born["inspectorate-joining"].due_on == date(2026, 12, 1)
    assert born["staff-informed"].due_on == DAY
    assert "500,00" in born["entrance-fee"].title and "D1253-3" in born["inspectorate-joining"].source
    described = kind_of("admission").describe(decided.motion)
    assert ASKED.name in described and "500,00" in described
    with pytest.raises(AdmissionClosed):
        commands.admit(coordinator, admission_id=number, version=row.version, joins_on=DAY, at=AT)


def test_without_a_name_the_decision_is_an_initial_one(coordinator: Actor) -> None:
    """« Reprise initiale », with its author, as every parameter set before any assembly."""
    decided = commands.admit(coordinator, admission_id=asked(coordinator), version=1, joins_on=DAY, at=AT)
    assert (decided.basis, decided.decided_by, decided.author) == (Basis.INITIAL, "Reprise initiale", "Anne Riou")
    assert queries.list_decisions()[0].kind == "admission"


def test_a_former_member_comes_back_as_itself(coordinator: Actor) -> None:
    """The same SIRET is the same structure: a second time in the grouping, not a second record."""
    old = a_structure("VELO", siret=ASKED.siret, siren=ASKED.siret[:9])
    members_commands.leave_grouping(coordinator, structure_id=old.id, left_on=date(2026, 3, 1), at=AT)
    number = asked(coordinator)
    assert same_siret(get_admission(number)) == (old.name,)
    commands.admit(coordinator, admission_id=number, version=1, joins_on=DAY, at=AT)
    assert get_admission(number).structure_id == old.id
    assert len(members.memberships_of(old.id)) == 2


def test_a_member_is_not_admitted_twice(coordinator: Actor) -> None:
    """Nothing is written: no decision, no second membership."""
    a_structure("VELO", siret=ASKED.siret, siren=ASKED.siret[:9])
    with pytest.raises(AlreadyInside):
        commands.admit(coordinator, admission_id=asked(coordinator), version=1, joins_on=DAY, at=AT)
    assert queries.list_decisions() == ()


def test_refused_or_withdrawn_it_says_why(coordinator: Actor) -> None:
    """A reason, or nothing."""
    number = asked(coordinator)
    close = {"admission_id": number, "version": 1, "at": AT}
    with pytest.raises(ReasonNeeded):
        commands.close_admission(coordinator, state=AdmissionState.REFUSED, reason=" ", **close)
    commands.close_admission(coordinator, state=AdmissionState.REFUSED, reason="Hors du territoire.", **close)
    row = get_admission(number)
    assert (row.state, row.closed_because) == (AdmissionState.REFUSED, "Hors du territoire.")
    assert session().scalars(select(Structure)).all() == []
    with pytest.raises(AdmissionClosed):
        commands.admit(coordinator, admission_id=number, version=row.version, joins_on=DAY, at=AT)


def test_annulled_before_its_day_it_never_was(coordinator: Actor) -> None:
    """The membership is taken back, what was to do is dropped with its reason, the request is open again."""
    number = asked(coordinator)
    decided = commands.admit(coordinator, admission_id=number, version=1, joins_on=DAY, at=AT)
    structure_id = get_admission(number).structure_id or 0
    commands.annul_decision(coordinator, decided.id, reason="Vote irrégulier", at=AT)
    assert get_admission(number).state is AdmissionState.REQUESTED
    assert members.memberships_of(structure_id) == ()
    assert all(o.done_on is not None and o.note for o in session().scalars(select(Obligation)))
    again = commands.admit(coordinator, admission_id=number, version=get_admission(number).version, joins_on=DAY, at=AT)
    assert members.is_member(structure_id, DAY) and again.number == 2


def test_annulled_after_its_day_it_leaves_as_others_do(coordinator: Actor) -> None:
    """The past is not rewritten."""
    number = asked(coordinator)
    decided = commands.admit(coordinator, admission_id=number, version=1, joins_on=date(2026, 9, 1), at=AT)
    with pytest.raises(AlreadyArrived):
        commands.annul_decision(coordinator, decided.id, reason="Vote irrégulier", at=AT)
    db.session.rollback()
    assert members.is_member(get_admission(number).structure_id or 0, DAY)


def test_a_cooperative_has_its_shares_subscribed_and_no_inspectorate(app: Flask) -> None:
    """What is born depends on what the grouping is."""
    with inside(a_grouping(kind=GroupingKind.COOPERATIVE)) as grouping:
        coordinator = actor(grouping, Role.COORDINATOR)
        commands.admit(coordinator, admission_id=asked(coordinator), version=1, joins_on=DAY, at=AT)
        assert {o.kind for o in session().scalars(select(Obligation))} == {"sign-charter", "subscribe-shares"}


def test_the_notice_says_what_the_law_asks_and_what_lacks(coordinator: Actor) -> None:
    """Under one agreement no headcount (D1253-3); under several, all of D1253-1 (D1253-6)."""
    a_structure("A1", collective_agreement="ECLAT", activity="Animation", headcount=None)
    notice = inspectorate_notice(on=DAY)
    assert notice.one_agreement
    assert set(notice.lacking) == {"recipient", "officers", "agreement"}
    new = a_structure("B2", collective_agreement="Syntec", activity="", headcount=None)
    notice = inspectorate_notice(on=DAY, new=[new.id])
    assert not notice.one_agreement
    assert {"headcount:Structure A1", "headcount:Structure B2", "activity:Structure B2"} < set(notice.lacking)
    assert [entry.is_new for entry in notice.members] == [False, True]


def test_a_code_is_short_and_its_own() -> None:
    """Capitals of a long name, numbered when they are taken."""
    assert new_code("Les Jardins du Blavet", ()) == "LJDB"
    assert new_code("Les Jardins du Blavet", ("LJDB", "LJDB2")) == "LJDB3"
    assert new_code("Énergie", ()) == "ENERGI"
    assert new_code("«»", ()) == "S"


@pytest.mark.parametrize("role", [Role.REPRESENTATIVE, Role.EMPLOYEE, Role.TREASURER, Role.AUDITOR])
def test_the_coordinator_alone_decides(coordinator: Actor, role: Role) -> None:
    """Others read, or are asked."""
    number = asked(coordinator)
    other = actor(members.get_grouping_by_id(coordinator.grouping_id or 0), role)
    with pytest.raises(NotAllowed):
        commands.admit(other, admission_id=number, version=1, joins_on=DAY, at=AT)
    with pytest.raises(NotAllowed):
        commands.close_admission(
            other, admission_id=number, version=1, state=AdmissionState.REFUSED, reason="x", at=AT
        )  # fmt: skip
