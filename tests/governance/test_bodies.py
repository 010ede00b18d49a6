"""A body that meets no more: not while it meets, nor anything new in its name; what it decided stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from coopter.governance.commands.assemblies import AssemblyDetails as Details
from coopter.governance.commands.assemblies import BodyClosed, annul_assembly, edit_assembly, plan_assembly
from coopter.governance.commands.bodies import BodyStillMeets, close_body, reopen_body
from coopter.governance.queries.assemblies import assembly_record
from coopter.governance.queries.bodies import body_record, rules_of
from coopter.governance.rules.kinds import AssemblyMode
from coopter.values.refusal import NotAllowed
from tests.governance.meetings import AT, CONVENED, DAY, a_meeting

NEXT = AT + timedelta(days=60)


def test_a_body_ends_once_nothing_is_prepared_any_more(app: Flask) -> None:
    with a_meeting() as meeting:
        details = Details(meeting.body_id, "Suivante", AssemblyMode.IN_PERSON, NEXT, DAY, place="Ici")
        with pytest.raises(NotAllowed):
            close_body(meeting.speakers["A"], body_id=meeting.body_id, at=CONVENED)
        with pytest.raises(BodyStillMeets):
            close_body(meeting.coordinator, body_id=meeting.body_id, at=CONVENED)
        annul_assembly(meeting.coordinator, assembly_id=meeting.assembly_id, reason="Reportée", at=CONVENED)
        close_body(meeting.coordinator, body_id=meeting.body_id, at=CONVENED)
        assert body_record(meeting.body_id).closed_at == CONVENED
        assert rules_of(meeting.body_id, on=DAY)[1].number == 1
        with pytest.raises(BodyClosed):
            plan_assembly(meeting.coordinator, details=details, at=CONVENED)
        reopen_body(meeting.coordinator, body_id=meeting.body_id, at=CONVENED)
        planned = plan_assembly(meeting.coordinator, details=details, at=CONVENED)
        edit_assembly(meeting.coordinator, assembly_id=planned, version=1, details=replace(details, place="Là"),
                      at=CONVENED)  # fmt: skip
        assert assembly_record(planned).place == "Là"
